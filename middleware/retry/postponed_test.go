package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A postponedError is what a layer returns that refuses attempts until a time.
type postponedError struct{ until time.Time }

func (*postponedError) Error() string          { return "closed for now" }
func (e *postponedError) NotBefore() time.Time { return e.until }

// refusing refuses attempts for so long since it was made. A negative time is unknown.
func refusing(base http.RoundTripper, closed time.Duration) http.RoundTripper {
	until := time.Now().Add(closed)
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if closed >= 0 && time.Now().Before(until) {
			return nil, layer.Refuse(req, fmt.Errorf("layer: %w", &postponedError{until}))
		}
		if closed < 0 {
			closed = 0
			return nil, layer.Refuse(req, &postponedError{})
		}
		return base.RoundTrip(req)
	})
}

// H2: an attempt that a layer refused for a while is made when the layer admits it, whatever
// the method, and without a classifier. If that is too late, the call ends
// at once, with a reason.
func TestARefusedAttemptIsMadeWhenItIsAdmitted(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		closed   time.Duration
		deadline time.Duration
		opts     []retry.Option
		took     [2]time.Duration // the least and the most
		reason   transport.Reason
	}{
		"it fits":                      {closed: 5 * time.Second, took: [2]time.Duration{5 * time.Second, 6 * time.Second}},
		"longer than a hint may be":    {closed: 40 * time.Second, took: [2]time.Duration{40 * time.Second, 44 * time.Second}},
		"the random part must fit":     {closed: 50 * time.Second, opts: []retry.Option{retry.WithMaxElapsed(50001 * time.Millisecond)}, took: [2]time.Duration{50 * time.Second, 50001 * time.Millisecond}},
		"the random part, deadline":    {closed: 50 * time.Second, deadline: 50002 * time.Millisecond, took: [2]time.Duration{50 * time.Second, 50001 * time.Millisecond}},
		"after MaxElapsed":             {closed: 61 * time.Second, reason: retry.ReasonBreaker},
		"after the deadline":           {closed: 5 * time.Second, deadline: 5 * time.Second, reason: retry.ReasonBreaker},
		"no retries":                   {closed: 5 * time.Second, opts: []retry.Option{retry.WithMaxRetries(0)}, reason: retry.ReasonAttempts},
		"an unknown time is a backoff": {closed: -1, took: [2]time.Duration{0, time.Second}},
		"the budget is spent":          {closed: time.Second, opts: []retry.Option{retry.WithBudget(layer.NewBudget(0, 0, 0))}, reason: retry.ReasonBudget},
		"the classifier is not asked":  {closed: time.Second, opts: []retry.Option{retry.WithClassifier(func(retry.Outcome) retry.Answer { return retry.No })}, took: [2]time.Duration{time.Second, 2 * time.Second}},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			if row.deadline > 0 {
				ctx, cancel = context.WithTimeout(t.Context(), row.deadline)
			}
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://api.example.com/", strings.NewReader("text"))
			require.NoError(t, err)
			sent := ""
			base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				all, _ := io.ReadAll(req.Body)
				sent = string(all)
				return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, req.Body.Close()
			})
			begun := time.Now()
			resp, err := transport.Chain(refusing(base, row.closed), retry.New(row.opts...)).RoundTrip(req)
			took := time.Since(begun)
			if row.reason != "" {
				require.Error(t, err, name)
				_, ok := errors.AsType[*postponedError](err)
				assert.True(t, ok, name)
				assert.Zero(t, took, name)
				assert.Equal(t, row.reason, transport.CallOfError(err).Reason(), name)
				return
			}
			require.NoError(t, err, name)
			assert.Equal(t, "text", sent, name)
			assert.GreaterOrEqual(t, took, row.took[0], name)
			assert.LessOrEqual(t, took, row.took[1], name)
			waits := transport.CallOf(resp).Waits()
			require.Len(t, waits, 1, name)
			assert.Equal(t, "breaker open", waits[0].Reason)
		})
	}
}
