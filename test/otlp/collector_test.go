package otlp_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

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

// A source is the telemetry of a program, which goes to a collector.
type source struct {
	tracers *trace.TracerProvider
	meters  *metric.MeterProvider
}

// connect returns a source of what is sent to c.
func (c *collector) connect(t *testing.T) *source {
	t.Helper()
	at := c.Listener.Addr().String()
	spans, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpoint(at), otlptracehttp.WithInsecure(),
		otlptracehttp.WithCompression(otlptracehttp.NoCompression))
	require.NoError(t, err)
	metrics, err := otlpmetrichttp.New(t.Context(), otlpmetrichttp.WithEndpoint(at), otlpmetrichttp.WithInsecure(),
		otlpmetrichttp.WithCompression(otlpmetrichttp.NoCompression))
	require.NoError(t, err)
	return &source{trace.NewTracerProvider(trace.WithBatcher(spans)), metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(metrics)))}
}

// option returns the option of a client that is traced and measured.
func (s *source) option(more ...opentelemetry.Option) tripware.Option {
	return opentelemetry.With(append(more, opentelemetry.WithTracerProvider(s.tracers), opentelemetry.WithMeterProvider(s.meters))...)
}

// flush sends what is left to c.
func (s *source) flush(t *testing.T, c *collector) {
	t.Helper()
	require.NoError(t, s.tracers.Shutdown(context.WithoutCancel(t.Context())))
	require.NoError(t, s.meters.Shutdown(context.WithoutCancel(t.Context())))
	c.mu.Lock()
	defer c.mu.Unlock()
	require.NoError(t, c.failed)
}

// text prints the spans and the metrics in the form of the golden files of contrib/opentelemetry.
func (c *collector) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.SortStableFunc(c.spans, func(x, y *tracev1.Span) int { return cmp.Compare(x.GetStartTimeUnixNano(), y.GetStartTimeUnixNano()) })
	var b strings.Builder
	c.show(&b, nil, 0)
	for _, name := range slices.Sorted(maps.Keys(c.metrics)) {
		m := c.metrics[name]
		fmt.Fprintf(&b, "metric %s (%s): %s\n", name, m.GetUnit(), m.GetDescription())
		b.WriteString(strings.Join(slices.Sorted(points(m)), ""))
	}
	return b.String()
}

// points returns the lines of the series of a metric.
func points(m *metricsv1.Metric) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, p := range m.GetHistogram().GetDataPoints() {
			yield(fmt.Sprintf("  {%s} count %d, %d bounds\n", joined(p.GetAttributes()), p.GetCount(), len(p.GetExplicitBounds())))
		}
		for _, p := range m.GetSum().GetDataPoints() {
			value := fmt.Sprint(p.GetAsInt())
			if m.GetUnit() == "s" { // a wait of zero may last longer
				value = "TIME"
			}
			yield(fmt.Sprintf("  {%s} %s\n", joined(p.GetAttributes()), value))
		}
	}
}

// joined prints attributes on one line.
func joined(attributes []*commonv1.KeyValue) string {
	texts := make([]string, len(attributes))
	for i, a := range attributes {
		texts[i] = a.GetKey() + "=" + printed(a.GetValue())
	}
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

func printed(value *commonv1.AnyValue) string {
	if _, ok := value.GetValue().(*commonv1.AnyValue_IntValue); ok {
		return fmt.Sprint(value.GetIntValue())
	}
	return value.GetStringValue()
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
			fmt.Fprintf(b, "%s  | %s = %s\n", indent, a.GetKey(), printed(a.GetValue()))
		}
		c.show(b, s.GetSpanId(), depth+1)
	}
}
