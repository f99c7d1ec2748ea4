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

// The clocks of a call. The end of a caller's own context matches neither.
var (
	ErrAttemptTimeout = errors.New("retry: attempt timed out")
	ErrCallTimeout    = errors.New("retry: call timed out")
)

// An Error is the end of a call by an error after retries, or after one that
// was not allowed. It unwraps to the error of the last attempt.
type Error struct {
	Attempts int              // how many were made
	Reason   transport.Reason // why there was no further one; empty if the last error is final
	Err      error

	method string // of the request, for ReasonMethod
}

// Error says why there was no further attempt, how many there were, and the cause,
// less what looks like a secret.
func (e *Error) Error() string {
	return "retry: " + e.outcome() + ": " + strings.TrimPrefix(redact.Cut(e.Err.Error(), redact.MaxError), "retry: ")
}

// outcome says in words how the call ended, and what would let it go on.
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

// MarshalJSON writes what Error says: the fields of a foreign error may be secret.
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

// An unnamed error reads as what it wraps without the name of this package, which
// stands before it already.
type unnamed struct{ error }

func (e unnamed) Error() string { return strings.TrimPrefix(e.error.Error(), "retry: ") }
func (e unnamed) Unwrap() error { return e.error }

// rewindError is what ends a call whose body could not be had again.
func rewindError(err error) error { return fmt.Errorf("retry: rewind request body: %w", err) }

// A TimeoutError is the end of an attempt, or of a call, by a clock of the
// policy. It matches [ErrAttemptTimeout] or [ErrCallTimeout], and
// [context.DeadlineExceeded] as the timeouts of net/http do. It is a [net.Error].
type TimeoutError struct {
	After time.Duration // the clock's setting
	clock error
}

// Error names the clock and its setting.
func (e *TimeoutError) Error() string { return fmt.Sprintf("%v after %v", e.clock, e.After) }

// Unwrap returns the sentinel of the clock.
func (e *TimeoutError) Unwrap() error { return e.clock }

// Is reports whether target is [context.DeadlineExceeded].
func (e *TimeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// Timeout is true.
func (e *TimeoutError) Timeout() bool { return true }

// Temporary is true: another attempt may be quicker.
func (e *TimeoutError) Temporary() bool { return true }
