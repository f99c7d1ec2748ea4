package redis_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// BenchmarkLease asks a real server for ten turns of a rate that never runs out, from many
// goroutines, so that one core of the server is busy. Its leases/s are those of one core.
func BenchmarkLease(b *testing.B) {
	opts := options(startServer(b).addr)
	opts.PoolSize = 32
	store := newStore(b, connect(b, opts))
	number := atomic.Int64{}
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		m := members(store, "key", 8, ratelimit.Rate{PerSecond: 1e8, Burst: 1e6})[number.Add(1)%8]
		for pb.Next() {
			m.must(b, ratelimit.Ask{Want: 10})
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leases/s")
}

// The memory of a key and of a member, as docs/fleet.md says.
func TestAKeyTakesLittleMemory(t *testing.T) {
	t.Parallel()
	rdb := connect(t, options(startServer(t).addr))
	store := newStore(t, rdb)
	use := func(n int) int64 {
		for _, m := range members(store, "api.example.com", n, fleetRate()) {
			m.name = "a name with 26 characters " + m.name
			m.must(t, ratelimit.Ask{Want: 1})
			m.must(t, ratelimit.Ask{Want: 1})
		}
		bytes, err := rdb.MemoryUsage(context.Background(), "tripware:limit:api.example.com", 0).Result()
		require.NoError(t, err)
		return bytes
	}
	one, hundred := use(1), use(100)
	t.Logf("%d bytes with one member, %d for each other one", one, (hundred-one)/99)
	assert.Less(t, one, int64(1500))
	assert.Less(t, (hundred-one)/99, int64(400))
}

// The script runs for a fraction of a millisecond, also in a large fleet.
func BenchmarkLargeFleet(b *testing.B) {
	store := newStore(b, connect(b, options(startServer(b).addr)))
	all := members(store, "key", 100, ratelimit.Rate{PerSecond: 1e8, Burst: 1e6})
	for i := range b.N {
		all[i%len(all)].must(b, ratelimit.Ask{Want: 10})
	}
}
