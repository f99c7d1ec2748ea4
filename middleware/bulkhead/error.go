package bulkhead

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/transport"
)

// ErrFull matches every [*FullError] under errors.Is.
var ErrFull = errors.New("bulkhead: not sent")

// A Bound is the limit on waiting that made a bulkhead refuse an attempt.
type Bound string

// The bounds of a wait.
const (
	BoundMaxQueue   Bound = "max queue"   // [WithMaxQueue] or [WithoutQueue]: no further attempt may wait
	BoundMaxWait    Bound = "max wait"    // [WithMaxWait]
	BoundNoWait     Bound = "no wait"     // the attempt is a further one of a hedge, which is sent only if it need not wait
	BoundMaxElapsed Bound = "max elapsed" // the retry loop starts no attempts after that time
)

// A FullError reports that an attempt was refused before it was sent, because all permits of
// its key were taken. errors.Is matches [ErrFull]. Retry loops do not retry it.
type FullError struct {
	Key     string        // the key whose permits are taken
	Permits int           // how many attempts of the key may run at the same time
	Bound   Bound         // why the attempt did not wait, or no longer
	Waited  time.Duration // how long it waited
}

// Error returns a text with the key, the bound and the wait.
func (e *FullError) Error() string {
	return fmt.Sprintf("bulkhead: key %q: not sent: %s", e.Key, e.reason())
}

func (e *FullError) reason() string {
	running := fmt.Sprintf("%d attempts are running", e.Permits)
	waited := e.Waited.Round(time.Millisecond)
	switch e.Bound {
	case BoundMaxWait:
		return fmt.Sprintf("%s; waited %s, as long as bulkhead.WithMaxWait allows (10s by default)", running, waited)
	case BoundMaxElapsed:
		return fmt.Sprintf("%s; waited %s, as long as retries may begin (see retry.WithMaxElapsed)", running, waited)
	case BoundNoWait:
		return running + ", and a further attempt of a hedge does not wait"
	case BoundMaxQueue:
	}
	return running + ", and no more may wait (see bulkhead.WithMaxQueue)"
}

// Is reports whether target is [ErrFull].
func (e *FullError) Is(target error) bool { return target == ErrFull }

// ErrorClass returns the error's class for metrics: see [transport.ClassifyError].
func (e *FullError) ErrorClass() string { return string(transport.ClassBulkheadFull) }

// NotSent returns true, because no part of the request was sent.
func (e *FullError) NotSent() bool { return true }

// Retryable returns false, because a retry would lengthen the queue.
func (e *FullError) Retryable() bool { return false }

// An endedError reports that an attempt was canceled while it waited.
type endedError struct {
	key string
	err error
}

func (e *endedError) Error() string {
	return fmt.Sprintf("bulkhead: key %q: not sent: %v", e.key, e.err)
}
func (e *endedError) Unwrap() error { return e.err }
func (e *endedError) NotSent() bool { return true }

// ended returns an error that matches ctx.Err() and, if one was set, the cause.
func ended(ctx context.Context, name string) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause != err { //nolint:errorlint // identity: without a cause, Cause returns the context's error
		err = fmt.Errorf("%w: %w", err, cause)
	}
	return &endedError{name, err}
}

// errCanceled reports that the channel Request.Cancel was closed.
func errCanceled(name string) error {
	return &endedError{name, fmt.Errorf("request canceled: %w", context.Canceled)}
}
