package retry_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// C11: round trips that run concurrently with one record are each retried, to one URL or to
// many, with or without a chain.
func TestAFanOutOfOneCallIsRetried(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]func(int) string{
		"many URLs": func(i int) string { return fmt.Sprint("/", i) }, "one URL": func(int) string { return "/" },
	} {
		for how, build := range map[string]func(http.RoundTripper, ...retry.Option) http.RoundTripper{"chain": stacked, "bare": wrapped} {
			synctest.Test(t, func(t *testing.T) {
				var failed, sent atomic.Int32
				base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					sent.Add(1)
					time.Sleep(time.Second)
					if req.Header.Get("X-N") != "" && failed.Add(1) <= 10 {
						return okStatus(req, 503), nil
					}
					return okStatus(req, 200), nil
				})
				rt := build(base, retry.WithBaseDelay(0))
				ctx, record := transport.Begin(t.Context())
				var group sync.WaitGroup
				for i := range 10 {
					group.Go(func() {
						req := getIt(ctx)
						req.URL = &url.URL{Scheme: "https", Host: "api.example.com", Path: path(i)}
						req.Header.Set("X-N", fmt.Sprint(i))
						resp, err := rt.RoundTrip(req)
						if assert.NoError(t, err) {
							assert.Equal(t, 200, resp.StatusCode, "%s, %s", name, how)
							layer.CloseBody(resp.Body)
						}
					})
				}
				group.Wait()
				assert.EqualValues(t, 20, sent.Load(), "%s, %s", name, how)
				if how == "chain" {
					assert.Equal(t, 20, record.AttemptCount())
				}
				assert.Len(t, record.Waits(), 10)
				assert.Empty(t, record.Reason())
			})
		}
	}
}

// C11: another client that a layer uses inside an attempt has separate retries. The policy
// and marks of the outer call do not apply to it.
func TestAnotherClientBelowHasItsOwnRetries(t *testing.T) {
	t.Parallel()
	for how, build := range map[string]func(http.RoundTripper, ...retry.Option) http.RoundTripper{"chain": stacked, "bare": wrapped} {
		for _, it := range []func(context.Context) *http.Request{getIt, postIt} {
			asked := &server{script: status(503, 503, 200)}
			vault := build(asked, retry.WithBaseDelay(0))
			var statuses []int
			signer := func(next http.RoundTripper) http.RoundTripper {
				return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					anew := it(req.Context())
					anew.URL = &url.URL{Scheme: "https", Host: "vault", Path: "/"}
					resp, err := vault.RoundTrip(anew)
					require.NoError(t, err)
					require.NoError(t, resp.Body.Close())
					statuses = append(statuses, resp.StatusCode)
					return next.RoundTrip(req)
				})
			}
			ctx := retry.Safe(retry.WithPolicy(t.Context(), retry.WithMaxRetries(1)))
			resp, err := transport.Chain(okBase, retry.New(), signer).RoundTrip(getIt(ctx))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			if it(t.Context()).Method == http.MethodGet {
				assert.Equal(t, []int{200}, statuses, "its own retries, more than the outer call may have: %s", how)
			} else {
				assert.Equal(t, []int{503}, statuses, "not marked safe: %s", how)
			}
			assert.Equal(t, 1, transport.CallOf(resp).AttemptCount())
			assert.Empty(t, transport.CallOf(resp).Waits())
		}
	}
}

// C11: a loop that a foreign layer hides is nested in the one above, whatever copies of the
// request were made.
func TestAHiddenLoopPassesThrough(t *testing.T) {
	t.Parallel()
	s := &server{script: status(503)}
	inner := transport.Chain(s, retry.New(retry.WithMaxRetries(9), retry.WithBaseDelay(0)))
	hidden := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		clone := req.Clone(context.WithValue(req.Context(), "a", "key")) //nolint:staticcheck,revive // a foreign layer's
		return inner.RoundTrip(clone)
	})
	resp, err := transport.Chain(hidden, retry.New(retry.WithMaxRetries(2), retry.WithBaseDelay(0))).RoundTrip(getIt(t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 3, s.calls)
	record := transport.CallOf(resp)
	assert.Equal(t, 3, record.AttemptCount(), "O3: only the innermost sender counts")
	for _, a := range record.Attempts() {
		assert.Equal(t, 503, a.Status)
	}
}

