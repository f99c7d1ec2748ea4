package opentelemetry_test

import (
	"context"
	"net/http"
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

// O1: an exporter that blocks costs its call the time, and nothing else: the timeout of an
// attempt does not count it, and other calls do not wait for it.
func TestAnExporterThatBlocksCostsOnlyTime(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]api.SpanKind{"calls": api.SpanKindInternal, "attempts": api.SpanKindClient} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tracers := trace.NewTracerProvider(trace.WithSpanProcessor(&slow{kind: kind, time: 10 * time.Second}))
				base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					<-time.After(400 * time.Millisecond)
					return (&scripted{statuses: []int{200}}).RoundTrip(req)
				})
				r := newRig(t)
				client := r.client(t, []opentelemetry.Option{opentelemetry.WithTracerProvider(tracers)}, tripware.WithBase(base),
					tripware.WithRetry(retry.WithAttemptTimeout(time.Second), retry.WithMaxRetries(0), retry.WithWholeBody(1<<10)))
				begun := time.Now()
				finished := make(chan struct{}, 2)
				for range 2 { // with one record each, and neither waits for the other
					go func() {
						defer func() { finished <- struct{}{} }()
						assert.NoError(t, fetch(t.Context(), client, somewhere))
					}()
				}
				<-finished
				<-finished
				assert.Equal(t, 20*time.Second+400*time.Millisecond, time.Since(begun))
			})
		})
	}
}
