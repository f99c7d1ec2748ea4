package inspect

import (
	"cmp"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
)

// A story is what is shown of a call, with secrets masked: of a record, or of a trip.
type story struct {
	serial   uint64
	id       string
	route    string
	method   string
	url      string
	reason   string
	begun    time.Time
	running  bool
	took     time.Duration // until the response's headers or the error, or so far
	status   int
	outcome  string
	class    transport.ErrorClass
	err      string
	attempts []scene // the first and the last ones
	made     int     // number of all
	waits    []transport.Wait
	waiting  int // number of all
	body     body
	wait     stage // what it waits for while it runs
}

// A scene is an attempt of a story.
type scene struct {
	number   int
	begun    time.Duration // since the beginning of the story
	took     time.Duration
	leg      int
	lost     bool
	running  bool
	phases   Phases
	phased   bool
	method   string
	url      string
	cut      bool // the URL may be longer
	request  []field
	response []field
	length   int64 // of the request's body, -1 if it is unknown
	status   int
	proto    string
	class    transport.ErrorClass
	err      string

	sent, got *capture
}

// A stage is what a running call waits for, and since when.
type stage struct {
	what   string // a cause of a wait, a phase, or one of the stage constants
	why    string
	since  time.Duration // how long it has waited
	within time.Duration // the planned length of the wait; 0 if it is unknown
}

// storyOf returns the story of a call's record.
func storyOf(call *transport.Call) *story {
	s := &story{
		id: call.TransactionID(), route: show(string(routeOf(call))), reason: show(string(call.Reason())), begun: call.Start(),
		running: !call.Sealed(), took: call.Elapsed(),
	}
	for _, w := range call.Waits() {
		w.Cause, w.Reason = show(w.Cause), show(w.Reason)
		s.waits = append(s.waits, w)
	}
	s.waiting = len(s.waits)
	s.method, s.url = targetOf(call)
	known, _ := transport.Fact[*facts](call)
	trips := known.all()
	s.tellAttempts(call, trips)
	for _, t := range trips {
		t.mu.Lock()
		s.body = t.body.body()
		s.body.took += t.begun.Sub(s.begun)
		if t.ended {
			s.status, s.outcome = t.status, t.outcome
			s.class, s.err = t.failed.get()
		}
		t.mu.Unlock()
	}
	return s
}

// tellAttempts adds the attempts of a record, with what its trips know of them.
func (s *story) tellAttempts(call *transport.Call, trips []*trip) {
	details := map[int]scene{}
	for _, t := range trips {
		t.mu.Lock()
		for _, a := range t.attempts {
			details[int(a.number)] = t.scene(a)
		}
		t.mu.Unlock()
	}
	for _, a := range call.Attempts() {
		d, seen := details[a.Number]
		if !seen {
			d = scene{method: s.method, url: s.url}
		}
		d.leg, d.lost = a.Leg, a.Lost
		d.number, d.begun, d.took = a.Number, a.Start.Sub(s.begun), a.Elapsed
		d.status, d.running = a.Status, a.Status == 0 && a.Err == nil && s.running
		if a.Err != nil && d.err == "" {
			d.class, d.err = a.Class, errorText(call, a.Err, nil)
		}
		s.attempts = append(s.attempts, d)
	}
	s.made = len(s.attempts)
	for i := range s.attempts {
		if last := &s.attempts[i]; !last.lost {
			s.status, s.class, s.err = last.status, last.class, last.err
		}
	}
	if class := call.ErrorClass(); class != "" && class != s.class { // such as after an attempt, in a wait
		s.status, s.class, s.err = 0, class, ""
	}
}

// targetOf returns the method and the URL of a record, with secrets masked.
func targetOf(call *transport.Call) (method, target string) {
	for _, attr := range call.LogValue().Group() {
		switch attr.Key {
		case "method":
			method = attr.Value.String()
		case "url":
			target = attr.Value.String()
		}
	}
	return method, target
}

