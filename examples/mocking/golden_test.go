package mocking_test

import (
	"bytes"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

var update = flag.Bool("update", false, "write the golden files")

// In a bubble the clock begins at the same time in each run, so that times and durations
// in a log are the same too. Fix the waits and the transaction id besides.
func TestTheLogIsTheGoldenOne(t *testing.T) {
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		handler := slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: utc})
		client, err := tripware.New(
			tripware.WithBase(busyTwice()),
			tripware.WithIdentity(transport.WithUserAgent("my-program/1.0")), // the default has a version
			tripware.WithRetry(retry.WithBackoff(retry.Constant)),            // the default is random
			tripware.WithLogger(slog.New(handler), logging.WithWaits()),
		)
		require.NoError(t, err)
		ctx := transport.WithTransactionID(t.Context(), "my-test")
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, things, nil)
		require.NoError(t, err)

		resp, err := client.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
	})

	golden := filepath.Join("testdata", "calls.log")
	if *update {
		require.NoError(t, os.WriteFile(golden, log.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), log.String())
}

// utc writes times in UTC, so that the log does not depend on the zone of the machine.
func utc(_ []string, attr slog.Attr) slog.Attr {
	if attr.Value.Kind() == slog.KindTime {
		attr.Value = slog.TimeValue(attr.Value.Time().UTC())
	}
	return attr
}
