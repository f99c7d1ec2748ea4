package prometheus_test

import (
	"context"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	client "github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport/layer"
)

// C10: invalid settings are reported by the registry and by tripware.New, each of them.
func TestInvalidOptionsAreReported(t *testing.T) {
	t.Parallel()
	limiter, budget, breaker := ratelimit.NewLimiter(), layer.DefaultBudget(), newCircuits()
	collector := prometheus.New(
		prometheus.WithNamespace("a-b"), prometheus.WithBuckets(1, 1, math.NaN()), prometheus.WithMaxSeries(-1),
		prometheus.WithLimiter("l", nil), prometheus.WithLimiter("l", limiter), prometheus.WithLimiter("\xff", limiter),
		prometheus.WithBudget("b", nil), prometheus.WithBudget("b", budget), nil,
		prometheus.WithBulkhead("l", nil), prometheus.WithBulkhead("l", bulkhead.NewBulkhead(1)),
		prometheus.WithBreaker("l", nil), prometheus.WithBreaker("l", (*circuits)(nil)), prometheus.WithBreaker("l", breaker),
	)
	_, refused := tripware.New(tripware.PerCall(collector.InFlight))
	for _, err := range []error{client.NewRegistry().Register(collector), refused} {
		require.Error(t, err)
		for _, text := range []string{
			`WithNamespace: "a-b"`, "WithBuckets: the bounds must increase, but 1 is at position 2", "but NaN is at position 3",
			"WithMaxSeries: -1 is negative; 0 means no limit", `WithLimiter: the limiter "l" is nil`, `WithLimiter: the name "l" is given twice`,
			`WithLimiter: "\xff" is not a name`, `WithBudget: the budget "b" is nil`, `WithBudget: the name "b" is given twice`,
			`WithBulkhead: the bulkhead "l" is nil`, `WithBulkhead: the name "l" is given twice`,
			`WithBreaker: a function of the breaker "l" is nil`, `WithBreaker: the name "l" is given twice`,
		} {
			assert.ErrorContains(t, err, text)
		}
	}
	assert.ErrorContains(t, client.NewRegistry().Register(prometheus.New(prometheus.WithBuckets())), "WithBuckets: there are no bounds")
	collector.Notify(t.Context(), metrics.CallEvent{})
	collector.Notify(t.Context(), metrics.BodyEvent{ErrorClass: "dns"})
	collector.Notify(t.Context(), metrics.HTTPEvent{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site, http.NoBody)
	require.NoError(t, err)
	_, err = collector.InFlight(statuses(200)).RoundTrip(req)
	assert.ErrorContains(t, err, "WithMaxSeries")

	err = client.NewRegistry().Register(prometheus.New(prometheus.WithMaxSeries(10)))
	assert.ErrorContains(t, err, "prometheus: WithMaxSeries: 10 is too few: the folded label sets have 46 series")
	assert.NoError(t, client.NewRegistry().Register(prometheus.New(prometheus.WithMaxSeries(46))))
}

func TestNamesAndBucketsAreOptions(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		opts []prometheus.Option
		has  []string
		not  string
	}{
		{nil, []string{"tripware_calls_total{", `tripware_call_duration_seconds_bucket{host="api.example.com",method="GET",outcome="success",route="",le="0.005"}`}, "acme"},
		{[]prometheus.Option{prometheus.WithNamespace("acme"), prometheus.WithBuckets(1, 60)}, []string{"acme_calls_total{", `le="60"`}, `le="10"`},
		{[]prometheus.Option{prometheus.WithNamespace(""), prometheus.WithBuckets(1)}, []string{"\ncalls_total{", "\nhttp_client_request_duration_seconds_count{", `le="+Inf"`}, "tripware_"},
	} {
		s := newScene(t, prometheus.New(row.opts...), tripware.WithBase(statuses(200)))
		require.NoError(t, s.get(t.Context(), "", site))
		text := exposition(t, s.registry)
		for _, part := range row.has {
			assert.Contains(t, text, part)
		}
		assert.NotContains(t, text, row.not)
	}
}

