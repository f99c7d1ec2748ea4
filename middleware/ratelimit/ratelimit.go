// Package ratelimit reads what responses say of rate limits onto the record of
// their call, and paces attempts with a [Limiter] that learns from it.
package ratelimit

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// New returns a middleware that puts the rate-limit headers of every response,
// whatever its status, on the record of the call ([transport.Call.RateLimit]).
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
// A limiter with invalid settings makes the layer refuse every call, and
// [transport.Check] reports it.
func New(limiter *Limiter) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return &reader{Link: layer.NewLink("ratelimit", layer.AtLimit, next, limiter.Fault()), limiter: limiter}
	}
}

type reader struct {
	layer.Link

	limiter *Limiter // nil: read only
}

func (r *reader) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.Fault() != nil {
		return nil, layer.Refuse(req, r.Fault())
	}
	if r.limiter == nil {
		resp, err := r.Send(req)
		if err == nil {
			if call := record.WriterOf(req.Context()); call != nil {
				call.ReadRateLimit(resp.Header)
			}
		}
		return resp, err
	}
	turn, err := r.limiter.await(req)
	if err != nil {
		return nil, layer.Refuse(req, err)
	}
	ctx := req.Context()
	defer turn.end(ctx) // also when a layer below panics
	resp, err := r.Send(req)
	if err == nil {
		said := transport.ParseRateLimit(resp.Header, time.Time{})
		if call := record.WriterOf(ctx); call != nil {
			call.SetRateLimit(record.RateLimit(said))
		}
		turn.answered(ctx, resp.StatusCode, &said)
	}
	return resp, err
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
