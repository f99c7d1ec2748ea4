package layer

import (
	"context"
	"time"

	"github.com/tripware/tripware/internal/record"
)

// Put stores v in the call record of ctx under its type T, and reports whether there was
// an open record. A later value of the same type replaces the first, so use a type of
// your own package. Read the value with transport.Fact from the record, or with
// transport.Lookup from the context. Put is safe for concurrent use.
func Put[T any](ctx context.Context, v T) bool {
	call := record.WriterOf(ctx)
	return call != nil && call.Put(record.Fact[T]{Value: v})
}

// Detach returns ctx without the record of its call. Use it for code that a layer calls
// (a token source, a hook), since requests made there are not part of this call. Inside
// an attempt, Detach also removes the settings of the call, but keeps the transaction id.
func Detach(ctx context.Context) context.Context { return record.Detach(ctx) }

// A Waiting is a wait that has begun: see [AddWait].
type Waiting struct {
	call record.Writer
	n    int // number of the wait in the record, from 1
}

// AddWait records a wait of d in the call record of ctx, if there is an open one, and
// calls the watchers of the call's waits (transport.WatchWaits) in any case. Call it
// before waiting, with zero for d if the duration is unknown. If the wait lasts longer or
// shorter than d, call [Waiting.End] afterwards.
//
// cause is the kind of layer that waits, such as transport.WaitLimit; reason says why in a
// few words, such as "paused by 429". AddWait sets the number of the attempt that
// follows. It is safe for concurrent use.
func AddWait(ctx context.Context, d time.Duration, cause, reason string) Waiting {
	wait := record.Wait{For: d, Cause: cause, Reason: reason}
	call, n := record.AddWait(ctx, &wait)
	record.Watched(ctx, wait)
	return Waiting{call: call, n: n}
}

// End sets the actual duration of the wait. It does nothing if the wait is not in a
// record, or if the record has been sealed.
func (w Waiting) End(lasted time.Duration) {
	if w.n > 0 {
		w.call.EndWait(w.n, lasted)
	}
}

// AttemptNumber returns the number of the attempt that a layer is about to make with ctx,
// counted from 1, and how many attempts of the call were sent before it: earlier ones of the
// same round trip, and those of earlier hops of a redirect. Call it before sending. Until
// the attempt begins, later calls with the same context return the same number, which then
// is its number in the record. Without a record the results are 1 and 0.
//
// An attempt that is not sent leaves its number to the next one, except if other attempts
// run at the same time: then its number is missing in the record.
func AttemptNumber(ctx context.Context) (number, resends int) {
	a := record.AttemptOf(ctx)
	return a.Number, a.Resends
}

// NextAttempt returns a context for one of several attempts that a layer makes at the same
// time, such as a hedge. It reserves a number for the attempt, so that layers below, which
// call [AttemptNumber], see different ones. Call it for each of the attempts, also for the
// first. A layer whose attempts follow each other does not need it. Without a record it
// returns ctx.
func NextAttempt(ctx context.Context) context.Context { return record.NextAttempt(ctx) }
