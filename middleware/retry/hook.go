package retry

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// An Event describes one failed attempt to a [Hook]. It has only plain values, so a hook
// cannot affect the response.
type Event struct {
	TransactionID string
	Method        string
	URL           string // without user, and with secret parameters masked
	Attempt       int    // counted from 1
	Status        int    // zero without a response
	Err           error  // nil with a response
	Cause         string // why the attempt should be retried, such as "status 503" or "broken connection"
	Wait          time.Duration
	Reason        transport.Reason // why no retry follows; empty if one does
}

// A Hook is called for each failed attempt, before the wait. ctx is the context of the
// request without the call's record, so requests made with it do not belong to the call. A
// hook runs in the call's goroutine and must be safe for concurrent use. The layer recovers
// from a panic in it, and logs the first one with [slog.Default].
type Hook func(ctx context.Context, e Event)

// tell calls the hooks for a failed attempt.
func (c *call) tell(resp *http.Response, err error, d decision) {
	e := Event{
		TransactionID: c.record.TransactionID(),
		Method:        c.req.Method, URL: redact.URL(c.req.URL),
		Attempt: c.attempts, Err: err, Cause: d.cause, Wait: d.wait, Reason: d.reason,
	}
	if resp != nil {
		e.Status = resp.StatusCode
	}
	ctx := layer.Detach(c.req.Context())
	for _, hook := range c.policy.hooks {
		c.contain(ctx, "hook", func() { hook(ctx, e) })
	}
}

// contain calls f, which calls a function of the user, and recovers from a panic in it. It
// logs the first one.
func (r *retrier) contain(ctx context.Context, what string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			r.panicked.Do(func() {
				slog.Default().ErrorContext(ctx, "retry: a function given as an option panicked",
					slog.String("function", what), slog.String("panic", redact.Cut(fmt.Sprint(p), redact.MaxError)))
			})
		}
	}()
	f()
}
