package logging

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
)

// A Kind is the kind of a record.
type Kind string

// The kinds of records. The message of a record is "http " and its kind.
const (
	KindCall    Kind = "call"
	KindAttempt Kind = "attempt"
	KindWait    Kind = "wait"
	KindBody    Kind = "body"
)

// An Outcome is what a record reports. Its level depends on it.
type Outcome struct {
	Kind     Kind
	Status   int   // of the response; 0 if there is none, for waits and for request bodies
	Err      error // nil if there is a response, and for waits and bodies
	Canceled bool  // the caller canceled the call, so Err is not a failure
	Expected bool  // the call expects this status, so it is not a failure: see transport.Call.Expects
}

// highest is a level that every handler accepts unless it is switched off.
const highest = slog.Level(math.MaxInt32)

// DefaultLevel returns the level of a record by default:
//
//	call     error, or deadline exceeded     Error
//	call     status 400 and above            Warn
//	call     any other status, or canceled   Info
//	attempt  error, status 429 or 5xx        Warn
//	attempt  any other status, or canceled   Debug
//	wait, body                               Debug
//
// Other 4xx statuses of attempts are at Debug, since the call's record has them. A status
// that the call expects counts as a success: a typed call that polls an operation expects
// the status that says that the operation has not completed.
func DefaultLevel(o Outcome) slog.Level {
	failed := o.Err != nil && !o.Canceled
	if o.Expected {
		o.Status = http.StatusOK
	}
	switch {
	case o.Kind == KindCall && failed:
		return slog.LevelError
	case o.Kind == KindCall && o.Status >= 400:
		return slog.LevelWarn
	case o.Kind == KindCall:
		return slog.LevelInfo
	case o.Kind == KindAttempt && (failed || o.Status == http.StatusTooManyRequests || o.Status >= 500):
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

func (p *passage) outcome(kind Kind, resp *http.Response, err error) Outcome {
	o := Outcome{Kind: kind, Err: err, Expected: p.call.Expects(resp)}
	if resp != nil {
		o.Status = resp.StatusCode
	}
	o.Canceled = err != nil && canceled(p.req) && !errors.Is(err, context.DeadlineExceeded)
	return o
}

// canceled reports whether the caller canceled req. A timeout of the retry loop also
// cancels the context of an attempt, but does not count.
func canceled(req *http.Request) bool {
	ctx := req.Context()
	if errors.Is(ctx.Err(), context.Canceled) {
		return !errors.Is(context.Cause(ctx), context.DeadlineExceeded)
	}
	select {
	case <-req.Cancel: //nolint:staticcheck // deprecated, but net/http still honors it
		return true
	default:
		return false
	}
}
