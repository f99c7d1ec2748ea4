package mocking_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/examples/typed/books"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
)

// A typed client has the same record in its result and in its error. The server asks for 7 s
// twice, and then for an hour, which is longer than the client waits.
func TestATypedCallInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := httpmock.NewStringResponder(http.StatusTooManyRequests, `{"message":"busy"}`)
		soon, late := busy.HeaderSet(http.Header{"Retry-After": {"7"}}), busy.HeaderSet(http.Header{"Retry-After": {"3600"}})
		mock := httpmock.NewMockTransport()
		mock.RegisterResponder(http.MethodGet, "https://books.example/v1/books/7",
			soon.Then(soon).Then(httpmock.NewStringResponder(http.StatusOK, `{"id":"7"}`)).Then(late))
		client, err := tripware.New(tripware.WithBase(mock))
		require.NoError(t, err)
		c, err := books.New(client, "https://books.example")
		require.NoError(t, err)

		got, err := c.Get(t.Context(), "7")
		require.NoError(t, err)
		assert.Equal(t, 3, got.Meta.Attempts)
		assert.GreaterOrEqual(t, got.Meta.Waited, 14*time.Second)
		assert.Equal(t, "backoff", got.Meta.Call().Waits()[0].Cause)
		assert.Equal(t, "status 429", got.Meta.Call().Waits()[0].Reason)

		_, err = c.Get(t.Context(), "7")
		require.ErrorIs(t, err, services.ErrThrottled)
		e, ok := errors.AsType[*services.Error](err)
		require.True(t, ok)
		assert.Equal(t, 1, e.Attempts)
		assert.Equal(t, retry.ReasonHint, e.Reason())
		assert.Equal(t, time.Hour, e.RetryAfter())
		assert.Empty(t, e.Call().Waits())
	})
}
