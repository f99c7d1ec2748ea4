package auth_test

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
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// endpoint answers requests for a token with a status, as a typed call through another chain.
func endpoint(t *testing.T, status int) (fetch func(context.Context) (auth.Token, error), asked *int) {
	t.Helper()
	asked = new(int)
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		*asked++
		if status == 0 {
			return nil, errors.New("connection reset")
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: transport.Chain(server)}, "https://id.example.com", services.JSON{})
	require.NoError(t, err)
	return func(ctx context.Context) (auth.Token, error) {
		_, err := services.Do[struct{}](ctx, client, "POST /token", struct{}{}, services.ByMethod)
		return auth.Token{}, err
	}, asked
}

// A4, R4: what became of the request for a credential decides whether it is asked for again, and
// the error, the waits and the record tell such an end from one of the call itself.
func TestACallWithoutACredentialSaysSo(t *testing.T) {
	t.Parallel()
	for status, asks := range map[int]int{0: 3, 400: 1, 401: 1, 403: 1, 404: 1, 408: 3, 429: 3, 500: 3, 503: 3} {
		synctest.Test(t, func(t *testing.T) {
			fetch, asked := endpoint(t, status)
			base := &server{}
			rt := transport.Chain(base, retry.New(retry.WithMaxRetries(2), retry.WithBackoff(retry.Constant)), auth.New(home, auth.Refresh(fetch)))
			_, err := rt.RoundTrip(request(t, http.MethodPost, home, nil))
			refused, ok := errors.AsType[*services.Error](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, status, refused.Status)
			assert.Equal(t, asks, *asked, "%d", status)
			assert.Empty(t, base.values)
			call := transport.CallOfError(err)
			assert.NotSame(t, refused.Call(), call, "the record is that of the call, not that of the request for its token")
			assert.Zero(t, call.AttemptCount())
			assert.Equal(t, transport.ClassCredential, transport.ClassifyError(request(t, http.MethodPost, home, nil), err))
			if asks == 1 {
				assert.Empty(t, backoffs(call))
				assert.Empty(t, call.Reason())
				assert.NotContains(t, err.Error(), "retry:")
				return
			}
			assert.Contains(t, err.Error(), "retry: gave up after asking for a credential 3 times: auth: sign request: token request: services: POST /token: ")
			assert.Equal(t, retry.ReasonAttempts, call.Reason())
			for _, wait := range backoffs(call) {
				assert.Equal(t, "no credential", wait.Reason)
			}
			assert.Len(t, backoffs(call), 2)
		})
	}
}

func backoffs(call *transport.Call) (list []transport.Wait) {
	for _, wait := range call.Waits() {
		if wait.Cause == transport.WaitBackoff {
			list = append(list, wait)
		}
	}
	return list
}

// A4: a fetch that knows best says whether its error is final, also to the calls after it.
func TestAFinalErrorOfAFetchEndsTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		source := auth.Refresh(func(context.Context) (auth.Token, error) { asked++; return auth.Token{}, revoked{} })
		rt := transport.Chain(&server{}, retry.New(), auth.New(home, source))
		for range 3 {
			begun := time.Now()
			_, err := rt.RoundTrip(request(t, http.MethodGet, home, nil))
			require.EqualError(t, err, "auth: sign request: token request: the account is closed")
			assert.Zero(t, time.Since(begun))
		}
		assert.Equal(t, 1, asked, "in a calm period")
	})
}

type revoked struct{}

func (revoked) Error() string   { return "the account is closed" }
func (revoked) Retryable() bool { return false }

// R4: a call that was sent before its credential was lost made attempts.
func TestACallThatLosesItsCredentialCountsItsAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		source := auth.SourceFunc(func(context.Context) (string, error) {
			if asked++; asked > 1 {
				return "", errors.New("vault is sealed")
			}
			return "Bearer t1", nil
		})
		base := &server{answer: func(*http.Request) int { return http.StatusServiceUnavailable }}
		rt := transport.Chain(base, retry.New(retry.WithMaxRetries(2)), auth.New(home, source))
		_, err := rt.RoundTrip(request(t, http.MethodGet, home, nil))
		require.EqualError(t, err, "retry: gave up after 3 attempts: auth: sign request: vault is sealed")
		assert.Equal(t, 1, transport.CallOfError(err).AttemptCount())
	})
}

// O3, T1: the time that a call waits for a token is a wait in its record, before the attempt that
// needs it; a call that need not wait has none.
func TestTheWaitForATokenIsInTheRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		source := auth.Refresh(func(context.Context) (auth.Token, error) {
			fetches++
			time.Sleep(700 * time.Millisecond)
			return auth.Token{Value: redact.NewSecret(fmt.Sprint("t", fetches))}, nil
		}, auth.WithRefreshCalm(0))
		base := &server{answer: unauthorizedUnless("Bearer t2")}
		rt := transport.Chain(base, retry.New(), auth.New(home, source))
		ctx, running := transport.Begin(t.Context())
		var seen []transport.Wait
		ctx = transport.WatchWaits(ctx, func(w transport.Wait) { seen = append(seen, w) })
		go func() {
			time.Sleep(100 * time.Millisecond)
			assert.Contains(t, running.String(), ": running for 100ms with no attempt: waiting (credential: token request)")
			assert.Contains(t, inspect.Timeline(running), "      0ms  waiting for credential: token request\n")
		}()
		send(t, rt, request(t, http.MethodGet, home, nil).WithContext(ctx))
		running.End()
		assert.Equal(t, []transport.Wait{
			{For: 700 * time.Millisecond, Before: 1, Cause: transport.WaitCredential, Reason: "token request"},
			{For: 700 * time.Millisecond, Before: 2, Cause: transport.WaitCredential, Reason: "token request"},
		}, running.Waits())
		require.Len(t, seen, 2)
		assert.Zero(t, seen[0].For, "nobody knows how long it will last")
		assert.Contains(t, inspect.Timeline(running), "      0ms  waited 700ms for credential: token request\n    700ms  #1 401 in 0ms\n")
		resp := send(t, rt, request(t, http.MethodGet, home, nil))
		assert.Empty(t, transport.CallOf(resp).Waits())
	})
}
