// Package retry retries HTTP requests that failed for a temporary reason.
//
// For most uses call [New] without options. It retries after a status of 429, 500 or 502 to
// 599 and after a broken connection, up to 5 times and for up to 60s. The waits are random,
// with an upper bound of 1s, 2s, 4s … up to 30s; a Retry-After of the server is added.
//
// To change the policy of single calls, use [WithPolicy]. To decide by the body or header
// of a response, use [WithClassifier].
//
// A request whose method is not idempotent, such as a POST, is retried only
//
//   - after a response that throttles, such as a 429,
//   - if no part of it was sent,
//   - if it has an Idempotency-Key header or its context is from [Safe],
//   - with [WithAnyMethodOnStatus], [WithAnyMethodOnError] or [WithClassifier].
//
// If retries end with a status, the last response is returned, unread and without an error.
// If they end with an error, it may be an [*Error]. The call's record has the reason.
package retry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// New returns a middleware that retries. Place it below layers that run once per call, and
// above layers that run once per attempt. Each chain has a separate budget, unless
// [WithBudget] shares one. If options are invalid, the layer refuses every call, and
// [transport.Check] reports the error. The layer is safe for concurrent use.
func New(opts ...Option) transport.Middleware {
	c := defaults()
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	fault := errors.Join(c.check(), c.clockFault())
	return func(next http.RoundTripper) http.RoundTripper {
		born := time.Now()
		r := &retrier{
			Link: layer.NewLink("retry", layer.AtRetry, next, fault), config: c,
			born: born, bornInBubble: inBubble(born), verifies: func() bool { return false },
		}
		r.config.chain = layer.DefaultBudget()
		for _, below := range transport.Layers(next) {
			switch l := below.(type) {
			case *retrier:
				r.spare = spare()
			case *http.Transport:
				r.verifies = sync.OnceValue(func() bool { return verifies(l) })
			case interface{ Place() layer.Place }:
				r.hedged = r.hedged || l.Place() == layer.AtHedge && !isOff(l)
			}
		}
		return r
	}
}

// isOff reports whether a layer says that it passes on every request.
func isOff(rt any) bool {
	l, ok := rt.(interface{ IsOff() bool })
	return ok && l.IsOff()
}

// spare returns the node of a call that has ended, which can open a record for calls
// without one: see record.OwnRoundTrip.
func spare() record.Opener {
	ctx, call := transport.Begin(context.Background())
	call.End()
	opener, _ := record.NodeOf(ctx).(record.Opener)
	return opener
}

// verifies reports whether a callback in the base's TLS configuration may refuse a
// server. It reads a clone: the first use of a transport, which may run at the same
// time, writes to its configuration.
func verifies(base *http.Transport) bool {
	cfg := base.Clone().TLSClientConfig
	return cfg != nil && (cfg.VerifyConnection != nil || cfg.VerifyPeerCertificate != nil)
}

type retrier struct {
	layer.Link

	config   config
	spare    record.Opener // not nil if there is another retry loop below, which finds this one by the record
	hedged   bool          // there is a hedge below, which follows the policy
	verifies func() bool   // calls the function verifies when it is first needed
	panicked sync.Once     // logs the first panic of a callback
	drainer  layer.Drainer // see call.drain

	born         time.Time // elapsed times are measured from here: time.Since reads one clock, time.Now two
	bornInBubble bool      // born was read in a bubble of testing/synctest
}

// Layer returns the name with the number of retries and the status codes.
func (r *retrier) Layer() string {
	if r.config.off {
		return "retry(off)"
	}
	return fmt.Sprintf("retry(%d, %s)", r.config.maxRetries, r.config.codes)
}

// IsOff reports whether the loop was created with [Off]: see transport.Retries.
func (r *retrier) IsOff() bool { return r.config.off }

// RoundTrip sends req, and retries it as long as the policy calls for that and allows it.
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.Fault() != nil {
		return nil, layer.Refuse(req, r.Fault())
	}
	var c call
	defer c.end()
	if err := c.begin(r, req); err != nil {
		return nil, layer.Refuse(req, err)
	}
	if c.passesThrough() {
		return r.Send(c.req)
	}
	for {
		resp, err := c.attempt()
		d := c.decide(resp, err)
		c.report(resp, err, d)
		if !d.retry {
			return c.finish(resp, err, d)
		}
		c.drop(resp, d.drain)
		if err := c.wait(d); err != nil {
			return nil, err
		}
	}
}
