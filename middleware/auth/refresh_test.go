package auth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// numbered fetches the tokens t1, t2, …, each valid for life; zero is for ever.
func numbered(life time.Duration, fetches *atomic.Int32) func(context.Context) (auth.Token, error) {
	return func(context.Context) (auth.Token, error) {
		token := auth.Token{Value: redact.NewSecret(fmt.Sprintf("t%d", fetches.Add(1)))}
		if life > 0 {
			token.Expires = time.Now().Add(life)
		}
		return token, nil
	}
}

func ask(t *testing.T, source auth.Source) string {
	t.Helper()
	value, err := source.Authorization(t.Context())
	require.NoError(t, err)
	return value
}

// A4: one fetch serves all who wait for it.
func TestFetchesOnceForAHundredWaiters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		source := auth.Refresh(func(context.Context) (auth.Token, error) {
			fetches.Add(1)
			time.Sleep(time.Second)
			return auth.Token{Value: secret}, nil
		})
		base := &server{}
		rt := auth.New(home, source)(base)
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { send(t, rt, request(t, http.MethodGet, home, nil)) })
		}
		wg.Wait()
		assert.EqualValues(t, 1, fetches.Load())
		assert.Len(t, base.values, 100)
		for _, value := range base.values {
			assert.Equal(t, "Bearer canary", value)
		}
	})
}

func TestFetchesTheNextTokenBeforeTheLastExpires(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		life   time.Duration
		opts   []auth.RefreshOption
		old    time.Duration // the old token is all there is until now
		next   time.Duration // a call now has the next fetched, and goes on with the old one
		expiry bool          // next is the expiry itself: the call waits
	}{
		{"half a minute before, unless told otherwise", time.Hour, nil, 59*time.Minute + 29*time.Second, 59*time.Minute + 30*time.Second, false},
		{"as long before as it is told", time.Hour, []auth.RefreshOption{auth.WithRefreshBefore(10 * time.Minute)}, 49 * time.Minute, 50 * time.Minute, false},
		{"never before half of its life", 10 * time.Second, nil, 4 * time.Second, 5 * time.Second, false},
		{"when it expired", time.Minute, []auth.RefreshOption{auth.WithRefreshBefore(0)}, 59 * time.Second, time.Minute, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var fetches atomic.Int32
				source := auth.Refresh(numbered(row.life, &fetches), append(row.opts, nil)...)
				assert.Equal(t, "Bearer t1", ask(t, source))
				time.Sleep(row.old)
				assert.Equal(t, "Bearer t1", ask(t, source))
				synctest.Wait()
				assert.EqualValues(t, 1, fetches.Load())
				time.Sleep(row.next - row.old)
				if !row.expiry {
					assert.Equal(t, "Bearer t1", ask(t, source))
					synctest.Wait()
				}
				assert.Equal(t, "Bearer t2", ask(t, source))
				assert.EqualValues(t, 2, fetches.Load())
			})
		})
	}
}

func TestATokenWithoutExpiryIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		source := auth.Refresh(numbered(0, &fetches), auth.WithScheme(""))
		assert.Equal(t, "t1", ask(t, source))
		time.Sleep(1000 * time.Hour)
		assert.Equal(t, "t1", ask(t, source))
		source.Renew("another")
		assert.Equal(t, "t1", ask(t, source))
		source.Renew("t1")
		assert.Equal(t, "t2", ask(t, source))
	})
}

func TestGoesOnWithTheOldTokenWhenAnEarlyFetchFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		down := errors.New("issuer is down")
		first := numbered(time.Minute, &fetches)
		source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
			if fetches.Load() > 0 {
				fetches.Add(1)
				return auth.Token{}, down
			}
			return first(ctx)
		})
		ask(t, source)
		time.Sleep(40 * time.Second) // in the last half of its life
		for range 10 {
			assert.Equal(t, "Bearer t1", ask(t, source))
			synctest.Wait()
		}
		assert.EqualValues(t, 2, fetches.Load(), "the next try must wait a second")
		time.Sleep(time.Second)
		assert.Equal(t, "Bearer t1", ask(t, source))
		synctest.Wait()
		assert.EqualValues(t, 3, fetches.Load())
		time.Sleep(20 * time.Second) // it expired
		_, err := source.Authorization(t.Context())
		require.ErrorIs(t, err, down)
	})
}

