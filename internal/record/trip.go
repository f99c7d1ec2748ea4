package record

import (
	"context"
	"net/http"
	"time"
)

// A Trip is the node of one round trip through a chain, or through a retry loop without a
// chain. Its methods are for layers below the loop. The functions of this package with the
// same names call them on the trip of a context, if there is one.
type Trip interface {
	Node
	Sender
	Counter
	Repeater
	RetryLeft() (left time.Duration, bounded bool)
	Now() time.Time
	NoteTurn(ctx context.Context, in time.Duration, refused bool)
	Delay()
	Referee
}

// A Repeater grants extra attempts.
type Repeater interface {
	Again(ctx context.Context) (granted, first bool)
	MayAgain() bool
	Looping() bool
}

// A Counter counts the attempts and waits of a trip.
type Counter interface {
	Attempt(ctx context.Context) Attempt
	// AttemptWith also returns the fact that has the type of like, or nil.
	AttemptWith(ctx context.Context, like any) (a Attempt, fact any)
	// Observe sets the time, as Now returns it, and then stores a fact as [Writer.PutFirst] does.
	Observe(fact any, now *time.Time) (known any)
	NextAttempt(ctx context.Context) context.Context
	Tally() Tally
	Report() Report
	AddWait(ctx context.Context, w Wait) (n, before int)
}

// An Attempt says which of the attempts of its call one is.
type Attempt struct {
	Number  int           // in the record, counted from 1
	Resends int           // attempts before it: of its round trip, and of earlier hops of a redirect
	Waited  time.Duration // all waits before it
	Cause   string        // why it follows an earlier one of its round trip; empty if it is the first
	AtOnce  bool          // it is the first of a call, and no time has passed since that began: see Trip.Now
	Leg     int           // which attempt of a hedge it is, counted from 1; 0 if it belongs to none
}

// A Tally sums up what a round trip has done so far.
type Tally struct {
	Attempts int
	Hop      int    // how many round trips of the redirect were before this one
	Waits    []Wait // in the order in which they began
	Reason   string // why its retries ended
	Hedges   int    // attempts that hedges made besides the first of each
	Wins     int    // how many of those had the result that was returned
}

// A Report is a Tally with what else an observer wants to know at the end of a round trip.
type Report struct {
	Tally

	ID    string    // the transaction id
	Route string    // empty if there is none
	Now   time.Time // as Trip.Now returns it
}

// AttemptOf returns the attempt that a layer is about to make with ctx. See
// layer.AttemptNumber.
func AttemptOf(ctx context.Context) Attempt {
	if trip := tripOf(ctx); trip != nil {
		return trip.Attempt(ctx)
	}
	return Attempt{Number: 1, Leg: LegOf(ctx)}
}

// AttemptWith returns AttemptOf(ctx), and the value of type T that [Observe] stored in the record.
// Without a record there is none.
func AttemptWith[T any](ctx context.Context) (a Attempt, v T) {
	trip := tripOf(ctx)
	if trip == nil {
		return Attempt{Number: 1, Leg: LegOf(ctx)}, v
	}
	a, fact := trip.AttemptWith(ctx, Fact[T]{})
	stored, _ := fact.(Fact[T])
	return a, stored.Value
}

// Observe stores v in the record of a node, which may be nil, under its type T: if the record is
// open and has no such value yet. If it has one, Observe returns it. Before, it sets the current
// time (see [Now]), which may be a part of v.
func Observe[T any](node Node, v T, now *time.Time) (known T, found bool) {
	var fact any
	if trip, ok := node.(Trip); ok {
		fact = trip.Observe(Fact[T]{Value: v}, now)
	} else if *now = time.Now(); node != nil && node.Writer() != nil {
		fact = node.Writer().PutFirst(Fact[T]{Value: v})
	}
	stored, found := fact.(Fact[T])
	return stored.Value, found
}

// NextAttempt returns a context for one of several attempts that run at the same time, with
// a number of its own. See layer.NextAttempt.
func NextAttempt(ctx context.Context) context.Context {
	if trip := tripOf(ctx); trip != nil {
		return trip.NextAttempt(ctx)
	}
	return ctx
}

// TallyOf returns the tally of ctx's round trip, which is zero if there is none.
func TallyOf(ctx context.Context) Tally {
	if trip := tripOf(ctx); trip != nil {
		return trip.Tally()
	}
	return Tally{}
}

