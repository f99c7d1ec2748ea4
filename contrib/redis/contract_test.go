package redis_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"math/rand/v2"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/ratelimit/storetest"
)

// A stage is a server whose time and whose processes' time a test sets.
type stage struct {
	t     *testing.T
	rdb   *goredis.Client
	local atomic.Int64 // time of the processes
	ahead atomic.Int64 // by how much the server is ahead
	set   func(time.Time)
	opts  []redis.Option
}

// begin is the time of the server when a stage begins.
var begin = time.Unix(1_790_000_000, 0)

// onStages runs a test on a stage of miniredis, and on one of a real server if there is one.
// Since nobody can set the clock of a real server, its script reads the time from keys.
func onStages(t *testing.T, f func(t *testing.T, s *stage)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) {
		t.Parallel()
		mini := miniredis.RunT(t)
		f(t, newStage(t, mini.Addr(), mini.SetTime))
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		addr := startServer(t).addr
		rdb := connect(t, options(addr))
		f(t, newStage(t, addr, func(now time.Time) {
			require.NoError(t, rdb.MSet(context.Background(), "seconds", now.Unix(), "micros", now.Nanosecond()/1000).Err())
		}, redis.WithServerClock("seconds", "micros")))
	})
}

func newStage(t *testing.T, addr string, set func(time.Time), opts ...redis.Option) *stage {
	t.Helper()
	s := &stage{t: t, rdb: connect(t, options(addr)), set: set}
	s.opts = append([]redis.Option{redis.WithClock(s.now)}, opts...)
	s.advance(0)
	return s
}

func (s *stage) store() *redis.Store { return newStore(s.t, s.rdb, s.opts...) }

func (s *stage) now() time.Duration { return time.Duration(s.local.Load()) }

// advance lets time pass for all.
func (s *stage) advance(d time.Duration) {
	s.set(begin.Add(time.Duration(s.local.Add(int64(d)) + s.ahead.Load())))
}

// jump sets the server's clock.
func (s *stage) jump(d time.Duration) {
	s.ahead.Add(int64(d))
	s.advance(0)
}

// restart lets the server forget everything, its scripts included.
func (s *stage) restart() {
	pipe := s.rdb.TxPipeline()
	pipe.FlushAll(context.Background())
	now := begin.Add(time.Duration(s.local.Load() + s.ahead.Load()))
	pipe.MSet(context.Background(), "seconds", now.Unix(), "micros", now.Nanosecond()/1000)
	_, err := pipe.Exec(context.Background())
	require.NoError(s.t, err)
	require.NoError(s.t, s.rdb.ScriptFlush(context.Background()).Err())
}

// F4: the rules of a store hold, in random interleavings too, while the server forgets
// everything and its clock is set.
func TestTheStoreFollowsTheRules(t *testing.T) {
	t.Parallel()
	onStages(t, func(t *testing.T, s *stage) {
		store := s.store()
		subscribe(t, s.rdb, store)
		storetest.Run(t, store, storetest.Rig{
			Advance: s.advance, Restart: s.restart, Jump: s.jump, Interleavings: 100,
			Now: func() time.Time { return begin.Add(s.now()) },
		})
	})
}

// F4: members that ask at the same time, through different stores, never get more turns
// together than the rate allows, and one burst for the start, each restart and each jump
// forward. The server is restarted, loses its scripts and has its clock set while they ask.
func TestMembersThatAskAtTheSameTimeKeepToTheLimit(t *testing.T) {
	t.Parallel()
	onStages(t, func(t *testing.T, s *stage) {
		const interleavings, rounds, fleet = 20, 40, 4
		stores := make([]*redis.Store, fleet)
		for i := range stores {
			stores[i] = s.store()
		}
		total, asks, restarts, jumps := 0, 0, 0, 0
		for seed := range uint64(interleavings) {
			c := &crowd{stage: s, Rand: rand.New(rand.NewPCG(seed, 2)), rate: fleetRate(), begun: s.now()}
			for i, store := range stores {
				m := members(store, "key"+strconv.FormatUint(seed, 10), fleet, c.rate)[i]
				m.must(t, ratelimit.Ask{}) // or a restart before it would be none for this member
				c.members = append(c.members, m)
			}
			for range rounds {
				c.round(t)
			}
			c.check(t, seed)
			total, asks, restarts, jumps = total+len(c.given), asks+rounds*fleet, restarts+c.restarts, jumps+c.jumps
		}
		t.Logf("%d interleavings: %d asks, %d turns, %d restarts, %d jumps forward", interleavings, asks, total, restarts, jumps)
		assert.Greater(t, total, interleavings*rounds)
		assert.Positive(t, restarts)
		assert.Positive(t, jumps)
	})
}

// subscribe lets a store subscribe to pauses, and returns when it has.
func subscribe(t *testing.T, rdb *goredis.Client, store *redis.Store) {
	t.Helper()
	store.Push(func(string, ratelimit.Lease) bool { return true })
	subscribed(t, rdb, 1)
}

// subscribed returns when so many stores are subscribed.
func subscribed(t *testing.T, rdb *goredis.Client, n int64) {
	t.Helper()
	const channel = "tripware:limit:pause"
	require.Eventually(t, func() bool {
		return rdb.PubSubNumSub(context.Background(), channel).Val()[channel] == n
	}, 20*time.Second, 5*time.Millisecond)
}

// A crowd is members that ask at the same time.
type crowd struct {
	*stage
	*rand.Rand

	rate            ratelimit.Rate
	members         []*member
	begun           time.Duration
	restarts, jumps int

	mu    sync.Mutex
	given []time.Duration // when each turn may be used
}

func (c *crowd) round(t *testing.T) {
	c.advance(time.Duration(c.ExpFloat64() * float64(50*time.Millisecond)))
	var together sync.WaitGroup
	switch c.IntN(20) {
	case 0:
		c.restarts++
		together.Go(c.restart)
	case 1:
		together.Go(func() { assert.NoError(t, c.rdb.ScriptFlush(context.Background()).Err()) })
	case 2:
		by := time.Duration(c.IntN(10_000)) * time.Millisecond
		c.jumps++
		together.Go(func() { c.jump(by) })
	case 3:
		by := time.Duration(c.IntN(10_000)) * time.Millisecond
		together.Go(func() { c.jump(-by) })
	}
	for _, m := range c.members {
		ask := ratelimit.Ask{Want: c.IntN(15), Spare: c.IntN(2) * 5}
		together.Go(func() {
			lease, err := m.ask(ask)
			assert.NoError(t, err)
			c.mu.Lock()
			defer c.mu.Unlock()
			for _, in := range lease.Turns {
				c.given = append(c.given, c.now()+in)
			}
		})
	}
	together.Wait()
}

func (c *crowd) check(t *testing.T, seed uint64) {
	slices.Sort(c.given)
	bursts := float64(c.rate.Burst * (1 + c.restarts + c.jumps))
	for i, at := range c.given {
		allowed := bursts + c.rate.PerSecond*(at-c.begun+time.Millisecond).Seconds()
		require.LessOrEqualf(t, float64(i+1), allowed, "seed %d: turns until %s", seed, at-c.begun)
	}
}
