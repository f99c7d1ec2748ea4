package opentelemetry

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/transport/redact"
)

// A telemetry is what the layers of one set of options share.
type telemetry struct {
	*config

	tracer   trace.Tracer
	internal trace.SpanStartOption // the kinds of spans
	client   trace.SpanStartOption
	meter    metric.Meter
	measures *measures
	invalid  error       // of the options
	reported atomic.Bool // a panic was
}

func newTelemetry(opts []Option) *telemetry {
	t := &telemetry{
		config:   newConfig(opts),
		internal: trace.WithSpanKind(trace.SpanKindInternal),
		client:   trace.WithSpanKind(trace.SpanKindClient),
	}
	if t.invalid = t.fault(); t.invalid != nil {
		return t
	}
	t.tracer = t.tracers.Tracer(scope, trace.WithInstrumentationVersion(tripware.Version), trace.WithSchemaURL(semconv.SchemaURL))
	t.meter = t.meters.Meter(scope, metric.WithInstrumentationVersion(tripware.Version), metric.WithSchemaURL(semconv.SchemaURL))
	t.measures, t.invalid = newMeasures(t.meter)
	return t
}

// start starts a span. Code of the provider that panics, such as a sampler or a processor,
// costs the span and nothing else.
func (t *telemetry) start(ctx context.Context, name string, opts ...trace.SpanStartOption) (within context.Context, span trace.Span) {
	defer func() {
		if r := recover(); r != nil {
			within, span = ctx, noop.Span{}
			t.report(r)
		}
	}()
	return t.tracer.Start(ctx, name, opts...) //nolint:spancheck // the caller ends it
}

// end ends a span that began at begun, and returns its duration. That of a metric should be
// the same.
func (t *telemetry) end(span trace.Span, begun time.Time) (took time.Duration) {
	defer t.contain()
	took = time.Since(begun)
	span.End()
	if timed, ok := span.(interface {
		StartTime() time.Time
		EndTime() time.Time
	}); ok && !timed.EndTime().IsZero() {
		took = timed.EndTime().Sub(timed.StartTime())
	}
	return took
}

// endPanic ends the span of what did not return.
func (t *telemetry) endPanic(span trace.Span) {
	defer t.contain()
	span.SetAttributes(semconv.ErrorTypeOther)
	span.SetStatus(codes.Error, "")
	span.End()
}

// contain must be deferred by what calls code of a provider or of an option.
func (t *telemetry) contain() {
	if r := recover(); r != nil { //nolint:revive // it is in the deferred function
		t.report(r)
	}
}

// report passes the first panic to the error handler of OpenTelemetry.
func (t *telemetry) report(recovered any) {
	if !t.reported.CompareAndSwap(false, true) {
		return
	}
	defer func() { _ = recover() }() // printing the value, or the handler, may panic too
	text := redact.Cut(fmt.Sprint(recovered), redact.MaxError)
	otel.Handle(fmt.Errorf("opentelemetry: a provider, or the function of an option, panicked; further panics are not reported: %s", text))
}