// story returns the story of a trip.
func (t *trip) story() *story {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.date(time.Now)
	s := &story{
		serial: t.serial.Load(), id: t.id, route: show(string(t.route)), begun: t.begun, running: !t.ended, took: t.headed,
		status: t.status, outcome: t.outcome, made: t.made, body: t.body.body(),
	}
	s.class, s.err = t.failed.get()
	var waits []record.Wait
	if r := t.retried; r != nil {
		waits, s.waiting, s.reason = r.waits, r.waiting, show(r.reason)
	}
	if !t.ended {
		s.took, s.id, s.route = time.Since(t.begun), t.call.TransactionID(), show(string(routeOf(t.call)))
		waits = t.waitsSoFar()
		s.waiting = len(waits)
	}
	for _, w := range waits {
		w.Cause, w.Reason = show(w.Cause), show(w.Reason)
		s.waits = append(s.waits, transport.Wait(w))
	}
	for _, a := range t.attempts {
		s.attempts = append(s.attempts, t.scene(a))
	}
	s.judge()
	s.method, s.url = t.targetOf(s)
	s.wait = t.stage(waits)
	return s
}

// judge marks the attempts of hedges that failed before another one had the result. A hedge
// ends with the attempt that ends last and has not lost.
func (s *story) judge() {
	if s.running {
		return
	}
	var best *scene // of the hedge so far
	for i := range s.attempts {
		a := &s.attempts[i]
		a.lost = a.lost || a.running && a.leg > 0
		switch {
		case a.leg <= 1:
			best = a
		case best == nil || a.lost:
		case best.lost || a.begun+a.took > best.begun+best.took:
			best.lost, best = true, a
		default:
			a.lost = true
		}
	}
}

func (t *trip) waitsSoFar() []record.Wait {
	if trip, ok := t.node.(record.Trip); ok {
		return trip.Tally().Waits
	}
	return nil
}

// targetOf returns the method and the URL of a trip.
func (t *trip) targetOf(s *story) (method, target string) {
	switch {
	case t.ended && len(s.attempts) == 0:
		method, target, _, _ = t.first.message.parse()
		return method, showURL(target)
	case len(s.attempts) > 0:
		return s.attempts[0].method, s.attempts[0].url
	case t.req != nil:
		_, target, _, _ = message(nil).withURL(t.req, t.req).parse()
		return cmp.Or(t.req.Method, http.MethodGet), showURL(target)
	}
	return "", ""
}

// scene returns an attempt. The trip is locked.
func (t *trip) scene(a *attempt) scene {
	method, target, request, response := a.message.parse()
	c := scene{
		number: int(a.number), leg: int(a.leg &^ lostLeg), lost: a.leg&lostLeg != 0,
		begun: a.begun, took: a.took, running: a.running, phased: a.phased,
		method: method, url: showURL(target), cut: len(target) > maxURL-utf8.UTFMax, request: request, response: response, length: a.length,
		status: int(a.status), proto: a.proto.String(), sent: a.request, got: a.response,
	}
	c.class, c.err = a.failed.get()
	if a.phases != nil {
		c.phases = *a.phases
	}
	if a.running {
		c.took = time.Since(t.begun) - a.begun
	}
	return c
}

// stage returns what the trip waits for. The trip is locked.
func (t *trip) stage(waits []record.Wait) stage {
	if t.ended {
		return stage{what: stageBody, since: time.Since(t.begun) - t.headed}
	}
	free := time.Duration(0) // when the last attempt ended
	number := 0
	for _, a := range t.attempts {
		if a.running {
			return stage{what: a.probe.stage(), since: time.Since(t.begun) - a.begun}
		}
		free, number = a.begun+a.took, int(a.number)
	}
	s := stage{what: stageLayer, since: time.Since(t.begun) - free}
	for _, w := range waits {
		if w.Before <= number {
			continue
		}
		if s.within > 0 { // an earlier wait before the same attempt
			s.since -= s.within
		}
		s.what, s.why, s.within = show(w.Cause), show(w.Reason), w.For
	}
	return s
}

// pathOf returns the path of a URL that is shown.
func pathOf(target string) string {
	_, rest, found := strings.Cut(target, "://")
	if !found {
		return target
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return "/"
}