// A4: a waiter leaves on its own context, and takes nobody along.
func TestAWaiterLeavesOnItsOwnContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
			select {
			case <-time.After(10 * time.Second):
				return auth.Token{Value: secret}, nil
			case <-ctx.Done():
				return auth.Token{}, ctx.Err()
			}
		})
		base := &server{}
		rt := auth.New(home, source)(base)
		var wg sync.WaitGroup
		begun := time.Now()
		wg.Go(func() { // the one that begins the fetch leaves first
			reason := errors.New("shutting down")
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, reason)
			defer cancel()
			body := &countedBody{Reader: strings.NewReader("x")}
			_, err := rt.RoundTrip(request(t, http.MethodPost, home, body).WithContext(ctx))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.ErrorIs(t, err, reason)
			assert.Equal(t, time.Second, time.Since(begun))
			assert.Equal(t, 1, body.closed)
		})
		synctest.Wait()
		wg.Go(func() { send(t, rt, request(t, http.MethodGet, home, nil)) })
		wg.Wait()
		assert.Equal(t, 10*time.Second, time.Since(begun))
		assert.Equal(t, []string{"Bearer canary"}, base.values)
	})
}

// A4: a fetch has a timeout of its own, which is not the caller's deadline.
func TestAFetchEndsWithItsTimeout(t *testing.T) {
	t.Parallel()
	for name, obeys := range map[string]bool{"a fetch that obeys its context": true, "a fetch that is deaf": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
					if obeys {
						<-ctx.Done()
						return auth.Token{}, errors.New("gave up")
					}
					time.Sleep(time.Minute)
					return auth.Token{Value: secret}, nil
				}, auth.WithRefreshTimeout(5*time.Second))
				begun := time.Now()
				_, err := source.Authorization(t.Context())
				require.ErrorContains(t, err, "token request: ")
				require.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, 5*time.Second, time.Since(begun))
				time.Sleep(time.Minute)
				if !obeys {
					assert.Equal(t, "Bearer canary", ask(t, source), "a late token is a token")
				}
			})
		})
	}
}

func TestRefusesATokenThatCannotBeSent(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "canary\n", " canary"} {
		source := auth.Refresh(func(context.Context) (auth.Token, error) { return auth.Token{Value: redact.NewSecret(token)}, nil })
		_, err := source.Authorization(t.Context())
		require.ErrorContains(t, err, "token request: it ")
		assert.NotContains(t, err.Error(), "canary")
	}
}

// C3: a fetch that panics does so in the goroutine of whoever waits.
func TestAPanicOfAFetchReachesItsCaller(t *testing.T) {
	t.Parallel()
	calls := 0
	source := auth.Refresh(func(context.Context) (auth.Token, error) {
		if calls++; calls == 1 {
			panic("out of tokens")
		}
		return auth.Token{Value: secret}, nil
	}, auth.WithRefreshCalm(0))
	assert.PanicsWithValue(t, "out of tokens", func() { _, _ = source.Authorization(t.Context()) })
	assert.Equal(t, "Bearer canary", ask(t, source))
}

func TestAFetchThatEndsItsGoroutineIsAnError(t *testing.T) {
	t.Parallel()
	source := auth.Refresh(func(context.Context) (auth.Token, error) { runtime.Goexit(); return auth.Token{}, nil })
	_, err := source.Authorization(t.Context())
	require.EqualError(t, err, "token request: the function to fetch tokens did not return")
}

