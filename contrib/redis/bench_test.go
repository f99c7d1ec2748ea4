package redis_test

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// BenchmarkLease asks a real server for ten turns of a rate that never runs out, for fleets of
// 8 and 100 members. The leases of a second of the server's processor time are what one core
// serves, whatever else the machine does.
func BenchmarkLease(b *testing.B) {
	for _, fleet := range []int{8, 100} {
		b.Run(strconv.Itoa(fleet)+" members", func(b *testing.B) {
			opts := options(startServer(b).addr)
			opts.PoolSize = 32
			rdb := connect(b, opts)
			all := members(newStore(b, rdb), "key", fleet, ratelimit.Rate{PerSecond: 1e8, Burst: 1e6})
			for _, m := range all {
				m.must(b, ratelimit.Ask{})
			}
			var turn atomic.Int64
			before := processorTime(b, rdb)
			b.ResetTimer()
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					m := *all[turn.Add(1)%int64(fleet)]
					m.must(b, ratelimit.Ask{Want: 10})
				}
			})
			b.ReportMetric(float64(b.N)/(processorTime(b, rdb)-before), "leases/core-s")
		})
	}
}

// processorTime returns what the server has used, in seconds.
func processorTime(b *testing.B, rdb *goredis.Client) (seconds float64) {
	b.Helper()
	info, err := rdb.Info(context.Background(), "cpu").Result()
	require.NoError(b, err)
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "used_cpu_user" || name == "used_cpu_sys" {
			used, err := strconv.ParseFloat(value, 64)
			require.NoError(b, err)
			seconds += used
		}
	}
	return seconds
}

// docs/fleet.md says how much memory a key takes.
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
