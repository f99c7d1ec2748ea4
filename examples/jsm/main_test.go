package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/transport/redact"
)

func simulated(t *testing.T) (*jsm.Client, *jsmtest.Server) {
	t.Helper()
	s := jsmtest.New(t)
	client, err := jsm.New(jsm.Site(s.Site), auth.Basic(s.Email, redact.NewSecret(s.Token)), jsm.WithBaseURL(s.URL),
		jsm.WithPolling(poll.WithBaseDelay(0)), jsm.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0))))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client, s
}

// The week is as computed by hand. Turns of two days begin on Monday with ada, and turns of one day
// on Friday with carl. Carl replaces bob for a day.
func TestTheWeekIsAsComputedByHand(t *testing.T) {
	t.Parallel()
	client, s := simulated(t)
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	got, err := week(t.Context(), client, []string{"712020:ada", "712020:bob", "712020:carl"}, monday)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"Mon 09:00 to Wed 09:00: 712020:ada",
		"Wed 09:00 to Wed 12:00: 712020:bob",
		"Wed 12:00 to Thu 12:00: 712020:carl", // the override
		"Thu 12:00 to Fri 09:00: 712020:bob",
		"Fri 09:00 to Sat 09:00: 712020:carl", // the other rotation
		"Sat 09:00 to Sun 09:00: 712020:ada",
		"Sun 09:00 to Mon 09:00: 712020:carl",
	}, got)
	left, err := s.Peek("/v1/schedules")
	require.NoError(t, err)
	assert.NotContains(t, string(left), "Example")
}

// Every page is read to the last, although one fails, and one alert is closed.
func TestAlertsAreReadToTheLastPage(t *testing.T) {
	t.Parallel()
	client, s := simulated(t)
	require.NoError(t, seed(t.Context(), client))
	s.Settle()
	lost := s.Inject(jsmtest.Fault{Kind: jsmtest.Status, Status: 503, Route: "GET /v1/alerts", Skip: 1})
	require.NoError(t, alerts(t.Context(), client))
	assert.Equal(t, 1, lost.Struck())
	pages := 0
	for _, r := range s.Requests() {
		if r.Route == "GET /v1/alerts" && r.Status == 200 {
			pages++
		}
	}
	assert.Equal(t, 3, pages, "25 alerts, ten a page")
	got, ok := s.Alert("example/db-1")
	require.True(t, ok)
	assert.Equal(t, "closed", got.Status)
	assert.Len(t, got.Notes, 1)
}
