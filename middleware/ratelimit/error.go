package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/transport"
)

// ErrLimited matches every [*LimitError] under errors.Is.
var ErrLimited = errors.New("ratelimit: not sent")

// A Bound is the limit on waiting that made a limiter refuse an attempt.
type Bound string

// The bounds of a wait. A caller's deadline comes first when two are equally
// near, then the retry loop's, then the limiter's own.
const (
	BoundDeadline   Bound = "deadline"    // the deadline of the request's context
	BoundMaxElapsed Bound = "max elapsed" // the retry loop may not begin attempts that late
	BoundMaxWait    Bound = "max wait"    // [WithMaxWait]
	BoundMaxQueue   Bound = "max queue"   // [WithMaxQueue]: too many attempts wait already
)

// A LimitError reports that an attempt was refused before it was sent, because
// its turn could not come in time. It matches [ErrLimited] and, if Bound is
// [BoundDeadline], [context.DeadlineExceeded]. It is a [net.Error]. No retry loop
// repeats the attempt.
type LimitError struct {
	Key    string        // the key whose turn the attempt would have waited for
	Wait   time.Duration // how long it would have had to wait, at least
	Bound  Bound         // which limit on waiting was in the way
	Status int           // the status of the call's last attempt; zero if this was its first or the last had no response
}

// Error names the key, the wait, the bound and the last status.
func (e *LimitError) Error() string {
	text := fmt.Sprintf("ratelimit: wait for key %q: not sent: %s", e.Key, e.reason())
	if e.Status != 0 {
		text += fmt.Sprintf(" (last status %d)", e.Status)
	}
	return text
}

func (e *LimitError) reason() string {
	wait := e.Wait.Round(time.Millisecond)
	switch e.Bound {
	case BoundDeadline:
		return fmt.Sprintf("would wait %s, past the deadline of the context", wait)
	case BoundMaxElapsed:
		return fmt.Sprintf("would wait %s, past the time for retries (see retry.WithMaxElapsed)", wait)
	case BoundMaxQueue:
		return "too many attempts are waiting (see ratelimit.WithMaxQueue)"
	case BoundMaxWait:
	}
	return fmt.Sprintf("would wait %s, longer than ratelimit.WithMaxWait allows (60s by default)", wait)
}

// Is reports whether target is ErrLimited, or the deadline that was in the way.
func (e *LimitError) Is(target error) bool {
	return target == ErrLimited || e.Timeout() && target == context.DeadlineExceeded
}

// NotSent reports that no byte of the request was sent: it is true.
func (e *LimitError) NotSent() bool { return true }

// Retryable reports that a repeat would meet the same limit: it is false.
func (e *LimitError) Retryable() bool { return false }

// Timeout reports whether the deadline of the context was in the way.
func (e *LimitError) Timeout() bool { return e.Bound == BoundDeadline }

// Temporary returns what Timeout does. It makes a LimitError a [net.Error].
func (e *LimitError) Temporary() bool { return e.Timeout() }

// refused returns the error for an attempt of ctx's call.
func refused(ctx context.Context, name string, wait time.Duration, by Bound) error {
	e := &LimitError{Key: name, Wait: wait, Bound: by}
	if made := transport.CallFrom(ctx).Attempts(); len(made) > 0 {
		e.Status = made[len(made)-1].Status
	}
	return e
}

// ended returns an error that matches ctx.Err() and the cause, where one was set.
func ended(ctx context.Context, name string) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == err { //nolint:errorlint // identity: is there a cause beside the context's own error?
		return fmt.Errorf("ratelimit: wait for key %q: not sent: %w", name, err)
	}
	return fmt.Errorf("ratelimit: wait for key %q: not sent: %w: %w", name, err, cause)
}

// errCanceled reports that the channel Request.Cancel was closed.
func errCanceled(name string) error {
	return fmt.Errorf("ratelimit: wait for key %q: not sent: request canceled: %w", name, context.Canceled)
}
