package record

import (
	"net/http"
	"time"
)

// A Loop is the retry loop of one round trip: what the loop and the layers below
// it (see [Trip]) tell each other. Its methods are safe for concurrent use.
type Loop interface {
	// Writer returns the record that the round trip belongs to.
	Writer() Writer

	// Enter registers a retry loop for the request that it was given. If that request
	// is the running attempt of a loop above, or a copy of it, the loop is nested: the
	// loop above retries, within the stricter limits of both, and the caller must pass
	// the request through. A maxElapsed of zero means no limit. The loop's time starts
	// at an Age of began: when the call began, if a chain opened it for this round
	// trip, and otherwise now.
	Enter(req *http.Request, maxRetries int, maxElapsed time.Duration) (began time.Duration, nested bool)
	// Leave takes the loop off its round trip. Only the loop that entered may call it.
	Leave()

	// Age returns how long ago the call of the loop began.
	Age() time.Duration
	// Limits returns how many retries the loop may make, and how much time is left in
	// which an attempt may begin, as loops below have narrowed them; bounded is false
	// where time has no bound.
	Limits() (maxRetries int, left time.Duration, bounded bool)

	// AllowAgain says that the loop can send the body again, so that [Again] will be
	// granted.
	AllowAgain()
	// TakeAgain reports to the loop, once, that a layer below was granted the
	// attempt more.
	TakeAgain() (asked bool)
	// TakeTurn returns what the last attempt's limiter noted by [NoteTurn], and
	// forgets it.
	TakeTurn() (in time.Duration, refused bool)

	// Earlier returns how many attempts were made by round trips of the same record,
	// to the same method and URL, that had ended by now and were counted.
	Earlier() int
	// Count counts the attempts of this round trip for those that follow: see Earlier.
	Count(attempts int)
}

// An Opener is a node of a call that has room for a loop.
type Opener interface {
	// OwnRoundTrip does what the function does; force is set if it was given a spare.
	OwnRoundTrip(req *http.Request, force bool) (own *http.Request, l Loop, end func())
}

// OwnRoundTrip returns req as a retry loop has to take it, with a context that
// belongs to this round trip alone, and the loop's place in it. That is req itself
// where a chain saw to it, and where the loop is nested in another; and where
// there is no record, there is no place for a loop either, and it is nil. A request
// that is made anew inside an attempt gets a record of its own, with the same
// transaction id. So does one without a record, from spare, if that is not nil: the
// node of any call that has ended. The function end is nil or must
// be called when the round trip is over.
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
