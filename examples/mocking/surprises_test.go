package mocking_test

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// unexpected fails the test for a request without a responder. The status is not retried.
func unexpected(tb testing.TB) httpmock.Responder {
	tb.Helper()
	return func(req *http.Request) (*http.Response, error) {
		tb.Errorf("no responder for %s %s", req.Method, req.URL)
		return httpmock.NewStringResponse(http.StatusNotImplemented, "no responder"), nil
	}
}

// A request without a responder is like one whose connection broke, unless the mock
// responds.
func TestARequestWithoutAResponder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := httpmock.NewMockTransport()
		client, err := tripware.New(tripware.WithBase(mock))
		require.NoError(t, err)
		_, err = client.Get(things)
		require.ErrorIs(t, err, httpmock.NoResponderFound)
		assert.Equal(t, 6, transport.CallOfError(err).AttemptCount())

		fake := &noted{TB: t}
		mock.RegisterNoResponder(unexpected(fake))
		resp, err := client.Get(things)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, 1, transport.CallOf(resp).AttemptCount())
		assert.Equal(t, 1, fake.failures)
	})
}

// noted counts failures instead of failing.
type noted struct {
	testing.TB

	failures int
}

func (n *noted) Errorf(string, ...any) { n.failures++ }

// exhausted is a server whose quota is renewed after three seconds. It says so as a time.
func exhausted() *httpmock.MockTransport {
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder(http.MethodGet, things, func(*http.Request) (*http.Response, error) {
		resp := httpmock.NewStringResponse(http.StatusTooManyRequests, "busy")
		resp.Header.Set("X-RateLimit-Remaining", "0")
		resp.Header.Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(3*time.Second).Unix(), 10))
		return resp, nil
	})
	return mock
}

func TestAUnixTimeInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(2 * 365 * 24 * time.Hour) // until 2002: earlier Unix times would be numbers of seconds
		client, err := tripware.New(tripware.WithBase(exhausted()), tripware.WithRetry(retry.WithMaxRetries(1)))
		require.NoError(t, err)

		resp, err := client.Get(things)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.GreaterOrEqual(t, transport.CallOf(resp).Waited(), 3*time.Second)
	})
}

// In 2000, the time is read as a wait of 30 years.
func TestAUnixTimeOf2000(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := tripware.New(tripware.WithBase(exhausted()))
		require.NoError(t, err)

		resp, err := client.Get(things)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, retry.ReasonHint, transport.CallOf(resp).Reason())
	})
}
