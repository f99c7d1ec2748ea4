//go:build !race

package prometheus_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// at once is a base that allocates nothing but a response.
func atOnce(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
}

func standing(tb testing.TB, opts ...tripware.Option) *http.Client {
	tb.Helper()
	c, err := tripware.New(append(opts, tripware.WithBase(transport.RoundTripperFunc(atOnce)), tripware.WithLimiter(ratelimit.NewLimiter()))...)
	require.NoError(tb, err)
	return c
}

func observed(c *prometheus.Collector) tripware.Option {
	publishers := metrics.NewPublishers()
	c.Subscribe(publishers)
	return tripware.WithMetrics(publishers)
}

func send(tb testing.TB, c *http.Client, req *http.Request) {
	tb.Helper()
	resp, err := c.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

func request(tb testing.TB) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(transport.WithRoute(tb.Context(), route), http.MethodGet, "https://api.example.com:8443/books/7", http.NoBody)
	require.NoError(tb, err)
	return req
}

// T1: what a call costs beyond the same chain without a collector.
func TestAllocationsOfACollector(t *testing.T) { //nolint:paralleltest // it counts allocations
	req := request(t)
	labels := client.Labels{"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
	exemplar := prometheus.WithExemplar(func(context.Context) client.Labels { return labels })
	plain, full := prometheus.New(), prometheus.New()
	bare := allocations(t, standing(t), req)
	for _, row := range []struct {
		name   string
		client *http.Client
		limit  float64
	}{
		{"calls and attempts", standing(t, observed(plain)), 6},
		{"and calls in flight", standing(t, observed(full), tripware.PerCall(full.InFlight)), 6},
		{"native histograms", standing(t, observed(prometheus.New(prometheus.WithNativeHistograms()))), 6},
		{"exemplars", standing(t, observed(prometheus.New(exemplar))), 20}, // of client_golang, for each of the two
	} {
		got := allocations(t, row.client, req) - bare
		t.Logf("%s: %+.0f allocations, at most %+.0f", row.name, got, row.limit)
		assert.LessOrEqual(t, got, row.limit, row.name)
	}
}

func allocations(t *testing.T, c *http.Client, req *http.Request) float64 {
	t.Helper()
	return testing.AllocsPerRun(500, func() { send(t, c, req) })
}

func BenchmarkCollector(b *testing.B) {
	req := request(b)
	collector := prometheus.New()
	for _, row := range []struct {
		name   string
		client *http.Client
	}{
		{"without", standing(b)},
		{"with", standing(b, observed(collector), tripware.PerCall(collector.InFlight))},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				send(b, row.client, req)
			}
		})
	}
}