// R3: sealing a record while the call runs changes neither its retries nor its time.
func TestASealedRecordDoesNotEndRetries(t *testing.T) {
	t.Parallel()
	for _, build := range []func(http.RoundTripper, ...retry.Option) http.RoundTripper{stacked, wrapped} {
		synctest.Test(t, func(t *testing.T) {
			ctx, record := transport.Begin(t.Context())
			s := &server{script: []step{{status: 503}, {status: 503, takes: 5 * time.Second}, {status: 503}}}
			base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				if s.calls == 0 {
					record.End()
				}
				return s.RoundTrip(req)
			})
			rt := build(base, retry.WithBaseDelay(time.Second), retry.WithBackoff(retry.Constant), retry.WithMaxElapsed(8*time.Second))
			time.Sleep(2 * time.Minute) // the client is older than that
			resp, err := rt.RoundTrip(getIt(ctx))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, 4, s.calls, "at 0, 1, 7 and 8 s")
		})
	}
}

// R15: WithRetriesPerCall limits the retries of a call below a client that also retries:
// attempts of earlier round trips with the same method and URL count.
func TestRetriesAreCountedWithinTheCall(t *testing.T) {
	t.Parallel()
	const tries = 11 // of the client above
	for name, row := range map[string]struct {
		opts  []retry.Option
		begin bool
		want  int
	}{
		"off":                {nil, true, 44},
		"on":                 {[]retry.Option{retry.WithRetriesPerCall()}, true, 14},
		"without one record": {[]retry.Option{retry.WithRetriesPerCall()}, false, 44},
	} {
		s := &server{script: status(503)}
		rt := stacked(s, append(row.opts, retry.WithMaxRetries(3), retry.WithBaseDelay(0), retry.WithoutBudget())...)
		ctx := t.Context()
		if row.begin {
			ctx, _ = transport.Begin(ctx)
		}
		for range tries {
			resp, err := rt.RoundTrip(getIt(ctx))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
		assert.Equal(t, row.want, s.calls, name)
	}
	synctest.Test(t, func(t *testing.T) { // neither other URLs nor parallel requests count
		ctx, _ := transport.Begin(t.Context())
		s := &server{script: []step{{status: 503, takes: time.Second}}}
		var mu sync.Mutex
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			s.calls++
			return okStatus(req, 503), nil
		})
		rt := stacked(base, retry.WithRetriesPerCall(), retry.WithMaxRetries(3), retry.WithBaseDelay(0))
		send := func(req *http.Request) {
			resp, err := rt.RoundTrip(req)
			if assert.NoError(t, err) {
				layer.CloseBody(resp.Body)
			}
		}
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() { send(getIt(ctx)) })
		}
		group.Wait()
		assert.Equal(t, 20, s.calls)
		other := getIt(ctx)
		other.URL = &url.URL{Scheme: "https", Host: "api.example.com", Path: "/redirected"}
		send(other)
		assert.Equal(t, 24, s.calls)
		send(getIt(ctx))
		assert.Equal(t, 25, s.calls)
	})
}

// R5: if an attempt still holds the request's body, dropping its response takes no longer
// than a drain, whatever Close does.
func TestACloseThatBlocksDoesNotHoldTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		calls := 0
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if calls++; calls < 3 {
				return &http.Response{StatusCode: 503, Header: http.Header{}, Body: &blocking{Reader: strings.NewReader("x"), free: free}, Request: req}, nil
			}
			return okStatus(req, 200), nil
		})
		put := postIt(retry.Safe(t.Context()))
		begun := time.Now()
		resp, err := retry.New(retry.WithBaseDelay(0))(base).RoundTrip(put)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, 200*time.Millisecond, time.Since(begun))
		close(free)
	})
}

type blocking struct {
	*strings.Reader
	free chan struct{}
}

func (b *blocking) Close() error { <-b.free; return nil }
