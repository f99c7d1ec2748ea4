// Package poll asks a question until its answer has settled: for servers that
// accept a request now and work on it later.
package poll

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/tripware/tripware/internal/backoff"
)

// ErrUnsettled is the kind of every error that ends a poll before its answer
// settled; see [UnsettledError].
var ErrUnsettled = errors.New("poll: not settled")

// An UnsettledError says that a poll ended before its answer settled. It Is
// [ErrUnsettled], and unwraps to Last and Cause.
type UnsettledError struct {
	Probes  int           // how often was asked
	Elapsed time.Duration // since the first probe began
	Last    error         // the error of the last probe; nil if it had none
	Cause   error         // what ended the poll early, such as the context's error; nil when the retries or the time were used up

	option string // that ended the poll, where Cause is nil
}

// Error says how often and how long was asked, and what came last.
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

// Unwrap returns the last probe's error and the cause, those that there are.
func (e *UnsettledError) Unwrap() []error {
	var wrapped []error
	for _, err := range []error{e.Last, e.Cause} {
		if err != nil {
			wrapped = append(wrapped, err)
		}
	}
	return wrapped
}

// A Wait is what [WithOnWait] is told before each wait.
type Wait struct {
	Probe int           // the probe that came before, from 1
	For   time.Duration // how long the poll is about to wait
	Last  error         // the error of that probe; nil if it had none
}

// Until calls probe until it reports that its answer has settled, and returns
// that answer and its error. A probe that has not settled is repeated after a
// wait drawn evenly from 0 to a ceiling that doubles (full jitter); its error,
// if any, is kept.
//
// When the retries or the time are used up, or ctx ends, Until returns the last
// value and an [UnsettledError]; after ctx ended the error Is ctx.Err() and
// context.Cause(ctx) too. A wait that could not end before ctx's deadline is not
// begun: the error Is [context.DeadlineExceeded] at once.
//
// Where the probe's error or value has a method RetryAfter() time.Duration, a
// positive answer is a floor: the wait is that long and a jittered bit longer.
// Impossible options are reported before the first probe.
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
		wait := l.after(value, err)
		if err := l.pause(ctx, wait); err != nil {
			return value, err
		}
	}
}

// loop is the state of one poll.
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

// after notes the outcome of a probe and returns how long to wait before the next.
func (l *loop) after(value any, err error) time.Duration {
	l.probes++
	l.last = err
	ceiling := backoff.Ceiling(l.baseDelay, l.maxDelay, l.probes)
	floor := l.floor(value, err)
	if floor <= 0 {
		return backoff.Draw(ceiling)
	}
	// More than the server asked for, so that those it told the same do not come back together.
	extra := backoff.Draw(max(ceiling, floor/10))
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

// pause waits, or returns why no further probe may follow.
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
