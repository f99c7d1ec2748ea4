// Package ratelimit reads what responses say of rate limits onto the record of
// their call, and paces attempts with a [Limiter] that learns from it.
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

// An Option sets how [New]'s layer reads responses.
type Option func(*reader)

// WithReader adds what only one vendor's headers say: read gets the header of every
// response, and what the headers in general use have said, and returns that with
// what it finds: a State, a Period, whether the server's state asks to slow down
// ([transport.RateLimit]). The record of the call, the limiter, the retry loop,
// metrics and typed calls see what it returns. The default is none; of several
// readers the last one counts.
//
// The function must be safe for concurrent use, must not change the header, and may
// be called more than once for a response, at once when it has come.
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

// New returns a middleware that puts the rate-limit headers of every response,
// whatever its status, on the record of the call ([transport.Call.RateLimit]). It
// reads those in general use ([transport.ParseRateLimit]), and others by [WithReader].
// With a limiter it also lets each attempt wait for its turn and tells the
// limiter how it went; a nil limiter paces nothing. Place it below a retry loop,
// so that a retry pays like a first attempt.
//
// An attempt is refused at once with a [*LimitError] if its turn cannot come
// before the context's deadline, within the limiter's [WithMaxWait], or while the
// retry loop above may still begin attempts, or if [WithMaxQueue] attempts wait
// already. The wait of an attempt that is cancelled, by its context or by the
// deprecated Request.Cancel, ends with an error that matches ctx.Err() and
// context.Cause, or context.Canceled. None of these is sent. While an attempt
// waits, its [layer.Clock] is held. The wait is recorded on the call as it
// begins, with the time that it is expected to take, and in the end with the time
// that it took. After each attempt the layer tells the retry loop when the
// limiter would admit the next one.
//
// A limiter with invalid settings, or a nil reader, makes the layer refuse every
// call, and [transport.Check] reports it. A nil option is skipped.
func New(limiter *Limiter, opts ...Option) transport.Middleware {
	own := reader{limiter: limiter}
	for _, opt := range opts {
		if opt != nil {
			opt(&own)
		}
	}
	fault := limiter.Fault()
	if own.invalid {
		fault = errors.Join(fault, errors.New("ratelimit: reader is nil: leave WithReader out to read the headers in general use alone"))
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
	vendor  record.LimitReader // nil: the headers in general use alone
	invalid bool               // the reader that was given is nil
}

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

// read returns what a response says, and puts it on the record.
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

// wait lets an attempt wait for its turn and notes it.
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
