package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
)

// O2, O3: a Get that is redirected is one call: the server, the logs and the
// metrics get one transaction id, also when it leads to another origin.
func TestARedirectedGetHasOneTransactionID(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ids := map[string]int{}
	note := func(where, id string) {
		mu.Lock()
		defer mu.Unlock()
		ids[id]++
		assert.NotEmpty(t, id, where)
	}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		note("other server", r.Header.Get(transport.HeaderTransactionID))
	}))
	defer elsewhere.Close()
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note("server", r.Header.Get(transport.HeaderTransactionID))
		http.Redirect(w, r, elsewhere.URL+"/new", http.StatusFound)
	}))
	defer home.Close()
	publishers := metrics.NewPublishers()
	observer := metrics.ObserverFunc(func(_ context.Context, e metrics.Event) { note(string(e.Channel()), e.Shared().TransactionID) })
	publishers.API.Subscribe(observer)
	publishers.HTTP.Subscribe(observer)
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client, err := tripware.New(tripware.WithLogger(logger), tripware.WithMetrics(publishers))
	require.NoError(t, err)
	defer client.CloseIdleConnections()

	resp, err := client.Get(home.URL + "/old")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	for line := range strings.Lines(log.String()) {
		var record struct {
			Msg           string
			TransactionID string `json:"transaction_id"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		note(record.Msg, record.TransactionID)
	}
	call := transport.CallOf(resp)
	assert.Equal(t, map[string]int{call.TransactionID(): 10}, ids, "of each hop: the request, two lines, two events")
	require.NotNil(t, call.Previous())
	assert.Nil(t, call.Previous().Previous())

	again, err := client.Get(elsewhere.URL)
	require.NoError(t, err)
	require.NoError(t, again.Body.Close())
	assert.Len(t, ids, 2, "another Get is another call")
}
