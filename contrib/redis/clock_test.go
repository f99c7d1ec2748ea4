package redis_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/ratelimit"
)

// F4: a clock that is set forward gives no second burst and ends no pause.
func TestAClockThatIsSetForwardGivesNothing(t *testing.T) {
	t.Parallel()
	onStages(t, func(t *testing.T, s *stage) {
		for _, by := range []time.Duration{valid / 2, 3 * time.Second, time.Hour, 24 * 365 * time.Hour} {
			all := members(s.store(), "key"+by.String(), 2, fleetRate())
			all[1].must(t, ratelimit.Ask{})
			first := all[0].must(t, ratelimit.Ask{Want: 60, Horizon: 200 * time.Millisecond})
			require.Len(t, first.Turns, 20, "a member's part of the turns until the horizon")
			for range 3 {
				all[0].must(t, ratelimit.Ask{Want: 60, Horizon: 200 * time.Millisecond})
			}
			s.jump(by)
			s.advance(100 * time.Millisecond)
			turns := 0
			for range 4 {
				for _, m := range all {
					turns += len(m.must(t, ratelimit.Ask{Want: 60, Horizon: time.Nanosecond}).Turns)
				}
			}
			if by < valid { // seen when the first lease came
				assert.LessOrEqual(t, turns, 50, by)
			} else {
				assert.Zero(t, turns, by)
			}
			all[0].must(t, ratelimit.Ask{Refused: ratelimit.Refusal{Count: 1, Hint: 20 * time.Second}})
			s.jump(by)
			for range 2 { // the second ask reports what the first has seen
				for _, m := range all {
					m.must(t, ratelimit.Ask{})
				}
			}
			assert.InDelta(t, 20, all[1].must(t, ratelimit.Ask{}).Paused.Seconds(), 0.1, by)
		}
	})
}

// F4: a clock that is set back delays nobody.
func TestAClockThatIsSetBackDelaysNobody(t *testing.T) {
	t.Parallel()
	onStages(t, func(t *testing.T, s *stage) {
		m := members(s.store(), "key", 1, fleetRate())[0]
		m.must(t, ratelimit.Ask{Want: 50})
		s.jump(-time.Hour)
		m.must(t, ratelimit.Ask{})
		s.advance(100 * time.Millisecond)
		assert.InDelta(t, 20, len(m.must(t, ratelimit.Ask{Want: 50, Horizon: time.Nanosecond}).Turns), 1)
	})
}

// A member that slept is not a clock that was set: it takes nothing from the others.
func TestAMemberThatSleptMovesNoTimes(t *testing.T) {
	t.Parallel()
	onStages(t, func(t *testing.T, s *stage) {
		all := members(s.store(), "key", 2, fleetRate())
		for _, m := range all {
			m.must(t, ratelimit.Ask{Want: 1})
		}
		sleeper := members(newStore(t, s.rdb, append(s.opts, redis.WithClock(func() time.Duration { return s.now() / 1000 }))...), "key", 3, fleetRate())[2]
		sleeper.must(t, ratelimit.Ask{})
		all[0].must(t, ratelimit.Ask{Refused: ratelimit.Refusal{Count: 1, Hint: 3 * valid}})
		s.advance(2 * valid)
		all[0].must(t, ratelimit.Ask{})
		s.advance(time.Millisecond)
		sleeper.must(t, ratelimit.Ask{})
		assert.InDelta(t, valid.Seconds(), all[0].must(t, ratelimit.Ask{}).Paused.Seconds(), 0.01)
	})
}

// F4: a script that a server runs late gives nothing and changes nothing, and the caller does
// not wait for it.
func TestAServerThatHangsGivesNothing(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	rdb := connect(t, options(server.addr))
	m := members(newStore(t, rdb), "key", 1, fleetRate())[0]
	m.must(t, ratelimit.Ask{Want: 1})
	before := rdb.HGetAll(context.Background(), "tripware:limit:key").Val()
	require.NoError(t, server.process.Signal(syscall.SIGSTOP))
	for range 3 {
		begun := time.Now()
		_, err := m.ask(ratelimit.Ask{Want: 10, Valid: 50 * time.Millisecond})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Less(t, time.Since(begun), 5*time.Second)
	}
	require.NoError(t, server.process.Signal(syscall.SIGCONT))
	require.Eventually(t, func() bool { return rdb.Ping(context.Background()).Err() == nil }, 20*time.Second, 10*time.Millisecond)
	assert.Equal(t, before, rdb.HGetAll(context.Background(), "tripware:limit:key").Val())
}

// Idle keys go.
func TestAKeyExpires(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, addr string) {
		rdb := connect(t, options(addr))
		store := newStore(t, rdb)
		members(store, "fast", 1, fleetRate())[0].must(t, ratelimit.Ask{Want: 1})
		assert.InDelta(t, 15*time.Minute, rdb.PTTL(context.Background(), "tripware:limit:fast").Val(), float64(10*time.Second))
		slow := members(store, "slow", 1, ratelimit.Rate{PerSecond: 0.01, Burst: 36})[0]
		slow.must(t, ratelimit.Ask{Want: 1})
		assert.InDelta(t, 2*time.Hour, rdb.PTTL(context.Background(), "tripware:limit:slow").Val(), float64(10*time.Second))
	})
}

// twice sends each script twice, as a client does that retries.
type twice struct {
	counter

	on bool
}

func (w *twice) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		if w.on {
			_ = next(ctx, cmd)
		}
		return next(ctx, cmd)
	}
}

// F4: an ask that a client sends twice is given no turns twice, and gives none back twice.
func TestAnAskThatIsSentTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	onStages(t, func(t *testing.T, s *stage) {
		client := &twice{}
		s.rdb.AddHook(client)
		m := members(s.store(), "key", 1, fleetRate())[0]
		m.must(t, ratelimit.Ask{Want: 20})
		client.on = true
		assert.Empty(t, m.must(t, ratelimit.Ask{Want: 10, Back: 5}).Turns, "they went with the first reply, which was lost")
		client.on = false
		assert.Len(t, m.must(t, ratelimit.Ask{Want: 60, Horizon: time.Nanosecond}).Turns, 50-20+5-10)
	})
}
