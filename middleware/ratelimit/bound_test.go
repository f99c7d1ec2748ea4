package ratelimit_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// L2: a wait that cannot end in time is refused at once; nothing is sent and
// nothing is left in the queue.
func TestRefusesAWaitThatCannotEndInTime(t *testing.T) {
	t.Parallel()
	const s = time.Second
	wait := func(d time.Duration) []ratelimit.LimiterOption {
		return []ratelimit.LimiterOption{ratelimit.WithMaxWait(d)}
	}
	slow := func(more ...ratelimit.LimiterOption) []ratelimit.LimiterOption {
		return append(more, ratelimit.WithRate(0.1, 1), ratelimit.WithLearning(false))
	}
	for _, row := range []struct {
		name     string
		opts     []ratelimit.LimiterOption
		deadline time.Duration
		elapsed  time.Duration // of a retry loop above
		bound    ratelimit.Bound
		wait     time.Duration
		ahead    int // attempts that wait already
	}{
		{"the pause outlasts the deadline", nil, 4 * s, 0, ratelimit.BoundDeadline, 5 * s, 0},
		{"the pause ends with the deadline", nil, 5 * s, 0, ratelimit.BoundDeadline, 5 * s, 0},
		{"the pause outlasts the longest wait", wait(s), 0, 0, ratelimit.BoundMaxWait, 5 * s, 0},
		{"the pause ends with the longest wait", wait(5 * s), 0, 0, ratelimit.BoundMaxWait, 5 * s, 0},
		{"the deadline is nearer than the longest wait", wait(3 * s), s, 0, ratelimit.BoundDeadline, 5 * s, 0},
		{"the longest wait is nearer than the deadline", wait(s), 3 * s, 0, ratelimit.BoundMaxWait, 5 * s, 0},
		{"the pause outlasts the time for retries", nil, 0, 4 * s, ratelimit.BoundMaxElapsed, 5 * s, 0},
		{"the time for retries is nearest", wait(3 * s), 4 * s, 2 * s, ratelimit.BoundMaxElapsed, 5 * s, 0},
		{"the deadline and the time for retries are equally near", nil, 4 * s, 4 * s, ratelimit.BoundDeadline, 5 * s, 0},
		{"the longest wait and the time for retries are equally near", wait(4 * s), 0, 4 * s, ratelimit.BoundMaxElapsed, 5 * s, 0},
		{"the queue is too long for the deadline", slow(), 40 * s, 0, ratelimit.BoundDeadline, 40 * s, 3},
		{"the queue is too long for the longest wait", slow(), 0, 0, ratelimit.BoundMaxWait, 60 * s, 5},
		{"the queue is full", slow(ratelimit.WithMaxQueue(2)), 0, 0, ratelimit.BoundMaxQueue, 30 * s, 2},
		{"the queue of a paused key is full", []ratelimit.LimiterOption{ratelimit.WithMaxQueue(1)}, 0, 0, ratelimit.BoundMaxQueue, 5 * s, 1},
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
				resp, err := transport.Chain(rt, looping(row.elapsed)).RoundTrip(request(t, body).WithContext(ctx))
				assert.Nil(t, resp)
				limited, ok := errors.AsType[*ratelimit.LimitError](err)
				require.True(t, ok, err)
				assert.Equal(t, &ratelimit.LimitError{Key: "api.example.com", Wait: row.wait, Bound: row.bound}, limited)
				require.ErrorIs(t, err, ratelimit.ErrLimited)
				var timeout net.Error
				require.ErrorAs(t, err, &timeout)
				byDeadline := row.bound == ratelimit.BoundDeadline
				assert.Equal(t, byDeadline, errors.Is(err, context.DeadlineExceeded))
				assert.Equal(t, byDeadline, timeout.Timeout())
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

// L2: no attempt waits for longer than a minute, and no more than a thousand wait,
// unless other bounds are set.
func TestWaitsAreBoundedByDefault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(20, 1))
		rt := ratelimit.New(limiter)(begin())
		refusals := crowd(t, rt, 1201)
		assert.Equal(t, map[ratelimit.Bound]int{ratelimit.BoundMaxQueue: 200}, refusals(0))
		slow := ratelimit.New(ratelimit.NewLimiter(ratelimit.WithRate(1, 1)))(begin())
		refusals = crowd(t, slow, 100)
		assert.Equal(t, map[ratelimit.Bound]int{ratelimit.BoundMaxWait: 40}, refusals(time.Minute))
	})
}

// L2, C10: 0 takes the bounds away.
func TestWaitsHaveNoBoundIfTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin()
		rt := ratelimit.New(ratelimit.NewLimiter(ratelimit.WithRate(1, 1), ratelimit.WithMaxWait(0), ratelimit.WithMaxQueue(0)))(server)
		refusals := crowd(t, rt, 2000)
		assert.Empty(t, refusals(time.Hour))
		assert.Equal(t, 1999*time.Second, server.came[1999])
	})
}

