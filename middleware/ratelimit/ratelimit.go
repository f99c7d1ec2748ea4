// Package ratelimit reads what responses say of rate limits onto the record of
// their call, and paces attempts with a [Limiter] that learns from it.
package ratelimit

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/transport"
)

// New returns a middleware that puts the rate-limit headers of every response,
// whatever its status, on the record of the call ([transport.Call.RateLimit]).
// With a limiter it also lets each attempt wait for its turn and tells the
// limiter how it went; a nil limiter paces nothing. Place it below a retry loop,
// so that a retry pays like a first attempt.
//
// An attempt whose turn cannot come before the context's deadline, or within
// the limiter's [WithMaxWait], is refused at once with a [*LimitError]; the wait
// of one that is cancelled ends with an error that Is ctx.Err() and
// context.Cause. Neither is sent. While an attempt waits, its [transport.Clock]
// is held. The wait stands on the record with the time that it took.
//
// A limiter with impossible settings makes the layer refuse every call, and
// [transport.Check] reports it.
func New(limiter *Limiter) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return &reader{Link: transport.NewLink("ratelimit", transport.AtLimit, next, limiter.Fault()), limiter: limiter}
	}
}

type reader struct {
	transport.Link

	limiter *Limiter // nil: read only
}

func (r *reader) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.Fault() != nil {
		return nil, transport.Refuse(req, r.Fault())
	}
	if r.limiter == nil {
		resp, err := r.Send(req)
		if err == nil {
			transport.CallFrom(req.Context()).ReadRateLimit(resp.Header)
		}
		return resp, err
	}
	turn, err := r.limiter.await(req)
	if err != nil {
		return nil, transport.Refuse(req, err)
	}
	defer turn.end() // also when a layer below panics
	resp, err := r.Send(req)
	if err == nil {
		turn.answered(resp.StatusCode, note(req, resp))
	}
	return resp, err
}

// note puts what resp says of rate limits on the record.
func note(req *http.Request, resp *http.Response) transport.RateLimit {
	said := transport.ParseRateLimit(resp.Header, time.Time{})
	transport.CallFrom(req.Context()).SetRateLimit(said)
	return said
}

// wait lets an attempt wait for its turn and notes it.
func (k *key) wait(req *http.Request, name string, w *waiter, until bound) error {
	ctx := req.Context()
	if clock := transport.ClockFrom(ctx); clock != nil {
		clock.Hold()
		defer clock.Restart()
	}
	begun := time.Now()
	defer func() {
		if waited := time.Since(begun); waited > 0 {
			transport.CallFrom(ctx).AddWait(transport.Wait{For: waited, Cause: transport.WaitLimit, Reason: w.why})
		}
	}()
	return k.sleep(ctx, name, w, until)
}
