package opsgenietest_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/logs"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestLogFilesAreListedByMarkerAndReadByLink(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now))
	c, raw := connect(t, s), dial(t, s)
	var files []logs.File
	for file, err := range c.Logs.All(t.Context(), logs.ListRequest{Marker: logs.MarkerAt(moment(26, 4)), Limit: 2}) {
		require.NoError(t, err)
		files = append(files, file)
	}
	require.Len(t, files, 5, "one for each full hour after the marker, over three pages")
	assert.Equal(t, moment(26, 5), files[0].Date.Time)
	assert.Equal(t, moment(26, 9), files[4].Date.Time)
	assert.Equal(t, "2026-05-26-05-00-00_000.json", files[0].Name)
	page, err := c.Logs.List(t.Context(), logs.ListRequest{Marker: "2026-05-01-00-00-00", Limit: 3})
	require.NoError(t, err)
	assert.Equal(t, moment(25, 10), page.Value[0].Date.Time, "those of a day are kept")
	assert.Equal(t, "2026-05-25-12-00-00_000", page.Meta.Marker)
	last, err := c.Logs.List(t.Context(), logs.ListRequest{Marker: logs.MarkerAt(moment(26, 9))})
	require.NoError(t, err)
	assert.Empty(t, last.Value)

	link, err := c.Logs.DownloadLink(t.Context(), files[1].Name)
	require.NoError(t, err)
	read := func() (int, string) {
		resp, err := raw.http.Get(link.Value) // without a key
		require.NoError(t, err)
		defer resp.Body.Close()
		content, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(content)
	}
	status, content := read()
	assert.Equal(t, http.StatusOK, status)
	assert.Len(t, content, int(files[1].Size))
	assert.JSONEq(t, `[{"account":"opsgenietest","date":"2026-05-26T06:00:00.000Z","level":"INFO","message":"Hour began"}]`, content)
	clock.move(5*time.Minute - 1)
	status, _ = read()
	assert.Equal(t, http.StatusOK, status)
	clock.move(1)
	status, _ = read()
	assert.Equal(t, http.StatusNotFound, status, "a link is good for five minutes")
}

func TestLogsAreForOnePlanAndForFilesThatAreThere(t *testing.T) {
	t.Parallel()
	c := connect(t, opsgenietest.New(t, opsgenietest.WithPlan("Standard")))
	_, err := c.Logs.List(t.Context(), logs.ListRequest{Marker: "2026-05-01-00-00-00"})
	require.ErrorIs(t, err, services.ErrPlan)
	_, err = c.Logs.DownloadLink(t.Context(), "f")
	require.ErrorIs(t, err, services.ErrPlan)
	dial(t, opsgenietest.New(t)).refuses(
		refusedRequest{"GET", "/v2/logs/list/yesterday", "", 422, "marker"},
		refusedRequest{"GET", "/v2/logs/list/2026-05-01-00-00-00?limit=1001", "", 422, "limit"},
		refusedRequest{"GET", "/v2/logs/download/nothing.json", "", 404, ""},
	)
}
