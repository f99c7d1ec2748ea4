package mocking_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

const things = "https://api.example.com/things"

// The default policy makes five retries, whose waits have upper bounds of 1s, 2s, 4s, 8s
// and 16s. In a bubble they take no time.
func TestFiveRetriesTakeNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := httpmock.NewMockTransport()
		mock.RegisterResponder(http.MethodGet, things, httpmock.NewStringResponder(http.StatusServiceUnavailable, "down"))
		client, err := tripware.New(tripware.WithBase(mock))
		require.NoError(t, err)

		resp, err := client.Get(things)
		require.NoError(t, err, "the last response is returned, not an error")
		defer resp.Body.Close()
		assert.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)

		call := transport.CallOf(resp)
		assert.Equal(t, 6, call.AttemptCount())
		assert.Len(t, call.Waits(), 5)
		assert.LessOrEqual(t, call.Waited(), 31*time.Second)
		assert.Equal(t, retry.ReasonAttempts, call.Reason())
	})
}

// An error has the record too. A POST is not retried after a broken connection, because
// the server may have processed it.
func TestAPostIsSentOnce(t *testing.T) {
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder(http.MethodPost, things, httpmock.ConnectionFailure)
	client, err := tripware.New(tripware.WithBase(mock))
	require.NoError(t, err)

	_, err = client.Post(things, "text/plain", http.NoBody)
	require.Error(t, err)
	call := transport.CallOfError(err)
	assert.Equal(t, 1, call.AttemptCount())
	assert.Equal(t, retry.ReasonMethod, call.Reason())
}

// A timeout is virtual too. The base must return when the context of the request ends.
func TestASlowAttemptIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if attempts++; attempts == 1 {
				<-req.Context().Done()
				return nil, context.Cause(req.Context())
			}
			return httpmock.NewStringResponse(http.StatusOK, "things"), nil
		})
		client, err := tripware.New(tripware.WithBase(base), tripware.WithRetry(retry.WithAttemptTimeout(3*time.Second)))
		require.NoError(t, err)

		begun := time.Now()
		resp, err := client.Get(things)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, 2, attempts)
		assert.Equal(t, 3*time.Second, time.Since(begun)-transport.CallOf(resp).Waited())
	})
}

// inMemory returns a base that calls a server's handler without a socket.
func inMemory(handler http.Handler) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, req)
		if req.Body != nil {
			_ = req.Body.Close()
		}
		resp := recorder.Result()
		resp.Request = req
		return resp, nil
	})
}

func TestAHandlerInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opens := time.Now().Add(10 * time.Second)
		client, err := tripware.New(tripware.WithBase(inMemory(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if time.Now().Before(opens) {
				w.Header().Set("Retry-After", "10")
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))))
		require.NoError(t, err)

		resp, err := client.Get(things)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, http.StatusOK, resp.StatusCode)
		assert.Equal(t, 2, transport.CallOf(resp).AttemptCount())
	})
}

// newClient takes the place of a constructor in the code under test: it has settings of
// its own, to which a test adds.
func newClient(opts ...tripware.Option) (*http.Client, error) {
	return tripware.New(
		tripware.WithRetry(retry.WithMaxRetries(3)),
		tripware.WithLogger(slog.Default()),
		tripware.Options(opts...), // the last option counts
	)
}

func TestATestSwitchesOffWhatItDoesNotNeed(t *testing.T) {
	mock := busyTwice()
	client, err := newClient(tripware.WithBase(mock), tripware.WithRetry(retry.Off()), tripware.WithLogger(nil, logging.Off()))
	require.NoError(t, err)

	resp, err := client.Get(things)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusTooManyRequests, resp.StatusCode)
	assert.Equal(t, 1, mock.GetTotalCallCount())
}
