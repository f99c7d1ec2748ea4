package redis_test

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/ratelimit"
)

// A pushed pause.
type pushed struct {
	key   string
	pause ratelimit.Lease
}

func refusal(hint time.Duration) ratelimit.Refusal {
	return ratelimit.Refusal{Count: 1, Hint: hint, Why: "paused by 429,\nsaid the server"}
}

// F3: a pause reaches the limiters of all stores at once, also after the connection was lost,
// until they are gone.
func TestAPauseReachesAllStores(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, addr string) {
		rdb := connect(t, options(addr))
		got := make(chan pushed, 10)
		asker, other := newStore(t, rdb), newStore(t, connect(t, options(addr)))
		other.Push(func(key string, pause ratelimit.Lease) bool {
			got <- pushed{key, pause}
			return true
		})
		var once atomic.Int64
		other.Push(func(string, ratelimit.Lease) bool {
			once.Add(1)
			return false
		})
		subscribed(t, rdb, 1)
		m := members(asker, "a key: {odd}\nwith lines", 1, fleetRate())[0]
		for i := range 3 {
			lease := m.must(t, ratelimit.Ask{Want: 1, Refused: refusal(1100 * time.Millisecond)})
			select {
			case p := <-got:
				assert.Equal(t, m.key, p.key)
				assert.Equal(t, lease.Epoch, p.pause.Epoch)
				assert.Equal(t, "paused by 429, said the server", p.pause.Why)
				assert.InDelta(t, 1100*time.Millisecond, p.pause.Paused, float64(10*time.Millisecond))
			case <-time.After(20 * time.Second):
				require.Fail(t, "the pause was not pushed")
			}
			if i == 0 && !strings.Contains(t.Name(), "miniredis") { // which cannot end a connection alone
				require.NoError(t, rdb.Do(context.Background(), "CLIENT", "KILL", "TYPE", "pubsub").Err())
				subscribed(t, rdb, 0)
				subscribed(t, rdb, 1)
			}
			require.Eventually(t, func() bool { return m.must(t, ratelimit.Ask{}).Paused == 0 }, 20*time.Second, 20*time.Millisecond)
		}
		assert.EqualValues(t, 1, once.Load(), "a limiter that is gone is not told again")
		require.NoError(t, other.Close())
		subscribed(t, rdb, 0)
	})
}

func TestWithoutPushNothingIsPublished(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, addr string) {
		rdb := connect(t, options(addr))
		quiet, listener := newStore(t, rdb, redis.WithoutPush()), newStore(t, rdb)
		quiet.Push(func(string, ratelimit.Lease) bool { return true })
		got := make(chan pushed, 10)
		listener.Push(func(key string, pause ratelimit.Lease) bool {
			got <- pushed{key, pause}
			return true
		})
		subscribed(t, rdb, 1)
		members(quiet, "first", 1, fleetRate())[0].must(t, ratelimit.Ask{Want: 1, Refused: refusal(2 * time.Second)})
		members(listener, "second", 1, fleetRate())[0].must(t, ratelimit.Ask{Want: 1, Refused: refusal(2 * time.Second)})
		select {
		case p := <-got:
			assert.Equal(t, "second", p.key)
		case <-time.After(20 * time.Second):
			require.Fail(t, "the pause was not pushed")
		}
	})
}

// Close does not wait for a server that accepts connections and says nothing.
func TestCloseDoesNotWaitForASilentServer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	accepted := make(chan net.Conn, 10)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- connection
		}
	}()
	patient := options(listener.Addr().String())
	patient.ReadTimeout = time.Minute
	store := newStore(t, connect(t, patient))
	store.Push(func(string, ratelimit.Lease) bool { return true })
	first := <-accepted
	begun := time.Now()
	require.NoError(t, store.Close())
	assert.Less(t, time.Since(begun), 30*time.Second, "a second, and what a busy machine adds")
	require.NoError(t, listener.Close())
	require.NoError(t, first.Close())
	for connection := range accepted {
		require.NoError(t, connection.Close())
	}
}
