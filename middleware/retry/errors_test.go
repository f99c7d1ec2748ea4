package retry_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// R4: an error says why there was no further attempt, and what would allow one.
func TestAnErrorSaysWhyThereWasNoFurtherAttempt(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*retry.Error{
		"retry: gave up after 1 attempt: EOF":  {Attempts: 1},
		"retry: gave up after 3 attempts: EOF": {Attempts: 3, Reason: retry.ReasonAttempts},
		"retry: gave up after 3 attempts, because the next would begin too late (see retry.WithMaxElapsed): EOF": {Attempts: 3, Reason: retry.ReasonElapsed},
		"retry: gave up after 3 attempts, because the context's deadline is too close for another: EOF":          {Attempts: 3, Reason: retry.ReasonDeadline},
		"retry: gave up after 2 attempts, because the retry budget is spent (see retry.WithBudget): EOF":         {Attempts: 2, Reason: retry.ReasonBudget},
		"retry: gave up after 2 attempts, because the server asks for a longer wait than allowed (see retry.WithMaxHint): EOF": {
			Attempts: 2, Reason: retry.ReasonHint,
		},
		"retry: not retried, because the classifier said no (see retry.WithClassifier): EOF":           {Attempts: 1, Reason: retry.ReasonClassifier},
		"retry: gave up after 2 attempts, because the rate limiter would delay the next too long: EOF": {Attempts: 2, Reason: retry.ReasonLimit},
		"retry: gave up after 3 attempts: EOF ":                                                        {Attempts: 3, Reason: retry.ReasonHost, Err: errors.New("EOF ")},
		"retry: not retried, because the method is not idempotent and may have been received (see retry.Safe, or send an Idempotency-Key if the server honors it): EOF": {
			Attempts: 1, Reason: retry.ReasonMethod,
		},
		"retry: gave up after 2 attempts, because the method is not idempotent and may have been received (see retry.Safe, or send an Idempotency-Key if the server honors it): EOF": {
			Attempts: 2, Reason: retry.ReasonMethod,
		},
		"retry: not retried, because the request body cannot be sent again (set GetBody, use a body that can seek, or raise retry.WithReplayBuffer): EOF": {
			Attempts: 1, Reason: retry.ReasonNotReplayable,
		},
	} {
		if e.Err == nil {
			e.Err = io.EOF
		}
		assert.EqualError(t, e, want)
		assert.NotErrorIs(t, e, retry.ErrAttemptTimeout)
	}

	s := &server{script: []step{{err: io.EOF}}}
	call(t, s, postIt, func(t *testing.T, _ *http.Response, _ *transport.Call, err error) {
		require.EqualError(t, err, "retry: not retried, because POST is not idempotent and may have been received (see retry.Safe, or send an Idempotency-Key if the server honors it): EOF")
	})
	lost := &server{script: []step{{err: io.EOF}}}
	var cancel context.CancelFunc
	soon := func(ctx context.Context) *http.Request {
		ctx, cancel = context.WithTimeout(ctx, 1500*time.Millisecond)
		return getIt(ctx)
	}
	call(t, lost, soon, func(t *testing.T, _ *http.Response, _ *transport.Call, err error) {
		cancel()
		require.EqualError(t, err, "retry: gave up after 1 attempt, because the context's deadline is too close for another "+
			"(the next would begin in 2s, the deadline is in 1.5s): EOF")
	}, retry.WithBackoff(retry.Constant), retry.WithBaseDelay(2*time.Second))
	slow := &server{script: []step{{takes: time.Minute}}}
	call(t, slow, getIt, func(t *testing.T, _ *http.Response, _ *transport.Call, err error) {
		require.EqualError(t, err, "retry: gave up after 2 attempts: attempt timed out after 1s", "the package is named once")
		require.ErrorIs(t, err, retry.ErrAttemptTimeout)
	}, retry.WithAttemptTimeout(time.Second), retry.WithMaxRetries(1))
}

// R17, C10: the error for settings that conflict says how to fix them, and which is a default.
func TestContradictionsNameTheDefault(t *testing.T) {
	t.Parallel()
	for want, opts := range map[string][]retry.Option{
		"retry: max delay 30s (the default) is below base delay 1m0s: set WithMaxDelay":  {retry.WithBaseDelay(time.Minute)},
		"retry: max delay 100ms is below base delay 1s (the default): set WithBaseDelay": {retry.WithMaxDelay(100 * time.Millisecond)},
		"retry: max delay 2s is below base delay 10s":                                    {retry.WithBaseDelay(10 * time.Second), retry.WithMaxDelay(2 * time.Second)},
		"retry: attempt timeout 2s is above call timeout 1s, which ends the call first: lower it, or leave it out": {
			retry.WithCallTimeout(time.Second), retry.WithAttemptTimeout(2 * time.Second),
		},
		"retry: the list of codes is empty: add some, or switch retries off with retry.Off":     {retry.WithCodes()},
		`retry: parse codes: "" is empty: remove it`:                                            {retry.WithCodes("")},
		`retry: parse codes: "429,503" contains a comma: pass each code as a separate argument`: {retry.WithCodes("429,503")},
		`retry: parse codes: "600" is not in the range 100 to 599`:                              {retry.WithCodes("600")},
		`retry: parse codes: "foo" is not a code (429), class (5xx) or range (502-599)`:         {retry.WithCodes("foo")},
		"retry: backoff is nil: leave WithBackoff out to use full jitter":                       {retry.WithBackoff(nil)},
		"retry: random source is nil: leave WithRandom out to use that of the process":          {retry.WithRandom(nil)},
	} {
		assert.EqualError(t, transport.Check(retry.New(opts...)(okBase)), want)
	}
	require.NoError(t, transport.Check(retry.New(retry.WithCallTimeout(time.Second), retry.WithAttemptTimeout(time.Second))(okBase)))
}

// C10: the error for an invalid policy of a call names the package once.
func TestABadPolicyOfACallIsNamedOnce(t *testing.T) {
	t.Parallel()
	_, err := transport.Chain(okBase, retry.New()).RoundTrip(getIt(retry.WithPolicy(t.Context(), retry.WithMaxRetries(-1))))
	require.EqualError(t, err, "retry: policy of this call: max retries -1 is negative")
}

// R15: a call may have a timeout shorter than the attempt timeout of the client.
func TestACallMayHaveAShorterClockThanAnAttempt(t *testing.T) {
	t.Parallel()
	rt := transport.Chain(okBase, retry.New(retry.WithAttemptTimeout(time.Minute)))
	resp, err := rt.RoundTrip(getIt(retry.WithPolicy(t.Context(), retry.WithCallTimeout(time.Second))))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}
