package tripware_test

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// None of these tests runs beside another: its allocations would count.

// A commit that adds an allocation to the path of success fails here. The limits
// are those of CONTRIBUTING.md, or lower where the chain is: what a call may cost
// beyond one of a bare http.Client.
func TestAllocationsOfTheChain(t *testing.T) { //nolint:paralleltest // it counts allocations
	bare := allocations(t, &http.Client{Transport: &memory{}})
	calls := metrics.On(func(context.Context, metrics.CallEvent) {})
	bodies := metrics.On(func(context.Context, metrics.BodyEvent) {})
	both := metrics.ObserverFunc(func(context.Context, metrics.Event) {})
	for _, row := range []struct {
		name   string
		client *http.Client
		limit  float64
	}{
		{"retry alone", alone(&memory{}), 0},
		{"retry in a chain", chained(&memory{}), 1},
		{"standing chain", full(t, &memory{}), 4},
		{"with a JSON log", full(t, &memory{}, tripware.WithLogger(logger())), 6},
		{"with observers", full(t, &memory{}, tripware.WithMetrics(observed())), 8},
		{"with an observer of calls", full(t, &memory{}, tripware.WithMetrics(counting(calls))), 5},
		{"with an observer of bodies", full(t, &memory{}, tripware.WithMetrics(counting(bodies))), 6},
		{"with an observer of calls and bodies", full(t, &memory{}, tripware.WithMetrics(counting(both))), 7},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := allocations(t, row.client) - bare
			t.Logf("%+.0f allocations, at most %+.0f", got, row.limit)
			assert.LessOrEqual(t, got, row.limit)
		})
	}
}

// The bytes of the standing chain are its allocations' size classes: the block of
// the call 768, the header map of what is sent 400, the transaction id 48.
func TestAllocationsOfTheChainInBytes(t *testing.T) { //nolint:paralleltest // it counts allocations
	bare := allocated(t, &http.Client{Transport: &memory{}})
	for _, row := range []struct {
		name   string
		client *http.Client
		limit  uint64
	}{
		{"retry alone", alone(&memory{}), 0},
		{"retry in a chain", chained(&memory{}), 768},
		{"standing chain", full(t, &memory{}), 1216},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := allocated(t, row.client) - bare
			t.Logf("%+d bytes, at most %+d", got, row.limit)
			assert.LessOrEqual(t, got, row.limit)
		})
	}
}

// What the retries of a call of 503, 503, 200 cost is what it allocates beyond one
// plain call and the two responses more. A POST has a trace and, for each retry, a
// request and a body.
func TestAllocationsOfRetries(t *testing.T) { //nolint:paralleltest // it counts allocations
	response := testing.AllocsPerRun(runs, func() {
		resp, _ := (&memory{}).RoundTrip(nil)
		layer.CloseBody(resp.Body)
	}) - 1 // the memory itself
	standing := func(base http.RoundTripper) *http.Client { return full(t, base) }
	for _, row := range []struct {
		name   string
		client func(http.RoundTripper) *http.Client
		send   func(testing.TB, *http.Client)
		limit  float64
	}{
		{"retry alone", alone, send, 0},
		{"retry alone, POST", alonePosting, post, 11},
		{"retry in a chain", chained, send, 3},
		{"standing chain", standing, send, 13},
	} {
		t.Run(row.name, func(t *testing.T) {
			base := &memory{failing: true}
			plain := &http.Client{Transport: &memory{}}
			got := allocationsOf(t, row.client(base), row.send) - allocationsOf(t, plain, row.send) - 2*response
			t.Logf("%+.1f allocations for two retries, at most %+.1f; of %d bodies %d drained, %d closed",
				got, row.limit, base.sent, base.drained, base.dropped)
			assert.LessOrEqual(t, got, row.limit)
			assert.Equal(t, base.sent, base.drained)
			assert.Equal(t, base.sent, base.dropped)
		})
	}
}

// O5: a log that is off costs no allocation, whatever it was asked for.
func TestNoAllocationsForALogThatIsOff(t *testing.T) { //nolint:paralleltest // it counts allocations
	without := allocations(t, full(t, &memory{}, tripware.WithLogger(nil)))
	above := slog.NewJSONHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError + 1})
	for name, handler := range map[string]slog.Handler{"a handler that discards": slog.DiscardHandler, "a level above all": above} {
		off := full(t, &memory{}, tripware.WithLogger(slog.New(handler), logging.WithBodies(4<<10), logging.WithWaits()))
		assert.Zero(t, allocations(t, off)-without, name)
	}
}

// A call that asks for no clock gets none: one goroutine, the context that came
// in, and no timer, which would be an allocation.
func TestNobodyGetsAClockUnasked(t *testing.T) { //nolint:paralleltest // it counts goroutines
	var above, below *http.Request
	var running int
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		below, running = req, runtime.NumGoroutine()
		return (&memory{}).RoundTrip(req)
	})
	probe := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			above = req
			return next.RoundTrip(req)
		})
	}
	before := runtime.NumGoroutine()
	send(t, full(t, base, tripware.PerCall(probe)))
	assert.Same(t, above.Context(), below.Context())
	assert.LessOrEqual(t, running, before)
	send(t, full(t, base, tripware.PerCall(probe), tripware.WithRetry(retry.WithAttemptTimeout(1<<40))))
	assert.NotSame(t, above.Context(), below.Context(), "a clock that was asked for is one")
}

const runs = 500

// allocations returns how many one call makes; none count under the race
// detector, which adds its own.
func allocations(tb testing.TB, client *http.Client) float64 {
	tb.Helper()
	return allocationsOf(tb, client, send)
}

func allocationsOf(tb testing.TB, client *http.Client, send func(testing.TB, *http.Client)) float64 {
	tb.Helper()
	if measure.Racing {
		tb.Skip("the race detector adds allocations; they are counted in the run without it")
	}
	return testing.AllocsPerRun(runs, func() { send(tb, client) })
}

// allocated returns how many one call allocates: the least of a few measurements,
// since the runtime allocates beside it.
func allocated(tb testing.TB, client *http.Client) uint64 {
	tb.Helper()
	if measure.Racing {
		tb.Skip("the race detector adds allocations; they are counted in the run without it")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			send(tb, client)
		}
		runtime.ReadMemStats(&after)
		least = min(least, (after.TotalAlloc-before.TotalAlloc)/runs)
	}
	return least
}
