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

// L2: a usable hint pauses the key for it; without one there is no pause.
func TestPausesForTheHint(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		answer func() *http.Response
		opts   []ratelimit.LimiterOption
		want   time.Duration
	}{
		{"seconds", func() *http.Response { return answer(429, "Retry-After", "7") }, nil, 7 * time.Second},
		{"a date", func() *http.Response {
			return answer(429, "Retry-After", time.Now().Add(9*time.Second).UTC().Format(http.TimeFormat))
		}, nil, 9 * time.Second},
		{"the window of a second", func() *http.Response { return answer(429, transport.HeaderPeriod, "1") }, nil, time.Second},
		{"the window of a minute", func() *http.Response { return answer(429, transport.HeaderPeriod, "60") }, nil, time.Minute},
		{"a retry after before a window", func() *http.Response {
			return answer(429, transport.HeaderPeriod, "60", "Retry-After", "2")
		}, nil, 2 * time.Second},
		{"the reset of an empty quota", func() *http.Response {
			return answer(429, transport.HeaderRemaining, "0", transport.HeaderReset, "5")
		}, nil, 5 * time.Second},
		{"no more than the longest pause", func() *http.Response { return answer(429, "Retry-After", "3600") }, nil, time.Minute},
		{"a number that overflows", func() *http.Response { return answer(429, "Retry-After", strings.Repeat("9", 30)) }, nil, time.Minute},
		{"a longest pause of one's own", func() *http.Response { return answer(429, "Retry-After", "3600") },
			[]ratelimit.LimiterOption{ratelimit.WithMaxPause(3 * time.Second)}, 3 * time.Second},
		{"the state on a success", func() *http.Response {
			return answer(202, transport.HeaderState, "THROTTLED", "Retry-After", "4")
		}, nil, 4 * time.Second},

		{"no hint", func() *http.Response { return answer(429) }, nil, 0},
		{"garbage", func() *http.Response { return answer(429, "Retry-After", "-1", transport.HeaderPeriod, "x") }, nil, 0},
		{"a quota that is not empty", func() *http.Response {
			return answer(429, transport.HeaderRemaining, "5", transport.HeaderReset, "5")
		}, nil, 0},
		{"another status", func() *http.Response { return answer(503, "Retry-After", "7") }, nil, 0},
		{"the state OK", func() *http.Response { return answer(200, transport.HeaderState, "OK", transport.HeaderPeriod, "60") }, nil, 0},
		{"learning switched off", func() *http.Response { return answer(429, "Retry-After", "7") },
			[]ratelimit.LimiterOption{ratelimit.WithLearning(false)}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := begin(row.answer())
				rt := ratelimit.New(ratelimit.NewLimiter(append(row.opts, ratelimit.WithJitter(noJitter))...))(server)
				send(t, rt, request(t, nil))
				send(t, rt, request(t, nil))
				assert.Equal(t, []time.Duration{0, row.want}, server.came)
			})
		})
	}
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

func TestTheDefaultKeyIsTheHost(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.NewLimiter()
	for _, target := range []string{"https://Api.example.com:8443/a", "https://api.EXAMPLE.com:8443/b"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		require.NoError(t, err)
		send(t, ratelimit.New(limiter)(always(200)), req)
	}
	_, ok := limiter.Snapshot("api.example.com:8443")
	assert.True(t, ok)
	assert.Equal(t, 1, limiter.Len())
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

// L2: a wait that cannot end in time is refused at once; nothing is sent and
// nothing is left in the queue.
func TestRefusesAWaitThatCannotEndInTime(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		opts       []ratelimit.LimiterOption
		deadline   time.Duration
		byDeadline bool
		wait       time.Duration
		ahead      int // attempts that wait already
	}{
		{"the pause outlasts the deadline", nil, 4 * time.Second, true, 5 * time.Second, 0},
		{"the pause ends with the deadline", nil, 5 * time.Second, true, 5 * time.Second, 0},
		{"the pause outlasts the longest wait", []ratelimit.LimiterOption{ratelimit.WithMaxWait(time.Second)}, 0, false, 5 * time.Second, 0},
		{"the deadline is nearer than the longest wait", []ratelimit.LimiterOption{ratelimit.WithMaxWait(3 * time.Second)}, time.Second, true, 5 * time.Second, 0},
		{"the longest wait is nearer than the deadline", []ratelimit.LimiterOption{ratelimit.WithMaxWait(time.Second)}, 3 * time.Second, false, 5 * time.Second, 0},
		{"the queue is too long", []ratelimit.LimiterOption{ratelimit.WithRate(0.1, 1), ratelimit.WithLearning(false)}, 40 * time.Second, true, 40 * time.Second, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := begin(answer(429, "Retry-After", "5"))
				limiter := ratelimit.NewLimiter(append(row.opts, ratelimit.WithJitter(noJitter))...)
				rt := transport.Chain(server, ratelimit.New(limiter))
				send(t, rt, request(t, nil))
				for range row.ahead {
					req := request(t, nil)
					go send(t, rt, req)
				}
				synctest.Wait()
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if row.deadline > 0 {
					ctx, cancel = context.WithTimeout(ctx, row.deadline)
				}
				defer cancel()
				ctx, call := transport.Begin(ctx)
				body := &countedBody{Reader: strings.NewReader("x")}
				resp, err := rt.RoundTrip(request(t, body).WithContext(ctx))
				assert.Nil(t, resp)
				limited, ok := errors.AsType[*ratelimit.LimitError](err)
				require.True(t, ok, err)
				assert.Equal(t, &ratelimit.LimitError{Key: "api.example.com", Wait: row.wait, ByDeadline: row.byDeadline}, limited)
				require.ErrorIs(t, err, ratelimit.ErrLimited)
				assert.Equal(t, row.byDeadline, errors.Is(err, context.DeadlineExceeded))
				require.ErrorContains(t, err, "not sent")
				assert.True(t, limited.NotSent())
				assert.False(t, limited.Retryable())
				assert.Equal(t, 1, body.closed)
				assert.Zero(t, call.AttemptCount())
				assert.Empty(t, call.Waits())
				assert.Len(t, server.came, 1)
				state, _ := limiter.Snapshot("api.example.com")
				assert.Equal(t, row.ahead, state.Waiting)
				assert.Zero(t, state.Running)
				time.Sleep(time.Minute)
				synctest.Wait()
				assert.Len(t, server.came, 1+row.ahead)
			})
		})
	}
}

