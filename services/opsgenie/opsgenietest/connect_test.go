package opsgenietest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

// connect returns a typed client of a server, which sends everything once.
func connect(tb testing.TB, s *opsgenietest.Server) *opsgenie.Client {
	tb.Helper()
	c, err := opsgenie.New(s.Key, opsgenie.WithBaseURL(s.URL), opsgenie.WithTransport(tripware.WithRetry(retry.Off())))
	require.NoError(tb, err)
	tb.Cleanup(c.CloseIdleConnections)
	return c
}

// must returns what a call of the typed client returned, which must be a success.
func must[T any](tb testing.TB) func(*services.Result[T], error) T {
	tb.Helper()
	return func(r *services.Result[T], err error) T {
		tb.Helper()
		require.NoError(tb, err)
		return r.Value
	}
}

// refusedWith asserts the status of a call of the typed client that failed.
func refusedWith(tb testing.TB, status int, err error) {
	tb.Helper()
	var refused *services.Error
	require.ErrorAs(tb, err, &refused)
	assert.Equal(tb, status, refused.Status, "%v", err)
}

// second is the error of a call whose value does not matter.
func second[T any](_ T, err error) error { return err }
