package inspect_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// T3: a terminal gets the page as text, a browser gets it only if it asks for it.
func TestWhoGetsText(t *testing.T) {
	t.Parallel()
	in := inspect.New()
	for _, row := range []struct {
		accept, query string
		text          bool
	}{
		{"*/*", "", true},
		{"", "", true},
		{"application/json", "", true},
		{"text/html,application/xhtml+xml,*/*;q=0.8", "", false},
		{"Text/HTML", "", false},
		{"text/html", "?text", true},
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/debug/calls/"+row.query, nil)
		req.RemoteAddr = "127.0.0.1:1234"
		if row.accept != "" {
			req.Header.Set("Accept", row.accept)
		}
		w := httptest.NewRecorder()
		in.Handler().ServeHTTP(w, req)
		require.Equal(t, http.StatusOK, w.Code)
		want, begins := "text/html; charset=utf-8", "<!DOCTYPE html>"
		if row.text {
			want, begins = "text/plain; charset=utf-8", "running: 0, begun so far: 0, "
		}
		assert.Equal(t, want, w.Header().Get("Content-Type"), row)
		assert.True(t, strings.HasPrefix(w.Body.String(), begins), row)
	}
	assert.Contains(t, ask(t, in, "").Body.String(), `<a href="?text">`)
}

// T3: the text has a line for each running call with what it waits for, each limiter key, each
// budget and each call that has ended, the last one first.
func TestTheTextHasALineForEach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter, budget := drained(), layer.NewBudget(0, 7, 0)
		in := inspect.New(inspect.WithLimiter("api", limiter), inspect.WithBudget("shared\x1b[2J", budget))
		steps := script(
			step{wait: ms, status: 200, body: body("hello", 0)},
			step{wait: ms, err: errors.New("broken\x1b[2Jpipe")},
			step{wait: ms, status: 503}, step{wait: ms, status: 200},
		)
		ctx := transport.WithTransactionID(t.Context(), "t-1")
		c := client(t, in, steps, tripware.WithRetry(retry.WithBackoff(retry.Constant), retry.WithBaseDelay(30*time.Second), retry.WithMaxDelay(time.Minute)))
		send(t, c, request(t, http.MethodGet, "https://api.example.com/a?apiKey=s3cr3t", nil).WithContext(ctx))
		_, err := c.Do(request(t, http.MethodPost, "https://api.example.com/b", nil).WithContext(ctx))
		require.Error(t, err)
		last := request(t, http.MethodGet, "https://api.example.com/c", nil).WithContext(ctx)
		go attend(t, c, last)
		time.Sleep(10 * time.Second)

		text := ask(t, in, "?text").Body.String()
		assert.Equal(t, `running: 1, begun so far: 3, memory: N of 2048 KiB
running 3: 10s, waits for backoff: status 503 for 10s of 30s, 1 attempt: GET https://api.example.com/c [call t-1]
limiter api, api.example.com: less than 0.01 a second, 0 in the queue, 0 sent without a response yet
budget shared [2J: 7 retries left
kept: 2, the last 2:
ended 2: 00:00:00, failure, retry: not retried, because POST is not idempotent and may have been received (see retry.Safe, or send an Idempotency-Key if the server honors it): broken [2Jpipe, 1 attempt in 1ms: POST https://api.example.com/b [call t-1]
ended 1: 00:00:00, success 200, 1 attempt in 1ms: GET https://api.example.com/a?apiKey=*** [call t-1]
more below this address: call?id=N (call?running=1&id=N if it runs), calls.har, events
`, regexp.MustCompile(`\d+ of 2048`).ReplaceAllString(text, "N of 2048"))
		time.Sleep(time.Minute)
	})
}

// T3: the text is bounded, and has the last calls.
func TestTheTextIsBounded(t *testing.T) {
	t.Parallel()
	in := inspect.New()
	c := client(t, in, roundTripper(memory))
	for n := range 120 {
		send(t, c, request(t, http.MethodGet, "https://api.example.com/"+strconv.Itoa(n), nil))
	}
	text := ask(t, in, "?text").Body.String()
	assert.Contains(t, text, "kept: 120, the last 50:\nended 120: ")
	assert.Equal(t, 50, strings.Count(text, "\nended "))
	assert.Contains(t, text, "api.example.com/70 ")
	assert.NotContains(t, text, "api.example.com/69 ")
}
