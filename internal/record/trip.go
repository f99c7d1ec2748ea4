package record

import (
	"context"
	"net/http"
	"time"
)

// A Trip is the node of one round trip through a chain, or through a retry loop
// without one, as the layers below the loop see it. The functions of this package
// with the names of its methods ask the trip of a context, where there is one.
type Trip interface {
	Node
	Sender
	Again() (granted, first bool)
	MayAgain() bool
	Looping() bool
	RetryLeft() (left time.Duration, bounded bool)
	NoteTurn(in time.Duration, refused bool)
	Delay()
}

// A Sender knows what the requests of a trip are sent with.
type Sender interface {
	Changed(sent *http.Request)
	Copy(req *http.Request, extra int) *http.Request
	Outgoing(req *http.Request) *http.Request
	OutgoingHeader(req *http.Request, name string) []string
}

// tripOf returns the round trip that ctx belongs to, or nil.
func tripOf(ctx context.Context) Trip {
	if trip, ok := ctx.(Trip); ok { // as it mostly is: nothing to search
		return trip
	}
	trip, _ := ctx.Value(Key{}).(Trip)
	return trip
}

// Again asks the retry loop of the round trip that ctx belongs to for one
// immediate attempt more, outside its limits, and reports whether it comes. First
// is false if the round trip had it already, or cannot have it since the loop
// cannot send the body again: then the answer stands. Without a loop it does not
// come, and whoever asks may repeat the attempt itself, once.
func Again(ctx context.Context) (granted, first bool) {
	if trip := tripOf(ctx); trip != nil {
		return trip.Again()
	}
	return false, true
}

// MayAgain reports whether the loop would grant [Again] now: a layer asks before it
// waits for what the attempt more needs.
func MayAgain(ctx context.Context) bool {
	trip := tripOf(ctx)
	return trip != nil && trip.MayAgain()
}

// Looping reports whether a retry loop runs for the round trip that ctx belongs to.
func Looping(ctx context.Context) bool {
	trip := tripOf(ctx)
	return trip != nil && trip.Looping()
}

// RetryLeft returns how long the retry loop that ctx's attempt belongs to may
// still begin attempts: a layer that makes an attempt wait must not wait longer.
// It is not bounded without a loop, or by a loop that has no bound.
func RetryLeft(ctx context.Context) (left time.Duration, bounded bool) {
	if trip := tripOf(ctx); trip != nil {
		return trip.RetryLeft()
	}
	return 0, false
}

// NoteTurn tells the retry loop, after an attempt, how long from now it takes until
// a limiter would admit the next one, and whether it would refuse to make it wait
// for that long. The loop plans with that before it drops the response.
func NoteTurn(ctx context.Context, in time.Duration, refused bool) {
	if trip := tripOf(ctx); trip != nil {
		trip.NoteTurn(in, refused)
	}
}

// Delay tells the record that the layer which calls it takes time, other than by a
// wait: a token source, for example. Otherwise the record supposes that none passes
// between the beginning of the call and its first attempt, nor after its last one.
func Delay(ctx context.Context) {
	if trip := tripOf(ctx); trip != nil {
		trip.Delay()
	}
}

// Changed tells the record that sent is what a layer below the retry loop has made
// of req, with another URL. A chain below then takes it for the same attempt, and
// not for a request that a layer makes anew.
func Changed(req, sent *http.Request) {
	if trip := tripOf(req.Context()); trip != nil {
		trip.Changed(sent)
	}
}

// Outgoing returns req with the headers that it will be sent with, but for
// credentials: in a chain whose layers are all at a place of the standing order,
// those of transport.Identity are added next to the base. It is req itself where
// nothing is missing.
func Outgoing(req *http.Request) *http.Request {
	if trip := tripOf(req.Context()); trip != nil {
		return trip.Outgoing(req)
	}
	return req
}

// OutgoingHeader returns the values of one header of [Outgoing], without its
// copy. The name must be in the form that net/http keeps.
func OutgoingHeader(req *http.Request, name string) []string {
	if trip := tripOf(req.Context()); trip != nil {
		return trip.OutgoingHeader(req, name)
	}
	return req.Header[name]
}

// Copy returns a copy of [Outgoing] with a header map that has room for extra more
// names (see layer.Copy); nil outside of a round trip.
func Copy(req *http.Request, extra int) *http.Request {
	if trip := tripOf(req.Context()); trip != nil {
		return trip.Copy(req, extra)
	}
	return nil
}
