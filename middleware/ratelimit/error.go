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

// The bounds of a wait. If two end at the same time, the caller's deadline takes
// precedence, then the retry loop's bound.
const (
	BoundDeadline   Bound = "deadline"    // the deadline of the request's context
	BoundMaxElapsed Bound = "max elapsed" // the retry loop starts no attempts after that time
	BoundMaxWait    Bound = "max wait"    // [WithMaxWait]
	BoundMaxQueue   Bound = "max queue"   // [WithMaxQueue]: too many attempts are already waiting
	BoundNoWait     Bound = "no wait"     // the attempt is a further one of a hedge, which is sent only if it need not wait
)

// A LimitError reports that an attempt was refused before it was sent, because it would
// have waited too long. errors.Is matches [ErrLimited] and, if Bound is [BoundDeadline],
// [context.DeadlineExceeded]. It implements [net.Error]. Retry loops do not retry it.
type LimitError struct {
	Key    string        // the key that limits the attempt
	Wait   time.Duration // the shortest time that the attempt would have waited
	Bound  Bound         // the bound that it would have exceeded
	Status int           // the status of the call's last attempt; 0 if there was none or it had no response
}

// Error returns a text with the key, the wait, the bound and the last status.
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
		return fmt.Sprintf("would wait %s, beyond the context's deadline", wait)
	case BoundMaxElapsed:
		return fmt.Sprintf("would wait %s, beyond the time limit for retries (see retry.WithMaxElapsed)", wait)
	case BoundMaxQueue:
		return "too many attempts are waiting (see ratelimit.WithMaxQueue)"
	case BoundNoWait:
		return "no turn is free for a further attempt of a hedge"
	case BoundMaxWait:
	}
	return fmt.Sprintf("would wait %s, longer than ratelimit.WithMaxWait allows (60s by default)", wait)
}

// Is reports whether target is [ErrLimited], or [context.DeadlineExceeded] if the context's
// deadline would have been exceeded.
func (e *LimitError) Is(target error) bool {
	return target == ErrLimited || e.Timeout() && target == context.DeadlineExceeded
}

// ErrorClass returns the error's class for metrics: see [transport.ClassifyError].
func (e *LimitError) ErrorClass() string { return string(transport.ClassRateLimited) }

// NotSent returns true, because no part of the request was sent.
func (e *LimitError) NotSent() bool { return true }

// Retryable returns false, because a retry would be refused too.
func (e *LimitError) Retryable() bool { return false }

// Timeout reports whether the context's deadline would have been exceeded.
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

// ended returns an error that matches ctx.Err() and, if one was set, the cause.
func ended(ctx context.Context, name string) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == err { //nolint:errorlint // identity: without a cause, Cause returns the context's error
		return fmt.Errorf("ratelimit: wait for key %q: not sent: %w", name, err)
	}
	return fmt.Errorf("ratelimit: wait for key %q: not sent: %w: %w", name, err, cause)
}

// errCanceled reports that the channel Request.Cancel was closed.
func errCanceled(name string) error {
	return fmt.Errorf("ratelimit: wait for key %q: not sent: request canceled: %w", name, context.Canceled)
}
