package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// T1, T3: a call that its caller canceled says so, with and without an Inspector, whatever the
// cause, and whether an attempt or a wait was under way.
func TestACallThatItsCallerCanceled(t *testing.T) {
	t.Parallel()
	other := fmt.Errorf("another call: %w", &retry.TimeoutError{After: time.Second})
	for name, row := range map[string]struct {
		cause error
		after time.Duration
		line  string // of the record
		told  string // of the timeline
	}{
		"in a wait": {nil, 500 * ms, "canceled by the caller in a wait after 1 attempt in 500ms: #1 503 in 100ms, waited 400ms (backoff: status 503)",
			"canceled by the caller in a wait after 1 attempt in 500ms\n"},
		"in a wait, after another call": {other, 500 * ms, "canceled by the caller in a wait after 1 attempt in 500ms: #1 503",
			"canceled by the caller in a wait"},
		"in an attempt": {nil, 50 * ms, "canceled by the caller after 1 attempt in 50ms: #1 context canceled in 50ms",
			"canceled by the caller after 1 attempt in 50ms\n      0ms  #1 canceled: context canceled, in 50ms"},
		"in an attempt, after another call": {other, 50 * ms, "canceled by the caller after 1 attempt in 50ms: #1 another call: ",
			"#1 canceled: another call: "},
		"in an attempt, with a cause": {errors.New("shutting down"), 50 * ms, "canceled by the caller after 1 attempt in 50ms: #1 shutting down in 50ms",
			"canceled by the caller (shutting down) after 1 attempt in 50ms\n"},
	} {
		base := roundTripper(func(req *http.Request) (*http.Response, error) {
			select {
			case <-time.After(100 * ms):
				return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody, Request: req}, nil
			case <-req.Context().Done():
				return nil, context.Cause(req.Context()) // as net/http does
			}
		})
		for kind, build := range map[string]func() http.RoundTripper{
			"a plain chain":     func() http.RoundTripper { return transport.Chain(base, retry.New(retry.WithBackoff(retry.Constant))) },
			"with an inspector": func() http.RoundTripper { return client(t, inspect.New(), base).Transport },
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(row.after, func() { cancel(row.cause) })
					_, err := build().RoundTrip(request(t, http.MethodGet, "https://api.example.com/a", nil).WithContext(ctx))
					require.Error(t, err)
					call := transport.CallOfError(err)
					assert.Equal(t, transport.ClassCanceled, call.ErrorClass())
					assert.Contains(t, call.String(), row.line)
					assert.Contains(t, inspect.Timeline(call), row.told)
					assert.NotContains(t, inspect.Timeline(call), "attempt_timeout")
				})
			})
		}
	}
}