func TestNativeHistogramsComeBesideTheBuckets(t *testing.T) {
	t.Parallel()
	for native, opts := range map[bool][]prometheus.Option{true: {prometheus.WithNativeHistograms()}, false: nil} {
		s := newScene(t, prometheus.New(opts...), tripware.WithBase(statuses(200)))
		require.NoError(t, s.get(t.Context(), "", site))
		histograms := 0
		for _, family := range gather(t, s.registry) {
			if family.GetType() == dto.MetricType_HISTOGRAM {
				histograms++
				histogram := family.GetMetric()[0].GetHistogram()
				assert.Len(t, histogram.GetBucket(), 14)
				assert.Equal(t, native, histogram.Schema != nil)
			}
		}
		assert.Equal(t, 2, histograms)
	}
}

type traceKey struct{}

// T2: the exemplar is what the function finds in the context of the call, if it is valid.
func TestExemplars(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		find func(context.Context) client.Labels
		want int
	}{
		"a trace id": {func(ctx context.Context) client.Labels {
			id, _ := ctx.Value(traceKey{}).(string)
			return client.Labels{"trace_id": id}
		}, 2},
		"none":         {func(context.Context) client.Labels { return nil }, 0},
		"bad name":     {func(context.Context) client.Labels { return client.Labels{"trace-id": "1"} }, 0},
		"bad value":    {func(context.Context) client.Labels { return client.Labels{"trace_id": "\xff"} }, 0},
		"too long":     {func(context.Context) client.Labels { return client.Labels{"trace_id": strings.Repeat("x", 121)} }, 0},
		"long":         {func(context.Context) client.Labels { return client.Labels{"trace_id": strings.Repeat("x", 120)} }, 2},
		"nil function": {nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, prometheus.New(prometheus.WithExemplar(row.find)), tripware.WithBase(statuses(200)))
			require.NoError(t, s.get(context.WithValue(t.Context(), traceKey{}, "4bf92f3577b34da6"), "", site))
			found := 0
			for _, family := range gather(t, s.registry) {
				for _, m := range family.GetMetric() {
					for _, bucket := range m.GetHistogram().GetBucket() {
						if e := bucket.GetExemplar(); e != nil {
							found++
							assert.Equal(t, "trace_id", e.GetLabel()[0].GetName())
						}
					}
				}
			}
			assert.Equal(t, row.want, found)
			assert.InDelta(t, 1, sum(t, s.registry, "tripware_call_duration_seconds_count"), 0)
		})
	}
}

// O1: what panics or blocks beside the collector, or in its function for exemplars, changes
// neither a call nor what is counted, and is reported once.
func TestBrokenObserversChangeNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var reports []any
		publishers := metrics.NewPublishers(metrics.WithPanicReport(func(_ metrics.Channel, recovered any) { reports = append(reports, recovered) }))
		publishers.Call.Subscribe(metrics.On(func(context.Context, metrics.CallEvent) { panic("beside") }))
		publishers.Call.Subscribe(metrics.On(func(context.Context, metrics.CallEvent) { time.Sleep(time.Minute) })) // virtual
		collector := prometheus.New(prometheus.WithExemplar(func(context.Context) client.Labels { panic("no span") }))
		unsubscribe := collector.Subscribe(publishers)
		c, err := tripware.New(tripware.WithMetrics(publishers), tripware.WithBase(statuses(200)))
		require.NoError(t, err)
		s := &scene{c, collector, register(t, collector)}
		for range 3 {
			require.NoError(t, s.get(t.Context(), route, site))
		}
		assert.InDelta(t, 3, sum(t, s.registry, "tripware_calls_total"), 0)
		assert.InDelta(t, 3, sum(t, s.registry, "tripware_call_duration_seconds_count"), 0)
		assert.InDelta(t, 0, sum(t, s.registry, "tripware_call_duration_seconds_sum"), 0, "the minutes are the observer's")
		assert.InDelta(t, 3, sum(t, s.registry, "tripware_http_client_request_duration_seconds_count"), 0)
		assert.ElementsMatch(t, []any{"beside", "no span", "no span"}, reports, "one for each observer and channel")

		unsubscribe()
		unsubscribe()
		require.NoError(t, s.get(t.Context(), route, site))
		assert.InDelta(t, 3, sum(t, s.registry, "tripware_calls_total"), 0)
		collector.Subscribe(nil)()
		collector.Subscribe(&metrics.Publishers{})()
	})
}
