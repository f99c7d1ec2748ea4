package opentelemetry

import (
	"context"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// forCalls returns the middleware for calls. What a call did it learns as other observers do,
// from the event that metrics.Calls publishes, here to the layer itself.
func (t *telemetry) forCalls() transport.Middleware {
	if t.invalid == nil {
		t.invalid = t.observeGauges()
	}
	events := metrics.NewPublishers(metrics.WithPanicReport(func(_ metrics.Channel, r any) { t.report(r) }))
	events.Call.Subscribe(metrics.On(t.called))
	observe := metrics.Calls(&metrics.Publishers{Call: events.Call})
	return func(next http.RoundTripper) http.RoundTripper {
		return &calls{Link: layer.NewLink("opentelemetry.calls", layer.AtTrace, observe(next), t.invalid), telemetry: t}
	}
}

type calls struct {
	layer.Link
	*telemetry

	mu sync.Mutex // held to look for a root and to store it
}

func (c *calls) RoundTrip(req *http.Request) (*http.Response, error) {
	if fault := c.Fault(); fault != nil {
		return nil, layer.Refuse(req, fault)
	}
	t := c.begin(req)
	defer c.finish(t)
	resp, err := c.Send(req.WithContext(t))
	return layer.Restore(resp, req), err
}

func (c *calls) begin(req *http.Request) *trip {
	t := &trip{target: c.targetOf(req), call: transport.CallFrom(req.Context())}
	ctx, first := c.parent(req.Context(), &t.root)
	t.opts = [...]trace.SpanStartOption{c.internal, t.start}
	t.begun = time.Now()
	t.Context, t.span = c.start(ctx, t.name, t.opts[:]...)
	if first {
		t.root.span = t.span.SpanContext()
		t.root.mu.Unlock()
	}
	return t
}

// A root is the fact of the record by which the round trips of one call share a trace although
// the context of the request has no span: the hops of a redirect, and all that is sent with
// the context of transport.Begin.
type root struct {
	mu   sync.Mutex // held until there is a span
	span trace.SpanContext
}

// parent returns the context for the span of a round trip. If the round trip is the first of
// a call without a span, parent stores own in the record, and locks it.
func (c *calls) parent(ctx context.Context, own *root) (within context.Context, first bool) {
	if trace.SpanContextFromContext(ctx).IsValid() {
		return ctx, false
	}
	call := transport.CallFrom(ctx)
	c.mu.Lock()
	r, ok := transport.Fact[*root](call)
	if !ok {
		if r, ok = transport.Fact[*root](call.Previous()); !ok {
			r = own
			r.mu.Lock()
		}
		layer.Put(ctx, r)
	}
	c.mu.Unlock()
	if !ok {
		return ctx, true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return trace.ContextWithSpanContext(ctx, r.span), false
}

// called describes a round trip in its span, ends it, and measures the round trip.
func (t *telemetry) called(ctx context.Context, e metrics.CallEvent) {
	trip, _ := ctx.Value(tripKey{}).(*trip) // ctx is without the record
	trip.ended = true
	l := trip.labels
	l.status, l.outcome = e.StatusCode, e.Outcome
	if e.Outcome == metrics.OutcomeFailure || e.Outcome == metrics.OutcomeCanceled {
		l.errorType = ending{e.StatusCode, e.ErrorClass}.errorType()
	}
	if trip.span.IsRecording() {
		t.describeCall(trip, &l, &e)
	}
	took := t.end(trip.span, trip.begun)
	t.measures.call(trip, &l, &e, took)
}

// describeCall adds to the span what an event says.
func (t *telemetry) describeCall(trip *trip, l *labels, e *metrics.CallEvent) {
	defer t.contain()
	said := l.appendResult(trip.said[len(trip.said):])
	said = append(said, transactionIDKey.String(e.TransactionID), attemptsKey.Int(e.Attempts))
	if e.Reason != "" {
		said = append(said, reasonKey.String(valid(string(e.Reason))))
	}
	var waited time.Duration
	for _, w := range e.Waits {
		waited += w.Total
	}
	if e.Hedges > 0 {
		said = append(said, hedgesKey.Int(e.Hedges), hedgeWinsKey.Int(e.HedgeWins))
	}
	if waited > 0 {
		said = append(said, waitedKey.Float64(waited.Seconds()))
	}
	trip.span.SetAttributes(said...)
	if l.errorType != "" {
		trip.span.SetStatus(codes.Error, valid(e.Error))
	}
}

// finish ends the span of a round trip that did not return, since a layer below panicked.
func (c *calls) finish(t *trip) {
	if !t.ended {
		c.endPanic(t.span)
	}
}

// call records what an event says.
func (m *measures) call(ctx context.Context, l *labels, e *metrics.CallEvent, took time.Duration) {
	m.calls.Record(ctx, took.Seconds(), m.options(l).record...)
	for i := range e.Waits {
		w := &e.Waits[i]
		o := m.options(&labels{host: l.host, key: waitCauseKey, value: w.Cause})
		m.waits.Add(ctx, int64(w.Count), o.add...)
		m.waited.Add(ctx, w.Total.Seconds(), o.add...)
	}
	if e.Hedges > 0 {
		o := m.options(&labels{host: l.host})
		m.hedges.Add(ctx, int64(e.Hedges), o.add...)
		m.wins.Add(ctx, int64(e.HedgeWins), o.add...)
	}
	if e.Reason != "" {
		m.giveUps.Add(ctx, 1, m.options(&labels{host: l.host, key: reasonKey, value: string(e.Reason)}).add...)
	}
}
