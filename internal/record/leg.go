package record

import (
	"context"
	"errors"
	"net/http"
)

// WithLeg returns a context for one of several attempts that a hedge makes at the same time,
// with its number, counted from 1. Only the first may wait for its turn: see [TurnIfFree].
func WithLeg(ctx context.Context, number int) context.Context { return WithSetting(ctx, leg(number)) }

type leg int

// LegOf returns the number of ctx's leg, or 0 if ctx belongs to none.
func LegOf(ctx context.Context) int {
	if _, alone := ctx.(Trip); alone { // usually ctx is the trip itself
		return 0
	}
	number, _ := Setting[leg](ctx)
	return int(number)
}

// TurnIfFree reports whether the attempt of ctx may be sent only if it need not wait for its
// turn, as a leg of a hedge that is not the first. A layer that queues attempts must refuse
// it at once instead, with an error whose method NotSent returns true.
func TurnIfFree(ctx context.Context) bool { return LegOf(ctx) > 1 }

// A LostError is the cause with which a hedge cancels the legs that have lost.
type LostError struct{}

func (LostError) Error() string { return "hedge: another attempt had responded first" }

// Is reports whether target is [context.Canceled].
func (LostError) Is(target error) bool { return target == context.Canceled }

// ErrorClass returns the error's class for metrics: see transport.ClassifyError.
func (LostError) ErrorClass() string { return "hedge_lost" }

// IsLost reports whether ctx belongs to a leg that has lost.
func IsLost(ctx context.Context) bool {
	if ctx.Err() == nil {
		return false
	}
	_, lost := errors.AsType[LostError](context.Cause(ctx))
	return lost
}

// A Referee takes the results of hedges.
type Referee interface {
	Settle(won context.Context, others []context.Context, extra int)
	GiveBack(ctx context.Context)
}

// Settle tells the record how a hedge has ended: with the result of the leg with the context
// won, which is the context of the hedge itself if no leg had one in time. The legs with the
// other contexts have lost, whether they run or have ended. extra is how many legs were sent
// besides the first.
func Settle(won context.Context, others []context.Context, extra int) {
	if trip := tripOf(won); trip != nil {
		trip.Settle(won, others, extra)
	}
}

// GiveBack gives back the number of a leg that was not sent, so that the next attempt can
// have it.
func GiveBack(ctx context.Context) {
	if trip := tripOf(ctx); trip != nil {
		trip.GiveBack(ctx)
	}
}

// A Budget is a *layer.Budget, which this package cannot import.
type Budget interface {
	Deposit()
	Withdraw() bool
	Return()
}

// A Policy is the part of a retry loop's policy that a hedge below the loop follows.
type Policy interface {
	// Fails reports whether a response has failed by its status, so that the loop would
	// retry it.
	Fails(resp *http.Response) bool
	// Spends returns the budget of the loop, into which the loop pays for each call. It may
	// hold a nil pointer, which has no limit.
	Spends() Budget
}

// WithPolicy returns a context for the attempts of a loop with this policy.
func WithPolicy(ctx context.Context, p Policy) context.Context { return WithSetting(ctx, p) }

// PolicyOf returns the policy of the loop that makes the attempt of ctx, or nil if there is
// none.
func PolicyOf(ctx context.Context) Policy {
	p, _ := Setting[Policy](ctx)
	return p
}

// Idempotent reports whether a request is idempotent by RFC 9110 section 9.2.2, or has a
// header of the draft "The Idempotency-Key HTTP Header Field".
func Idempotent(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return len(req.Header["Idempotency-Key"]) > 0 || len(req.Header["X-Idempotency-Key"]) > 0
}

// CallSettings holds what package retry sets in the context of a call.
type CallSettings struct {
	Options any  // the options of retry.WithPolicy
	Safe    bool // the call is marked as safe to retry
}

// A SharedBody is a request body that the attempts of a call share. GetBody of its request
// takes it away from its reader, so it cannot be sent by two attempts at the same time.
type SharedBody interface{ Shared() }
