package transport

import (
	"math"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/internal/record"
)

// loop is the state of one round trip: of its retry loop, as layers below need to
// know it, and of its attempts.
type loop struct {
	until   atomic.Int64 // the age of the call after which no attempt begins; zero: no bound
	retries atomic.Int32 // how many there may be
	state   atomic.Int32
	turn    atomic.Int32 // in milliseconds: see NoteTurn
	attempt int32        // the number of the one that the chain's own sender began last; guarded by the record's mutex
}

const (
	loopNone  int32 = iota // no loop runs
	loopAlone              // nor did one when a layer made the attempt more itself
	loopBound              // the body cannot be sent again
	loopFree
	loopAsked
	loopSpent
	loopOver // the round trip ended
)

func (l *loop) runs() bool {
	state := l.state.Load()
	return state >= loopBound && state <= loopSpent
}

// What the methods do is said in full in package record.
var (
	_ record.Loop   = (*scope)(nil)
	_ record.Opener = (*scope)(nil)
	_ record.Opener = (*begun)(nil)
)

// OwnRoundTrip opens a record for what a loop of a call that has ended sends, if
// force is set.
func (b *begun) OwnRoundTrip(req *http.Request, force bool) (own *http.Request, l record.Loop, end func()) {
	if !b.call.open() && !force {
		return req, nil, nil
	}
	return ownRoundTrip(req)
}

// OwnRoundTrip finds the loop's place in the round trip that a chain or a loop above
// opened, or opens another for what a layer makes anew inside an attempt.
func (s *scope) OwnRoundTrip(req *http.Request, force bool) (own *http.Request, l record.Loop, end func()) {
	over := s.over()
	if !over && (!s.loop.runs() || s.carries(req)) {
		return req, s, nil
	}
	if over && !force {
		return req, nil, nil
	}
	return ownRoundTrip(req)
}

func ownRoundTrip(req *http.Request) (own *http.Request, l record.Loop, end func()) {
	s := newScope(req, nodeOf(req.Context()), nil, new(time.Now()))
	return &s.req, s, s.end
}

// Enter registers the retry loop, or narrows the limits of the one above.
func (s *scope) Enter(req *http.Request, maxRetries int, maxElapsed time.Duration) (began time.Duration, nested bool) {
	if !s.call.opened { // the call may be older than the round trip: redirects, a caller's own work
		began = s.call.age()
	}
	retries, until := int32(min(maxRetries, math.MaxInt32)), int64(0)
	if maxElapsed > 0 {
		until = int64(min(began, math.MaxInt64-maxElapsed) + maxElapsed)
	}
	if s.loop.state.CompareAndSwap(loopNone, loopBound) || s.loop.state.CompareAndSwap(loopAlone, loopBound) {
		s.loop.retries.Store(retries)
		if until != s.loop.until.Load() {
			s.loop.until.Store(until)
		}
		s.sendsFor(req)
		return began, false
	}
	s.loop.retries.Store(min(s.loop.retries.Load(), retries))
	if old := s.loop.until.Load(); until > 0 && (old == 0 || until < old) {
		s.loop.until.Store(until)
	}
	return began, true
}

// Leave takes the loop off its round trip.
func (s *scope) Leave() { s.loop.state.Store(loopNone) }

// Age returns how long ago the call of the loop began.
func (s *scope) Age() time.Duration { return s.call.age() }

// Limits returns what loops below have left of the limits.
func (s *scope) Limits() (maxRetries int, left time.Duration, bounded bool) {
	until := time.Duration(s.loop.until.Load())
	if until == 0 {
		return int(s.loop.retries.Load()), 0, false
	}
	return int(s.loop.retries.Load()), until - s.call.age(), true
}

// AllowAgain says that the loop can send the body again.
func (s *scope) AllowAgain() { s.loop.state.CompareAndSwap(loopBound, loopFree) }

// TakeAgain reports once that Again was granted.
func (s *scope) TakeAgain() (asked bool) {
	return s.loop.state.Load() == loopAsked && s.loop.state.CompareAndSwap(loopAsked, loopSpent)
}

// TakeTurn returns what NoteTurn noted, and forgets it.
func (s *scope) TakeTurn() (in time.Duration, refused bool) {
	turn := s.loop.turn.Load()
	if turn == 0 { // as mostly
		return 0, false
	}
	s.loop.turn.Store(0)
	if turn < 0 {
		turn, refused = -turn, true
	}
	if turn == math.MaxInt32 {
		return math.MaxInt64, refused
	}
	return time.Duration(turn) * time.Millisecond, refused
}

// Again asks the loop for one attempt more.
func (s *scope) Again() (granted, first bool) {
	if s.loop.state.CompareAndSwap(loopFree, loopAsked) {
		return true, true
	}
	return false, s.loop.state.CompareAndSwap(loopNone, loopAlone)
}

// MayAgain reports whether Again would be granted now.
func (s *scope) MayAgain() bool { return s.loop.state.Load() == loopFree }

// Looping reports whether a loop runs.
func (s *scope) Looping() bool { return s.loop.runs() }

// RetryLeft returns how long the loop may still begin attempts.
func (s *scope) RetryLeft() (left time.Duration, bounded bool) {
	if !s.loop.runs() {
		return 0, false
	}
	_, left, bounded = s.Limits()
	return left, bounded
}

// Delay notes that time passes.
func (s *scope) Delay() { s.call.write(func() { s.call.timely = false }) }

// NoteTurn notes when a limiter would admit the next attempt.
func (s *scope) NoteTurn(in time.Duration, refused bool) {
	if in <= 0 {
		return
	}
	ms := int32(math.MaxInt32)
	if in < math.MaxInt32*time.Millisecond {
		ms = int32((in + time.Millisecond - 1) / time.Millisecond)
	}
	if refused {
		ms = -ms
	}
	s.loop.turn.Store(ms)
}

// A trip is what round trips to one method and URL, that ended, have in common.
type trip struct {
	method, url string
	attempts    int
}

// Earlier returns how many attempts were made by round trips of the same record,
// to the same method and URL, that had ended by now and were counted.
func (s *scope) Earlier() int {
	c := s.call
	if c.opened {
		return 0
	}
	url := urlOf(&s.req)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rest == nil {
		return 0
	}
	for _, t := range c.rest.trips {
		if t.method == s.req.Method && t.url == url {
			return t.attempts
		}
	}
	return 0
}

// Count counts the attempts of this round trip for those that follow: see Earlier.
func (s *scope) Count(attempts int) {
	if s.call.opened {
		return
	}
	t := trip{s.req.Method, urlOf(&s.req), attempts}
	s.call.write(func() {
		r := s.call.others()
		for i := range r.trips {
			if r.trips[i].method == t.method && r.trips[i].url == t.url {
				r.trips[i].attempts += attempts
				return
			}
		}
		r.trips = append(r.trips, t)
	})
}

func urlOf(req *http.Request) string {
	if req.URL == nil {
		return ""
	}
	return req.URL.String()
}
