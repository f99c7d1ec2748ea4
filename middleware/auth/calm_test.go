package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// crowd makes calls from many goroutines, each one after another, for as long as it is
// told, and returns how many there were.
func crowd(t *testing.T, d time.Duration, call func()) (calls int) {
	t.Helper()
	var n atomic.Int64
	var wg sync.WaitGroup
	until := time.Now().Add(d)
	for range 32 {
		wg.Go(func() {
			for time.Now().Before(until) {
				call()
				n.Add(1)
				time.Sleep(17 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	return int(n.Load())
}

// A4: the server of the tokens is asked once in a calm period, whatever the load and
// whatever is wrong with the tokens.
func TestTheServerOfTheTokensIsAskedOnceInACalmPeriod(t *testing.T) {
	t.Parallel()
	down := errors.New("issuer is down")
	for name, row := range map[string]struct {
		fetch  func(n int32) (auth.Token, error)
		status int
		calm   []auth.RefreshOption
		limit  int // fetches in 10.5 s
	}{
		"every token is refused": {func(n int32) (auth.Token, error) {
			return auth.Token{Value: redact.NewSecret(fmt.Sprint("t", n)), Expires: time.Now().Add(time.Hour)}, nil
		}, http.StatusUnauthorized, nil, 12},
		"the same token is refused": {func(int32) (auth.Token, error) { return auth.Token{Value: secret}, nil }, http.StatusUnauthorized, nil, 12},
		"every token came expired": {func(n int32) (auth.Token, error) {
			return auth.Token{Value: redact.NewSecret(fmt.Sprint("t", n)), Expires: time.Now().Add(-time.Hour)}, nil
		}, http.StatusOK, nil, 11},
		"tokens live for a moment": {func(int32) (auth.Token, error) {
			return auth.Token{Value: secret, Expires: time.Now().Add(time.Millisecond)}, nil
		}, http.StatusOK, nil, 12},
		"every fetch fails": {func(int32) (auth.Token, error) { return auth.Token{}, down }, http.StatusOK, nil, 11},
		"fetches fail after the first": {func(n int32) (auth.Token, error) {
			if n > 1 {
				return auth.Token{}, down
			}
			return auth.Token{Value: secret, Expires: time.Now().Add(time.Second)}, nil
		}, http.StatusUnauthorized, nil, 12},
		"a longer calm": {func(int32) (auth.Token, error) { return auth.Token{}, down }, http.StatusOK,
			[]auth.RefreshOption{auth.WithRefreshCalm(5 * time.Second)}, 3},
	} {
		for _, mw := range []struct {
			name string
			make transport.Middleware
		}{{"alone", nil}, {"below a retry loop", retry.New(retry.WithMaxRetries(2), retry.WithBaseDelay(time.Millisecond), retry.WithoutBudget())}} {
			t.Run(name+" "+mw.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var fetches atomic.Int32
					source := auth.Refresh(func(context.Context) (auth.Token, error) {
						n := fetches.Add(1)
						time.Sleep(time.Millisecond)
						return row.fetch(n)
					}, row.calm...)
					base := &server{answer: func(*http.Request) int { return row.status }}
					rt := transport.Chain(base, mw.make, auth.New(home, source))
					calls := crowd(t, 10*time.Second+500*time.Millisecond, func() {
						if resp, err := rt.RoundTrip(request(t, http.MethodGet, home, nil)); err == nil {
							_ = resp.Body.Close()
						}
					})
					assert.Greater(t, calls, 3000)
					assert.LessOrEqual(t, int(fetches.Load()), row.limit)
					assert.Greater(t, int(fetches.Load()), row.limit/2, "it goes on trying")
				})
			})
		}
	}
}

// A4: in a calm period the last token is used, and no attempt more is made with it.
func TestTheLastTokenIsUsedInACalmPeriod(t *testing.T) {
	t.Parallel()
	for name, mw := range map[string]transport.Middleware{"alone": nil, "below a retry loop": retry.New()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var fetches atomic.Int32
				base := &server{answer: func(*http.Request) int { return http.StatusUnauthorized }}
				rt := transport.Chain(base, mw, auth.New(home, auth.Refresh(numbered(0, &fetches))))
				call := func() { _ = send(t, rt, request(t, http.MethodGet, home, nil)).Body.Close() }
				call()
				assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, base.values)
				for range 3 {
					call()
				}
				assert.Equal(t, []string{"Bearer t2", "Bearer t2", "Bearer t2"}, base.values[2:], "one attempt each")
				time.Sleep(time.Second)
				call()
				assert.Equal(t, []string{"Bearer t3"}, base.values[5:], "the calm is over: the refused token is not sent again")
				assert.EqualValues(t, 3, fetches.Load())
			})
		})
	}
}

