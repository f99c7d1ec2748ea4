package hedge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// A leg is one attempt of a race.
type leg struct {
	race   *race
	number int
	req    *http.Request
	ctx    context.Context
	cancel context.CancelCauseFunc
	begun  time.Time     // guarded by the race's mutex
	done   bool          // likewise
	left   time.Duration // of the delay, while the clock is held
	outer  layer.Clock   // of the attempt; nil if there is none
	late   *time.Timer   // reports a leg that ignores its context; nil unless it has lost
}

// A result is how a leg ended.
type result struct {
	leg      *leg
	resp     *http.Response
	err      error
	panicked any
}

// errVanished is the error of a leg whose goroutine ended in a layer below.
var errVanished = errors.New("hedge: a layer below has ended the goroutine of the attempt")

func (l *leg) run() {
	res := &result{leg: l, err: errVanished}
	defer func() {
		res.panicked = recover()
		l.race.finish(res)
	}()
	res.resp, res.err = l.race.hedge.Send(l.req) //nolint:bodyclose // finish drops it, or the caller closes it
}

// endLost ends a leg whose race was over.
func (h *hedge) endLost(res *result) {
	h.drop(res, layer.Drain)
	res.leg.late.Stop()
	h.lost.Add(-1)
}

// drop drops the result of a leg. A panic ends there, since nobody waits for the leg: the first
// one is logged.
func (h *hedge) drop(res *result, drain func(io.ReadCloser, int64, time.Duration)) {
	defer res.leg.cancel(nil)
	defer func() {
		if p := cmp.Or(recover(), res.panicked); p != nil {
			h.broken.Do(func() {
				slog.Default().ErrorContext(layer.Detach(res.leg.race.ctx), "hedge: an attempt whose result was not needed panicked",
					slog.String("panic", redact.Text(fmt.Sprint(p))))
			})
		}
	}()
	switch {
	case res.resp == nil:
	case res.resp.StatusCode == http.StatusSwitchingProtocols:
		layer.CloseBody(res.resp.Body)
	default:
		drain(res.resp.Body, layer.DrainBytes, layer.DrainTime)
	}
}

// patience is how long a leg may run after it was canceled until it is reported.
const patience = time.Second

// tell logs, once for each layer, that a leg has not ended after it was canceled.
func (l *leg) tell() {
	if l.race.hedge.told.CompareAndSwap(false, true) {
		slog.Default().WarnContext(layer.Detach(l.race.ctx),
			"hedge: an attempt runs on after it was canceled: a layer below ignores the context of its requests",
			slog.Duration("since", patience), slog.Int64("running", l.race.hedge.lost.Load()))
	}
}

// notSent reports whether a layer below refused to send a request.
func notSent(err error) bool {
	e, ok := errors.AsType[interface {
		error
		NotSent() bool
	}](err)
	return ok && e.NotSent()
}

// Hold implements [layer.Clock]. While the first leg waits for its turn, no other is sent.
func (l *leg) Hold() {
	if l.number > 1 {
		return
	}
	if l.outer != nil {
		l.outer.Hold()
	}
	r := l.race
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.legs) == 1 {
		r.timer.Stop()
		l.left = r.delay - time.Since(l.begun)
	}
}

// Restart implements [layer.Clock].
func (l *leg) Restart() {
	if l.number > 1 {
		return
	}
	if l.outer != nil {
		l.outer.Restart()
	}
	l.resume(l.race.delay)
}

// Resume implements [layer.Clock].
func (l *leg) Resume() {
	if l.number > 1 {
		return
	}
	if l.outer != nil {
		l.outer.Resume()
	}
	l.resume(l.left)
}

func (l *leg) resume(left time.Duration) {
	r := l.race
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.legs) == 1 && !r.ended {
		l.begun = time.Now().Add(left - r.delay)
		r.timer.Reset(left)
	}
}

// held returns resp with a body that ends the context of its leg when it is closed.
func held(resp *http.Response, l *leg) *http.Response {
	if resp.Body == http.NoBody {
		l.cancel(nil)
		return resp
	}
	body := &heldBody{ReadCloser: resp.Body, leg: l}
	resp.Body = body
	if w, ok := body.ReadCloser.(io.Writer); ok { // the body of a 101 must stay writable
		resp.Body = &heldConn{heldBody: body, Writer: w}
	}
	return resp
}

type heldBody struct {
	io.ReadCloser

	leg *leg
}

func (b *heldBody) Close() error {
	defer b.leg.cancel(nil)
	return b.ReadCloser.Close()
}

type heldConn struct {
	*heldBody
	io.Writer
}
