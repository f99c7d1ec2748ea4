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

// errors.Is matches ErrAttemptTimeout if an attempt timed out (see [WithAttemptTimeout]),
// and ErrCallTimeout if a call did (see [WithCallTimeout]). If the caller's context ended,
// it matches neither.
var (
	ErrAttemptTimeout = errors.New("retry: attempt timed out")
	ErrCallTimeout    = errors.New("retry: call timed out")
)

// An Error is returned if a call ends with an error after retries, or if a retry was not
// allowed. It unwraps to the error of the last attempt.
type Error struct {
	Attempts int              // number of attempts, with those that were not sent for lack of a credential
	Reason   transport.Reason // why there was no further attempt; empty if the last error is final
	Err      error            // the error of the last attempt

	method   string        // of the request, for ReasonMethod
	begins   time.Duration // until the next attempt would have begun, for ReasonDeadline
	left     time.Duration // until the deadline, for ReasonDeadline
	unsigned int           // attempts that were not sent, for lack of a credential
}

// Error returns a text with the number of attempts, the reason, and the last error without
// anything that looks like a secret.
func (e *Error) Error() string {
	return "retry: " + e.outcome() + ": " + strings.TrimPrefix(redact.Cut(e.Err.Error(), redact.MaxError), "retry: ")
}

// outcome returns how the call ended, and which option would allow more.
func (e *Error) outcome() string {
	gaveUp, once := "gave up after 1 attempt", "not retried"
	if e.Attempts != 1 {
		gaveUp = fmt.Sprintf("gave up after %d attempts", e.Attempts)
		once = gaveUp
	}
	if e.Attempts > 1 && e.unsigned == e.Attempts {
		gaveUp = fmt.Sprintf("gave up after asking for a credential %d times", e.Attempts)
	}
	switch e.Reason {
	case ReasonMethod:
		return fmt.Sprintf("%s, because %s is not idempotent and may have been received "+
			"(see retry.Safe, or send an Idempotency-Key if the server honors it)", once, cmp.Or(e.method, "the method"))
	case ReasonClassifier:
		return once + ", because the classifier said no (see retry.WithClassifier)"
	case ReasonNotReplayable:
		return once + ", because the request body cannot be sent again " +
			"(set GetBody, use a body that can seek, or raise retry.WithReplayBuffer)"
	case ReasonElapsed:
		return gaveUp + ", because the next would begin too late (see retry.WithMaxElapsed)"
	case ReasonDeadline:
		return gaveUp + ", because the context's deadline is too close for another" + e.times()
	case ReasonBudget:
		return gaveUp + ", because the retry budget is spent (see retry.WithBudget)"
	case ReasonHint:
		return gaveUp + ", because the server asks for a longer wait than allowed (see retry.WithMaxHint)"
	case ReasonLimit:
		return gaveUp + ", because the rate limiter would delay the next too long"
	case ReasonBreaker:
		return once + ", because the circuit breaker is open for longer than there is time"
	case ReasonBulkhead:
		return once
	}
	return gaveUp
}

// times returns when the next attempt would have begun, and when the deadline is, if the loop
// knew them.
func (e *Error) times() string {
	if e.begins <= e.left {
		return ""
	}
	return fmt.Sprintf(" (the next would begin in %v, the deadline is in %v)", short(e.begins), short(e.left))
}

// short rounds d, so that it can be read.
func short(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}

// MarshalJSON returns the text of Error as a JSON string, since the fields of the last
// error may contain secrets.
func (e *Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// Unwrap returns the error of the last attempt.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether the last error is a timeout. [net/http.Client] calls it.
func (e *Error) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.Err)
	return ok && t.Timeout()
}

// An unnamed error omits the name of this package from the text of the error that it wraps,
// because another error adds the name.
type unnamed struct{ error }

func (e unnamed) Error() string { return strings.TrimPrefix(e.error.Error(), "retry: ") }
func (e unnamed) Unwrap() error { return e.error }

// A policyError reports an invalid policy of one call.
type policyError struct{ unnamed }

func (e policyError) ErrorClass() string { return string(transport.ClassInvalid) }

// rewindError returns the error of a call whose body could not be opened again.
func rewindError(err error) error { return fmt.Errorf("retry: rewind request body: %w", err) }

// A TimeoutError is returned if a timeout of the policy ends an attempt or a call.
// errors.Is matches [ErrAttemptTimeout] or [ErrCallTimeout], and, as for the timeouts
// of net/http, [context.DeadlineExceeded]. It is a [net.Error].
type TimeoutError struct {
	After time.Duration // the timeout that was set
	clock error
}

// Error returns a text with the kind of timeout and its duration.
func (e *TimeoutError) Error() string { return fmt.Sprintf("%v after %v", e.clock, e.After) }

// Unwrap returns [ErrAttemptTimeout] or [ErrCallTimeout].
func (e *TimeoutError) Unwrap() error { return e.clock }

// Is reports whether target is [context.DeadlineExceeded].
func (e *TimeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// Timeout returns true.
func (e *TimeoutError) Timeout() bool { return true }

// ErrorClass returns the error's class for metrics: see [transport.ClassifyError].
func (e *TimeoutError) ErrorClass() string {
	if e.clock == ErrAttemptTimeout { //nolint:errorlint // one of two
		return string(transport.ClassAttemptTimeout)
	}
	return string(transport.ClassCallTimeout)
}

// Temporary returns true, because another attempt may be faster.
func (e *TimeoutError) Temporary() bool { return true }
