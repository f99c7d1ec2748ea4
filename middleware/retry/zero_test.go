package retry_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// R17, C10: zero means no limit for a limit of time, and none for a wait, a share and a
// count; it never means the default.
func TestZeroIsNoBoundOrNone(t *testing.T) {
	t.Parallel()
	const long = 1000 * time.Hour
	patient := []retry.Option{retry.WithMaxDelay(0), retry.WithMaxElapsed(0), retry.WithBackoff(retry.Constant), retry.WithBaseDelay(long)}
	slow := []step{{status: 503, takes: long}, {status: 200, takes: long}}
	hint := []step{{status: 429, header: http.Header{"Retry-After": {"3600"}}}, {status: 200}}
	window := []step{{status: 429, header: http.Header{"Retry-After": {"3600"}, "X-Ratelimit-Period-In-Sec": {"60"}}}, {status: 200}}
	for _, row := range []struct {
		name     string
		opts     []retry.Option
		script   []step
		req      func(context.Context) *http.Request
		attempts int
		reason   transport.Reason
		waited   time.Duration // at least, and less than a tenth more
	}{
		{"no retries", []retry.Option{retry.WithMaxRetries(0)}, status(503), getIt, 1, retry.ReasonAttempts, 0},
		{"no waits", []retry.Option{retry.WithBaseDelay(0)}, status(503), getIt, 6, retry.ReasonAttempts, 0},
		{"no largest delay, no largest time", patient, status(503), getIt, 6, retry.ReasonAttempts, 5 * long},
		{"no attempt timeout", []retry.Option{retry.WithAttemptTimeout(0), retry.WithMaxElapsed(0), retry.WithBaseDelay(0)}, slow, getIt, 2, "", 0},
		{"no call timeout", []retry.Option{retry.WithCallTimeout(0), retry.WithMaxElapsed(0), retry.WithBaseDelay(0)}, slow, getIt, 2, "", 0},
		{"no largest hint", []retry.Option{retry.WithMaxHint(0), retry.WithMaxElapsed(0)}, hint, getIt, 2, "", time.Hour},
		{"no wait for hints", []retry.Option{retry.WithClampedHint(0), retry.WithBaseDelay(0)}, window, getIt, 2, "", 0},
		{"no hint above the default", nil, hint, getIt, 1, retry.ReasonHint, 0},
		{"a clamped hint after a largest", []retry.Option{retry.WithMaxHint(time.Minute), retry.WithClampedHint(time.Second), retry.WithBaseDelay(0)},
			hint, getIt, 2, "", time.Second},
		{"a largest hint after a clamped", []retry.Option{retry.WithClampedHint(time.Second), retry.WithMaxHint(time.Minute)},
			hint, getIt, 1, retry.ReasonHint, 0},
		{"no bytes kept", []retry.Option{retry.WithReplayBuffer(0)}, status(429), streamIt, 1, retry.ReasonNotReplayable, 0},
		{"no share", []retry.Option{retry.WithBudget(layer.NewBudget(0, 0, 0))}, status(503), getIt, 1, retry.ReasonBudget, 0},
		{"no classifier, no hook", []retry.Option{retry.WithClassifier(nil), retry.WithHook(nil), retry.WithBaseDelay(0)}, status(503), getIt, 6, retry.ReasonAttempts, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			call(t, &server{script: row.script}, row.req, func(t *testing.T, _ *http.Response, rec *transport.Call, err error) {
				require.NoError(t, err)
				assert.Equal(t, row.attempts, rec.AttemptCount())
				assert.Equal(t, row.reason, rec.Reason())
				assert.GreaterOrEqual(t, rec.Waited(), row.waited)
				assert.LessOrEqual(t, rec.Waited(), row.waited+row.waited/10)
			}, row.opts...)
		})
	}
}

// R5: with a drain of zero bytes, or of no time, a dropped response is closed unread.
func TestADrainOfZeroReadsNothing(t *testing.T) {
	t.Parallel()
	for _, opt := range []retry.Option{retry.WithDrain(0, time.Minute), retry.WithDrain(1<<20, 0)} {
		s := &server{script: status(503, 200)}
		call(t, s, getIt, func(t *testing.T, _ *http.Response, _ *transport.Call, err error) {
			require.NoError(t, err)
			rest := make([]byte, 1)
			n, _ := s.drops[0].Read(rest)
			assert.Equal(t, 1, n, "nothing was read")
			assert.Equal(t, 1, s.drops[0].closed)
		}, opt)
	}
}

// streamIt returns a request whose body can be sent again only from a copy.
func streamIt(ctx context.Context) *http.Request {
	req := postIt(ctx)
	req.GetBody, req.Body = nil, io.NopCloser(io.MultiReader(req.Body))
	return req
}
