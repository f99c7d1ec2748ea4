package moving_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// A way sends one request.
type way func(ctx context.Context, method, url, body string) (*http.Response, error)

// by returns the way of a client.
func by(t *testing.T, client *http.Client, err error) way {
	t.Helper()
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return func(ctx context.Context, method, url, body string) (*http.Response, error) {
		return loopAfter(ctx, client, method, url, body)
	}
}

// byLoop returns the way of the loop that is written by hand.
func byLoop(t *testing.T) way {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	return func(ctx context.Context, method, url, body string) (*http.Response, error) {
		return loopBefore(ctx, client, method, url, body)
	}
}

// ways returns all ways by name.
func ways(t *testing.T) map[string]way {
	t.Helper()
	after, afterErr := retryableAfter()
	same, sameErr := retryableSame()
	loop, loopErr := newClient()
	return map[string]way{
		"retryablehttp before": by(t, retryableBefore(), nil),
		"retryablehttp after":  by(t, after, afterErr),
		"retryablehttp same":   by(t, same, sameErr),
		"loop before":          byLoop(t),
		"loop after":           by(t, loop, loopErr),
	}
}

const (
	always = "retryablehttp before, retryablehttp after, retryablehttp same, loop before, loop after"
	old    = "retryablehttp before, retryablehttp same, loop before"
	now    = "retryablehttp after, retryablehttp same, loop after"
)

// TestTheServerSeesTheSame holds the attempts and the last response of each way.
func TestTheServerSeesTheSame(t *testing.T) {
	t.Parallel()
	down, fine, reset := step{status: 503, body: "down"}, step{status: 200, body: "fine"}, step{}
	for _, row := range []struct {
		name   string
		method string
		steps  []step
		ways   string // those that end so
		seen   int
		status int
	}{
		{"two 503", http.MethodGet, []step{down, down, fine}, always, 3, 200},
		{"a body that is sent again", http.MethodPut, []step{down, down, fine}, always, 3, 200},
		{"two broken connections", http.MethodPut, []step{reset, reset, fine}, always, 3, 200},
		{"503 for ever", http.MethodGet, []step{down}, always, 4, 503},
		{"404", http.MethodGet, []step{{status: 404}}, always, 1, 404},
		{"a POST after 503 is sent again", http.MethodPost, []step{down, fine}, old, 2, 200},
		{"a POST after 503 is not sent again", http.MethodPost, []step{down, fine}, "retryablehttp after, loop after", 1, 503},
		{"a POST after a broken connection is sent again", http.MethodPost, []step{reset, fine}, old, 2, 200},
		{"a POST after 429", http.MethodPost, []step{{status: 429}, fine}, strings.Replace(always, "loop before, ", "", 1), 2, 200},
		{"an exhausted quota is no hint", http.MethodGet, []step{{status: 429, exhausted: true}}, "retryablehttp before", 4, 429},
		{"an exhausted quota is a hint", http.MethodGet, []step{{status: 429, exhausted: true}}, now, 1, 429},
		{"a 403 is final", http.MethodGet, []step{{status: 403, retryAfter: "0"}}, "retryablehttp before, loop before", 1, 403},
		{"a 403 that throttles", http.MethodGet, []step{{status: 403, retryAfter: "0"}, fine}, now, 2, 200},
		{"a long hint", http.MethodGet, []step{{status: 503, retryAfter: "3600"}}, now, 1, 503},
		{"the loop takes 429 for a success", http.MethodPost, []step{{status: 429}, fine}, "loop before", 1, 429},
	} {
		for name, send := range ways(t) {
			if !strings.Contains(row.ways, name) {
				continue
			}
			s := serve(t, row.steps...)
			resp, err := send(t.Context(), row.method, s.URL, "content")
			require.NoError(t, err, "%s: %s", row.name, name)
			got, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, row.status, resp.StatusCode, "%s: %s", row.name, name)
			assert.Equal(t, row.steps[min(row.seen, len(row.steps))-1].body, string(got), "the last response can be read: %s: %s", row.name, name)
			assert.Len(t, s.bodies(), row.seen, "%s: %s", row.name, name)
			for _, body := range s.bodies() {
				assert.Equal(t, "content", body, "%s: %s", row.name, name)
			}
		}
	}
}

// A POST that the caller marks as safe is sent again.
func TestASafePostIsSentAgain(t *testing.T) {
	t.Parallel()
	client, err := newClient()
	s := serve(t, step{status: 503}, step{}, step{status: 200})
	resp, err := by(t, client, err)(retry.Safe(t.Context()), http.MethodPost, s.URL, "content")
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 200, resp.StatusCode)
	assert.Len(t, s.bodies(), 3)
}

// When all retries are used, the last response is returned, and the record says why there is
// no other. go-retryablehttp does so with its PassthroughErrorHandler only.
func TestHowRetriesEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, step{status: 503, body: "down"})
	before := retryablehttp.NewClient()
	t.Cleanup(before.HTTPClient.CloseIdleConnections)
	before.RetryMax, before.RetryWaitMin, before.Logger = 1, firstWait, nil
	_, err := before.Get(s.URL)
	require.ErrorContains(t, err, "giving up after 2 attempt(s)")

	client, err := retryableAfter()
	resp, err := by(t, client, err)(t.Context(), http.MethodGet, s.URL, "")
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, retry.ReasonAttempts, transport.CallOf(resp).Reason())
}

// A server that asks for a wait of an hour gets one request.
func TestALongHintEndsTheCall(t *testing.T) {
	t.Parallel()
	s := serve(t, step{status: 429, retryAfter: "3600"})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := by(t, retryableBefore(), nil)(ctx, http.MethodGet, s.URL, "")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	client, err := retryableAfter()
	resp, err := by(t, client, err)(t.Context(), http.MethodGet, s.URL, "")
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 429, resp.StatusCode)
	assert.Equal(t, retry.ReasonHint, transport.CallOf(resp).Reason())
}

// The hint of the server bounds the wait from below; a loop does not know it.
func TestWaits(t *testing.T) {
	t.Parallel()
	for name, send := range ways(t) {
		if name == "loop before" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, step{status: 503, retryAfter: "1"}, step{status: 200})
			resp, err := send(t.Context(), http.MethodGet, s.URL, "")
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.GreaterOrEqual(t, s.gap(), time.Second)
		})
	}
}

func TestRestyAndATypedCallReturnTheSame(t *testing.T) {
	t.Parallel()
	fine := step{status: 200, body: `{"name":"seven"}`}
	for _, steps := range [][]step{
		{fine},
		{{status: 503}, {status: 429}, fine},
		{{}, {}, fine},
	} {
		for name, get := range map[string]func(context.Context, string) (thing, error){"before": restyBefore, "after": restyAfter} {
			s := serve(t, steps...)
			got, err := get(t.Context(), s.URL)
			require.NoError(t, err, name)
			assert.Equal(t, thing{"seven"}, got, name)
			assert.Len(t, s.seen, len(steps), name)
			for _, request := range s.seen {
				assert.Equal(t, "/things/7", request.path, name)
				assert.Equal(t, "Bearer t0ken", request.auth, name)
			}
		}
	}
	for want, get := range map[string]func(context.Context, string) (thing, error){
		"get thing: 404 Not Found":                       restyBefore,
		"services: GET /things/{id}: 404: No such thing": restyAfter,
	} {
		_, err := get(t.Context(), serve(t, step{status: 404, body: `{"message":"No such thing"}`}).URL)
		require.EqualError(t, err, want)
	}
}
