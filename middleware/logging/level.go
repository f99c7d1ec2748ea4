package logging

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
)

// A Kind says what a record is about.
type Kind string

// The kinds of records; the message of each is "http " and the kind.
const (
	KindCall    Kind = "call"
	KindAttempt Kind = "attempt"
	KindWait    Kind = "wait"
	KindBody    Kind = "body"
)

// An Outcome is what the level of a record depends on.
type Outcome struct {
	Kind     Kind
	Status   int   // zero without a response, for waits and for request bodies
	Err      error // nil with a response, and for waits and bodies
	Canceled bool  // the caller ended the call, so that Err is no failure
}

// highest is a level that no handler but one that is off refuses.
const highest = slog.Level(math.MaxInt32)

// DefaultLevel is the rule that gives records their level:
//
//	call     error, or deadline passed       Error
//	call     status 400 and above            Warn
//	call     any other status, or canceled   Info
//	attempt  error, status 429 or 5xx        Warn
//	attempt  any other status, or canceled   Debug
//	wait, body                               Debug
//
// An attempt's other 4xx stay at Debug, since the call's record tells them.
func DefaultLevel(o Outcome) slog.Level {
	failed := o.Err != nil && !o.Canceled
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

func outcomeOf(req *http.Request, kind Kind, resp *http.Response, err error) Outcome {
	o := Outcome{Kind: kind, Err: err}
	if resp != nil {
		o.Status = resp.StatusCode
	}
	o.Canceled = err != nil && canceled(req) && !errors.Is(err, context.DeadlineExceeded)
	return o
}

// canceled reports whether the caller ended req. A clock of the retry loop, which
// cancels the context of an attempt for its timeout, is no caller.
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
