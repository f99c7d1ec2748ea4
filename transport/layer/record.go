package layer

import (
	"context"
	"time"

	"github.com/tripware/tripware/internal/record"
)

// Put stores v on the record of the call that ctx carries, under its type T, which
// should belong to the package that learns the fact. A second value of T replaces
// the first. It reports whether there was an open record to take it. Anyone who has
// the record reads it by transport.Fact, or by transport.Lookup of the context. It
// is safe for concurrent use.
func Put[T any](ctx context.Context, v T) bool {
	call := record.WriterOf(ctx)
	return call != nil && call.Put(record.Fact[T]{Value: v})
}

// Detach returns ctx without the record of its call: for what a layer calls out
// to (a token source, a hook), whose own requests are none of this call's. Inside
// an attempt, what was set for the call is left behind as well, and the
// transaction id goes on.
func Detach(ctx context.Context) context.Context { return record.Detach(ctx) }

// A Waiting is a wait that has begun: see [AddWait].
type Waiting struct {
	call record.Writer
	n    int // its place among the waits, counted from 1
}

// AddWait adds a wait that is meant to last for d to the record that ctx carries,
// if there is an open one, and tells those that watch the waits of ctx's call
// (transport.WatchWaits), whether there is a record or not. The cause is the layer
// that waits, such as transport.WaitLimit; the reason says why in a few words, such
// as "paused by 429". A layer calls it before it waits; the number of the attempt
// that follows is filled in. If the wait lasts for another time than was meant, the
// layer calls [Waiting.End] afterwards. It is safe for concurrent use.
func AddWait(ctx context.Context, d time.Duration, cause, reason string) Waiting {
	wait := record.Wait{For: d, Cause: cause, Reason: reason}
	added := Waiting{call: record.WriterOf(ctx)}
	if added.call != nil {
		added.n, wait.Before = added.call.AddWait(wait)
	}
	record.Watched(ctx, wait)
	return added
}

// End replaces how long the wait was meant to last by how long it lasted. It does
// nothing if the wait is on no record, or its record was sealed meanwhile.
func (w Waiting) End(lasted time.Duration) {
	if w.n > 0 {
		w.call.EndWait(w.n, lasted)
	}
}
