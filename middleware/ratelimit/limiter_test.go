package ratelimit_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A script answers the first requests as told, in order, and the rest with 200.
// It keeps when each came, counted from its own beginning.
type script struct {
	mu      sync.Mutex
	begun   time.Time
	answers []*http.Response
	came    []time.Duration
	names   []string
}

func begin(answers ...*http.Response) *script { return &script{begun: time.Now(), answers: answers} }

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.came = append(s.came, time.Since(s.begun))
	s.names = append(s.names, req.Header.Get("Name"))
	if len(s.answers) == 0 {
		return answer(http.StatusOK), nil
	}
	next := s.answers[0]
	s.answers = s.answers[1:]
	return next, nil
}

func noJitter() float64 { return 0 }

func send(t *testing.T, rt http.RoundTripper, req *http.Request) *http.Response {
	t.Helper()
	resp, err := rt.RoundTrip(req)
	if assert.NoError(t, err) {
		assert.NoError(t, resp.Body.Close())
	}
	return resp
}

// L2: the end of a pause is spread over a twentieth of it.
func TestSpreadsTheEndOfAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "20"))
		rt := ratelimit.New(ratelimit.NewLimiter(ratelimit.WithJitter(func() float64 { return 0.5 })))(server)
		send(t, rt, request(t, nil))
		send(t, rt, request(t, nil))
		assert.Equal(t, []time.Duration{0, 20*time.Second + 500*time.Millisecond}, server.came)
	})
}

// L2: those who waited for the end of a pause do not come at once.
func TestAdmitsSlowlyAfterAPauseAndThenFaster(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "1"))
		limiter := ratelimit.NewLimiter(ratelimit.WithJitter(noJitter))
		rt := ratelimit.New(limiter)(server)
		send(t, rt, request(t, nil))
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { send(t, rt, request(t, nil)) })
		}
		synctest.Wait()
		state, _ := limiter.Snapshot("api.example.com")
		assert.Equal(t, ratelimit.State{PausedUntil: server.begun.Add(time.Second), Waiting: 100}, state)
		wg.Wait()
		released := server.came[1:]
		assert.Equal(t, time.Second, released[0])
		assert.Greater(t, released[1], released[0], "the second must not come with the first")
		assert.Less(t, released[99]-released[50], released[50]-released[0], "the pace must grow")
		time.Sleep(time.Minute)
		state, _ = limiter.Snapshot("api.example.com")
		assert.Equal(t, ratelimit.State{Rate: math.Inf(1)}, state, "and end")
	})
}

// L2: one key knows nothing of another.
func TestPausesOneKeyOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "5"))
		limiter := ratelimit.NewLimiter(ratelimit.WithKey(func(req *http.Request) string { return req.Method }))
		rt := ratelimit.New(limiter)(server)
		send(t, rt, request(t, nil))
		get := request(t, nil)
		get.Method = http.MethodGet
		send(t, rt, get)
		assert.Equal(t, []time.Duration{0, 0}, server.came)
		assert.Equal(t, 2, limiter.Len())
		post, ok := limiter.Snapshot(http.MethodPost)
		require.True(t, ok)
		assert.Zero(t, post.Rate)
		_, ok = limiter.Snapshot("another")
		assert.False(t, ok)
	})
}

// An objection to a pace that is known lowers it; the least hint is no reason to stop.
func TestAnObjectionToAMeasuredPaceLowersIt(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		hint   string
		paused bool
	}{"the least hint": {"1", false}, "a longer one": {"3", true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				answers := []*http.Response{answer(429, "Retry-After", "1")}
				for range 10 {
					answers = append(answers, answer(200))
				}
				server := begin(append(answers, answer(429, "Retry-After", row.hint))...)
				limiter := ratelimit.NewLimiter()
				rt := ratelimit.New(limiter)(server)
				for range answers {
					send(t, rt, request(t, nil))
				}
				before, _ := limiter.Snapshot("api.example.com")
				send(t, rt, request(t, nil))
				after, _ := limiter.Snapshot("api.example.com")
				assert.Equal(t, row.paused, !after.PausedUntil.IsZero())
				assert.Less(t, after.Rate, before.Rate)
			})
		})
	}
}

// L2: a server that objects as soon as one comes back is left alone again.
func TestPausesAgainWhenNothingCameThrough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "1"), answer(429, "Retry-After", "1"), answer(429, "Retry-After", "1"))
		rt := ratelimit.New(ratelimit.NewLimiter(ratelimit.WithJitter(noJitter)))(server)
		for range 4 {
			send(t, rt, request(t, nil))
		}
		assert.Equal(t, []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second}, server.came)
	})
}

func TestPacesAtTheRateThatWasSet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin()
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(10, 2))
		rt := ratelimit.New(limiter)(server)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() { send(t, rt, request(t, nil)) })
		}
		wg.Wait()
		const ms = time.Millisecond
		assert.Equal(t, []time.Duration{0, 0, 100 * ms, 200 * ms, 300 * ms}, server.came)
		state, _ := limiter.Snapshot("api.example.com")
		assert.Equal(t, ratelimit.State{Rate: 10}, state)
	})
}

func TestServesWhoCameFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin()
		rt := ratelimit.New(ratelimit.NewLimiter(ratelimit.WithRate(1, 1)))(server)
		for name := range strings.SplitSeq("abcdef", "") {
			req := request(t, nil)
			req.Header.Set("Name", name)
			go send(t, rt, req)
			synctest.Wait()
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		assert.Equal(t, "abcdef", strings.Join(server.names, ""))
	})
}

// L2, C2: a wait ends with its context, closes the body, and holds nobody up.
func TestAWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "2"))
		limiter := ratelimit.NewLimiter(ratelimit.WithJitter(noJitter))
		rt := ratelimit.New(limiter)(server)
		send(t, rt, request(t, nil))
		reason := errors.New("shutting down")
		ctx, cancel := context.WithCancelCause(t.Context())
		body := &countedBody{Reader: strings.NewReader("x")}
		var wg sync.WaitGroup
		for _, name := range []string{"first", "in the middle"} {
			wg.Go(func() {
				req := request(t, nil).WithContext(ctx)
				if name == "first" {
					req.Body = body
				}
				_, err := rt.RoundTrip(req)
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, reason)
				assert.ErrorContains(t, err, "not sent")
				assert.Equal(t, time.Second, time.Since(server.begun))
			})
			synctest.Wait()
		}
		wg.Go(func() { send(t, rt, request(t, nil)) })
		synctest.Wait()
		time.Sleep(time.Second)
		cancel(reason)
		wg.Wait()
		assert.Equal(t, 1, body.closed)
		assert.Equal(t, []time.Duration{0, 2 * time.Second}, server.came, "the last in the queue must not wait for those who left")
		state, _ := limiter.Snapshot("api.example.com")
		assert.Zero(t, state.Waiting)
		assert.Zero(t, state.Running)
	})
}

// C8: a thousand waits that were cancelled leave neither goroutine nor claim.
func TestCancelledWaitsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.001, 1), ratelimit.WithMaxWait(0))
		rt := ratelimit.New(limiter)(begin())
		ctx, cancel := context.WithCancel(t.Context())
		send(t, rt, request(t, nil))
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				_, err := rt.RoundTrip(request(t, nil).WithContext(ctx))
				assert.ErrorIs(t, err, context.Canceled)
			})
		}
		synctest.Wait()
		cancel()
		wg.Wait()
		state, _ := limiter.Snapshot("api.example.com")
		assert.Equal(t, ratelimit.State{Rate: 0.001}, state)
	})
}

// L2, R13: the wait stands on the record, and the attempt's clock is held for it.
func TestNotesTheWaitAndHoldsTheClock(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		first *http.Response
		opts  []ratelimit.LimiterOption
		want  []transport.Wait
		clock []string
	}{
		"a pause": {answer(429, "Retry-After", "2"), nil,
			[]transport.Wait{{For: 2 * time.Second, Before: 1, Cause: transport.WaitLimit, Reason: "paused by 429"}}, []string{"hold 0s", "restart 2s"}},
		"a pause by state": {answer(200, ratelimit.VendorState, "SLOW", "Retry-After", "2"), nil,
			[]transport.Wait{{For: 2 * time.Second, Before: 1, Cause: transport.WaitLimit, Reason: "paused by the server's state"}}, []string{"hold 0s", "restart 2s"}},
		"a pace": {answer(200), []ratelimit.LimiterOption{ratelimit.WithRate(1, 1)},
			[]transport.Wait{{For: time.Second, Before: 1, Cause: transport.WaitLimit, Reason: "paced"}}, []string{"hold 0s", "restart 1s"}},
		"no wait": {answer(200), nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt := transport.Chain(begin(row.first), reading(ratelimit.NewLimiter(append(row.opts, ratelimit.WithJitter(noJitter))...)))
				send(t, rt, request(t, nil))
				ctx, call := transport.Begin(t.Context())
				clock := &heldClock{begun: time.Now()}
				send(t, rt, request(t, nil).WithContext(layer.WithClock(ctx, clock)))
				assert.Equal(t, row.want, call.Waits())
				assert.Equal(t, row.clock, clock.calls)
			})
		})
	}
}

type heldClock struct {
	begun time.Time
	calls []string
}

func (c *heldClock) Hold()    { c.calls = append(c.calls, "hold "+time.Since(c.begun).String()) }
func (c *heldClock) Resume()  { c.calls = append(c.calls, "resume "+time.Since(c.begun).String()) }
func (c *heldClock) Restart() { c.calls = append(c.calls, "restart "+time.Since(c.begun).String()) }

// Clients that share a limiter share its pauses.
func TestClientsMayShareALimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithJitter(noJitter))
		one, other := begin(answer(429, "Retry-After", "3")), begin()
		send(t, ratelimit.New(limiter)(one), request(t, nil))
		send(t, ratelimit.New(limiter)(other), request(t, nil))
		assert.Equal(t, []time.Duration{3 * time.Second}, other.came)
	})
}