// A4: without a retry loop the layer replays once itself, body and all.
func TestReplaysOnceAfterA401(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]io.Reader{"a body that can be had again": bytes.NewReader([]byte("hello")), "no body": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var fetches atomic.Int32
			base := &server{answer: unauthorizedUnless("Bearer t2")}
			rt := auth.New(home, auth.Refresh(numbered(0, &fetches)))(base)
			req := request(t, http.MethodPost, home, body)
			resp := send(t, rt, req)
			assert.Equal(t, http.StatusOK, resp.StatusCode)
			assert.Same(t, req, resp.Request)
			assert.Equal(t, []string{"Bearer t1", "Bearer t2"}, base.values)
			assert.Equal(t, base.bodies[0], base.bodies[1])
			assert.EqualValues(t, 1, base.opened.Load(), "the answer that was dropped must be closed")
			send(t, rt, request(t, http.MethodGet, home, nil))
			assert.Len(t, base.values, 3, "the token that works is kept")
		})
	}
}

func TestReturnsThe401ThatCannotBeMended(t *testing.T) {
	t.Parallel()
	stream := func(t *testing.T) *http.Request {
		return request(t, http.MethodPost, home, io.MultiReader(strings.NewReader("x"))) // no GetBody
	}
	long := func(t *testing.T) *http.Request {
		return request(t, http.MethodPost, home, io.LimitReader(strings.NewReader(strings.Repeat("x", 2<<20)), 2<<20))
	}
	broken := func(t *testing.T) *http.Request {
		req := request(t, http.MethodPost, home, strings.NewReader("x"))
		req.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("file is gone") }
		return req
	}
	plain := func(t *testing.T) *http.Request { return request(t, http.MethodPost, home, strings.NewReader("x")) }
	var fetches atomic.Int32
	constant := func(context.Context) (auth.Token, error) { return auth.Token{Value: secret}, nil }
	for _, row := range []struct {
		name     string
		req      func(*testing.T) *http.Request
		fetch    func(context.Context) (auth.Token, error)
		attempts int
	}{
		{"a stream is sent again from its copy", stream, numbered(0, &fetches), 2},
		{"a long stream goes out once", long, numbered(0, &fetches), 1},
		{"a body that cannot be opened again", broken, numbered(0, &fetches), 1},
		{"the issuer gives the same token", plain, constant, 1},
		{"the next token is no better", plain, numbered(0, &fetches), 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			base := &server{answer: func(*http.Request) int { return http.StatusUnauthorized }}
			resp := send(t, auth.New(home, auth.Refresh(row.fetch))(base), row.req(t))
			assert.Equal(t, http.StatusUnauthorized, resp.StatusCode)
			assert.Len(t, base.values, row.attempts)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, "answer", string(body), "the last answer must be whole")
			assert.EqualValues(t, 1, base.opened.Load())
		})
	}
}

func TestAFetchThatFailsAfterA401IsTheError(t *testing.T) {
	t.Parallel()
	down := errors.New("issuer is down")
	var fetches atomic.Int32
	first := numbered(0, &fetches)
	source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
		if fetches.Load() > 0 {
			return auth.Token{}, down
		}
		return first(ctx)
	})
	base := &server{answer: func(*http.Request) int { return http.StatusUnauthorized }}
	_, err := auth.New(home, source)(base).RoundTrip(request(t, http.MethodGet, home, nil))
	require.ErrorIs(t, err, down)
	assert.Zero(t, base.opened.Load())
}

// A4: the same below a retry loop: no attempt more is made in vain.
func TestAFetchThatFailsAfterA401BelowALoopIsTheError(t *testing.T) {
	t.Parallel()
	down := errors.New("issuer is down")
	fetches := 0
	source := auth.Refresh(func(context.Context) (auth.Token, error) {
		if fetches++; fetches > 1 {
			return auth.Token{}, down
		}
		return auth.Token{Value: secret}, nil
	})
	base := &server{answer: func(*http.Request) int { return http.StatusUnauthorized }}
	rt := transport.Chain(base, retry.New(retry.WithMaxRetries(0)), auth.New(home, source))
	_, err := rt.RoundTrip(request(t, http.MethodPost, home, strings.NewReader("x")))
	require.ErrorIs(t, err, down)
	assert.Len(t, base.values, 1)
	assert.Zero(t, base.opened.Load())
	assert.Equal(t, 2, fetches)
}

