package transport

import (
	"context"
	"math"
	"net/http"
	"sync/atomic"
	"time"
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

// A Loop is the retry loop of one round trip: what the loop and the layers below
// it tell each other. Its methods are safe for concurrent use.
type Loop scope

// OwnRoundTrip returns req as a retry loop has to take it, with a context that
// belongs to this round trip alone, and the loop's place in it. That is req itself
// where a [Chain] saw to it, and where the loop is nested in another; and where
// there is no record, there is no place for a loop either, and it is nil. A request
// that is made anew inside an attempt gets a record of its own, with the same
// transaction id; so does one without a record if force is set. The function end
// is nil or must be called when the round trip is over.
func OwnRoundTrip(req *http.Request, force bool) (own *http.Request, l *Loop, end func()) {
	switch node := nodeOf(req.Context()).(type) {
	case *scope:
		over := node.over()
		if !over && (!node.loop.runs() || node.carries(req)) {
			return req, (*Loop)(node), nil
		}
		if over && !force {
			return req, nil, nil
		}
	case *begun:
		if !node.call.open() && !force {
			return req, nil, nil
		}
	default:
		if !force {
			return req, nil, nil
		}
	}
	s := newScope(req, nodeOf(req.Context()), nil, new(time.Now()))
	return &s.req, (*Loop)(s), s.end
}

// Record returns the record that the round trip belongs to; nil for a nil loop.
func (l *Loop) Record() *Call {
	if l == nil {
		return nil
	}
	return l.call
}

// Enter registers the retry loop, with the request that it was given. If it is
// nested, that is if that is the running attempt of a loop above, whatever copies
// of it were made, that one does the retries, within the stricter limits of both,
// and the caller has to pass through. A maxElapsed of zero is no bound. The loop
// began at an [Loop.Age] of began: its time runs from the beginning of a call that
// a chain opened for this round trip, else from here.
func (l *Loop) Enter(req *http.Request, maxRetries int, maxElapsed time.Duration) (began time.Duration, nested bool) {
	if !l.call.opened { // the call may be older than the round trip: redirects, a caller's own work
		began = l.call.age()
	}
	retries, until := int32(min(maxRetries, math.MaxInt32)), int64(0)
	if maxElapsed > 0 {
		until = int64(min(began, math.MaxInt64-maxElapsed) + maxElapsed)
	}
	if l.loop.state.CompareAndSwap(loopNone, loopBound) || l.loop.state.CompareAndSwap(loopAlone, loopBound) {
		l.loop.retries.Store(retries)
		if until != l.loop.until.Load() {
			l.loop.until.Store(until)
		}
		(*scope)(l).sendsFor(req)
		return began, false
	}
	l.loop.retries.Store(min(l.loop.retries.Load(), retries))
	if old := l.loop.until.Load(); until > 0 && (old == 0 || until < old) {
		l.loop.until.Store(until)
	}
	return began, true
}

// Leave takes the loop off its round trip. Only the loop that entered may call it.
func (l *Loop) Leave() { l.loop.state.Store(loopNone) }

// Age returns how long ago the call of the loop began.
func (l *Loop) Age() time.Duration { return l.call.age() }

// Limits returns how many retries the loop may make, and how much time is left in
// which an attempt may begin, as loops below have narrowed them; bounded is false
// where time has no bound.
func (l *Loop) Limits() (maxRetries int, left time.Duration, bounded bool) {
	until := time.Duration(l.loop.until.Load())
	if until == 0 {
		return int(l.loop.retries.Load()), 0, false
	}
	return int(l.loop.retries.Load()), until - l.call.age(), true
}

// AllowAgain says that the loop can send the body again, so that [Again] will be
// granted.
func (l *Loop) AllowAgain() { l.loop.state.CompareAndSwap(loopBound, loopFree) }

// TakeAgain reports to the loop, once, that a layer below was granted the
// attempt more.
func (l *Loop) TakeAgain() (asked bool) {
	return l.loop.state.Load() == loopAsked && l.loop.state.CompareAndSwap(loopAsked, loopSpent)
}

// TakeTurn returns what the last attempt's limiter noted by [NoteTurn], and
// forgets it.
func (l *Loop) TakeTurn() (in time.Duration, refused bool) {
	turn := l.loop.turn.Load()
	if turn == 0 { // as mostly
		return 0, false
	}
	l.loop.turn.Store(0)
	if turn < 0 {
		turn, refused = -turn, true
	}
	if turn == math.MaxInt32 {
		return math.MaxInt64, refused
	}
	return time.Duration(turn) * time.Millisecond, refused
}

// Again asks the retry loop of the round trip that ctx belongs to for one
// immediate attempt more, outside its limits, and reports whether it comes. First
// is false if the round trip had it already, or cannot have it since the loop
// cannot send the body again: then the answer stands. Without a loop it does not
// come, and whoever asks may repeat the attempt itself, once.
func Again(ctx context.Context) (granted, first bool) {
	s := scopeFrom(ctx)
	if s == nil {
		return false, true
	}
	if s.loop.state.CompareAndSwap(loopFree, loopAsked) {
		return true, true
	}
	return false, s.loop.state.CompareAndSwap(loopNone, loopAlone)
}

// MayAgain reports whether the loop would grant [Again] now: a layer asks before it
// waits for what the attempt more needs.
func MayAgain(ctx context.Context) bool {
	s := scopeFrom(ctx)
	return s != nil && s.loop.state.Load() == loopFree
}

// Looping reports whether a retry loop runs for the round trip that ctx belongs to.
func Looping(ctx context.Context) bool {
	s := scopeFrom(ctx)
	return s != nil && s.loop.runs()
}

// RetryLeft returns how long the retry loop that ctx's attempt belongs to may
// still begin attempts: a layer that makes an attempt wait must not wait longer.
// It is not bounded without a loop, or by a loop that has no bound.
func RetryLeft(ctx context.Context) (left time.Duration, bounded bool) {
	s := scopeFrom(ctx)
	if s == nil || !s.loop.runs() {
		return 0, false
	}
	_, left, bounded = (*Loop)(s).Limits()
	return left, bounded
}

// NoteTurn tells the retry loop, after an attempt, how long from now it takes until
// a limiter would admit the next one, and whether it would refuse to make it wait
// for that long. The loop plans with that before it drops the response.
func NoteTurn(ctx context.Context, in time.Duration, refused bool) {
	s := scopeFrom(ctx)
	if s == nil || in <= 0 {
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
func (l *Loop) Earlier() int {
	c := l.call
	if c.opened {
		return 0
	}
	url := urlOf(&l.req)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rest == nil {
		return 0
	}
	for _, t := range c.rest.trips {
		if t.method == l.req.Method && t.url == url {
			return t.attempts
		}
	}
	return 0
}

// Count counts the attempts of this round trip for those that follow: see [Loop.Earlier].
func (l *Loop) Count(attempts int) {
	if l.call.opened {
		return
	}
	t := trip{l.req.Method, urlOf(&l.req), attempts}
	l.call.write(func() {
		r := l.call.others()
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