// A pace that was learned may grow, so what waits for it is not refused early;
// the longest wait ends it none the less.
func TestTheLongestWaitEndsAWaitInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "1"), answer(429, "Retry-After", "30"))
		rt := ratelimit.New(ratelimit.NewLimiter(ratelimit.WithMaxWait(3*time.Second), ratelimit.WithJitter(noJitter)))(server)
		send(t, rt, request(t, nil))
		req := request(t, nil)
		go send(t, rt, req) // goes first, and meets the next objection
		synctest.Wait()
		_, err := rt.RoundTrip(request(t, nil))
		require.ErrorIs(t, err, ratelimit.ErrLimited)
		assert.LessOrEqual(t, time.Since(server.begun), 3*time.Second)
		assert.Len(t, server.came, 2)
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
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.001, 1))
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
		"a pause by state": {answer(200, transport.HeaderState, "THROTTLED", "Retry-After", "2"), nil,
			[]transport.Wait{{For: 2 * time.Second, Before: 1, Cause: transport.WaitLimit, Reason: "paused by its state"}}, []string{"hold 0s", "restart 2s"}},
		"a pace": {answer(200), []ratelimit.LimiterOption{ratelimit.WithRate(1, 1)},
			[]transport.Wait{{For: time.Second, Before: 1, Cause: transport.WaitLimit, Reason: "paced"}}, []string{"hold 0s", "restart 1s"}},
		"no wait": {answer(200), nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt := transport.Chain(begin(row.first), ratelimit.New(ratelimit.NewLimiter(append(row.opts, ratelimit.WithJitter(noJitter))...)))
				send(t, rt, request(t, nil))
				ctx, call := transport.Begin(t.Context())
				clock := &heldClock{begun: time.Now()}
				send(t, rt, request(t, nil).WithContext(transport.WithClock(ctx, clock)))
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
func (c *heldClock) Restart() { c.calls = append(c.calls, "restart "+time.Since(c.begun).String()) }

// L2: keys that are no longer used are let go, but none that an attempt holds.
func TestLetsIdleKeysGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		name := func(req *http.Request) string { return req.Header.Get("Name") }
		limiter := ratelimit.NewLimiter(ratelimit.WithKey(name), ratelimit.WithIdleKeys(time.Minute))
		long := make(chan struct{})
		rt := ratelimit.New(limiter)(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if req.Header.Get("Name") == "long" {
				<-long
			}
			return answer(200), nil
		}))
		ask := func(name string) {
			req := request(t, nil)
			req.Header.Set("Name", name)
			send(t, rt, req)
		}
		for name := range strings.SplitSeq("abcdefgh", "") {
			ask(name)
		}
		time.Sleep(time.Minute)
		ask("a")
		assert.Equal(t, 8, limiter.Len(), "a minute is not over a minute")
		go ask("long")
		time.Sleep(time.Minute + 1)
		for range 4 {
			ask("a")
		}
		assert.Equal(t, 2, limiter.Len())
		_, ok := limiter.Snapshot("long")
		assert.True(t, ok)
		close(long)
		synctest.Wait()
		time.Sleep(2 * time.Minute)
		ask("a")
		assert.Equal(t, 1, limiter.Len())
	})
}

func TestKeepsKeysForEverIfTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithIdleKeys(0), ratelimit.WithKey(func(req *http.Request) string { return req.Method }))
		rt := ratelimit.New(limiter)(begin())
		for _, method := range []string{"GET", "PUT", "GET"} {
			req := request(t, nil)
			req.Method = method
			send(t, rt, req)
			time.Sleep(1000 * time.Hour)
		}
		assert.Equal(t, 2, limiter.Len())
	})
}

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
