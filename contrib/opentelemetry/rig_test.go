package opentelemetry_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A rig collects what a client tells OpenTelemetry.
type rig struct {
	spans   *tracetest.SpanRecorder
	reader  *metric.ManualReader
	tracers *trace.TracerProvider
	meters  *metric.MeterProvider
}

func newRig(tb testing.TB, opts ...trace.TracerProviderOption) *rig {
	tb.Helper()
	r := &rig{spans: tracetest.NewSpanRecorder(), reader: metric.NewManualReader()}
	r.tracers = trace.NewTracerProvider(append([]trace.TracerProviderOption{trace.WithSpanProcessor(r.spans)}, opts...)...)
	r.meters = metric.NewMeterProvider(metric.WithReader(r.reader))
	tb.Cleanup(func() {
		_ = r.tracers.Shutdown(context.Background())
		_ = r.meters.Shutdown(context.Background())
	})
	return r
}

// options returns the options of a client that tells r.
func (r *rig) options(more ...opentelemetry.Option) []opentelemetry.Option {
	return append([]opentelemetry.Option{
		opentelemetry.WithTracerProvider(r.tracers),
		opentelemetry.WithMeterProvider(r.meters),
		opentelemetry.WithPropagator(propagation.TraceContext{}),
	}, more...)
}

// client returns a client that tells r.
func (r *rig) client(tb testing.TB, telemetry []opentelemetry.Option, opts ...tripware.Option) *http.Client {
	tb.Helper()
	client, err := tripware.New(append([]tripware.Option{opentelemetry.With(r.options(telemetry...)...)}, opts...)...)
	require.NoError(tb, err)
	tb.Cleanup(client.CloseIdleConnections)
	return client
}

func (r *rig) metrics(tb testing.TB) []metricdata.Metrics {
	tb.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(tb, r.reader.Collect(context.Background(), &all))
	var found []metricdata.Metrics
	for _, scope := range all.ScopeMetrics {
		assert.Equal(tb, "github.com/tripware/tripware/contrib/opentelemetry", scope.Scope.Name)
		assert.Equal(tb, tripware.Version, scope.Scope.Version)
		found = append(found, scope.Metrics...)
	}
	slices.SortFunc(found, func(a, b metricdata.Metrics) int { return cmp.Compare(a.Name, b.Name) })
	return found
}

// A point is one series with its value: a count, or a number.
type point struct {
	set   attribute.Set
	value string
}

func points(tb testing.TB, data metricdata.Aggregation) (list []point) {
	tb.Helper()
	switch d := data.(type) {
	case metricdata.Histogram[float64]:
		for _, p := range d.DataPoints {
			list = append(list, point{p.Attributes, fmt.Sprintf("count %d, %d bounds", p.Count, len(p.Bounds))})
		}
	case metricdata.Sum[int64]:
		for _, p := range d.DataPoints {
			list = append(list, point{p.Attributes, fmt.Sprint(p.Value)})
		}
	case metricdata.Sum[float64]:
		for _, p := range d.DataPoints {
			list = append(list, point{p.Attributes, fmt.Sprint(p.Value)})
		}
	case metricdata.Gauge[int64]:
		for _, p := range d.DataPoints {
			list = append(list, point{p.Attributes, fmt.Sprint(p.Value)})
		}
	case metricdata.Gauge[float64]:
		for _, p := range d.DataPoints {
			list = append(list, point{p.Attributes, fmt.Sprint(p.Value)})
		}
	default:
		require.FailNow(tb, "unknown data", "%T", data)
	}
	slices.SortFunc(list, func(a, b point) int { return cmp.Compare(printed(a.set.ToSlice()), printed(b.set.ToSlice())) })
	return list
}

func printed(attributes []attribute.KeyValue) string {
	texts := make([]string, len(attributes))
	for i, a := range attributes {
		texts[i] = fmt.Sprintf("%s=%s", a.Key, a.Value.String())
	}
	slices.Sort(texts)
	return strings.Join(texts, " ")
}

// text prints the spans as trees, one for each trace, and then the metrics.
func (r *rig) text(tb testing.TB) string {
	tb.Helper()
	return forest(r.spans.Ended()) + r.families(tb)
}

func forest(spans []trace.ReadOnlySpan) string {
	var b strings.Builder
	slices.SortStableFunc(spans, func(x, y trace.ReadOnlySpan) int { return x.StartTime().Compare(y.StartTime()) })
	known := map[api.SpanID]bool{}
	for _, s := range spans {
		known[s.SpanContext().SpanID()] = true
	}
	var show func(parent api.SpanID, depth int)
	shown := 0
	show = func(parent api.SpanID, depth int) {
		for _, s := range spans {
			if above := s.Parent().SpanID(); above != parent && (parent.IsValid() || known[above]) {
				continue
			}
			if depth == 0 {
				fmt.Fprintln(&b, "trace")
			}
			shown++
			indent := strings.Repeat("  ", depth+1)
			fmt.Fprintf(&b, "%s%s %q, status %s %q\n", indent, s.SpanKind(), s.Name(), s.Status().Code, s.Status().Description)
			attributes := slices.Clone(s.Attributes())
			slices.SortFunc(attributes, func(x, y attribute.KeyValue) int { return cmp.Compare(x.Key, y.Key) })
			for _, a := range attributes {
				fmt.Fprintf(&b, "%s  | %s = %s\n", indent, a.Key, a.Value.String())
			}
			for _, e := range s.Events() {
				fmt.Fprintf(&b, "%s  ! %s\n", indent, e.Name)
			}
			show(s.SpanContext().SpanID(), depth+1)
		}
	}
	show(api.SpanID{}, 0)
	if shown != len(spans) {
		fmt.Fprintf(&b, "%d of %d spans\n", shown, len(spans))
	}
	return b.String()
}

func (r *rig) families(tb testing.TB) string {
	tb.Helper()
	var b strings.Builder
	for _, m := range r.metrics(tb) {
		fmt.Fprintf(&b, "metric %s (%s): %s\n", m.Name, m.Unit, m.Description)
		for _, p := range points(tb, m.Data) {
			if m.Name == "tripware.client.wait.time" {
				p.value = "TIME" // a wait of zero may last longer
			}
			fmt.Fprintf(&b, "  {%s} %s\n", printed(p.set.ToSlice()), p.value)
		}
	}
	return b.String()
}

// differing is what differs from run to run, and what it is replaced by.
var differing = map[*regexp.Regexp]string{
	regexp.MustCompile(`would wait [0-9.hms]+,`):            "would wait TIME,",
	regexp.MustCompile(`lookup (\S+) on \S+: `):             "lookup $1 on SERVER: ",
	regexp.MustCompile(`(?m)^ +\| tripware\.waited = .*\n`): "", // a wait of zero may last longer
}

// golden compares got with a file, after replacing what differs from run to run.
func golden(t *testing.T, name, got string, replace ...string) {
	t.Helper()
	got = strings.NewReplacer(replace...).Replace(got)
	for pattern, by := range differing {
		got = pattern.ReplaceAllString(got, by)
	}
	file := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-")+".golden")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "go test -update writes it")
	assert.Equal(t, string(want), got)
}
