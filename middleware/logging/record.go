package logging

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// A journal is the log of one middleware. All chains with that middleware share it, and
// it does not change after it was built.
type journal struct {
	config
	logger   *slog.Logger
	kind     Kind
	fault    error
	silent   bool // the handler discards everything, so it need not be asked
	pure     bool // the handler is one of slog's own, which ignore the context
	names    []headerName
	reported atomic.Bool
}

type calls struct {
	layer.Link
	journal *journal
}

// RoundTrip sends req and logs the call.
func (c *calls) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.Fault() != nil {
		return nil, layer.Refuse(req, c.Fault())
	}
	if !c.journal.wants(req.Context()) {
		return c.Send(req)
	}
	p := begin(req)
	if c.journal.wantsWaits(req.Context()) {
		req = c.journal.watchWaits(req, p.call)
	}
	resp, err := c.Send(req)
	resp = layer.Restore(resp, p.req)
	p.elapsed = time.Since(p.start)
	c.journal.logCall(&p, resp, err)
	return resp, err
}

type attempts struct {
	layer.Link
	journal *journal
}

// RoundTrip sends req and logs the attempt.
func (a *attempts) RoundTrip(req *http.Request) (*http.Response, error) {
	if a.Fault() != nil {
		return nil, layer.Refuse(req, a.Fault())
	}
	if !a.journal.wants(req.Context()) {
		return a.Send(req)
	}
	p := begin(req)
	p.attempt, _ = layer.AttemptNumber(req.Context())
	p.leg = record.LegOf(req.Context())
	if a.journal.bodies > 0 {
		return a.sendWithBodies(&p)
	}
	resp, err := a.Send(req)
	p.elapsed = time.Since(p.start)
	a.journal.logAttempt(&p, resp, err)
	return resp, err
}

// A passage is one request through the layer, with the attempts and waits that its call
// had before. A call that follows redirects passes several times.
type passage struct {
	req      *http.Request
	call     *transport.Call
	start    time.Time
	elapsed  time.Duration
	attempts int
	attempt  int // the number of an attempt
	leg      int // its number in a hedge, or 0
	waited   time.Duration
}

func begin(req *http.Request) passage {
	call := transport.CallFrom(req.Context())
	return passage{req: req, call: call, start: time.Now(), attempts: call.AttemptCount(), waited: call.Waited()}
}

// wants reports whether a request may be logged.
func (j *journal) wants(ctx context.Context) bool { return !j.silent && j.enabled(ctx, j.ceiling) }

func (j *journal) enabled(ctx context.Context, level slog.Level) (on bool) {
	defer j.contain()
	return j.logger.Enabled(ctx, level)
}

// contain recovers from a panic of the handler or of the level rule. It must be deferred.
func (j *journal) contain() {
	recovered := recover() //nolint:revive // it is deferred, by each of its callers
	if recovered == nil || !j.reported.CompareAndSwap(false, true) {
		return
	}
	defer func() { _ = recover() }() // the report may panic too
	j.report(recovered)
}

// outside returns the context for a handler. If the handler sends requests, they are not
// part of the call that is logged.
func (j *journal) outside(ctx context.Context) context.Context {
	if j.pure {
		return ctx
	}
	return layer.Detach(ctx)
}

// room is enough for a record with a few headers. More attributes go to the heap.
type room [20]slog.Attr

func (j *journal) logCall(p *passage, resp *http.Response, err error) {
	defer j.contain()
	ctx := p.req.Context()
	level := j.levels(p.outcome(KindCall, resp, err))
	if !j.logger.Enabled(ctx, level) {
		return
	}
	var space room
	list := j.describe(space[:0], p, resp)
	if p.call != nil {
		list = append(list, slog.Int("attempts", p.call.AttemptCount()-p.attempts))
		if waited := p.call.Waited() - p.waited; waited > 0 {
			list = append(list, slog.Duration("waited", waited))
		}
		if state := p.call.RateLimit().State; state != "" {
			list = append(list, slog.String("rate_limit", redact.Cut(state, redact.MaxValue)))
		}
		if reason := p.call.Reason(); reason != "" {
			list = append(list, slog.String("reason", redact.Cut(string(reason), redact.MaxValue)))
		}
	}
	j.logger.LogAttrs(j.outside(ctx), level, "http call", j.conclude(list, p, resp, err)...)
}

func (j *journal) logAttempt(p *passage, resp *http.Response, err error) {
	defer j.contain()
	ctx := p.req.Context()
	level := j.levels(p.outcome(KindAttempt, resp, err))
	if !j.logger.Enabled(ctx, level) {
		return
	}
	var space room
	list := j.describe(space[:0], p, resp)
	list = append(list, slog.Int("attempt", p.attempt))
	if p.leg > 0 {
		list = append(list, slog.Int("leg", p.leg), slog.Bool("lost", record.IsLost(ctx)))
	}
	j.logger.LogAttrs(j.outside(ctx), level, "http attempt", j.conclude(list, p, resp, err)...)
}

func (j *journal) wantsWaits(ctx context.Context) (on bool) {
	if !j.waits {
		return false
	}
	defer j.contain()
	return j.logger.Enabled(ctx, j.levels(Outcome{Kind: KindWait}))
}

// watchWaits returns req with a context whose waits are logged when they begin. The log
// handler gets the context of the original req.
func (j *journal) watchWaits(req *http.Request, call *transport.Call) *http.Request {
	ctx := req.Context()
	return req.WithContext(transport.WatchWaits(ctx, func(w transport.Wait) { j.logWait(ctx, call, w) }))
}

func (j *journal) logWait(ctx context.Context, call *transport.Call, wait transport.Wait) {
	defer j.contain()
	level := j.levels(Outcome{Kind: KindWait})
	if !j.logger.Enabled(ctx, level) {
		return
	}
	list := make([]slog.Attr, 0, 5)
	if call != nil {
		list = append(list, slog.String("transaction_id", call.TransactionID()), slog.Int("before_attempt", wait.Before))
	}
	j.logger.LogAttrs(j.outside(ctx), level, "http wait", append(list,
		slog.Duration("wait", wait.For),
		slog.String("cause", wait.Cause),
		slog.String("reason", redact.Cut(wait.Reason, redact.MaxValue)))...)
}
