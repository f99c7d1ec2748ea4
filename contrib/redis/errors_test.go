package redis_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/ratelimit"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	client := func(change func(*goredis.Options)) *goredis.Client {
		opts := options("127.0.0.1:1")
		change(opts)
		return connect(t, opts)
	}
	good := client(func(*goredis.Options) {})
	cluster := goredis.NewClusterClient(&goredis.ClusterOptions{Addrs: []string{"127.0.0.1:1"}})
	ring := goredis.NewRing(&goredis.RingOptions{Addrs: map[string]string{"a": "127.0.0.1:1"}, MaxRetries: -1, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _, _ = cluster.Close(), ring.Close() })
	for name, c := range map[string]struct {
		rdb  goredis.UniversalClient
		opts []redis.Option
		says string
	}{
		"no client":     {nil, nil, "client is nil"},
		"nil client":    {(*goredis.Client)(nil), nil, "client is nil"},
		"nil cluster":   {(*goredis.ClusterClient)(nil), nil, "client is nil"},
		"nil ring":      {(*goredis.Ring)(nil), nil, "client is nil"},
		"retries":       {client(func(o *goredis.Options) { o.MaxRetries = 0 }), nil, "set MaxRetries: -1"},
		"deaf":          {client(func(o *goredis.Options) { o.ContextTimeoutEnabled = false }), nil, "set ContextTimeoutEnabled: true"},
		"deaf cluster":  {cluster, nil, "set ContextTimeoutEnabled: true"},
		"ring":          {ring, nil, "add WithoutPush"},
		"empty prefix":  {good, []redis.Option{redis.WithPrefix("")}, "prefix is empty"},
		"good":          {good, nil, ""},
		"nil option":    {good, []redis.Option{nil}, ""},
		"ring, no push": {ring, []redis.Option{redis.WithoutPush()}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := redis.New(c.rdb, c.opts...)
			if c.says == "" {
				require.NoError(t, err)
				assert.NoError(t, store.Close())
				return
			}
			require.ErrorContains(t, err, c.says)
			assert.Nil(t, store)
		})
	}
}

func TestARateThatIsInvalidIsNotSent(t *testing.T) {
	t.Parallel()
	store := newStore(t, connect(t, options("127.0.0.1:1")))
	for _, c := range []struct {
		rate ratelimit.Rate
		says string
	}{
		{ratelimit.Rate{PerSecond: 0, Burst: 1}, "rate 0"},
		{ratelimit.Rate{PerSecond: -5, Burst: 1}, "rate -5"},
		{ratelimit.Rate{PerSecond: 1e300, Burst: 1}, "rate 1e+300"},
		{ratelimit.Rate{PerSecond: 5, Burst: 0}, "burst 0"},
	} {
		_, err := members(store, "key", 1, c.rate)[0].ask(ratelimit.Ask{Want: 1})
		assert.ErrorContains(t, err, c.says)
	}
}

func TestAClosedStoreGivesNothing(t *testing.T) {
	t.Parallel()
	store := newStore(t, connect(t, options(miniredis.RunT(t).Addr())))
	m := members(store, "key", 1, fleetRate())[0]
	m.must(t, ratelimit.Ask{Want: 1})
	require.NoError(t, store.Close())
	_, err := m.ask(ratelimit.Ask{Want: 1})
	assert.ErrorContains(t, err, "the store is closed")
	m.must(t, ratelimit.Ask{Leave: true})
	require.NoError(t, store.Close())
	store.Push(func(string, ratelimit.Lease) bool { return true }) // goleak finds a goroutine that this starts
}

// rights are those of the package documentation.
var rights = strings.Fields("+eval +evalsha +time +hgetall +hset +hdel +pexpire +publish +subscribe +ping &tripware:limit:pause ~tripware:limit:*")