// A4: the token that came expired is used until the calm period is over.
func TestATokenThatCameExpiredIsUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		source := auth.Refresh(numbered(time.Nanosecond, &fetches))
		assert.Equal(t, "Bearer t1", ask(t, source))
		time.Sleep(time.Nanosecond)
		assert.Equal(t, "Bearer t2", ask(t, source))
		time.Sleep(time.Second - time.Nanosecond)
		assert.Equal(t, "Bearer t2", ask(t, source))
		time.Sleep(time.Nanosecond)
		assert.Equal(t, "Bearer t3", ask(t, source))
	})
}

// A4: without a token the last error is returned at once, as not sent.
func TestWithoutATokenTheLastErrorIsReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("issuer is down")
		calls := 0
		source := auth.Refresh(func(context.Context) (auth.Token, error) {
			if calls++; calls > 2 {
				return auth.Token{Value: secret}, nil
			}
			if calls == 2 {
				panic("out of tokens")
			}
			time.Sleep(time.Second)
			return auth.Token{}, down
		})
		base := &server{}
		rt := auth.New(home, source)(base)
		for i := range 3 {
			begun := time.Now()
			_, err := rt.RoundTrip(request(t, http.MethodGet, home, nil))
			require.ErrorIs(t, err, down)
			unsigned, ok := errors.AsType[*auth.SignError](err)
			require.True(t, ok)
			assert.True(t, unsigned.NotSent())
			assert.Equal(t, i == 0, time.Since(begun) > 0, "only the first waits")
		}
		assert.Equal(t, 1, calls)
		time.Sleep(time.Second)
		assert.PanicsWithValue(t, "out of tokens", func() { _, _ = source.Authorization(t.Context()) })
		_, err := source.Authorization(t.Context())
		require.EqualError(t, err, "token request: the fetch panicked: out of tokens")
		time.Sleep(time.Second)
		assert.Equal(t, "Bearer canary", ask(t, source))
		assert.Empty(t, base.values)
	})
}

// A4, R13: a fetch after a 401 is not on the attempt's clock, which its response has met.
func TestTheFetchAfterA401IsNotOnTheAttemptsClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		next := numbered(0, &fetches)
		source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
			if fetches.Load() > 0 {
				time.Sleep(5 * time.Second)
			}
			return next(ctx)
		})
		base := &server{answer: unauthorizedUnless("Bearer t2")}
		rt := transport.Chain(base, retry.New(retry.WithAttemptTimeout(time.Second), retry.WithMaxRetries(0)), auth.New(home, source))
		resp := send(t, rt, request(t, http.MethodGet, home, nil))
		assert.Equal(t, http.StatusOK, resp.StatusCode)
		assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, base.values)
		assert.Equal(t, 2, transport.CallOf(resp).AttemptCount())
	})
}

