package breaker

import (
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/transport"
)

// ErrOpen matches every [*OpenError] under errors.Is.
var ErrOpen = errors.New("breaker: not sent")

// An OpenError reports that an attempt was refused before it was sent, because its circuit is
// open, or half-open with all probes running. errors.Is matches [ErrOpen].
type OpenError struct {
	Key      string
	Until    time.Time // when the circuit admits attempts again; zero if it is half-open, and may close at any time
	Failures int       // of the samples that opened the circuit
	Samples  int
	Cause    string // the last failure: "status 503", or a transport.ErrorClass
}

// Error returns a text with the key, why its circuit is open, and for how long.
func (e *OpenError) Error() string {
	text := fmt.Sprintf("breaker: key %q: not sent: ", e.Key)
	if e.Until.IsZero() {
		text += "probes are running"
	} else {
		text += "open for another " + max(0, time.Until(e.Until)).Round(time.Millisecond).String()
	}
	text += fmt.Sprintf(", after %d of %d attempts failed", e.Failures, e.Samples)
	if e.Cause != "" {
		text += fmt.Sprintf(" (last: %s)", e.Cause)
	}
	return text
}

// Is reports whether target is [ErrOpen].
func (e *OpenError) Is(target error) bool { return target == ErrOpen }

// ErrorClass returns the error's class for metrics: see transport.ClassifyError.
func (e *OpenError) ErrorClass() string { return string(transport.ClassBreakerOpen) }

// NotSent returns true, because no part of the request was sent.
func (e *OpenError) NotSent() bool { return true }

// NotBefore returns Until. The retry loop makes its next attempt then, if there is time: see
// retry.PostponedError.
func (e *OpenError) NotBefore() time.Time { return e.Until }
