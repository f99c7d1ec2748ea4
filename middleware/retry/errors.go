package retry

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// errors.Is matches ErrAttemptTimeout for an attempt that ran out of time (see
// [WithAttemptTimeout]), and ErrCallTimeout for a call that did (see
// [WithCallTimeout]). It matches neither when the caller's context ends.
var (
	ErrAttemptTimeout = errors.New("retry: attempt timed out")
	ErrCallTimeout    = errors.New("retry: call timed out")
)

// An Error is returned when a call ends with an error after retries, or when a retry
// was not allowed. It unwraps to the error of the last attempt.
type Error struct {
	Attempts int              // how many were made
	Reason   transport.Reason // why there was no further one; empty if the last error is final
	Err      error

	method string // of the request, for ReasonMethod
}

// Error returns why there was no further attempt, how many there were, and the cause,
// without what looks like a secret.
func (e *Error) Error() string {
	return "retry: " + e.outcome() + ": " + strings.TrimPrefix(redact.Cut(e.Err.Error(), redact.MaxError), "retry: ")
}

// outcome describes how the call ended, and which option allows more.
func (e *Error) outcome() string {
	gaveUp, once := "gave up after 1 attempt", "not repeated"
	if e.Attempts != 1 {
		gaveUp = fmt.Sprintf("gave up after %d attempts", e.Attempts)
		once = gaveUp
	}
	switch e.Reason {
	case ReasonMethod:
		return fmt.Sprintf("%s, since %s is not idempotent and may have been received (see retry.Safe)",
			once, cmp.Or(e.method, "the method"))
	case ReasonNotReplayable:
		return once + ", since the request body cannot be sent again (set GetBody, or see retry.WithReplayBuffer)"
	case ReasonElapsed:
		return gaveUp + ", as the next would begin too late (see retry.WithMaxElapsed)"
	case ReasonDeadline:
		return gaveUp + ", as the deadline of the context is too near for another"
	case ReasonBudget:
		return gaveUp + ", as the retry budget is spent (see retry.WithBudget)"
	case ReasonHint:
		return gaveUp + ", as the server asks for a longer wait than allowed (see retry.WithMaxHint)"
	case ReasonLimit:
		return gaveUp + ", as the rate limiter would let the next wait too long"
	}
	return gaveUp
}

// MarshalJSON writes the text of Error: the fields of another package's error may be secret.
func (e *Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// Unwrap returns the error of the last attempt.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether the last attempt timed out; [net/http.Client] asks for it.
func (e *Error) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.Err)
	return ok && t.Timeout()
}

// An unnamed error reads as the error that it wraps without the name of this package,
// which the text already begins with.
type unnamed struct{ error }

func (e unnamed) Error() string { return strings.TrimPrefix(e.error.Error(), "retry: ") }
func (e unnamed) Unwrap() error { return e.error }

// rewindError returns the error of a call whose body could not be opened again.
func rewindError(err error) error { return fmt.Errorf("retry: rewind request body: %w", err) }

// A TimeoutError is returned when a timeout of the policy ends an attempt or a call.
// errors.Is matches [ErrAttemptTimeout] or [ErrCallTimeout], and, as for the timeouts
// of net/http, [context.DeadlineExceeded]. It is a [net.Error].
type TimeoutError struct {
	After time.Duration // the timeout that was set
	clock error
}

// Error names the timeout and its duration.
func (e *TimeoutError) Error() string { return fmt.Sprintf("%v after %v", e.clock, e.After) }

// Unwrap returns [ErrAttemptTimeout] or [ErrCallTimeout].
func (e *TimeoutError) Unwrap() error { return e.clock }

// Is reports whether target is [context.DeadlineExceeded].
func (e *TimeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// Timeout is true.
func (e *TimeoutError) Timeout() bool { return true }

// Temporary is true: another attempt may be quicker.
func (e *TimeoutError) Temporary() bool { return true }
