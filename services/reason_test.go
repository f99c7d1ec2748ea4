package services_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// R4: the error of a typed call says after how many attempts its retries ended, and why, if
// there were any or one was not allowed.
func TestAnErrorSaysWhyItsRetriesEnded(t *testing.T) {
	t.Parallel()
	type body struct {
		A string `json:"a"`
	}
	type upload struct {
		File services.File `form:"file"`
	}
	once := services.File{Name: "a", Content: io.MultiReader()} // cannot be read again
	spent := layer.NewBudget(0, 0, 0)
	for _, row := range []struct {
		name    string
		status  int
		header  []string
		opts    []retry.Option
		route   string
		in      any
		ends    string
		because transport.Reason
	}{
		{"a plain 404", 404, nil, nil, "GET /x", nil, "404 not found [request r-1]", ""},
		{"all retries", 503, nil, nil, "GET /x", nil, "503 service unavailable [request r-1, 3 attempts, no more: all retries are used]", retry.ReasonAttempts},
		{"no retries", 503, nil, []retry.Option{retry.WithMaxRetries(0)}, "GET /x", nil, "503 service unavailable [request r-1]", retry.ReasonAttempts},
		{"off", 503, nil, []retry.Option{retry.Off()}, "GET /x", nil, "503 service unavailable [request r-1]", ""},
		{"budget", 503, nil, []retry.Option{retry.WithBudget(spent)}, "GET /x", nil, "503 service unavailable [request r-1, not retried: budget is spent]", retry.ReasonBudget},
		{"method", 500, nil, nil, "POST /x", body{"a"}, "500 internal server error [request r-1, not retried: request is not safe to retry]", retry.ReasonMethod},
		{"classifier", 503, nil, []retry.Option{retry.WithClassifier(func(retry.Outcome) retry.Answer { return retry.No })}, "GET /x", nil,
			"503 service unavailable [request r-1, not retried: classifier said no]", retry.ReasonClassifier},
		{"hint", 429, []string{"Retry-After", "3600"}, nil, "GET /x", nil, "429 too many requests [request r-1, not retried: server asks for too long a wait]", retry.ReasonHint},
		{"elapsed", 429, []string{"Retry-After", "20"}, []retry.Option{retry.WithMaxElapsed(time.Second)}, "GET /x", nil,
			"429 too many requests [request r-1, not retried: time for retries is used up]", retry.ReasonElapsed},
		{"body", 429, nil, []retry.Option{retry.WithReplayBuffer(0)}, "POST /x", upload{once},
			"429 too many requests [request r-1, not retried: request body cannot be sent again (use services.File.Open or a Content that can seek, or raise retry.WithReplayBuffer)]", retry.ReasonNotReplayable},
	} {
		rt := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if req.Body != nil {
				_, _ = io.Copy(io.Discard, req.Body)
				_ = req.Body.Close()
			}
			return answer(req, row.status, "{}", append(row.header, "X-Request-Id", "r-1")...), nil
		})
		opts := append([]retry.Option{retry.WithBaseDelay(0), retry.WithMaxRetries(2)}, row.opts...)
		c := open(t, transport.Chain(rt, transport.Identity(), retry.New(opts...)))
		_, err := services.Do[item](t.Context(), c, row.route, row.in, services.ByMethod)
		require.EqualError(t, err, "services: "+row.route+": "+row.ends, row.name)
		assert.Equal(t, row.because, asError(t, err).Reason(), row.name)
	}
}

// R4: every reason of package retry has a text; that of another loop is its own.
func TestEveryReasonHasAText(t *testing.T) {
	t.Parallel()
	for reason, want := range map[transport.Reason]string{
		"": "", retry.ReasonNested: "",
		retry.ReasonAttempts: "all retries are used", retry.ReasonElapsed: "time for retries is used up",
		retry.ReasonDeadline: "deadline is too close", retry.ReasonBudget: "budget is spent",
		retry.ReasonNotReplayable: "request body cannot be sent again (use services.File.Open or a Content that can seek, or raise retry.WithReplayBuffer)", retry.ReasonBody: "request body failed",
		retry.ReasonClassifier: "classifier said no", retry.ReasonMethod: "request is not safe to retry", retry.ReasonHint: "server asks for too long a wait",
		retry.ReasonLimit: "rate limiter would wait too long", retry.ReasonHost: "host does not exist",
		retry.ReasonBreaker: "circuit breaker is open for too long", retry.ReasonBulkhead: "too many calls are running",
		"my\nown": "my own",
	} {
		twice := func(next http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				_, _ = next.RoundTrip(req)
				record.WriterOf(req.Context()).SetReason(string(reason))
				return next.RoundTrip(req)
			})
		}
		_, err := get(t.Context(), open(t, transport.Chain(always(503, `{"message":"No"}`), twice)))
		if want != "" {
			want = ", no more: " + want
		}
		require.EqualError(t, err, "services: GET /v1/items: 503: No [2 attempts"+want+"]")
		text, fault := json.Marshal(err)
		require.NoError(t, fault)
		var said struct{ Reason transport.Reason }
		require.NoError(t, json.Unmarshal(text, &said))
		assert.Equal(t, reason, said.Reason)
	}
	assert.Empty(t, new(services.Error).Reason(), "an error of no call has none")
}

// R4: an error says which wait does not fit before which deadline.
func TestADeadlineThatIsTooCloseHasItsNumbers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		header  []string
		timeout time.Duration
		want    string
	}{
		{[]string{"Retry-After", "20"}, 12 * time.Second, " (the server asks for 20s, the context ends in 12s)"},
		{nil, 300 * time.Millisecond, " (the context ends in 300ms)"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), row.timeout)
			defer cancel()
			rt := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				return answer(req, 429, "{}", row.header...), nil
			})
			loop := retry.New(retry.WithBackoff(retry.Constant))
			_, err := get(ctx, open(t, transport.Chain(rt, loop)))
			require.EqualError(t, err, "services: GET /v1/items: 429 too many requests [not retried: deadline is too close"+row.want+"]")
		})
	}
}

// R4: without a response, the error of the retry loop says it, once.
func TestTheEndOfRetriesIsSaidOnce(t *testing.T) {
	t.Parallel()
	lost := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, errors.New("lost") })
	loop := retry.New(retry.WithBaseDelay(0), retry.WithMaxRetries(2))
	_, err := get(t.Context(), open(t, transport.Chain(lost, loop)))
	require.EqualError(t, err, "services: GET /v1/items: retry: gave up after 3 attempts: lost")
	assert.Equal(t, retry.ReasonAttempts, asError(t, err).Reason())

	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		second := retry.WithHook(func(_ context.Context, e retry.Event) {
			if e.Attempt == 2 {
				cancel()
			}
		})
		_, err = get(ctx, open(t, transport.Chain(lost, retry.New(second))))
	})
	require.ErrorIs(t, err, context.Canceled)
	assert.True(t, strings.HasSuffix(err.Error(), " [2 attempts]"), "%v: the wait was ended", err)
}
