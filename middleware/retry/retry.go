// Package retry repeats attempts that failed for a passing reason: full jitter
// between them, the server's Retry-After followed, bodies replayed, dropped
// responses drained, and no more than a budget of it in an outage.
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
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// New returns a middleware that retries. Place it below what runs once per call
// and above what runs once per attempt. Each client it is put under gets a
// budget of its own, unless [WithBudget] shares one.
func New(opts ...Option) transport.Middleware {
	c := defaults()
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	fault := errors.Join(c.check(), c.clockFault())
	return func(next http.RoundTripper) http.RoundTripper {
		r := &retrier{
			Link: layer.NewLink("retry", layer.AtRetry, next, fault), config: c,
			born: time.Now(), budget: layer.DefaultBudget(), verifies: func() bool { return false },
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

// spare returns the node of a call that has ended: it opens the record of calls that
// no chain opened.
func spare() record.Opener {
	ctx, call := transport.Begin(context.Background())
	call.End()
	opener, _ := record.NodeOf(ctx).(record.Opener)
	return opener
}

// verifies reports whether a callback of the user's may refuse a server. It reads a
// clone, since the first use of a transport, which may run at the same time, writes
// its TLS configuration.
func verifies(base *http.Transport) bool {
	cfg := base.Clone().TLSClientConfig
	return cfg != nil && (cfg.VerifyConnection != nil || cfg.VerifyPeerCertificate != nil)
}

type retrier struct {
	layer.Link

	config   config
	budget   *Budget       // unless the policy has one
	born     time.Time     // what elapsed times are read off: time.Since asks one clock, time.Now two
	spare    record.Opener // not nil: a retry loop of ours is below, which finds this one by a record
	verifies func() bool   // see verifies; asked when the base is used
	panicked sync.Once     // a callback did, and that was reported
	drainers sync.Pool     // of *layer.Drainer: calls use the memory of earlier ones again
}

// Layer returns the name with the policy's main figures.
func (r *retrier) Layer() string {
	if r.config.off {
		return "retry(off)"
	}
	return fmt.Sprintf("retry(%d, %s)", r.config.maxRetries, r.config.codes)
}

// RoundTrip sends req until its response stands.
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.Fault() != nil {
		return nil, layer.Refuse(req, r.Fault())
	}
	req, loop, end := record.OwnRoundTrip(req, r.spare)
	if end != nil {
		defer end()
	}
	policy, safe, err := r.policy(req.Context())
	if err != nil {
		return nil, layer.Refuse(req, err)
	}
	if policy.off {
		return r.Send(req)
	}
	var c call // a literal would be built aside and copied
	c.retrier, c.policy, c.req, c.ctx, c.loop = r, policy, req, req.Context(), loop
	if loop != nil {
		c.record = transport.CallFrom(c.ctx)
	}
	if !c.enter() {
		return r.Send(req)
	}
	if safe {
		c.repeat = record.RepeatAlways
	} else {
		c.repeat, _ = transport.Fact[record.Repeat](c.record)
	}
	defer c.leave()
	return c.run()
}

// A call is one run of the loop. It lives on the stack: what layers below have to
// know of it is in the scope of the round trip, which loop leads to.
type call struct {
	*retrier

	policy   *config
	req      *http.Request // as it was given
	ctx      context.Context
	record   *transport.Call
	loop     record.Loop   // nil: there is no record
	repeat   record.Repeat // what a second copy of the request would do
	replay   layer.Replay
	drainer  *layer.Drainer // nil until a response is dropped
	offer    bool           // net/http may repeat the request by itself
	traced   bool
	trace    *trace
	clock    *attemptClock      // of the running attempt, until the response's body has it
	cancel   context.CancelFunc // of the call's own clock, likewise
	began    time.Duration      // the loop's age, or that of the layer, when the loop began
	earlier  int                // attempts of earlier round trips that count: see WithRetriesPerCall
	attempts int
	retries  int // attempts after the first that count against the limit
	last     time.Duration
	random   backoff.Source
	broken   error // what broke the body of the last response: see WithWholeBody
}

// run is the loop.
func (c *call) run() (*http.Response, error) {
	if err := c.begin(); err != nil {
		return nil, layer.Refuse(c.req, err)
	}
	for {
		resp, err := c.send()
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

// enter registers the loop. It reports false when a loop above does the retries:
// then this one's limits hold as well, if they are stricter.
func (c *call) enter() bool {
	if c.loop == nil {
		c.began = time.Since(c.born)
		return true
	}
	var nested bool
	if c.began, nested = c.loop.Enter(c.req, c.policy.maxRetries, c.policy.maxElapsed); nested {
		c.loop.Writer().SetReason(string(ReasonNested))
		return false
	}
	if c.policy.withinCall {
		c.earlier = c.loop.Earlier()
	}
	return true
}

func (c *call) leave() {
	c.replay.Finish()
	c.release()
	if c.drainer != nil {
		c.drainer.Release()
		c.drainers.Put(c.drainer)
	}
	if c.cancel != nil {
		c.cancel()
	}
	if c.loop != nil {
		if c.policy.withinCall {
			c.loop.Count(c.attempts)
		}
		c.loop.Leave()
	}
}

// elapsed returns how long the loop has run.
func (c *call) elapsed() time.Duration {
	if c.loop != nil {
		return c.loop.Age() - c.began
	}
	return time.Since(c.born) - c.began
}

// limits returns how many retries there may be, and how much time is left in
// which an attempt may begin, where that is bounded.
func (c *call) limits() (maxRetries int, left time.Duration, bounded bool) {
	if c.loop != nil {
		maxRetries, left, bounded = c.loop.Limits()
		return maxRetries - c.earlier, left, bounded
	}
	if c.policy.maxElapsed == 0 {
		return c.policy.maxRetries, 0, false
	}
	return c.policy.maxRetries, c.policy.maxElapsed - c.elapsed(), true
}

// begin decides how the body can be sent again and starts the call's clock.
func (c *call) begin() (err error) {
	if err := c.over(); err != nil {
		return fmt.Errorf("retry: request not sent: %w", err)
	}
	c.budgetOf().Deposit()
	anyway := c.policy.errorAny || c.repeat == record.RepeatAlways
	if c.policy.maxRetries-c.earlier <= 0 && c.req.GetBody == nil {
		c.replay = layer.AsItCame(c.req) // no retry can follow
	} else if c.replay, err = layer.NewReplay(c.req, c.policy.replay); err != nil {
		return fmt.Errorf("retry: %w", err)
	}
	c.offer = anyway || !c.replay.Kept() || c.repeat != record.RepeatRefused && c.idempotent()
	if c.policy.callTimeout > 0 {
		cause := &TimeoutError{After: c.policy.callTimeout, clock: ErrCallTimeout}
		c.ctx, c.cancel = context.WithTimeoutCause(c.ctx, c.policy.callTimeout, cause)
	}
	// Where nothing depends on whether a broken attempt reached the server, a trace would only cost.
	c.traced = c.verifies() || !anyway && !c.idempotent() && c.replay.Replayable()
	if c.loop != nil && c.replay.Replayable() {
		c.loop.AllowAgain()
	}
	return nil
}

func (c *call) budgetOf() *Budget {
	switch {
	case c.policy.unlimited:
		return nil
	case c.policy.budget != nil:
		return c.policy.budget
	}
	return c.budget
}

// report tells the hooks of a failed attempt, and counts the retry that follows it.
func (c *call) report(resp *http.Response, err error, d decision) {
	if d.cause == "" {
		return
	}
	if len(c.policy.hooks) > 0 {
		c.tell(resp, err, d)
	}
	if d.retry {
		c.retries++
		c.last = d.wait
	}
}

// finish ends the loop with the last response or error.
func (c *call) finish(resp *http.Response, err error, d decision) (*http.Response, error) {
	if d.reason != "" && c.loop != nil {
		c.loop.Writer().SetReason(string(d.reason))
	}
	if d.err != nil { // the body cannot be had again
		c.drop(resp, c.policy.drainTime)
		return nil, d.err
	}
	if err != nil {
		if d.reason == ReasonBody {
			err = faultOf(c.replay.Fault(), err)
		}
		if c.attempts > 1 || d.reason != "" {
			err = &Error{Attempts: c.attempts, Reason: d.reason, Err: err, method: c.req.Method}
		}
		return nil, err
	}
	if c.clock == nil && c.cancel == nil {
		return resp, nil
	}
	clock, cancel := c.clock, c.cancel
	c.clock, c.cancel = nil, nil
	return timed(c.ctx, resp, func() {
		if clock != nil {
			clock.end()
		}
		if cancel != nil {
			cancel()
		}
	}), nil
}

// drop lets go of a response that is not returned. Its Close may block as long as
// the attempt has the request's body.
func (c *call) drop(resp *http.Response, within time.Duration) {
	switch {
	case resp == nil:
	case c.replay.Held(resp):
		layer.DrainAside(resp.Body, c.policy.drainBytes, within)
	default:
		c.drain(resp.Body, within)
	}
	c.release()
}

func (c *call) drain(body io.ReadCloser, within time.Duration) {
	if body == http.NoBody {
		return
	}
	if c.drainer == nil {
		if c.drainer, _ = c.drainers.Get().(*layer.Drainer); c.drainer == nil {
			c.drainer = &layer.Drainer{}
		}
	}
	c.drainer.Drain(body, c.policy.drainBytes, within)
}

// release ends the context of the last attempt, if it had one of its own.
func (c *call) release() {
	if c.clock != nil {
		c.clock.end()
		c.clock = nil
	}
}
