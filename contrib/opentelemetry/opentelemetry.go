// Package opentelemetry traces and measures the calls of a client, after the semantic
// conventions of OpenTelemetry for HTTP clients.
//
// For most uses pass [With] to tripware.New:
//
//	client, err := tripware.New(opentelemetry.With())
//
// For a chain of your own, place [Calls] above the logs and metrics of calls, and
// [Attempts] below the retry loop and above the credentials.
//
// # Spans
//
// Each round trip of a call has a span of kind INTERNAL, and each of its attempts one of kind
// CLIENT below it, also the retries and the repetition after a 401. A redirect that
// http.Client follows is another round trip of the same call: it is in the same trace, even
// if the context of the request has no span. A span is named after the method and the URL template, such as "GET /users/{id}", or after
// the method alone; the template is the route of the call (see transport.WithRoute). A span
// ends when the response headers have arrived. Its status is Error if there is no response, or
// one with a status of 400 or above that the call does not expect (transport.Call.Expects).
// The span of a hedge's further attempt has tripware.hedge.leg, counted from 1, and that of an
// attempt that lost the error.type hedge_lost. The span of its call has tripware.hedges and
// tripware.hedge_wins.
//
// The trace headers are added to the copy of the request that is sent, never to the request
// of the caller. Attributes contain no credentials: secrets in url.full are replaced by
// REDACTED, and user, password and fragment are left out.
//
// # Metrics
//
//	http.client.request.duration           s            histogram: each attempt, until the response headers
//	tripware.client.call.duration          s            histogram: each call, by tripware.outcome
//	tripware.client.retries                {retry}      by tripware.retry.cause: the status of the attempt before, or its error.type
//	tripware.client.waits                  {wait}       by tripware.wait.cause: backoff, limit, credential
//	tripware.client.wait.time              s            the same in seconds
//	tripware.client.give_ups               {call}       by tripware.give_up.reason: why retries ended without success
//	tripware.client.hedges                 {request}    attempts that a hedge made because an earlier one was slow
//	tripware.client.hedge_wins             {request}    those of them whose result was used
//	tripware.client.retry_budget.available {retry}      gauge: see WithBudget
//	tripware.client.limiter.rate           {request}/s  gauge: see WithLimiter; not reported without a limit
//	tripware.client.limiter.waiting        {request}    gauge: attempts that wait
//	tripware.client.limiter.running        {request}    gauge: attempts without a response yet
//	tripware.client.limiter.pause          s            gauge: how long the key is still paused
//	tripware.client.limiter.members        {member}     gauge: members that share the limit, for limiters with a store
//	tripware.client.limiter.held           {turn}       gauge: turns that the store has reserved for this limiter
//	tripware.client.limiter.store_asks     {ask}        how often the store was asked for turns
//	tripware.client.limiter.store_down     1            gauge: 1 while the store fails, otherwise 0
//	tripware.client.bulkhead.in_use        {request}    gauge: attempts that hold a permit; see WithBulkhead
//	tripware.client.bulkhead.queued        {request}    gauge: attempts that wait for a permit
//	tripware.client.bulkhead.oldest        s            gauge: how long the oldest permit has been held
//	tripware.client.bulkhead.refused       {request}    attempts that were refused
//	tripware.client.bulkhead.overdue       {request}    permits that were held for longer than bulkhead.WithMaxHold
//	tripware.client.breaker.state          1            gauge: 0 closed, 1 half-open, 2 open; see WithBreaker
//	tripware.client.breaker.opened         {opening}    how often the circuit has opened
//	tripware.client.breaker.refused        {request}    attempts that were refused
//
// The attributes of metrics come from finite sets, except for server.address, which is the
// host that the caller chose; the SDK of OpenTelemetry keeps at most 2000 series of an
// instrument, unless it is told otherwise. A retry after a 200 is one after a body that broke,
// or that a retry.WithClassifier did not accept. The values of error.type are those of transport.ErrorClass,
// and statuses of 400 and above as text. Measurements have the context of their span, so
// that they can be exemplars.
package opentelemetry

import (
	"github.com/tripware/tripware"
	"github.com/tripware/tripware/transport"
)

// scope is the name of the instrumentation.
const scope = "github.com/tripware/tripware/contrib/opentelemetry"

// With returns the option that traces and measures all calls and attempts of a client. It is
// tripware.WithTracing with [Calls] and tripware.PerAttempt with [Attempts]. If opts are
// invalid, tripware.New returns an error.
func With(opts ...Option) tripware.Option {
	t := newTelemetry(opts)
	return tripware.Options(tripware.WithTracing(t.forCalls()), tripware.PerAttempt(t.forAttempts()))
}

// Calls returns a middleware that makes a span for each round trip, and measures it. Place it
// above the retry loop and above the observers of calls, as tripware.WithTracing does. If
// opts are invalid, it refuses every call. Retries are counted only with [Attempts] below it.
func Calls(opts ...Option) transport.Middleware { return newTelemetry(opts).forCalls() }

// Attempts returns a middleware that makes a span for each attempt, measures it, and sends
// the trace headers. Place it below the retry loop and above the layers that add credentials,
// as tripware.PerAttempt does. If opts are invalid, it refuses every call.
func Attempts(opts ...Option) transport.Middleware { return newTelemetry(opts).forAttempts() }
