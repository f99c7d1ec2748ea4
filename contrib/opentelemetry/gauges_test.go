package opentelemetry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// L3, R14: limiters and budgets are gauges, and a key or a rate that is not there is not.
func TestGauges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		paced := ratelimit.NewLimiter(ratelimit.WithRate(2, 1), ratelimit.WithJitter(func() float64 { return 0 }))
		free := ratelimit.NewLimiter()
		budget := layer.NewBudget(0.5, 10, 0)
		base := &scripted{statuses: []int{200}}
		telemetry := []opentelemetry.Option{
			opentelemetry.WithLimiter("paced", paced, "api.example.com", "elsewhere.example.com"),
			opentelemetry.WithLimiter("free", free),
			opentelemetry.WithBudget("the budget", budget),
		}
		client := r.client(t, telemetry, tripware.WithBase(base), tripware.WithLimiter(paced), tripware.WithRetry(retry.WithBudget(budget)))
		do(t, r.client(t, nil, tripware.WithBase(base), tripware.WithLimiter(free)), t.Context(), somewhere)
		budget.Withdraw()
		gauges := func() string {
			var lines []string
			for line := range strings.SplitSeq(r.families(t), "\n") {
				if strings.Contains(line, "limiter.name") || strings.Contains(line, "budget.name") {
					lines = append(lines, strings.TrimSpace(line))
				}
			}
			return strings.Join(lines, "\n")
		}
		const key = "{tripware.limiter.key=api.example.com tripware.limiter.name="
		assert.Equal(t, strings.Join([]string{
			key + "free} 0", key + "free} 0", key + "free} 0",
			"{tripware.budget.name=the budget} 9",
		}, "\n"), gauges(), "a key that has not been used is not reported, nor is a rate without a limit")

		do(t, client, t.Context(), somewhere)
		done := make(chan struct{})
		go func() {
			defer close(done)
			assert.NoError(t, fetch(t.Context(), client, somewhere))
		}()
		synctest.Wait()
		assert.Equal(t, strings.Join([]string{
			key + "free} 0", key + "paced} 0", // pause
			key + "paced} 2",                  // rate
			key + "free} 0", key + "paced} 0", // running
			key + "free} 0", key + "paced} 1", // waiting
			"{tripware.budget.name=the budget} 10",
		}, "\n"), gauges())
		<-done
		assert.Contains(t, r.families(t), "{server.address=api.example.com tripware.wait.cause=limit} 1\n")
		time.Sleep(time.Second)
	})
}

// L3: a pause is a gauge of the seconds that are left.
func TestThePauseOfALimiter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		limiter := ratelimit.NewLimiter(ratelimit.WithJitter(func() float64 { return 0 }))
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"60"}}, Body: http.NoBody, Request: req}, nil
		})
		client := r.client(t, []opentelemetry.Option{opentelemetry.WithLimiter("all", limiter)},
			tripware.WithBase(base), tripware.WithLimiter(limiter), tripware.WithRetry(retry.Off()))
		do(t, client, t.Context(), somewhere)
		time.Sleep(20 * time.Second)
		pause := func() string {
			_, text, _ := strings.Cut(r.families(t), "tripware.client.limiter.pause")
			_, text, _ = strings.Cut(text, "\n")
			text, _, _ = strings.Cut(text, "\n")
			return strings.TrimSpace(text)
		}
		const key = "{tripware.limiter.key=api.example.com tripware.limiter.name=all}"
		assert.Equal(t, key+" 40", pause())
		time.Sleep(time.Minute)
		assert.Equal(t, key+" 0", pause())
	})
}

// F1, F3: a limiter with a store reports what it shares, and that the store is down.
func TestTheGaugesOfASharedLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		store := &failing{Store: ratelimit.NewMemoryStore()}
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(5, 5), ratelimit.WithStore(store), ratelimit.WithJitter(func() float64 { return 0 }))
		client := r.client(t, []opentelemetry.Option{opentelemetry.WithLimiter("fleet", limiter)},
			tripware.WithBase(&scripted{statuses: []int{200}}), tripware.WithLimiter(limiter))
		values := func() string {
			var list []string
			for _, name := range []string{"members", "held", "store_asks", "store_down"} {
				_, text, _ := strings.Cut(r.families(t), "metric tripware.client.limiter."+name+" ")
				_, text, _ = strings.Cut(text, "\n  {tripware.limiter.key=api.example.com tripware.limiter.name=fleet} ")
				text, _, _ = strings.Cut(text, "\n")
				list = append(list, name+" "+text)
			}
			return strings.Join(list, ", ")
		}
		do(t, client, t.Context(), somewhere)
		synctest.Wait()
		up := values()
		state, _ := limiter.Snapshot("api.example.com")
		assert.Equal(t, fmt.Sprintf("members 1, held %d, store_asks %d, store_down 0", state.Held, state.Asks), up)
		assert.Positive(t, state.Asks)
		store.down.Store(true)
		for range 12 {
			do(t, client, t.Context(), somewhere)
		}
		synctest.Wait()
		assert.Contains(t, values(), "store_down 1")
		time.Sleep(time.Minute)
	})
}

