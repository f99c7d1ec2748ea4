// Package retry repeats attempts that failed for a transient reason.
//
// The defaults are those of the vendor's Python SDK under names that say what
// they are:
//
//	retry_enabled        Off                on
//	retry_count          WithMaxRetries     5 after the first attempt
//	retry_http_response  WithCodes          "429", "500", "502-599"
//	retry_delay          WithMaxDelay       30s, the largest ceiling of one wait
//	retry_max_delay      WithMaxElapsed     60s, for the whole call
//	back_off             WithBaseDelay      1s, the first ceiling
//
// Methods that are not idempotent are retried only on a response that throttles,
// when a call is marked [Safe] or carries an Idempotency-Key, when nothing of the
// request was sent, or by [WithAnyMethodOnStatus], [WithAnyMethodOnError]
// and [WithClassifier].
//
// When retries end by a status, the last response is returned unread and
// without an error; the reason is on the call's record.
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

// New returns a middleware that retries. Place it below what runs once per call
// and above what runs once per attempt. Each chain that it is put into has a separate
// budget, unless [WithBudget] shares one. Invalid options make the layer refuse every
// call; transport.Check reports them. The layer is safe for concurrent use.
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
			born: born, bornInBubble: inBubble(born), budget: layer.DefaultBudget(), verifies: func() bool { return false },
		}
		for _, below := range transport.Layers(next) {
			switch l := below.(type) {
			case *retrier:
				r.spare = spare()
			case *http.Transport:
				r.verifies = sync.OnceValue(func() bool { return verifies(l) })
			}
		}
		return r
	}
}

// spare returns the node of a call that has ended. Such a node opens the record of
// calls that no chain opened.
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
	budget   *Budget       // used unless the policy has one
	spare    record.Opener // nil unless there is another retry loop below, which finds this one by the record
	verifies func() bool   // see verifies; called when the base is used
	panicked sync.Once     // logs the first panic of a callback
	drainer  layer.Drainer // see call.drain

	born         time.Time // elapsed times count from here: time.Since reads one clock, time.Now two
	bornInBubble bool      // born is a time of a bubble of testing/synctest
}

// Layer returns the name with the policy's main figures.
func (r *retrier) Layer() string {
	if r.config.off {
		return "retry(off)"
	}
	return fmt.Sprintf("retry(%d, %s)", r.config.maxRetries, r.config.codes)
}

// RoundTrip sends req, and sends it again as long as the policy wants and allows that.
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
