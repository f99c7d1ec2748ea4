package retry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// The clocks of a call. The end of a caller's own context matches neither.
var (
	ErrAttemptTimeout = errors.New("retry: the attempt took too long")
	ErrCallTimeout    = errors.New("retry: the call took too long")
)

// An Error is the end of a call by an error after retries, or after one that
// was not allowed. It unwraps to the error of the last attempt.
type Error struct {
	Attempts int              // how many were made
	Reason   transport.Reason // why there was no further one; empty if the last error is final
	Err      error
}

// Error names the attempts, the reason and the cause, less what looks like a secret.
func (e *Error) Error() string {
	attempts := "1 attempt"
	if e.Attempts != 1 {
		attempts = fmt.Sprintf("%d attempts", e.Attempts)
	}
	if e.Reason == "" {
		return fmt.Sprintf("retry: end after %s: %s", attempts, redact.Cut(e.Err.Error(), redact.MaxError))
	}
	return fmt.Sprintf("retry: end after %s (%s): %s", attempts, e.Reason, redact.Cut(e.Err.Error(), redact.MaxError))
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

// rewindError is what ends a call whose body could not be had again.
func rewindError(err error) error { return fmt.Errorf("retry: rewind body: %w", err) }

// A TimeoutError is the end of an attempt, or of a call, by a clock of the
// policy. It matches [ErrAttemptTimeout] or [ErrCallTimeout], and
// [context.DeadlineExceeded] as the timeouts of net/http do. It is a [net.Error].
type TimeoutError struct {
	After time.Duration // the clock's setting
	clock error
}

// Error names the clock and its setting.
func (e *TimeoutError) Error() string { return fmt.Sprintf("%v: %v", e.clock, e.After) }

// Unwrap returns the sentinel of the clock.
func (e *TimeoutError) Unwrap() error { return e.clock }

// Is reports whether target is [context.DeadlineExceeded].
func (e *TimeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// Timeout is true.
func (e *TimeoutError) Timeout() bool { return true }

// Temporary is true: another attempt may be quicker.
func (e *TimeoutError) Temporary() bool { return true }
