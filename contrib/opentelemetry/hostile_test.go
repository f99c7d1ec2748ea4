package opentelemetry_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	mnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// A hostile provider panics at one point.
type hostile struct {
	discard
	propagation.TraceContext

	at string
}

func (h *hostile) strike(point string) {
	if h.at == point {
		panic("hostile " + point)
	}
}

func (h *hostile) OnStart(context.Context, trace.ReadWriteSpan) { h.strike("processor, start") }
func (h *hostile) OnEnd(trace.ReadOnlySpan)                     { h.strike("processor, end") }

func (h *hostile) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	h.strike("sampler")
	return trace.AlwaysSample().ShouldSample(p)
}
func (h *hostile) Description() string { return "hostile" }

func (h *hostile) ExportSpans(context.Context, []trace.ReadOnlySpan) error {
	h.strike("exporter")
	return nil
}
func (h *hostile) Shutdown(context.Context) error { return nil }

func (h *hostile) Inject(ctx context.Context, carrier propagation.TextMapCarrier) {
	h.strike("propagator")
	h.TraceContext.Inject(ctx, carrier)
}

type hostileMeters struct {
	mnoop.MeterProvider
	*hostile
}

func (m hostileMeters) Meter(string, ...metric.MeterOption) metric.Meter {
	return hostileMeter{hostile: m.hostile}
}

type hostileMeter struct {
	mnoop.Meter
	*hostile
}

func (m hostileMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return hostileHistogram{hostile: m.hostile}, nil
}

func (m hostileMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return hostileCounter{hostile: m.hostile}, nil
}

type hostileHistogram struct {
	mnoop.Float64Histogram
	*hostile
}

func (h hostileHistogram) Record(context.Context, float64, ...metric.RecordOption) {
	h.strike("histogram")
}

type hostileCounter struct {
	mnoop.Int64Counter
	*hostile
}

func (c hostileCounter) Add(context.Context, int64, ...metric.AddOption) { c.strike("counter") }

// O1: a provider that panics changes no call, and is reported once.
func TestAProviderThatPanicsChangesNoCall(t *testing.T) { //nolint:paralleltest // the error handler is that of the process
	var reports atomic.Int64
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {
		reports.Add(1)
		panic("the handler too")
	}))
	t.Cleanup(func() { otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {})) })
	for _, point := range []string{"processor, start", "processor, end", "sampler", "exporter", "propagator", "histogram", "counter"} {
		t.Run(point, func(t *testing.T) {
			reports.Store(0)
			h := &hostile{at: point}
			tracers := trace.NewTracerProvider(trace.WithSampler(h), trace.WithSpanProcessor(h), trace.WithSyncer(h))
			client, err := tripware.New(
				opentelemetry.With(
					opentelemetry.WithTracerProvider(tracers),
					opentelemetry.WithMeterProvider(hostileMeters{hostile: h}),
					opentelemetry.WithPropagator(h),
				),
				tripware.WithBase(&scripted{statuses: []int{503, 200}}), tripware.WithRetry(retry.WithBaseDelay(0)),
			)
			require.NoError(t, err)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, somewhere, http.NoBody)
			require.NoError(t, err)
			resp, err := client.Do(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, http.StatusOK, resp.StatusCode)
			assert.Equal(t, 2, transport.CallOf(resp).AttemptCount())
			assert.Equal(t, int64(1), reports.Load())
		})
	}
}

// A slow processor takes its time when a span of this kind starts and ends.
type slow struct {
	discard

	kind api.SpanKind
	time time.Duration
}

func (s *slow) OnStart(_ context.Context, span trace.ReadWriteSpan) { s.wait(span) }
func (s *slow) OnEnd(span trace.ReadOnlySpan)                       { s.wait(span) }
func (s *slow) wait(span trace.ReadOnlySpan) {
	if span.SpanKind() == s.kind {
		<-time.After(s.time)
	}
}

// unhurried is a base whose head takes 400 ms, and whose body takes as long as it says.
type unhurried struct{ body time.Duration }

func (u unhurried) RoundTrip(req *http.Request) (*http.Response, error) {
	<-time.After(400 * time.Millisecond)
	body := &lateBody{Reader: strings.NewReader("{}"), ctx: req.Context(), late: u.body}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: req}, nil
}

type lateBody struct {
	*strings.Reader

	ctx  context.Context
	late time.Duration
}

func (b *lateBody) Read(p []byte) (int, error) {
	select {
	case <-time.After(b.late):
		b.late = 0
		return b.Reader.Read(p)
	case <-b.ctx.Done():
		return 0, context.Cause(b.ctx)
	}
}

func (*lateBody) Close() error { return nil }

// O1, R13: an exporter that blocks delays only its own call. The timeout of an attempt neither
// includes that delay nor becomes longer, and other calls do not wait.
func TestAnExporterThatBlocksCostsOnlyTime(t *testing.T) {
	t.Parallel()
	const timeout = time.Second
	for _, row := range []struct {
		name string
		kind api.SpanKind
		body time.Duration
		opts []retry.Option
		want error
	}{
		{name: "calls", kind: api.SpanKindInternal},
		{name: "attempts", kind: api.SpanKindClient},
		{name: "attempts with their body", kind: api.SpanKindClient, body: 500 * time.Millisecond, opts: []retry.Option{retry.WithWholeBody(1 << 10)}},
		{
			name: "attempts whose body is late", kind: api.SpanKindClient, body: 700 * time.Millisecond,
			opts: []retry.Option{retry.WithWholeBody(1 << 10)}, want: retry.ErrAttemptTimeout,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tracers := trace.NewTracerProvider(trace.WithSpanProcessor(&slow{kind: row.kind, time: 10 * time.Second}))
				policy := append([]retry.Option{retry.WithAttemptTimeout(timeout), retry.WithMaxRetries(0)}, row.opts...)
				client := newRig(t).client(t, []opentelemetry.Option{opentelemetry.WithTracerProvider(tracers)},
					tripware.WithBase(unhurried{row.body}), tripware.WithRetry(policy...))
				begun := time.Now()
				var together sync.WaitGroup
				for range 2 { // at the same time: neither waits for the other
					together.Go(func() {
						text, err := read(t.Context(), client, somewhere)
						if assert.ErrorIs(t, err, row.want) && err == nil {
							assert.Equal(t, "{}", text)
						}
					})
				}
				together.Wait()
				assert.Equal(t, 20*time.Second+min(timeout, 400*time.Millisecond+row.body), time.Since(begun))
			})
		})
	}
}

// read sends a GET and reads the response.
func read(ctx context.Context, client *http.Client, address string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// A host that is an attribute of metrics must not keep the URL in memory that it is from.
func TestTheAttributesOfMetricsKeepNoURL(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	r := newRig(t)
	client := r.client(t, []opentelemetry.Option{opentelemetry.WithTracerProvider(noop.NewTracerProvider())}, tripware.WithBase(instant{}))
	allocated := func() int {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int(stats.HeapAlloc)
	}
	before := allocated()
	for i := range 100 {
		get(t, client, fmt.Sprintf("https://host%d.example.com/?long=%s", i, strings.Repeat("x", 100<<10)))
	}
	assert.Less(t, allocated()-before, 5<<20)
	runtime.KeepAlive(client)
	runtime.KeepAlive(r)
}
