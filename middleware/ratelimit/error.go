package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrLimited is what every [*LimitError] Is.
var ErrLimited = errors.New("ratelimit: not sent")

// A LimitError says that an attempt was refused before it was sent, because its
// turn could not come in time. It Is [ErrLimited] and, if it was the deadline of
// the context that left too little time, [context.DeadlineExceeded]. No retry
// loop repeats it.
type LimitError struct {
	Key        string        // what the attempt would have waited for
	Wait       time.Duration // how long it would have had to wait, at least
	ByDeadline bool          // the context's deadline ends sooner; else it is WithMaxWait
}

// Error names the key and the wait.
func (e *LimitError) Error() string {
	bound := "longer than may be waited"
	if e.ByDeadline {
		bound = "beyond the deadline of the call"
	}
	return fmt.Sprintf("ratelimit: wait for key %q: not sent: its turn comes in %s, %s", e.Key, e.Wait.Round(time.Millisecond), bound)
}

// Is reports whether target is ErrLimited, or the deadline that was in the way.
func (e *LimitError) Is(target error) bool {
	return target == ErrLimited || e.ByDeadline && target == context.DeadlineExceeded
}

// NotSent reports that no byte of the request was sent: it is true.
func (e *LimitError) NotSent() bool { return true }

// Retryable reports that a repeat would meet the same limit: it is false.
func (e *LimitError) Retryable() bool { return false }

// ended returns an error that Is ctx.Err() and the cause, where one was set.
func ended(ctx context.Context, name string) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == err { //nolint:errorlint // identity: is there a cause beside the context's own error?
		return fmt.Errorf("ratelimit: wait for key %q: not sent: %w", name, err)
	}
	return fmt.Errorf("ratelimit: wait for key %q: not sent: %w: %w", name, err, cause)
}