// A4: a fetch serves all calls, so nothing that was set for the one that began it
// holds for it: no policy, no mark, no record, no deadline, no source.
func TestNothingOfACallReachesTheFetch(t *testing.T) {
	t.Parallel()
	for name, above := range map[string]func(http.RoundTripper) http.RoundTripper{
		"alone":              func(rt http.RoundTripper) http.RoundTripper { return rt },
		"in a chain":         func(rt http.RoundTripper) http.RoundTripper { return transport.Chain(rt) },
		"below a retry loop": func(rt http.RoundTripper) http.RoundTripper { return retry.New()(rt) },
		"in a standing chain": func(rt http.RoundTripper) http.RoundTripper {
			return transport.Chain(rt, transport.Identity(), retry.New())
		},
	} {
		for set, with := range map[string]func(context.Context) context.Context{
			"nothing": func(ctx context.Context) context.Context { return ctx },
			"safe":    retry.Safe,
			"off":     func(ctx context.Context) context.Context { return retry.WithPolicy(ctx, retry.Off()) },
			"timeouts": func(ctx context.Context) context.Context {
				return retry.WithPolicy(ctx, retry.WithCallTimeout(time.Second), retry.WithAttemptTimeout(time.Second))
			},
			"retries": func(ctx context.Context) context.Context {
				return retry.WithPolicy(ctx, retry.WithMaxRetries(7), retry.WithAnyMethodOnStatus())
			},
			"a source": func(ctx context.Context) context.Context {
				return auth.WithSource(ctx, auth.InHeader("X-Other", auth.None()))
			},
			"none": func(ctx context.Context) context.Context {
				return auth.WithSource(ctx, auth.InHeader("X-Idp", auth.None()))
			},
		} {
			for _, begins := range []bool{false, true} {
				for kind, sourceOf := range map[string]func(func(context.Context) (string, error)) auth.Source{
					"refresh": func(get func(context.Context) (string, error)) auth.Source {
						return auth.Refresh(func(ctx context.Context) (auth.Token, error) {
							_, deadline := ctx.Deadline()
							assert.True(t, deadline, "its own timeout")
							value, err := get(ctx)
							return auth.Token{Value: redact.NewSecret(value)}, err
						}, auth.WithScheme(""))
					},
					"function": func(get func(context.Context) (string, error)) auth.Source { return auth.SourceFunc(get) },
				} {
					if kind == "function" && set == "timeouts" {
						continue // it serves this call alone, and ends with it
					}
					t.Run(fmt.Sprintf("%s/%s/%s/%t", name, set, kind, begins), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							fetchIsItsOwn(t, above, with, sourceOf, begins)
						})
					})
				}
			}
		}
	}
}

// fetchIsItsOwn makes a call whose token comes from a server that takes 2 s and
// answers 503 to a POST at first, then to a GET once: by the fetch's own policy the
// POST is sent once, the GET twice.
func fetchIsItsOwn(
	t *testing.T, above func(http.RoundTripper) http.RoundTripper, with func(context.Context) context.Context,
	sourceOf func(func(context.Context) (string, error)) auth.Source, begins bool,
) {
	t.Helper()
	var asked []string
	idp := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		asked = append(asked, req.Method+" "+req.Header.Get("X-Idp"))
		status := http.StatusOK
		if len(asked) < 3 {
			status = http.StatusServiceUnavailable
		}
		return &http.Response{StatusCode: status, Body: http.NoBody, Request: req}, nil
	}), retry.New(retry.WithBaseDelay(2*time.Second), retry.WithBackoff(retry.Constant)), auth.New("https://idp.test", auth.Header("X-Idp", redact.NewSecret("idp"))))
	get := func(ctx context.Context) (string, error) {
		assert.Nil(t, transport.CallFrom(ctx), "no record")
		assert.Nil(t, layer.ClockFrom(ctx), "no clock")
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			req, err := http.NewRequestWithContext(ctx, method, "https://idp.test/", nil)
			if err != nil {
				return "", err
			}
			resp, err := idp.RoundTrip(req)
			if err != nil {
				return "", err
			}
			_ = resp.Body.Close()
		}
		return "token", nil
	}
	ctx := with(t.Context())
	if begins {
		var call *transport.Call
		ctx, call = transport.Begin(with(t.Context()))
		defer call.End()
		ctx = with(ctx)
	}
	rt := above(auth.New(home, sourceOf(get))(&server{}))
	resp, err := rt.RoundTrip(request(t, http.MethodGet, home, nil).WithContext(ctx))
	time.Sleep(time.Minute) // a fetch whose caller has left goes on
	synctest.Wait()
	if err == nil {
		_ = resp.Body.Close()
	}
	assert.Equal(t, []string{"POST idp", "GET idp", "GET idp"}, asked)
}