// AddWait adds a wait to the record of ctx, if there is an open one, and sets the number of
// the attempt that follows. See [Writer].
func AddWait(ctx context.Context, w *Wait) (call Writer, n int) {
	if trip := tripOf(ctx); trip != nil {
		n, w.Before = trip.AddWait(ctx, *w)
		return trip.Writer(), n
	}
	if call = WriterOf(ctx); call != nil {
		n, w.Before = call.AddWait(*w)
	}
	return call, n
}

// A Sender makes the requests that a trip sends.
type Sender interface {
	Changed(sent *http.Request)
	Copy(req *http.Request, extra int) *http.Request
	Outgoing(req *http.Request) *http.Request
	OutgoingHeader(req *http.Request, name string) []string
}

// tripOf returns the round trip that ctx belongs to, or nil.
func tripOf(ctx context.Context) Trip {
	if trip, ok := ctx.(Trip); ok { // usually ctx is the trip itself
		return trip
	}
	trip, _ := ctx.Value(Key{}).(Trip)
	return trip
}

// Again asks the retry loop of ctx's round trip for one extra attempt, which follows at
// once and does not count against the loop's limits. It reports whether the loop grants it.
//
// If neither granted nor first is true, the response must be returned: the round trip has
// already had its extra attempt, or the loop cannot send the body again. If only first is
// true, there is no loop, and the layer may repeat the attempt once itself.
func Again(ctx context.Context) (granted, first bool) {
	if trip := tripOf(ctx); trip != nil {
		return trip.Again(ctx)
	}
	return false, true
}

// MayAgain reports whether the loop would grant [Again] now. A layer calls it before it
// waits for what the extra attempt needs.
func MayAgain(ctx context.Context) bool {
	trip := tripOf(ctx)
	return trip != nil && trip.MayAgain()
}

// Looping reports whether a retry loop runs for ctx's round trip.
func Looping(ctx context.Context) bool {
	trip := tripOf(ctx)
	return trip != nil && trip.Looping()
}

// RetryLeft returns for how long the retry loop of ctx's round trip may still begin
// attempts. A layer that delays an attempt must not wait longer. If bounded is false, there
// is no loop, or the loop has no limit of time.
func RetryLeft(ctx context.Context) (left time.Duration, bounded bool) {
	if trip := tripOf(ctx); trip != nil {
		return trip.RetryLeft()
	}
	return 0, false
}

// NoteTurn tells the retry loop after an attempt when a limiter would admit the next one,
// as a duration from now, and whether the limiter would refuse it because the wait is too
// long. The loop uses both before it drops the response.
func NoteTurn(ctx context.Context, in time.Duration, refused bool) {
	if trip := tripOf(ctx); trip != nil {
		trip.NoteTurn(ctx, in, refused)
	}
}

// Now returns the current time for the observer of ctx's round trip. The clock is read only
// if a layer that takes time has run since the record read it last, which is when the call
// began or when its last attempt ended; else that reading is returned. Only its monotonic
// part is exact: the time of day follows from an older reading of that clock.
func Now(ctx context.Context) time.Time {
	if trip := tripOf(ctx); trip != nil {
		return trip.Now()
	}
	return time.Now()
}

// Delay tells the record that the calling layer takes time other than by a wait, such as
// for fetching a token. Otherwise the record assumes that no time passes before the first
// attempt of a call and after the last one.
func Delay(ctx context.Context) {
	if trip := tripOf(ctx); trip != nil {
		trip.Delay()
	}
}

// Changed tells the record that a layer below the retry loop has made sent, with another
// URL, from req. A chain below then treats sent as the same attempt, not as a new request.
func Changed(req, sent *http.Request) {
	if trip := tripOf(req.Context()); trip != nil {
		trip.Changed(sent)
	}
}

// Outgoing returns req with the headers that will be sent, except credentials. In a chain
// whose layers all have a place in the order of layers, the headers of transport.Identity
// are added just above the base. If no header is missing, Outgoing returns req itself.
func Outgoing(req *http.Request) *http.Request {
	if trip := tripOf(req.Context()); trip != nil {
		return trip.Outgoing(req)
	}
	return req
}

// OutgoingHeader returns the values of one header of [Outgoing], without making a copy. The
// name must be in canonical form.
func OutgoingHeader(req *http.Request, name string) []string {
	if trip := tripOf(req.Context()); trip != nil {
		return trip.OutgoingHeader(req, name)
	}
	return req.Header[name]
}

// Copy returns a copy of [Outgoing] with a header map that has room for extra more names
// (see layer.Copy). It returns nil if req belongs to no round trip.
func Copy(req *http.Request, extra int) *http.Request {
	if trip := tripOf(req.Context()); trip != nil {
		return trip.Copy(req, extra)
	}
	return nil
}