// A failing store fails while it is down.
type failing struct {
	ratelimit.Store

	down atomic.Bool
}

func (f *failing) Lease(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	if f.down.Load() {
		return ratelimit.Lease{}, errors.New("the store is away")
	}
	return f.Store.Lease(ctx, key, ask)
}

// T1: a limiter with many keys has a bounded number of series, for those that are used.
func TestTheKeysOfALimiterAreBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(1000, 1000))
	client := r.client(t, []opentelemetry.Option{opentelemetry.WithLimiter("all", limiter)},
		tripware.WithBase(&scripted{statuses: []int{200}}), tripware.WithLimiter(limiter))
	for host := range 150 {
		do(t, client, t.Context(), "https://host"+strconv.Itoa(host)+".example.com/")
	}
	text := r.families(t)
	assert.Equal(t, 100*4, strings.Count(text, "tripware.limiter.key="))
	assert.Contains(t, text, "tripware.limiter.key=host149.example.com")
	assert.NotContains(t, text, "tripware.limiter.key=host49.example.com")
}

// T1: the series of 10,000 ids are those of one, whatever the number of ids.
func TestTheSeriesOfManyIDs(t *testing.T) {
	t.Parallel()
	series := func(ids int) int {
		r := newRig(t, trace.WithSampler(trace.NeverSample()))
		client := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{200}}))
		for id := range ids {
			for host := range 5 {
				ctx := t.Context()
				if id%2 == 0 {
					ctx = transport.WithRoute(ctx, "GET /users/{id}")
				}
				do(t, client, transport.WithTransactionID(ctx, strconv.Itoa(id)),
					"https://host"+strconv.Itoa(host)+".example.com/users/"+strconv.Itoa(id)+"?page="+strconv.Itoa(id))
			}
		}
		found := 0
		for _, m := range r.metrics(t) {
			found += len(points(t, m.Data))
		}
		return found
	}
	few := series(2)
	assert.Equal(t, 2*2*5, few, "two instruments, with and without a route, five hosts")
	assert.Equal(t, few, series(10_000))
}

// T2: a measurement is an exemplar with the span of its attempt or call, and the same
// duration.
func TestExemplarsCarryTheSpan(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	client := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{200}}))
	do(t, client, t.Context(), somewhere)
	spans := map[string]trace.ReadOnlySpan{
		"http.client.request.duration":  r.spanOf(t, api.SpanKindClient),
		"tripware.client.call.duration": r.spanOf(t, api.SpanKindInternal),
	}
	for _, m := range r.metrics(t) {
		histogram, ok := m.Data.(metricdata.Histogram[float64])
		require.True(t, ok, m.Name)
		require.Len(t, histogram.DataPoints[0].Exemplars, 1)
		exemplar, span := histogram.DataPoints[0].Exemplars[0], spans[m.Name]
		traceID, spanID := span.SpanContext().TraceID(), span.SpanContext().SpanID()
		assert.Equal(t, traceID[:], exemplar.TraceID)
		assert.Equal(t, spanID[:], exemplar.SpanID)
		assert.InDelta(t, span.EndTime().Sub(span.StartTime()).Seconds(), exemplar.Value, 1e-12)
		delete(spans, m.Name)
	}
	assert.Empty(t, spans)
}

// The gauges of a client end with it: a program that makes clients again and again does not
// keep their limiters and budgets.
func TestGaugesEndWithTheirClient(t *testing.T) { //nolint:paralleltest // it collects garbage
	r := newRig(t)
	names := func() (list []string) {
		for _, m := range r.metrics(t) {
			list = append(list, m.Name)
		}
		return list
	}
	func() {
		limiter, budget := ratelimit.NewLimiter(), layer.DefaultBudget()
		client, err := tripware.New(
			opentelemetry.With(r.options(opentelemetry.WithLimiter("api", limiter), opentelemetry.WithBudget("api", budget))...),
			tripware.WithLimiter(limiter), tripware.WithBase(instant{}),
		)
		require.NoError(t, err)
		get(t, client, somewhere)
		runtime.GC()
		assert.Contains(t, names(), "tripware.client.limiter.waiting")
		assert.Contains(t, names(), "tripware.client.retry_budget.available")
		runtime.KeepAlive(client)
	}()
	for begun := time.Now(); time.Since(begun) < 10*time.Second && len(names()) > 2; {
		runtime.GC()
	}
	assert.Equal(t, []string{"http.client.request.duration", "tripware.client.call.duration"}, names())
}
