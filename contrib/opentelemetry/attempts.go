package opentelemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// forAttempts returns the middleware for attempts.
func (t *telemetry) forAttempts() transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return &attempts{Link: layer.NewLink("opentelemetry.attempts", layer.AtAttempt, next, t.invalid), telemetry: t}
	}
}

type attempts struct {
	layer.Link
	*telemetry
}

func (a *attempts) RoundTrip(req *http.Request) (*http.Response, error) {
	if fault := a.Fault(); fault != nil {
		return nil, layer.Refuse(req, fault)
	}
	at := a.begin(req)
	defer a.finish(at)
	resp, err := a.Send(at.sent)
	a.returned(at, resp, err)
	return layer.Restore(resp, req), err
}

// An attempt is one request through the layer for attempts.
type attempt struct {
	*target

	req   *http.Request // as the layer got it
	sent  *http.Request // as the layer sends it
	own   bool          // the header of sent is a copy
	trip  *trip         // nil without the layer for calls
	clock layer.Clock   // nil without a timeout of the attempt
	ctx   context.Context
	span  trace.Span
	peer  *peer
	opts  [3]trace.SpanStartOption
	begun time.Time
	ended bool // it has returned

	number int    // in the record
	after  ending // of the attempt before it in the round trip; zero if none has ended
}

func (a *attempts) begin(req *http.Request) *attempt {
	ctx := req.Context()
	at := &attempt{req: req, trip: tripOf(ctx), clock: layer.ClockFrom(ctx)}
	if at.trip != nil && at.trip.of(req) {
		at.target = &at.trip.target
	} else {
		own := a.targetOf(req)
		at.target = &own
	}
	if at.clock != nil { // a provider may take its time
		at.clock.Hold()
		defer at.clock.Resume()
	}
	if at.trip != nil {
		at.after = at.trip.lastAttempt()
	}
	a.startSpan(at)
	at.sent = req.WithContext(at.ctx)
	a.inject(at)
	a.describeRequest(at)
	return at
}

// startSpan starts the span of an attempt.
func (a *attempts) startSpan(at *attempt) {
	ctx := at.req.Context()
	at.opts = [...]trace.SpanStartOption{a.client, at.start, nil}
	used := at.opts[:2]
	var resends int
	if at.number, resends = layer.AttemptNumber(ctx); resends > 0 {
		used = append(used, trace.WithAttributes(semconv.HTTPRequestResendCount(resends)))
	}
	at.begun = time.Now()
	at.ctx, at.span = a.start(ctx, at.name, used...)
	if a.telemetry.peer && at.span.IsRecording() {
		at.peer, at.ctx = watchPeer(at.ctx)
	}
}

// countRetry counts an attempt that follows another of its round trip, unless it is a hedge of
// one that does.
func (a *attempts) countRetry(at *attempt) {
	if at.after != (ending{}) && at.leg() <= 1 {
		defer a.contain()
		a.measures.retry(at.trip, at.labels.host, at.after.errorType())
	}
}

// leg returns which attempt of a hedge it is, counted from 1, or 0 if it belongs to none or was
// not sent.
func (a *attempt) leg() int {
	call := transport.CallFrom(a.req.Context())
	if call.AttemptCount() < 2 {
		return 0 // without the cost of a list
	}
	for _, made := range call.Attempts() {
		if made.Number == a.number {
			return made.Leg
		}
	}
	return 0
}

// inject adds the trace headers to the copy of the request that is sent.
func (a *attempts) inject(at *attempt) {
	defer a.contain()
	a.propagator.Inject(at.ctx, at)
}

// Get returns a header. Get, Set and Keys make an attempt a [propagation.TextMapCarrier].
func (a *attempt) Get(key string) string { return a.sent.Header.Get(key) }

// Set sets a header of the copy that is sent, which it makes if there is none yet.
func (a *attempt) Set(key, value string) {
	a.copyHeader()
	a.sent.Header[canonical(key)] = []string{value}
}