// F4: a right that is missing is an error of an ask, which says how to give it, and nothing is
// kept from the user. With the documented rights everything works.
func TestEachRightThatIsMissingIsReported(t *testing.T) {
	t.Parallel()
	addr := startServer(t).addr
	admin := connect(t, options(addr))
	ctx := context.Background()
	user := func(name string, rights []string) *goredis.Options {
		args := []any{"ACL", "SETUSER", name, "reset", "on", ">pass-of-the-user", "resetchannels"}
		for _, right := range rights {
			args = append(args, right)
		}
		require.NoError(t, admin.Do(ctx, args...).Err())
		opts := options(addr)
		opts.Username, opts.Password = name, "pass-of-the-user"
		return opts
	}
	// uses asks for everything that a store does, until an error.
	uses := func(t *testing.T, opts *goredis.Options, of ...redis.Option) error {
		t.Helper()
		store := newStore(t, connect(t, opts), of...)
		defer subscribed(t, admin, 0) // or the next store would be taken for subscribed
		defer store.Close()
		store.Push(func(string, ratelimit.Lease) bool { return true })
		all := members(store, "key-"+t.Name(), 2, fleetRate())
		for range 400 {
			for _, m := range all {
				if _, err := m.ask(ratelimit.Ask{Want: 1}); err != nil {
					return err
				}
			}
			if len(of) > 0 || admin.PubSubNumSub(ctx, "tripware:limit:pause").Val()["tripware:limit:pause"] > 0 {
				_, err := all[0].ask(ratelimit.Ask{Leave: true})
				return err
			}
			time.Sleep(5 * time.Millisecond)
		}
		return nil
	}
	require.NoError(t, uses(t, user("all", rights)))
	for i, right := range rights {
		if right == "+eval" || right == "+ping" {
			continue // below
		}
		t.Run("without "+right, func(t *testing.T) {
			err := uses(t, user("some", slices.Delete(slices.Clone(rights), i, i+1)))
			require.ErrorContains(t, err, "misses a right: ACL SETUSER <user> ~tripware:limit:* &tripware:limit:pause +eval +evalsha")
			assert.NotContains(t, err.Error(), "pass-of-the-user")
			assert.NotContains(t, err.Error(), "key-")
		})
	}
	t.Run("without +eval", func(t *testing.T) { // needed only until the server has the script
		opts := user("some", slices.DeleteFunc(slices.Clone(rights), func(right string) bool { return right == "+eval" }))
		require.NoError(t, admin.ScriptFlush(ctx).Err())
		assert.ErrorContains(t, uses(t, opts), "misses a right")
	})
	t.Run("without push", func(t *testing.T) {
		few := slices.DeleteFunc(slices.Clone(rights), func(right string) bool {
			return slices.Contains([]string{"+publish", "+subscribe", "+ping", "&tripware:limit:pause"}, right)
		})
		assert.NoError(t, uses(t, user("few", few), redis.WithoutPush()))
	})
	t.Run("wrong password", func(t *testing.T) {
		opts := user("all", rights)
		opts.Password = "pass-that-is-wrong"
		err := uses(t, opts)
		require.ErrorContains(t, err, "the server refused the login")
		assert.NotContains(t, err.Error(), "pass-that-is-wrong")
	})
}

func TestAReadOnlyReplicaIsReported(t *testing.T) {
	t.Parallel()
	addr := startServer(t, "--replicaof", "127.0.0.1", "1").addr
	_, err := members(newStore(t, connect(t, options(addr)), redis.WithoutPush()), "key", 1, fleetRate())[0].ask(ratelimit.Ask{Want: 1})
	assert.ErrorContains(t, err, "the server is a read-only replica: connect to the primary")
}

func TestAKeyOfAnotherProgramIsReported(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, addr string) {
		rdb := connect(t, options(addr))
		require.NoError(t, rdb.Set(context.Background(), "tripware:limit:key", "theirs", 0).Err())
		_, err := members(newStore(t, rdb), "key", 1, fleetRate())[0].ask(ratelimit.Ask{Want: 1})
		assert.ErrorContains(t, err, "choose one with WithPrefix")
		assert.Equal(t, "theirs", rdb.Get(context.Background(), "tripware:limit:key").Val())
	})
}

// An account that cannot be read is as good as lost.
func TestADamagedAccountBeginsAnew(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, addr string) {
		rdb := connect(t, options(addr))
		m := members(newStore(t, rdb), "key", 1, fleetRate())[0]
		m.must(t, ratelimit.Ask{Want: 1})
		for _, damage := range []string{"", "life", "life 1 2 x"} {
			require.NoError(t, rdb.HSet(context.Background(), "tripware:limit:key", "account", damage, "m:other", damage).Err())
			lease := m.must(t, ratelimit.Ask{Want: 1, Away: 400 * time.Millisecond})
			assert.Equal(t, 1, lease.Members)
			require.Len(t, lease.Turns, 1)
			assert.InDelta(t, 105*time.Millisecond, lease.Turns[0], float64(time.Microsecond), "without a burst, behind turns that may be reserved")
		}
	})
}

// counter counts the commands of a client.
type counter struct{ names []string }

func (c *counter) DialHook(next goredis.DialHook) goredis.DialHook { return next }

func (c *counter) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}

func (c *counter) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		c.names = append(c.names, cmd.Name())
		return next(ctx, cmd)
	}
}

// F4: an ask takes one round trip; a member's first takes one more, which tells it the time of
// the server. Only a script that the server does not know is sent again.
func TestOnlyAnUnknownScriptIsSentAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, addr string) {
		rdb := connect(t, options(addr))
		require.NoError(t, rdb.ScriptFlush(context.Background()).Err())
		sent := &counter{}
		rdb.AddHook(sent)
		all := members(newStore(t, rdb), "key", 2, fleetRate())
		asks := func(m *member, want ...string) {
			t.Helper()
			sent.names = nil
			_, _ = m.ask(ratelimit.Ask{Want: 1})
			assert.Equal(t, want, sent.names)
		}
		asks(all[0], "evalsha", "eval", "evalsha")
		asks(all[0], "evalsha")
		asks(all[1], "evalsha", "evalsha")
		require.NoError(t, rdb.ScriptFlush(context.Background()).Err())
		asks(all[0], "evalsha", "eval")
		require.NoError(t, rdb.Set(context.Background(), "tripware:limit:key", "theirs", 0).Err())
		asks(all[0], "evalsha")
	})
}
