// Package hedge sends a request a second time if the response takes longer than usual, and
// returns the response that comes first. That shortens the longest waits, if a few requests
// are slow for a reason that a second one does not meet: a busy server of several, a lost
// packet, a pause of a garbage collector.
//
// For most uses pass options to tripware.WithHedge, or place [New] in a chain of your own:
// below the retry loop, and above everything else that runs once per attempt. Without options
// it sends one further request after the 95th percentile of the recent response times of the
// same host and route.
//
// # Which calls
//
// A request that is sent twice may be processed twice. So only requests that are safe to
// retry are hedged: those with an idempotent method or an Idempotency-Key header, those with a
// context from retry.Safe, and typed calls that say so. The body must be empty or come from a
// GetBody that can be called while an earlier body is read, as that of http.NewRequest; a
// body that a retry loop copies or seeks in is not. A request with an Upgrade header is not
// hedged. Other requests are passed on unchanged.
//
// # Legs
//
// The attempts that run at the same time are called legs. Each has a number in the record of
// the call, and is logged, measured and signed like any attempt. A further leg is sent only if
// the limiter has a free turn for it, so that it does not delay other calls, and if the budget
// has one left.
//
// The first response that has not failed wins. A status that the retry loop would retry, such
// as 429 or 503, has failed, and so has an error: they are returned only when all legs that
// were sent have failed, since another may still succeed. Of several failures a response comes
// before an error, and a later one before an earlier one. A hedge does not send a leg because
// another failed: that is for the retry loop.
//
// The legs that lose are canceled, and their responses drained for up to 100 ms, or closed, in
// their own goroutines. So no goroutine outlives its call by more than that, unless a layer
// below ignores the context of its request. The context of the leg that wins ends when the
// body of its response is closed.
//
// # Budget
//
// Further legs draw on the budget of the retry loop above, or else on one of this layer. If
// more calls are slow than the budget allows legs for, most slow calls stay slow: with 5% of
// requests slow by a second, a budget of 10% shortens the 99th percentile, and one of 2%
// leaves it where it was, since 3% of calls are still slow.
package hedge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

type config struct {
	off        bool
	after      time.Duration // the delay, or that until there are enough samples
	percentile float64       // used unless fixed is set
	fixed      bool          // the delay does not follow a percentile
	samples    int
	extra      int
	budget     *layer.Budget
	unlimited  bool
}

// An Option configures [New]. To keep a default, leave its option out. Zero means none for a
// wait and for a number of legs.
type Option func(*config)

// Off switches hedging off: each request is passed on unchanged.
func Off() Option { return func(c *config) { c.off = true } }

// WithDelay sends a further leg if there is no response after d, and replaces
// [WithPercentile]. The time begins when the last leg was sent, not while that waits for the
// limiter or for a token. 0 sends all legs at once.
func WithDelay(d time.Duration) Option {
	return func(c *config) { c.after, c.fixed = d, true }
}

// WithPercentile sends a further leg if there is no response after the time in which this
// percentage of the recent responses came: of the last 256 responses from the same host to
// requests with the same route (see transport.WithRoute). Only the first leg of a request counts; if it
// lost, with the time after which it was canceled. Responses that failed do not count. Until there are as
// many responses as samples, from 1 to 256, the delay is the fallback, which must not be 0.
// WithPercentile replaces [WithDelay]. The default is WithPercentile(95, 20, time.Second).
//
// The percentage must be above 0 and below 100. Choose one that is less than the share of
// requests that are not slow: if one of ten is slow, the 95th percentile is a slow response.
func WithPercentile(percent float64, samples int, fallback time.Duration) Option {
	return func(c *config) {
		c.percentile, c.samples, c.after, c.fixed = percent, samples, fallback, false
	}
}

// WithMaxExtra limits the number of legs after the first, each of which is sent a delay after
// the one before. The default is 1; 0 means none, so that nothing is hedged.
func WithMaxExtra(n int) Option { return func(c *config) { c.extra = n } }

// WithBudget draws further legs on b. Use it to share a budget between clients. A retry loop
// with the same budget pays for each of its calls, and otherwise this layer does for each
// request. A nil b means the default: the budget of the retry loop above, or, if there is
// none, one that this layer has for itself, as layer.DefaultBudget makes it.
func WithBudget(b *layer.Budget) Option {
	return func(c *config) { c.budget, c.unlimited = b, false }
}

// WithoutBudget does not limit the share of requests with a further leg. If a server becomes
// slow, that can double its load.
func WithoutBudget() Option { return func(c *config) { c.budget, c.unlimited = nil, true } }

