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
// before waiting. If the wait lasts longer or shorter than d, call [Waiting.End]
// afterwards.
//
// cause is the kind of layer that waits, such as transport.WaitLimit; reason says why in a
// few words, such as "paused by 429". AddWait sets the number of the attempt that
// follows. It is safe for concurrent use.
func AddWait(ctx context.Context, d time.Duration, cause, reason string) Waiting {
	wait := record.Wait{For: d, Cause: cause, Reason: reason}
	added := Waiting{call: record.WriterOf(ctx)}
	if added.call != nil {
		added.n, wait.Before = added.call.AddWait(wait)
	}
	record.Watched(ctx, wait)
	return added
}

// End sets the actual duration of the wait. It does nothing if the wait is not in a
// record, or if the record has been sealed.
func (w Waiting) End(lasted time.Duration) {
	if w.n > 0 {
		w.call.EndWait(w.n, lasted)
	}
}
