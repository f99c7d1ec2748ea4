package hedge

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
)

// A race is one hedged request. Its legs run in goroutines of their own, and the one that ends
// the race decides: it settles the record and cancels the others before the caller returns.
type race struct {
	hedge  *hedge
	req    *http.Request
	ctx    context.Context
	policy record.Policy // of the retry loop above; nil if there is none
	budget record.Budget
	window *window // nil for a fixed delay
	delay  time.Duration
	timer  *time.Timer
	over   chan struct{} // closed when result is final

	mu      sync.Mutex
	legs    []*leg // that were sent
	running int
	extra   int // legs after the first, without those that were refused
	ended   bool
	result  *result // the best one so far
	first   leg     // usually the only one
}

// run returns the result of the race.
func (r *race) run() (*http.Response, error) {
	defer r.quit() // does nothing, unless GetBody has panicked
	r.timer = time.NewTimer(r.delay)
	defer r.timer.Stop()
	r.launch(&r.first, r.req.Body)
	for tried := 0; ; {
		select {
		case <-r.over:
			return r.deliver()
		case <-r.ctx.Done():
			return r.abandon(r.ctx.Err())
		case <-r.req.Cancel: //nolint:staticcheck // deprecated, but net/http still honors it
			return r.abandon(context.Canceled)
		case <-r.timer.C:
			r.another()
			if tried++; tried < r.hedge.extra {
				r.timer.Reset(r.delay)
			}
		}
	}
}

// another sends a further leg, unless the race is over or there is a reason not to.
func (r *race) another() {
	r.mu.Lock()
	ended := r.ended
	r.mu.Unlock()
	if ended || r.hedge.lost.Load() >= maxLost || !r.budget.Withdraw() {
		return
	}
	body := r.req.Body
	if body != nil && body != http.NoBody {
		fresh, err := r.req.GetBody()
		if err != nil || fresh == nil {
			r.budget.Return() // the first leg goes on
			return
		}
		body = fresh
	}
	r.launch(&leg{}, body)
}

// launch sends a leg with this body, or closes the body if the race is over.
func (r *race) launch(l *leg, body io.ReadCloser) {
	ctx, cancel := context.WithCancelCause(r.ctx)
	l.race, l.number, l.cancel, l.outer = r, len(r.legs)+1, cancel, layer.ClockFrom(r.ctx) // only this goroutine adds legs
	l.ctx = layer.NextAttempt(layer.WithClock(record.WithLeg(ctx, l.number), l))
	l.req = r.req.WithContext(l.ctx)
	l.req.Body = body
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		record.GiveBack(l.ctx)
		r.budget.Return()
		layer.CloseBody(body)
		cancel(nil)
		return
	}
	r.legs = append(r.legs, l)
	r.extra += min(l.number-1, 1)
	r.running++
	l.begun = time.Now()
	r.mu.Unlock()
	go l.run()
}

// finish takes the result of a leg. The race ends if that is good, or if no leg is left.
func (r *race) finish(res *result) {
	l := res.leg
	good := res.panicked != nil || res.err == nil && !failed(r.policy, res.resp)
	unsent := l.number > 1 && notSent(res.err)
	r.mu.Lock()
	l.done = true
	took := time.Since(l.begun)
	if r.ended {
		r.mu.Unlock()
		r.hedge.endLost(res)
		return
	}
	dropped := res
	switch {
	case unsent:
		r.extra--
	case good, r.result == nil, res.resp != nil, r.result.resp == nil:
		dropped, r.result = r.result, res
	}
	r.running--
	var losers []*leg
	ended := good || r.running == 0
	if ended {
		losers = r.end()
	}
	r.mu.Unlock()
	if unsent {
		record.GiveBack(l.ctx)
		r.budget.Return()
	}
	if good && res.panicked == nil && l.number == 1 { // a later leg wins only if it is fast, which would shorten the delay
		r.window.add(took)
	}
	if ended {
		r.settle(r.result.leg.ctx, losers)
		close(r.over)
	}
	if dropped != nil {
		r.hedge.drop(dropped, layer.DrainAside)
	}
}

// end ends the race and returns the legs that have lost. The race is locked.
func (r *race) end() (losers []*leg) {
	r.ended = true
	for _, l := range r.legs {
		if !l.done {
			r.hedge.lost.Add(1)
			l.late = time.AfterFunc(patience, l.tell)
			losers = append(losers, l)
		}
	}
	return losers
}

// settle tells the record that the leg of this context has won, and cancels the others.
func (r *race) settle(won context.Context, losers []*leg) {
	others := make([]context.Context, 0, 4)
	for _, l := range r.legs {
		if l.ctx != won {
			others = append(others, l.ctx)
		}
	}
	record.Settle(won, others, r.extra)
	for _, l := range losers {
		if l.number == 1 {
			r.window.add(time.Since(l.begun)) // it would have taken at least as long
		}
		l.cancel(record.LostError{})
	}
}

// deliver returns the result. The context of its leg ends when the response's body is closed.
func (r *race) deliver() (*http.Response, error) {
	res := r.result
	switch {
	case res.panicked != nil:
		res.leg.cancel(nil)
		panic(res.panicked)
	case res.err != nil:
		res.leg.cancel(nil)
		return nil, res.err
	}
	return layer.Restore(held(res.resp, res.leg), r.req), nil
}

// abandon ends the race because the caller has canceled it. The legs get a moment to return
// their own errors, which say more.
func (r *race) abandon(why error) (*http.Response, error) {
	grace := time.NewTimer(layer.DrainTime)
	defer grace.Stop()
	select {
	case <-r.over:
		return r.deliver()
	case <-grace.C:
	}
	if !r.quit() {
		<-r.over // it is about to be closed
		return r.deliver()
	}
	cause := context.Cause(r.ctx)
	if cause != nil && cause != why { //nolint:errorlint // identity: without a cause, Cause returns the context's error
		return nil, fmt.Errorf("hedge: no attempt has ended: %w: %w", why, cause)
	}
	return nil, fmt.Errorf("hedge: no attempt has ended: %w", why)
}

// quit ends the race without a result, and reports whether it had not ended before.
func (r *race) quit() bool {
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return false
	}
	losers, failed := r.end(), r.result
	r.mu.Unlock()
	record.Settle(r.ctx, nil, r.extra)
	for _, l := range losers {
		l.cancel(nil)
	}
	if failed != nil {
		r.hedge.drop(failed, layer.DrainAside)
	}
	return true
}
