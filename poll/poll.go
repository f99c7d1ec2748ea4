// Package poll polls until an operation has completed, for servers that accept a
// request now and process it later. Call [Until].
package poll

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/tripware/tripware/internal/backoff"
)

// ErrUnsettled is matched by the error of a poll that ended before the operation
// completed. See [UnsettledError] for details.
var ErrUnsettled = errors.New("poll: not settled")

// An UnsettledError reports that a poll ended before the operation completed. errors.Is
// matches [ErrUnsettled], Last and Cause.
type UnsettledError struct {
	Probes  int           // number of probes
	Elapsed time.Duration // since the first probe began
	Last    error         // the error of the last probe, or nil
	Cause   error         // why the poll ended early, such as the context's error; nil if the retries or the time ran out

	option string // the option that ended the poll, if Cause is nil
}

// Error returns a text with the number of probes, the elapsed time and the last error.
func (e *UnsettledError) Error() string {
	text := fmt.Sprintf("poll: not settled after %d probes in %s", e.Probes, e.Elapsed.Round(time.Millisecond))
	if e.Probes == 1 {
		text = fmt.Sprintf("poll: not settled after 1 probe in %s", e.Elapsed.Round(time.Millisecond))
	}
	if e.option != "" {
		text += ", which is all that " + e.option + " allows"
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	if e.Last != nil {
		text += ": last error: " + e.Last.Error()
	}
	return text
}

// Is reports whether target is [ErrUnsettled].
func (e *UnsettledError) Is(target error) bool { return target == ErrUnsettled }

// Unwrap returns Last and Cause, unless they are nil.
func (e *UnsettledError) Unwrap() []error {
	var wrapped []error
	for _, err := range []error{e.Last, e.Cause} {
		if err != nil {
			wrapped = append(wrapped, err)
		}
	}
	return wrapped
}

// A Wait describes a wait that is about to begin; see [WithOnWait].
type Wait struct {
	Probe int           // the number of the probe before the wait, from 1
	For   time.Duration // the length of the wait
	Last  error         // the error of that probe, or nil
}

// Until calls probe until it returns settled as true, and returns that probe's value and
// error. Between probes it waits with full jitter: for a random time below an upper bound
// that doubles with each probe (200ms, 400ms, 800ms … up to 5s).
//
// If the retries or the time run out, or ctx ends, Until returns the last value and an
// [UnsettledError]. If ctx ended, the error also matches ctx.Err() and
// context.Cause(ctx). If a wait would last beyond ctx's deadline, Until does not begin
// it, and at once returns an error that matches [context.DeadlineExceeded].
//
// If the probe's error or value has a method RetryAfter() time.Duration that returns a
// positive duration, Until waits at least that long, plus some jitter. If an option is
// invalid, Until returns an error before the first probe.
func Until[T any](ctx context.Context, probe func(context.Context) (value T, settled bool, err error), opts ...Option) (T, error) {
	var value T
	l, err := newLoop(opts)
	if err != nil {
		return value, err
	}
	for {
		var settled bool
		value, settled, err = probe(ctx)
		if settled {
			return value, err
		}
		wait := l.after(ctx, value, err)
		if err := l.pause(ctx, wait); err != nil {
			return value, err
		}
	}
}

// A loop is the state of a poll.
type loop struct {
	config
	begun  time.Time
	probes int
	last   error
}

func newLoop(opts []Option) (*loop, error) {
	l := &loop{config: config{baseDelay: defaultBaseDelay, maxDelay: defaultMaxDelay, maxRetries: defaultMaxRetries}, begun: time.Now()}
	for _, opt := range opts {
		if opt != nil {
			opt(&l.config)
		}
	}
	return l, l.check()
}

// after records the outcome of a probe and returns how long to wait before the next.
func (l *loop) after(ctx context.Context, value any, err error) time.Duration {
	l.probes++
	l.last = err
	ceiling := backoff.Ceiling(l.baseDelay, l.maxDelay, l.probes)
	floor, draw := l.floor(value, err), backoff.For(ctx)
	if floor <= 0 {
		return draw(ceiling)
	}
	// Longer than the server asked for, so that clients that were told the same do not
	// all return at once.
	extra := draw(max(ceiling, floor/10))
	return floor + min(extra, math.MaxInt64-floor)
}

func (l *loop) floor(value any, err error) time.Duration {
	if l.hint != nil {
		return l.hint(err)
	}
	var floor time.Duration
	if h, ok := errors.AsType[hinter](err); ok {
		floor = h.RetryAfter()
	}
	if h, ok := value.(interface{ RetryAfter() time.Duration }); ok && err == nil {
		floor = max(floor, h.RetryAfter())
	}
	return floor
}

type hinter interface {
	error
	RetryAfter() time.Duration
}

// pause waits, or returns an error if there must be no further probe.
func (l *loop) pause(ctx context.Context, wait time.Duration) error {
	if ctx.Err() != nil {
		return l.unsettled(backoff.Sleep(ctx, 0), "")
	}
	if l.probes > l.maxRetries {
		return l.unsettled(nil, "poll.WithMaxRetries")
	}
	if l.maxElapsed > 0 && wait > l.maxElapsed-time.Since(l.begun) {
		return l.unsettled(nil, "poll.WithMaxElapsed")
	}
	if deadline, ok := ctx.Deadline(); ok && wait > 0 && wait >= time.Until(deadline) {
		return l.unsettled(context.DeadlineExceeded, "")
	}
	if l.onWait != nil {
		l.onWait(ctx, Wait{Probe: l.probes, For: wait, Last: l.last})
	}
	if err := backoff.Sleep(ctx, wait); err != nil {
		return l.unsettled(err, "")
	}
	return nil
}

func (l *loop) unsettled(cause error, option string) error {
	return &UnsettledError{Probes: l.probes, Elapsed: time.Since(l.begun), Last: l.last, Cause: cause, option: option}
}
