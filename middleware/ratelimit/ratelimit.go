// Package ratelimit reads the rate-limit headers of responses, and limits the rate of
// attempts with a [Limiter] that adapts to them.
//
// For most uses pass a limiter from [NewLimiter] to tripware.WithLimiter, or to [New] in a
// chain of your own. A nil limiter only reads the headers.
package ratelimit

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// An Option configures how [New] reads responses. To keep the default, leave its option
// out; passing nil does not select it.
type Option func(*reader)

// WithReader sets a function that reads a vendor's own headers. It gets the header of each
// response and the rate limit from the common headers, and returns the rate limit with
// what it finds, such as a State, a Period, or that the state asks to slow down (see
// [transport.RateLimit]). The call's record, the limiter, the retry loop, metrics and
// typed calls use the result. By default there is no reader; if several are set, the
// last one applies.
//
// read must be safe for concurrent use, must not modify the header, and may be called
// several times for a response.
func WithReader(read func(header http.Header, said transport.RateLimit) transport.RateLimit) Option {
	return func(r *reader) {
		if r.invalid = read == nil; r.invalid {
			return
		}
		r.vendor = func(header http.Header, said record.RateLimit) record.RateLimit {
			return record.RateLimit(read(header, transport.RateLimit(said)))
		}
	}
}

// New returns a middleware that reads the rate-limit headers of each response into the
// call's record ([transport.Call.RateLimit]) and, unless limiter is nil, makes each
// attempt wait until the limiter admits it. It reads the common headers
// ([transport.ParseRateLimit]), and others with [WithReader]. Place it below the retry
// loop, so that retries are limited too.
//
// An attempt that would wait too long is refused at once with a [*LimitError]: beyond the
// context's deadline, longer than [WithMaxWait], beyond the time limit of the retry loop,
// or if [WithMaxQueue] attempts are already waiting. If an attempt is canceled while it
// waits, the error matches ctx.Err() and context.Cause; if it is canceled by the
// deprecated Request.Cancel, the error matches context.Canceled. These attempts are not
// sent.
//
// The wait does not count against the timeout of the attempt (see [layer.Clock]). It is
// recorded when it begins, with its expected duration, and afterwards with its actual
// duration. After each attempt, the layer tells the retry loop when the limiter would
// admit the next one.
//
// The layer has a method Limiter() *Limiter, which returns limiter, so that code that finds
// the layer with [transport.Layers] can tell whether it limits.
//
// If the limiter has invalid settings or the reader is nil, the layer refuses every call,
// and [transport.Check] reports it.
func New(limiter *Limiter, opts ...Option) transport.Middleware {
	own := reader{limiter: limiter}
	for _, opt := range opts {
		if opt != nil {
			opt(&own)
		}
	}
	fault := limiter.Fault()
	if own.invalid {
		fault = errors.Join(fault, errors.New("ratelimit: reader is nil: leave WithReader out to read only the common headers"))
	}
	return func(next http.RoundTripper) http.RoundTripper {
		layered := own
		layered.Link = layer.NewLink("ratelimit", layer.AtLimit, next, fault)
		return &layered
	}
}

type reader struct {
	layer.Link

	limiter *Limiter           // nil: read only
	vendor  record.LimitReader // nil for only the common headers
	invalid bool               // WithReader was given nil
}

// Limiter returns the limiter of the layer, or nil if the layer only reads headers.
func (r *reader) Limiter() *Limiter { return r.limiter }

func (r *reader) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.Fault() != nil {
		return nil, layer.Refuse(req, r.Fault())
	}
	ctx := req.Context()
	if r.limiter == nil {
		resp, err := r.Send(req)
		if err == nil {
			r.read(ctx, resp.Header)
		}
		return resp, err
	}
	turn, err := r.limiter.await(req)
	if err != nil {
		return nil, layer.Refuse(req, err)
	}
	defer turn.end(ctx) // also when a layer below panics
	resp, err := r.Send(req)
	if err == nil {
		said := r.read(ctx, resp.Header)
		turn.answered(ctx, resp.StatusCode, &said)
	}
	return resp, err
}

// read returns the rate limit of a response, and stores it in the record.
func (r *reader) read(ctx context.Context, header http.Header) transport.RateLimit {
	said := transport.ParseRateLimit(header, time.Time{})
	call := record.WriterOf(ctx)
	if r.vendor != nil {
		said = transport.RateLimit(r.vendor(header, record.RateLimit(said)))
		if call != nil {
			call.SetLimitReader(r.vendor)
		}
	}
	if call != nil {
		call.SetRateLimit(record.RateLimit(said))
	}
	return said
}

// wait makes an attempt wait for its turn, and records the wait.
func (k *key) wait(req *http.Request, name string, w *waiter, until bound) error {
	ctx := req.Context()
	if clock := layer.ClockFrom(ctx); clock != nil {
		clock.Hold()
		defer clock.Restart()
	}
	begun := time.Now()
	defer func() { w.waiting.End(time.Since(begun)) }()
	return k.sleep(req, name, w, until)
}
