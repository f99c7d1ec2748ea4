package transport

import (
	"context"
	"math"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/internal/record"
)

// loop is the state of one round trip: what layers below need to know about its retry
// loop, and its attempts.
type loop struct {
	until   atomic.Int64 // the age of the call after which no attempt begins; zero means no limit
	retries atomic.Int32 // how many there may be; after the end of a begun round trip, how many attempts it made
	state   atomic.Int32
	turn    atomic.Int32 // in milliseconds: see NoteTurn
	attempt int32        // number of the last attempt that the chain's own sender began; guarded by the record's mutex
}

const (
	loopNone  int32 = iota // no loop runs
	loopAlone              // no loop runs, and a layer has made the extra attempt itself
	loopBound              // a loop runs, but cannot send the body again
	loopFree               // the loop would grant the extra attempt: see Again
	loopAsked              // the loop has granted it
	loopSpent              // the loop has made it
	loopOver               // the round trip has ended
)

func (l *loop) runs() bool {
	state := l.state.Load()
	return state >= loopBound && state <= loopSpent
}

// The methods are documented in package record.
var (
	_ record.Loop   = (*scope)(nil)
	_ record.Opener = (*scope)(nil)
	_ record.Opener = (*begun)(nil)
)

// OwnRoundTrip returns the request itself for an open record. For a sealed one it opens
// another record if force is set.
func (b *begun) OwnRoundTrip(req *http.Request, force bool) (own *http.Request, l record.Loop, end func()) {
	if !b.call.open() && !force {
		return req, nil, nil
	}
	return ownRoundTrip(req)
}

// OwnRoundTrip returns the loop's place in the round trip that a chain or a loop above
// opened. It opens another round trip for a new request that a layer makes in an attempt.
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

// Enter registers the retry loop, or lowers the limits of the one above.
func (s *scope) Enter(req *http.Request, maxRetries int, maxElapsed time.Duration) (began time.Duration, nested bool) {
	if !s.call.opened { // the call may have begun before this round trip, such as with redirects
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

// Leave removes the loop from its round trip.
func (s *scope) Leave() { s.loop.state.Store(loopNone) }

// Age returns how long ago the call of the loop began.
func (s *scope) Age() time.Duration { return s.call.age() }

// Limits returns the limits, which loops below may have lowered.
func (s *scope) Limits() (maxRetries int, left time.Duration, bounded bool) {
	until := time.Duration(s.loop.until.Load())
	if until == 0 {
		return int(s.loop.retries.Load()), 0, false
	}
	return int(s.loop.retries.Load()), until - s.call.age(), true
}

// AllowAgain reports that the loop can send the body again.
func (s *scope) AllowAgain() { s.loop.state.CompareAndSwap(loopBound, loopFree) }

// TakeAgain reports whether Again was granted. It returns true only once.
func (s *scope) TakeAgain() (asked bool) {
	return s.loop.state.Load() == loopAsked && s.loop.state.CompareAndSwap(loopAsked, loopSpent)
}

// TakeTurn returns the values of the last NoteTurn, and clears them.
func (s *scope) TakeTurn() (in time.Duration, refused bool) {
	turn := s.loop.turn.Load()
	if turn == 0 { // the usual case
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

// Again asks the loop for one extra attempt. A leg gets it if it wins: see Settle.
func (s *scope) Again(ctx context.Context) (granted, first bool) {
	if l := legOf(ctx, s); l != nil {
		return s.legAgain(l)
	}
	if s.loop.state.CompareAndSwap(loopFree, loopAsked) {
		return true, true
	}
	return false, s.loop.state.CompareAndSwap(loopNone, loopAlone)
}

// MayAgain reports whether Again would be granted now.
func (s *scope) MayAgain() bool { return s.loop.state.Load() == loopFree }

// Looping reports whether a loop runs.
func (s *scope) Looping() bool { return s.loop.runs() }

// RetryLeft returns for how long the loop may still begin attempts.
func (s *scope) RetryLeft() (left time.Duration, bounded bool) {
	if !s.loop.runs() {
		return 0, false
	}
	_, left, bounded = s.Limits()
	return left, bounded
}

// Now returns the current time, or when the record last read the clock.
func (s *scope) Now() time.Time {
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// Observe sets the time, and stores a fact unless there is one of its type, which it returns.
func (s *scope) Observe(fact any, now *time.Time) (known any) {
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	*now = c.now()
	return (*writer)(c).putFirst(fact)
}

// Delay records that time passes.
func (s *scope) Delay() { s.call.write(func() { s.call.timely = false }) }

// NoteTurn records when a limiter would admit the next attempt.
func (s *scope) NoteTurn(ctx context.Context, in time.Duration, refused bool) {
	if in <= 0 || record.IsLost(ctx) {
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

// A trip counts the attempts of round trips that have ended, for one method and URL.
type trip struct {
	method, url string
	attempts    int
}

// Earlier returns the number of attempts of earlier round trips of the same record, with
// the same method and URL, that Count has counted.
func (s *scope) Earlier() int {
	c := s.call
	if c.opened {
		return 0
	}
	url := urlOf(&s.req)
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rarities()
	if r == nil {
		return 0
	}
	for _, t := range r.trips {
		if t.method == s.req.Method && t.url == url {
			return t.attempts
		}
	}
	return 0
}

// Count counts the attempts of this round trip for later ones: see Earlier.
func (s *scope) Count(attempts int) {
	if s.call.opened {
		return
	}
	t := trip{s.req.Method, urlOf(&s.req), attempts}
	s.call.write(func() {
		r := s.call.rarely()
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
