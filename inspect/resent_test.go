package inspect_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// T3, R7: net/http sends a request again if a reused connection breaks, unless it is a POST without
// a key. That is no attempt of ours, with retries off too, so only the phases tell of it.
func TestPhasesTellWhatNetHTTPSentAgain(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if asked.Add(1) == 2 {
			panic(http.ErrAbortHandler) // the connection that the first request left open breaks
		}
	}))
	t.Cleanup(server.Close)
	for _, row := range []struct {
		method, key string
		resent      int
	}{{http.MethodGet, "", 1}, {http.MethodPost, "k-1", 1}, {http.MethodPost, "", 0}} {
		asked.Store(0)
		in := inspect.New(inspect.WithPhases())
		c, err := tripware.New(tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts()), tripware.WithRetry(retry.Off()))
		require.NoError(t, err)
		resp, _ := send(t, c, request(t, http.MethodGet, server.URL, nil))
		plain, measured := inspect.PhasesOf(transport.CallOf(resp), 1)
		require.True(t, measured)
		assert.Zero(t, plain.Resent)
		req := request(t, row.method, server.URL, strings.NewReader("x"))
		if row.key != "" {
			req.Header.Set("Idempotency-Key", row.key)
		}
		resp, err = c.Do(req)
		if row.resent == 0 {
			require.Error(t, err)
			assert.EqualValues(t, 2, asked.Load())
			c.CloseIdleConnections()
			continue
		}
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.EqualValues(t, 3, asked.Load(), "requests that the server saw")
		call := transport.CallOf(resp)
		assert.Equal(t, 1, call.AttemptCount())
		f, _ := inspect.PhasesOf(call, 1)
		assert.Equal(t, 1, f.Resent)
		assert.Contains(t, inspect.Timeline(call), " (sent again by net/http, ")
		c.CloseIdleConnections()
	}
}