// New returns a middleware that hedges requests: see the package comment. Place it below the
// retry loop and above the limiter. If options are invalid, the layer refuses every request,
// and [transport.Check] reports the error. The layer is safe for concurrent use.
func New(opts ...Option) transport.Middleware {
	c := config{percentile: 95, samples: 20, after: time.Second, extra: 1}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	fault := c.check()
	return func(next http.RoundTripper) http.RoundTripper {
		return &hedge{Link: layer.NewLink("hedge", layer.AtHedge, next, fault), config: c, own: layer.DefaultBudget()}
	}
}

func (c *config) check() error {
	var faults []error
	fault := func(is bool, format string, args ...any) {
		if is {
			faults = append(faults, fmt.Errorf("hedge: "+format, args...))
		}
	}
	if c.fixed {
		fault(c.after < 0, "delay %s is negative: 0 sends all legs at once", c.after)
	} else {
		fault(!(c.percentile > 0 && c.percentile < 100), "percentile %v is not between 0 and 100: use 95, or WithDelay", c.percentile)
		fault(c.samples < 1 || c.samples > windowSize, "%d samples of the percentile: it must be from 1 to %d", c.samples, windowSize)
		fault(c.after <= 0, "fallback %s of the percentile is not positive: it is the delay until there are enough samples", c.after)
	}
	fault(c.extra < 0, "%d extra legs is negative: 0 means none", c.extra)
	return errors.Join(append(faults, c.budget.Fault())...)
}

type hedge struct {
	layer.Link
	config

	own     *layer.Budget // used if there is no other
	windows windows
	lost    atomic.Int64 // legs that have lost and run
	told    atomic.Bool  // that a leg ignores its context
	broken  sync.Once    // logs the first panic of a leg that has lost
}

// Layer returns the name with the delay and the number of further legs.
func (h *hedge) Layer() string {
	switch {
	case h.IsOff():
		return "hedge(off)"
	case h.fixed:
		return fmt.Sprintf("hedge(%s, %d)", h.after, h.extra)
	}
	return fmt.Sprintf("hedge(p%v, %d)", h.percentile, h.extra)
}

// IsOff reports whether the layer passes on every request: see transport.Check.
func (h *hedge) IsOff() bool { return h.off || h.extra == 0 }

// maxLost is how many lost legs may run. Beyond that, no further legs are sent until some of
// them have ended.
const maxLost = 64

// RoundTrip sends req, and further legs if the response takes too long.
func (h *hedge) RoundTrip(req *http.Request) (*http.Response, error) {
	if h.Fault() != nil {
		return nil, layer.Refuse(req, h.Fault())
	}
	ctx := req.Context()
	if h.IsOff() || ctx.Err() != nil || !sendsAgain(req) || !repeatable(ctx, req) {
		return h.Send(req)
	}
	policy := record.PolicyOf(ctx)
	r := &race{hedge: h, req: req, ctx: ctx, policy: policy, budget: h.spends(policy), over: make(chan struct{})}
	r.delay = h.after
	if !h.fixed {
		r.window = h.windows.of(keyOf(req))
		r.delay = r.window.delay(h.percentile, h.samples, h.after)
	}
	return r.run()
}

// spends returns the budget for further legs of a call, and pays for the call unless a retry
// loop does.
func (h *hedge) spends(policy record.Policy) record.Budget {
	var above record.Budget
	if policy != nil {
		above = policy.Spends()
	}
	var budget record.Budget = h.budget
	switch {
	case h.unlimited:
		return (*layer.Budget)(nil)
	case h.budget == nil && above != nil:
		return above
	case h.budget == nil:
		budget = h.own
	}
	if budget != above {
		budget.Deposit()
	}
	return budget
}

// sendsAgain reports whether a second request can be sent while the first one is.
func sendsAgain(req *http.Request) bool {
	if len(req.Header["Upgrade"]) > 0 {
		return false
	}
	if req.Body == nil || req.Body == http.NoBody {
		return true
	}
	_, shared := req.Body.(record.SharedBody)
	return req.GetBody != nil && !shared
}

// repeatable reports whether the request is safe to send twice, as a retry loop understands it.
func repeatable(ctx context.Context, req *http.Request) bool {
	if settings, _ := record.Setting[record.CallSettings](ctx); settings.Safe {
		return true
	}
	operation, _ := transport.Lookup[record.Operation](ctx)
	switch operation.Repeat {
	case record.RepeatAlways:
		return true
	case record.RepeatRefused:
		return false
	case record.RepeatByMethod:
	}
	return record.Idempotent(req)
}

// failed reports whether the response has failed, so that another leg may have a better one.
func failed(policy record.Policy, resp *http.Response) bool {
	if policy != nil {
		return policy.Fails(resp)
	}
	switch status := resp.StatusCode; status {
	case http.StatusTooManyRequests, http.StatusInternalServerError:
		return true
	case http.StatusForbidden:
		return transport.RateLimitOf(resp).Throttles(status)
	default:
		return status >= http.StatusBadGateway && status < 600
	}
}