// canonical returns the canonical form of a header's name, without an allocation for those of
// the W3C.
func canonical(key string) string {
	switch key {
	case "traceparent":
		return "Traceparent"
	case "tracestate":
		return "Tracestate"
	case "baggage":
		return "Baggage"
	}
	return http.CanonicalHeaderKey(key)
}

// Keys returns the names of the headers.
func (a *attempt) Keys() []string {
	names := make([]string, 0, len(a.sent.Header))
	for name := range a.sent.Header {
		names = append(names, name)
	}
	return names
}

// copyHeader gives the request its own headers, including those that are added next to the
// base.
func (a *attempt) copyHeader() {
	if !a.own {
		a.sent, a.own = layer.Copy(a.sent, 2), true
	}
}

// describeRequest adds the headers of the option to the span.
func (a *attempts) describeRequest(at *attempt) {
	if len(a.headers) == 0 || !at.span.IsRecording() {
		return
	}
	defer a.contain()
	at.copyHeader()
	for _, h := range a.headers {
		values := at.sent.Header[h.name]
		if len(values) == 0 {
			continue
		}
		texts := make([]string, len(values))
		for i, value := range values {
			texts[i] = shown(value)
		}
		at.span.SetAttributes(attribute.StringSlice(h.attribute, texts))
	}
}

// returned measures an attempt and describes its end in its span.
func (a *attempts) returned(at *attempt, resp *http.Response, err error) {
	at.ended = true
	if at.clock != nil {
		at.clock.Hold()
		defer at.clock.Resume()
	}
	l := at.labels
	end := ending{class: transport.ClassifyError(at.req, err)}
	if err == nil {
		end.status = resp.StatusCode
		l.status, l.version = resp.StatusCode, versionOf(resp)
	}
	if err != nil || resp.StatusCode >= http.StatusBadRequest && !transport.CallFrom(at.ctx).Expects(resp) {
		l.errorType = end.errorType()
	}
	if at.trip != nil && end.class != transport.ClassHedgeLost { // a retry follows the one that did not lose
		at.trip.attempted(end)
	}
	if at.span.IsRecording() {
		a.describeEnd(at, &l, resp)
	}
	took := a.end(at.span, at.begun)
	a.measure(at, &l, took)
}

// describeEnd adds what is known of an attempt that has returned.
func (a *attempts) describeEnd(at *attempt, l *labels, resp *http.Response) {
	defer a.contain()
	said := l.appendResult(make([]attribute.KeyValue, 0, 8))
	said = at.peer.appendTo(said)
	if leg := at.leg(); leg > 1 {
		said = append(said, hedgeLegKey.Int(leg))
	}
	if a.sizes {
		if n := at.req.ContentLength; n > 0 || n == 0 && (at.req.Body == nil || at.req.Body == http.NoBody) {
			said = append(said, semconv.HTTPRequestBodySize(int(n)))
		}
		if resp != nil && resp.ContentLength >= 0 {
			said = append(said, semconv.HTTPResponseBodySize(int(resp.ContentLength)))
		}
	}
	at.span.SetAttributes(said...)
	if l.errorType != "" {
		at.span.SetStatus(codes.Error, "")
	}
}

func (a *attempts) measure(at *attempt, l *labels, took time.Duration) {
	defer a.contain()
	a.measures.attempts.Record(at.ctx, took.Seconds(), a.measures.options(l).record...)
}

// finish counts an attempt, and ends its span if it did not return, since a layer below panicked.
func (a *attempts) finish(at *attempt) {
	a.countRetry(at)
	if !at.ended {
		a.endPanic(at.span)
	}
}

// versionOf returns the version of HTTP as the conventions write it, or the empty string for
// a response that was not sent over a network.
func versionOf(resp *http.Response) string {
	switch {
	case resp.ProtoMajor == 0:
		return ""
	case resp.ProtoMajor == 1 && resp.ProtoMinor == 1:
		return "1.1"
	case resp.ProtoMajor == 1:
		return "1." + strconv.Itoa(resp.ProtoMinor)
	}
	return strconv.Itoa(resp.ProtoMajor)
}