// A retryLoop is as much of one as the layer below can see.
type retryLoop struct {
	layer.Link

	grants bool
	asked  int
}

func (r *retryLoop) RoundTrip(req *http.Request) (*http.Response, error) {
	_, loop, _ := record.OwnRoundTrip(req, nil)
	loop.Enter(req, 0, 0)
	defer loop.Leave()
	if r.grants {
		loop.AllowAgain()
	}
	for {
		resp, err := r.Send(req)
		if !loop.TakeAgain() {
			return resp, err
		}
		r.asked++
		layer.CloseBody(resp.Body)
	}
}

// A4: the attempt more belongs to the retry loop, where every layer below it
// sees it; a second 401 is final, whoever made the attempt.
func TestAsksTheRetryLoopOncePerCall(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name             string
		answer           func(*http.Request) int
		grants           bool
		status, attempts int
		passes           int // how often a layer between loop and auth is passed
	}{
		{"the next token is good", unauthorizedUnless("Bearer t2"), true, 200, 2, 2},
		{"no token is good", unauthorizedUnless("no token"), true, 401, 2, 2},
		{"the loop cannot send the body again", unauthorizedUnless("Bearer t2"), false, 401, 1, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			loop := &retryLoop{grants: row.grants}
			passes := 0
			between := func(next http.RoundTripper) http.RoundTripper {
				return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					passes++
					return next.RoundTrip(req)
				})
			}
			above := func(next http.RoundTripper) http.RoundTripper {
				loop.Link = layer.NewLink("loop", layer.AtRetry, next)
				return loop
			}
			var fetches atomic.Int32
			base := &server{answer: row.answer}
			rt := transport.Chain(base, above, between, auth.New(home, auth.Refresh(numbered(0, &fetches))))
			resp := send(t, rt, request(t, http.MethodGet, home, nil))
			assert.Equal(t, row.status, resp.StatusCode)
			assert.Len(t, base.values, row.attempts)
			assert.Equal(t, row.passes, passes)
			assert.Equal(t, row.passes-1, loop.asked)
			assert.Equal(t, row.attempts, transport.CallOf(resp).AttemptCount())
			assert.EqualValues(t, 1, base.opened.Load())
		})
	}
}

// A4: many calls that fail on one token make one fetch.
func TestOneFetchMendsManyCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int32
		quick := numbered(0, &fetches)
		source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
			time.Sleep(time.Second)
			return quick(ctx)
		})
		base := &server{answer: unauthorizedUnless("Bearer t2")}
		rt := auth.New(home, source)(base)
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				resp := send(t, rt, request(t, http.MethodGet, home, nil))
				assert.Equal(t, http.StatusOK, resp.StatusCode)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 2, fetches.Load())
		assert.Len(t, base.values, 128)
	})
}

// C8: a thousand calls that leave while the token is fetched leave no goroutine.
func TestCancelledCallsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // it fails if a goroutine of the bubble is left
		source := auth.Refresh(func(ctx context.Context) (auth.Token, error) {
			<-ctx.Done()
			return auth.Token{}, ctx.Err()
		})
		rt := auth.New(home, source)(&server{})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				_, err := rt.RoundTrip(request(t, http.MethodGet, home, nil).WithContext(ctx))
				assert.ErrorIs(t, err, context.Canceled)
			})
		}
		synctest.Wait()
		cancel()
		wg.Wait()
		time.Sleep(30 * time.Second) // the fetch itself ends with its timeout
	})
}
