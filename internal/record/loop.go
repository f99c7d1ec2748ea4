package record

import (
	"net/http"
	"time"
)

// A Loop connects the retry loop of one round trip with the layers below it (see [Trip]).
// Its methods are for the loop. They are safe for concurrent use.
type Loop interface {
	// Enter registers a retry loop for the request that it was given. If that request
	// is the running attempt of a loop above, or a copy of it, the loop is nested: the
	// loop above retries, within the stricter limits of both, and the caller must pass
	// the request through. A maxElapsed of zero means no limit. The loop's time starts
	// at an Age of began: when the call began, if a chain opened it for this round
	// trip, and otherwise now.
	Enter(req *http.Request, maxRetries int, maxElapsed time.Duration) (began time.Duration, nested bool)
	// Leave removes the loop from its round trip. Only the loop that entered may call it.
	Leave()

	// Age returns how long ago the call of the loop began.
	Age() time.Duration
	// Limits returns how many retries the loop may make, and how much time is left in
	// which an attempt may begin. Loops below may have lowered both. If bounded is false,
	// there is no limit of time.
	Limits() (maxRetries int, left time.Duration, bounded bool)

	// AllowAgain reports that the loop can send the body again, so that [Again] will be
	// granted.
	AllowAgain()
	// TakeAgain reports whether a layer below was granted an extra attempt by [Again]. It
	// returns true only once.
	TakeAgain() (asked bool)
	// TakeTurn returns the values that the limiter of the last attempt passed to
	// [NoteTurn], and clears them.
	TakeTurn() (in time.Duration, refused bool)

	// SetReason stores why retries ended, in the record and for the round trip.
	SetReason(reason string)

	// Earlier returns the number of attempts of earlier round trips of the same record,
	// with the same method and URL, that Count has counted.
	Earlier() int
	// Count counts the attempts of this round trip for later ones: see Earlier.
	Count(attempts int)
}

// An Opener is a [Node] that can open a round trip for a retry loop.
type Opener interface {
	// OwnRoundTrip implements the function of that name. force is set if that was given a
	// spare.
	OwnRoundTrip(req *http.Request, force bool) (own *http.Request, l Loop, end func())
}

// OwnRoundTrip returns the request that a retry loop should send, whose context belongs to
// this round trip only, and the loop's place in the round trip. If end is not nil, it must
// be called when the round trip has ended.
//
// If a chain opened the round trip, or the loop is nested in another, the request is req
// itself. A new request that a layer makes inside an attempt gets a separate record with
// the same transaction id. If there is no record, l is nil, unless spare is not nil: spare
// is the node of any call that has ended, and opens a record.
func OwnRoundTrip(req *http.Request, spare Opener) (own *http.Request, l Loop, end func()) {
	opener, ok := NodeOf(req.Context()).(Opener)
	if !ok {
		opener = spare
	}
	if opener == nil {
		return req, nil, nil
	}
	return opener.OwnRoundTrip(req, spare != nil)
}
