package moving_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

type createdKey struct{}

// created marks the requests of a context as those for a thing that was just created.
func created(ctx context.Context) context.Context {
	return context.WithValue(ctx, createdKey{}, true)
}

func isCreated(ctx context.Context) bool { return ctx.Value(createdKey{}) != nil }

func checkRetryBefore() *http.Client {
	client := retryablehttp.NewClient()
	client.RetryWaitMin = firstWait
	client.ErrorHandler = retryablehttp.PassthroughErrorHandler
	client.Logger = nil
	client.CheckRetry = func(ctx context.Context, resp *http.Response, err error) (bool, error) {
		if isCreated(ctx) && err == nil && resp.StatusCode == http.StatusNotFound {
			return true, nil
		}
		return retryablehttp.DefaultRetryPolicy(ctx, resp, err)
	}
	return client.StandardClient()
}

// untilFound returns a context for the requests for a thing that was just created, which
// the server may not find for some seconds.
func untilFound(ctx context.Context) context.Context {
	return retry.WithPolicy(ctx,
		retry.WithClassifier(func(o retry.Outcome) retry.Answer {
			if o.Status == http.StatusNotFound {
				return retry.Yes
			}
			return retry.AsUsual
		}),
		retry.WithoutBudget(), // the status is expected, and no sign of an outage
		retry.WithMaxElapsed(10*time.Second), retry.WithMaxRetries(100), retry.WithMaxDelay(time.Second),
	)
}

// finding lets the callers of a client stay as they are.
func finding(next http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if isCreated(req.Context()) {
			req = req.WithContext(untilFound(req.Context()))
		}
		return next.RoundTrip(req)
	})
}

func newFindingClient() (*http.Client, error) {
	return tripware.New(tripware.PerCall(finding), tripware.WithRetry(retry.WithBaseDelay(firstWait)))
}

// A CheckRetry that reads the context is a policy of the context, set by the caller or by a
// layer. The retries of other requests stay as they are.
func TestACheckRetry(t *testing.T) {
	t.Parallel()
	plain, err := newClient()
	byCaller := by(t, plain, err)
	layered, err := newFindingClient()
	for name, send := range map[string]way{
		"before": by(t, checkRetryBefore(), nil),
		"by the caller": func(ctx context.Context, method, url, body string) (*http.Response, error) {
			if isCreated(ctx) {
				ctx = untilFound(ctx)
			}
			return byCaller(ctx, method, url, body)
		},
		"by a layer": by(t, layered, err),
	} {
		for _, row := range []struct {
			ctx          context.Context
			steps        []step
			seen, status int
		}{
			{created(t.Context()), []step{{status: 404}, {status: 404}, {status: 200}}, 3, 200},
			{created(t.Context()), []step{{status: 404}, {status: 503}, {status: 200}}, 3, 200},
			{created(t.Context()), []step{{status: 403}}, 1, 403},
			{t.Context(), []step{{status: 404}, {status: 200}}, 1, 404},
		} {
			s := serve(t, row.steps...)
			resp, err := send(row.ctx, http.MethodGet, s.URL, "")
			require.NoError(t, err, name)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, row.status, resp.StatusCode, name)
			assert.Len(t, s.bodies(), row.seen, name)
		}
	}
}

// What is never found is asked for until the time is over, however many calls do so: they
// would soon have spent a retry budget.
func TestAThingIsLookedForTenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		missing := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		})
		client, err := tripware.New(tripware.WithBase(missing))
		require.NoError(t, err)
		var calls sync.WaitGroup
		for range 30 {
			calls.Go(func() {
				req, err := http.NewRequestWithContext(untilFound(t.Context()), http.MethodGet, "https://api.example.com/things/7", nil)
				assert.NoError(t, err)
				begun := time.Now()
				resp, err := client.Do(req)
				if assert.NoError(t, err) && assert.NoError(t, resp.Body.Close()) {
					assert.InDelta(t, 9.5, time.Since(begun).Seconds(), 0.5)
					assert.Equal(t, retry.ReasonElapsed, transport.CallOf(resp).Reason())
				}
			})
		}
		calls.Wait()
	})
}