// crowd makes attempts at once. What it returns waits and then counts those that were refused.
func crowd(t *testing.T, rt http.RoundTripper, attempts int) func(time.Duration) map[ratelimit.Bound]int {
	t.Helper()
	var mu sync.Mutex
	counts := map[ratelimit.Bound]int{}
	for range attempts {
		req := request(t, nil)
		go func() {
			resp, err := rt.RoundTrip(req)
			if err == nil {
				assert.NoError(t, resp.Body.Close())
				return
			}
			limited, ok := errors.AsType[*ratelimit.LimitError](err)
			if assert.True(t, ok, err) {
				mu.Lock()
				defer mu.Unlock()
				counts[limited.Bound]++
			}
		}()
	}
	return func(after time.Duration) map[ratelimit.Bound]int {
		time.Sleep(after)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		return counts
	}
}

// looping is as much of a retry loop as a limiter can see: the time that it has.
// There is no loop for a time of 0.
func looping(elapsed time.Duration) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if elapsed > 0 {
				_, loop, _ := record.OwnRoundTrip(req, nil)
				loop.Enter(req, 1, elapsed)
				defer loop.Leave()
			}
			return next.RoundTrip(req)
		})
	}
}

// L2, R3: an attempt of a retry loop may begin when the loop's time is just over,
// and not later.
func TestAWaitMayTakeAllTheTimeForRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "5"))
		rt := ratelimit.New(ratelimit.NewLimiter(ratelimit.WithJitter(noJitter)))(server)
		send(t, rt, request(t, nil))
		send(t, transport.Chain(rt, looping(5*time.Second)), request(t, nil))
		assert.Equal(t, []time.Duration{0, 5 * time.Second}, server.came)
	})
}

// L2: the queue is as long as it may be, and no longer, however many come at once.
func TestTheQueueIsNeverLongerThanItsBound(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.001, 1), ratelimit.WithMaxQueue(10), ratelimit.WithMaxWait(0))
	rt := ratelimit.New(limiter)(begin())
	send(t, rt, request(t, nil))
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(10*time.Second, cancel).Stop() // else the test would hang where it fails
	var full, ended atomic.Int32
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			_, err := rt.RoundTrip(request(t, nil).WithContext(ctx))
			if errors.Is(err, ratelimit.ErrLimited) {
				if full.Add(1) == 54 {
					cancel()
				}
				return
			}
			assert.ErrorIs(t, err, context.Canceled)
			ended.Add(1)
		})
	}
	wg.Wait()
	assert.Equal(t, int32(54), full.Load())
	assert.Equal(t, int32(10), ended.Load())
	state, _ := limiter.Snapshot("api.example.com")
	assert.Equal(t, ratelimit.State{Rate: 0.001}, state)
}

// R3: a refusal after an attempt says what that attempt came to.
func TestARefusalCarriesTheLastStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt := transport.Chain(begin(answer(429, "Retry-After", "30")), ratelimit.New(ratelimit.NewLimiter(ratelimit.WithMaxWait(time.Second))))
		ctx, _ := transport.Begin(t.Context())
		send(t, rt, request(t, nil).WithContext(ctx))
		_, err := rt.RoundTrip(request(t, nil).WithContext(ctx))
		limited, ok := errors.AsType[*ratelimit.LimitError](err)
		require.True(t, ok, err)
		assert.Equal(t, http.StatusTooManyRequests, limited.Status)
	})
}

func TestARefusalSaysWhyAndWhatToChange(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		bound  ratelimit.Bound
		status int
		want   string
	}{
		{ratelimit.BoundDeadline, 429, `ratelimit: wait for key "h": not sent: would wait 9.9s, beyond the context's deadline (last status 429)`},
		{ratelimit.BoundMaxElapsed, 0, `ratelimit: wait for key "h": not sent: would wait 9.9s, beyond the time limit for retries (see retry.WithMaxElapsed)`},
		{ratelimit.BoundMaxWait, 503, `ratelimit: wait for key "h": not sent: would wait 9.9s, longer than ratelimit.WithMaxWait allows (60s by default) (last status 503)`},
		{ratelimit.BoundMaxQueue, 0, `ratelimit: wait for key "h": not sent: too many attempts are waiting (see ratelimit.WithMaxQueue)`},
	} {
		err := &ratelimit.LimitError{Key: "h", Wait: 9_900_000_001, Bound: row.bound, Status: row.status}
		assert.EqualError(t, err, row.want)
		assert.Equal(t, err.Timeout(), err.Temporary())
	}
}

// Request.Cancel is deprecated, but net/http honors it, and so does a wait.
func TestAWaitEndsWithTheRequestsCancelChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "5"))
		limiter := ratelimit.NewLimiter(ratelimit.WithJitter(noJitter))
		rt := ratelimit.New(limiter)(server)
		send(t, rt, request(t, nil))
		canceled := make(chan struct{})
		var wg sync.WaitGroup
		for range 2 { // the first in the queue, and one behind it
			wg.Go(func() {
				body := &countedBody{Reader: strings.NewReader("x")}
				req := request(t, body)
				req.Cancel = canceled //nolint:staticcheck // deprecated, but net/http still honors it
				_, err := rt.RoundTrip(req)
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorContains(t, err, "not sent")
				assert.NotErrorIs(t, err, ratelimit.ErrLimited)
				assert.Equal(t, time.Second, time.Since(server.begun))
				assert.Equal(t, 1, body.closed)
			})
		}
		time.Sleep(time.Second)
		close(canceled)
		wg.Wait()
		state, _ := limiter.Snapshot("api.example.com")
		assert.Zero(t, state.Waiting)
		assert.Zero(t, state.Running)
		assert.Len(t, server.came, 1)
	})
}
