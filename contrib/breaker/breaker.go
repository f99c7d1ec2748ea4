// Package breaker is a circuit breaker: while most attempts to a host fail, it refuses further
// ones at once, and lets a few probes through from time to time to see whether the host has
// recovered. It is built on github.com/sony/gobreaker.
//
// For most uses pass [With] to tripware.New:
//
//	client, err := tripware.New(breaker.With())
//
// Each host has a circuit of its own ([WithKey]). It is closed at first, which means that
// attempts are sent. It opens if, of at least 20 attempts that ended in the last 10 seconds,
// half failed ([WithTrip]), and then refuses attempts for 5 seconds, or for as long as the
// server asks by Retry-After ([WithOpen]). After that it is half-open: at most 3 probes are
// sent at a time ([WithProbes]). If all of them succeed, it closes; if one fails, it opens again.
//
// # What counts
//
// A response below 500 is a success, and one of 500 or above a failure, also a 503 with a
// Retry-After. So is an error of the network, and a timeout. Not counted are:
//
//   - a 429, and a 403 that throttles: the server is well, and asks to slow down, which is for a
//     limiter (package ratelimit) to follow
//   - an attempt that the caller canceled, or whose deadline ended within a second
//   - an attempt that was not sent: refused by a limiter or a bulkhead, without a credential, or
//     invalid
//
// What is not counted gives the place of a probe to another attempt. [Classify] is this rule, and
// [WithRule] replaces it.
//
// # Refusals
//
// A refused attempt has the error [*OpenError], which says that nothing was sent. The retry loop
// reads when the circuit admits attempts again: it makes the next attempt then, if there is time
// for it, and otherwise the call ends at once. That draws on the retry budget, so that only a
// share of the calls wait for the end of an outage; the others end at once too.
//
// A circuit breaker and a retry budget do not replace each other. The budget bounds what retries
// add to the load; the breaker stops the load itself, which is what a server that is down needs,
// and answers callers at once.
package breaker

import (
	"net/http"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// With returns the option that puts a new circuit breaker below the retry loop and above the
// limiter. If opts are invalid, tripware.New returns an error. For a breaker that clients share,
// or whose state you want to see, use [New].
func With(opts ...Option) tripware.Option { return tripware.PerAttempt(New(opts...).Middleware()) }

// Middleware returns a middleware that asks b before each attempt. Place it below the retry
// loop, as tripware.PerAttempt does: above it, it would see the outcome of a call with its
// retries, and could stop none of them, which transport.Check reports.
//
// If b has invalid settings, the layer refuses every call, and transport.Check reports it.
func (b *Breaker) Middleware() transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return &gate{Link: layer.NewLink("breaker", layer.AtBreaker, next, b.Fault()), breaker: b}
	}
}

type gate struct {
	layer.Link

	breaker *Breaker
}

// Breaker returns the breaker of the layer.
func (g *gate) Breaker() *Breaker { return g.breaker }

func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	if g.Fault() != nil {
		return nil, layer.Refuse(req, g.Fault())
	}
	k := g.breaker.key(g.breaker.nameOf(req))
	begun := time.Now()
	p, refusal := k.admit(begun)
	if refusal != nil {
		return nil, layer.Refuse(req, refusal)
	}
	outcome, hint, cause := Ignored, time.Duration(0), ""
	defer func() { k.settle(p, outcome, hint, cause) }() // also when a layer below panics
	resp, err := g.Send(req)
	outcome = g.breaker.judge(Sample{Request: req, Response: resp, Err: err, Elapsed: time.Since(begun)})
	if outcome == Failure {
		hint, cause = hintOf(resp), causeOf(req, resp, err)
	}
	return resp, err
}
