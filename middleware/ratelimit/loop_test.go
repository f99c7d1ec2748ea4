package ratelimit_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// throttling answers the first requests with 429 and Retry-After: 60, and the rest with 200.
func throttling(first int) http.RoundTripper {
	var mu sync.Mutex
	return transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		if first--; first < 0 {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
		}
		return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"60"}}, Body: http.NoBody}, nil
	})
}

// looped returns a client with a retry loop above a limiter that learns.
func looped(base http.RoundTripper, opts ...retry.Option) *http.Client {
	return &http.Client{Transport: transport.Chain(base, retry.New(opts...), ratelimit.New(ratelimit.NewLimiter()))}
}

func get(t *testing.T, client *http.Client) (status int, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com/", nil)
	require.NoError(t, err)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// L2, R3: where a pause outlasts the time for retries, the response stands, and
// the next call is refused at once.
func TestAPauseNeverOutlastsTheTimeForRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := looped(throttling(1), retry.WithMaxElapsed(5*time.Second))
		begun := time.Now()
		status, err := get(t, client)
		require.NoError(t, err)
		assert.Equal(t, http.StatusTooManyRequests, status)
		_, err = get(t, client)
		limited, ok := errors.AsType[*ratelimit.LimitError](err)
		require.True(t, ok, err)
		assert.Equal(t, ratelimit.BoundMaxElapsed, limited.Bound)
		assert.Zero(t, limited.Status)
		assert.Zero(t, time.Since(begun))
		time.Sleep(64 * time.Second)
		status, err = get(t, client)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, status)
	})
}

// L2: a server that throttles without end keeps no caller for longer than a
// minute, however many there are.
func TestAServerThatThrottlesForeverKeepsNobodyForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := looped(throttling(1 << 30))
		var wg sync.WaitGroup
		for range 500 {
			wg.Go(func() {
				begun := time.Now()
				_, err := get(t, client)
				assert.LessOrEqual(t, time.Since(begun), time.Minute)
				if err != nil {
					assert.ErrorIs(t, err, ratelimit.ErrLimited)
				}
			})
			time.Sleep(10 * time.Millisecond)
		}
		wg.Wait()
	})
}
