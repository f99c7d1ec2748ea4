package otlp_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonv1 "go.opentelemetry.io/proto/otlp/common/v1"
	metricsv1 "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// A collector receives what the exporters send.
type collector struct {
	*httptest.Server

	mu      sync.Mutex
	raw     bytes.Buffer
	spans   []*tracev1.Span
	metrics map[string]*metricsv1.Metric
	failed  error
}

func collect(t *testing.T) *collector {
	t.Helper()
	c := &collector{metrics: map[string]*metricsv1.Metric{}}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent, err := io.ReadAll(r.Body)
	c.raw.Write(sent)
	switch {
	case err != nil:
	case r.URL.Path == "/v1/traces":
		var export tracepb.ExportTraceServiceRequest
		err = proto.Unmarshal(sent, &export)
		for _, resource := range export.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				c.spans = append(c.spans, scope.GetSpans()...)
			}
		}
	case r.URL.Path == "/v1/metrics":
		var export metricspb.ExportMetricsServiceRequest
		err = proto.Unmarshal(sent, &export)
		for _, resource := range export.GetResourceMetrics() {
			for _, scope := range resource.GetScopeMetrics() {
				for _, m := range scope.GetMetrics() {
					c.metrics[m.GetName()] = m
				}
			}
		}
	}
	c.failed = cmp.Or(c.failed, err)
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// connect returns the option that sends to c, and a function that sends what is left.
func (c *collector) connect(t *testing.T) (option tripware.Option, flush func()) {
	t.Helper()
	at := c.Listener.Addr().String()
	spans, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpoint(at), otlptracehttp.WithInsecure(),
		otlptracehttp.WithCompression(otlptracehttp.NoCompression))
	require.NoError(t, err)
	metrics, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpoint(at), otlpmetrichttp.WithInsecure(),
		otlpmetrichttp.WithCompression(otlpmetrichttp.NoCompression))
	require.NoError(t, err)
	tracers := trace.NewTracerProvider(trace.WithBatcher(spans))
	meters := metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(metrics)))
	return opentelemetry.With(opentelemetry.WithTracerProvider(tracers), opentelemetry.WithMeterProvider(meters)), func() {
		require.NoError(t, tracers.Shutdown(context.WithoutCancel(t.Context())))
		require.NoError(t, meters.Shutdown(context.WithoutCancel(t.Context())))
		c.mu.Lock()
		defer c.mu.Unlock()
		require.NoError(t, c.failed)
	}
}

// text prints the spans in the form of the golden files of contrib/opentelemetry.
func (c *collector) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.SortStableFunc(c.spans, func(x, y *tracev1.Span) int { return cmp.Compare(x.GetStartTimeUnixNano(), y.GetStartTimeUnixNano()) })
	var b strings.Builder
	c.show(&b, nil, 0)
	return b.String()
}

func (c *collector) show(b *strings.Builder, parent []byte, depth int) {
	for _, s := range c.spans {
		if !bytes.Equal(s.GetParentSpanId(), parent) {
			continue
		}
		if depth == 0 {
			b.WriteString("trace\n")
		}
		indent := strings.Repeat("  ", depth+1)
		kind := strings.ToLower(strings.TrimPrefix(s.GetKind().String(), "SPAN_KIND_"))
		status := map[tracev1.Status_StatusCode]string{tracev1.Status_STATUS_CODE_UNSET: "Unset", tracev1.Status_STATUS_CODE_ERROR: "Error"}
		fmt.Fprintf(b, "%s%s %q, status %s %q\n", indent, kind, s.GetName(), status[s.GetStatus().GetCode()], s.GetStatus().GetMessage())
		attributes := slices.Clone(s.GetAttributes())
		slices.SortFunc(attributes, func(x, y *commonv1.KeyValue) int { return cmp.Compare(x.GetKey(), y.GetKey()) })
		for _, a := range attributes {
			if a.GetKey() == "tripware.waited" { // a wait of zero may last longer
				continue
			}
			value := a.GetValue().GetStringValue()
			if _, ok := a.GetValue().GetValue().(*commonv1.AnyValue_IntValue); ok {
				value = fmt.Sprint(a.GetValue().GetIntValue())
			}
			fmt.Fprintf(b, "%s  | %s = %s\n", indent, a.GetKey(), value)
		}
		c.show(b, s.GetSpanId(), depth+1)
	}
}

// golden returns the spans in a golden file of contrib/opentelemetry.
func golden(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../contrib/opentelemetry/testdata/" + name + ".golden")
	require.NoError(t, err)
	spans, _, _ := strings.Cut(string(text), "metric ")
	return spans
}

func resending() http.Handler {
	statuses := []int{503, 429, 200}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(statuses[0])
		statuses = statuses[1:]
	})
}

func redirecting() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/users/42", http.RedirectHandler("/people/42", http.StatusFound))
	mux.HandleFunc("/people/42", func(http.ResponseWriter, *http.Request) {})
	return mux
}

// T2: what arrives over OTLP is what the golden files have, and has no secret.
func TestWhatArrivesOverOTLP(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, route string
		handler     http.Handler
		attempts    uint64
	}{
		{"two-resends", "GET /users/{id}", resending(), 3},
		{"redirect", "", redirecting(), 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(row.handler)
			t.Cleanup(server.Close)
			c := collect(t)
			option, flush := c.connect(t)
			client, err := tripware.New(option, tripware.WithRetry(retry.WithBaseDelay(0)))
			require.NoError(t, err)
			t.Cleanup(client.CloseIdleConnections)
			ctx := transport.WithTransactionID(transport.WithRoute(t.Context(), row.route), "the-id")
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/users/42?page=2&token=hidden", http.NoBody)
			require.NoError(t, err)
			resp, err := client.Do(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			flush()

			at, err := url.Parse(server.URL)
			require.NoError(t, err)
			got := strings.NewReplacer(":"+at.Port(), ":PORT", "server.port = "+at.Port(), "server.port = PORT").Replace(c.text())
			assert.Equal(t, golden(t, row.name), got)
			assert.NotContains(t, c.raw.String(), "hidden")
			c.checkDurations(t, row.attempts)
		})
	}
}

// checkDurations checks the histogram of attempts, with exemplars of the spans that arrived.
func (c *collector) checkDurations(t *testing.T, attempts uint64) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var count uint64
	for _, p := range c.metrics["http.client.request.duration"].GetHistogram().GetDataPoints() {
		count += p.GetCount()
		assert.Equal(t, []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}, p.GetExplicitBounds())
		require.NotEmpty(t, p.GetExemplars())
		for _, e := range p.GetExemplars() {
			assert.True(t, slices.ContainsFunc(c.spans, func(s *tracev1.Span) bool { return bytes.Equal(s.GetSpanId(), e.GetSpanId()) }))
		}
	}
	assert.Equal(t, attempts, count)
	assert.Equal(t, "s", c.metrics["http.client.request.duration"].GetUnit())
	assert.Contains(t, c.metrics, "tripware.client.call.duration")
}
