package logging_test

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// throttling answers each call with a 429 that asks for 7 seconds, and then with 200.
func throttling() transport.RoundTripperFunc {
	var mu sync.Mutex
	seen := map[string]bool{}
	return func(req *http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		if path := req.URL.Path; !seen[path] {
			seen[path] = true
			return answering(429, http.Header{"Retry-After": {"7"}}, "")(req)
		}
		return answering(200, nil, "")(req)
	}
}

func exactly() retry.Option { return retry.WithBackoff(func(retry.Step) time.Duration { return 0 }) }

// stacks are the layers that log and wait, in a chain and put up by hand.
func stacks(base http.RoundTripper, logger *slog.Logger, limiter *ratelimit.Limiter) map[string]http.RoundTripper {
	calls, loop, pace := logging.Calls(logger, logging.WithWaits()), retry.New(exactly()), ratelimit.New(limiter)
	return map[string]http.RoundTripper{
		"in a chain": transport.Chain(base, transport.Identity(), calls, loop, pace),
		"by hand":    calls(loop(pace(base))),
	}
}

// O1, O3: a wait of the loop, or of a limiter, is in the log while it lasts.
func TestAWaitIsLoggedWhenItBegins(t *testing.T) {
	t.Parallel()
	for name := range stacks(nil, nil, nil) {
		for _, begun := range []bool{true, false} {
			t.Run(name+", begun "+strconv.FormatBool(begun), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					log, logger := newLog(slog.LevelDebug)
					limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.1, 1), ratelimit.WithLearning(false), ratelimit.WithMaxWait(0))
					rt := stacks(throttling(), logger, limiter)[name]
					ctx := t.Context()
					if begun {
						ctx, _ = transport.Begin(ctx)
					}
					req, done := get(t, "https://x.io/a").WithContext(ctx), make(chan struct{})
					go func() {
						defer close(done)
						resp, err := rt.RoundTrip(req)
						if assert.NoError(t, err) {
							assert.NoError(t, resp.Body.Close())
							assert.Equal(t, 200, resp.StatusCode)
						}
					}()
					for i, want := range []map[string]any{ // the loop waits for 7 seconds, the limiter for the rest of 10
						{"before_attempt": 2.0, "wait": 7e9, "cause": "backoff", "reason": "status 429"},
						{"before_attempt": 2.0, "wait": 3e9, "cause": "limit", "reason": "paced"},
					} {
						synctest.Wait()
						waits := log.records(t, "http wait")
						require.Len(t, waits, i+1)
						assert.Equal(t, "DEBUG", waits[i]["level"])
						switch {
						case name == "in a chain":
						case begun: // only a chain counts attempts
							want["before_attempt"] = 1.0
						default: // there is no record
							delete(want, "before_attempt")
						}
						for _, key := range []string{"before_attempt", "wait", "cause", "reason"} {
							assert.Equal(t, want[key], waits[i][key], key)
						}
						assert.Empty(t, log.records(t, "http call"))
						time.Sleep(7 * time.Second)
					}
					<-done
					assert.Len(t, log.records(t, "http wait"), 2)
					calls := log.records(t, "http call")
					require.Len(t, calls, 1)
					assert.Equal(t, calls[0]["transaction_id"], log.records(t, "http wait")[0]["transaction_id"])
				})
			})
		}
	}
}

// O3: a wait that the caller ends was logged as well; the record and the line of
// the call tell how long it lasted.
func TestAWaitThatIsCanceledWasLogged(t *testing.T) {
	t.Parallel()
	for cause, limiter := range map[string]func() *ratelimit.Limiter{
		"backoff": func() *ratelimit.Limiter { return nil },
		"limit":   func() *ratelimit.Limiter { return canceledLimiter(t) },
	} {
		t.Run(cause, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log, logger := newLog(slog.LevelDebug)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(2*time.Second, cancel)
				_, err := stacks(throttling(), logger, limiter())["in a chain"].RoundTrip(get(t, "https://x.io/a").WithContext(ctx))
				require.ErrorIs(t, err, context.Canceled)
				waits := log.records(t, "http wait")
				require.Len(t, waits, 1)
				assert.Equal(t, cause, waits[0]["cause"])
				assert.Greater(t, waits[0]["wait"], 6e9)
				call := log.records(t, "http call")[0]
				assert.InDelta(t, 2e9, call["waited"], 0)
				assert.Equal(t, "INFO", call["level"])
				assert.Equal(t, 2*time.Second, transport.CallOfError(err).Waited())
				assert.Contains(t, transport.CallOfError(err).String(), "waited 2s ("+cause)
			})
		})
	}
}

// canceledLimiter returns a limiter whose one turn was taken.
func canceledLimiter(t *testing.T) *ratelimit.Limiter {
	t.Helper()
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.1, 1))
	resp, err := ratelimit.New(limiter)(answering(200, nil, "")).RoundTrip(get(t, "https://x.io/"))
	finish(t, resp, err)
	return limiter
}

// C7, O3: round trips that share a begun record log their own waits, each once.
func TestRoundTripsOfOneRecordLogTheirOwnWaits(t *testing.T) {
	t.Parallel()
	for name := range stacks(nil, nil, nil) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, call := transport.Begin(t.Context())
				logs := make([]*sink, 16)
				var group sync.WaitGroup
				base := throttling()
				for i := range logs {
					var logger *slog.Logger
					logs[i], logger = newLog(slog.LevelDebug)
					rt := stacks(base, logger, nil)[name]
					group.Go(func() {
						resp, err := rt.RoundTrip(get(t, "https://x.io/"+strconv.Itoa(i)).WithContext(ctx))
						if assert.NoError(t, err) {
							assert.NoError(t, resp.Body.Close())
						}
					})
				}
				group.Wait()
				for _, log := range logs {
					assert.Len(t, log.records(t, "http wait"), 1)
				}
				assert.Len(t, call.Waits(), len(logs))
			})
		})
	}
}

// O5: where nobody reads them, waits cost nothing: the request goes on as it is.
func TestWaitsThatAreNotLoggedAreNotWatched(t *testing.T) {
	t.Parallel()
	for name, want := range map[slog.Level]bool{slog.LevelDebug: false, slog.LevelInfo: true} {
		_, logger := newLog(name)
		req := get(t, "https://x.io/")
		var same bool
		base := transport.RoundTripperFunc(func(sent *http.Request) (*http.Response, error) {
			same = sent == req
			return answering(200, nil, "")(sent)
		})
		resp, err := logging.Calls(logger, logging.WithWaits())(base).RoundTrip(req)
		finish(t, resp, err)
		assert.Same(t, req, resp.Request, "C4")
		assert.Equal(t, want, same)
	}
}
