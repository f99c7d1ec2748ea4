// Package mocking shows how to use httpmock to test code that uses a client of this
// module. The mock is the base of the chain, and waits are switched off or take
// virtual time.
package mocking_test

import (
	"net/http"
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

// busyTwice is a server that throttles two attempts and accepts the third.
func busyTwice() *httpmock.MockTransport {
	mock := httpmock.NewMockTransport() // one per test; the global one would reach other tests
	busy := httpmock.NewStringResponder(http.StatusTooManyRequests, "busy").
		HeaderSet(http.Header{"Retry-After": {"7"}})
	mock.RegisterResponder(http.MethodGet, "https://api.example.com/things",
		busy.Then(busy).Then(httpmock.NewStringResponder(http.StatusOK, "things")))
	return mock
}

func TestWithoutWaits(t *testing.T) {
	mock := busyTwice()
	client, err := tripware.New(tripware.WithBase(mock), tripware.WithRetry(retry.WithBaseDelay(0), retry.WithClampedHint(0)))
	require.NoError(t, err)

	resp, err := client.Get("https://api.example.com/things")
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, 3, mock.GetTotalCallCount())
}

func TestWithRetriesOff(t *testing.T) {
	client, err := tripware.New(tripware.WithBase(busyTwice()), tripware.WithRetry(retry.Off()))
	require.NoError(t, err)

	resp, err := client.Get("https://api.example.com/things")
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, http.StatusTooManyRequests, resp.StatusCode)
}

// In a bubble of virtual time the waits are real, and cost nothing.
func TestInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := tripware.New(tripware.WithBase(busyTwice()))
		require.NoError(t, err)

		begun := time.Now()
		resp, err := client.Get("https://api.example.com/things")
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, http.StatusOK, resp.StatusCode)
		assert.GreaterOrEqual(t, time.Since(begun), 14*time.Second, "two waits of the server's seven seconds")
		assert.Equal(t, time.Since(begun), transport.CallOf(resp).Waited())
	})
}
