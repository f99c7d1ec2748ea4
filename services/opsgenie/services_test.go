package opsgenie_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/heartbeat"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// S2: each status is of its kind, with all that the server said.
func TestEveryStatusIsATypedError(t *testing.T) {
	t.Parallel()
	kinds := map[int]error{
		400: services.ErrInvalid, 401: services.ErrUnauthorised, 402: services.ErrPlan, 403: services.ErrForbidden,
		404: services.ErrNotFound, 409: services.ErrConflict, 422: services.ErrInvalid, 428: services.ErrInUse,
		429: services.ErrThrottled, 500: services.ErrServer, 503: services.ErrServer, 504: services.ErrServer,
	}
	s := opsgenietest.New(t)
	c := dial(t, s, opsgenie.WithTransport(tripware.WithRetry(retry.Off())))
	for status, kind := range kinds {
		s.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: status,
			Body: fmt.Sprintf(`{"message":"no %d","code":%d01,"took":0.5,"requestId":"r-1","errors":{"message":"is empty","tags":["a","b"]}}`, status, status)})
		_, err := c.Heartbeats.Get(t.Context(), "nightly")
		require.ErrorIs(t, err, kind, "%d", status)
		e, ok := errors.AsType[*services.Error](err)
		require.True(t, ok)
		assert.Equal(t, status, e.Status)
		assert.Equal(t, status*100+1, e.Code)
		assert.Equal(t, fmt.Sprintf("no %d", status), e.Message)
		assert.Equal(t, map[string]string{"message": "is empty", "tags": "a; b"}, e.Fields)
		assert.Equal(t, "r-1", e.RequestID)
		assert.Equal(t, "500ms", e.Took.String())
		assert.Equal(t, 1, e.Attempts)
	}
	_, err := c.SavedSearches.Create(t.Context(), alert.CreateSavedSearchRequest{
		Name: strings.Repeat("n", 101), Query: "q", Owner: shape.UserByName("ada@example.com")})
	require.ErrorIs(t, err, services.ErrInvalid)
	assert.Contains(t, err.Error(), "name: ")
}

// The integration events API lies below a path.
func TestAlertsAreRaisedThroughABaseURLWithAPath(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithPathPrefix("/jsm/ops/integration"))
	for _, base := range []string{s.URL, s.URL + "/"} {
		c := dial(t, s, opsgenie.WithBaseURL(base))
		ref := alert.ByAlias("disk/07")
		_, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "Disk full", Alias: "disk/07"})
		require.NoError(t, err)
		_, err = c.Alerts.Acknowledge(t.Context(), alert.ActionRequest{Ref: ref})
		require.NoError(t, err)
		_, err = c.Alerts.AddNote(t.Context(), alert.AddNoteRequest{Ref: ref, Note: "on it"})
		require.NoError(t, err)
		closing, err := c.Alerts.Close(t.Context(), alert.ActionRequest{Ref: ref})
		require.NoError(t, err)
		_, err = closing.Wait(t.Context())
		require.NoError(t, err)
		s.Settle()
	}
	stored, ok := s.Alert("disk/07")
	require.True(t, ok)
	assert.Equal(t, "closed", stored.Status)
	assert.Equal(t, "/jsm/ops/integration/v2/alerts/disk%2F07/acknowledge", s.Requests()[1].Path)
}

// S1: identifiers arrive as they were meant, or are refused before sending.
func TestIdentifiersOfAllKindsArrive(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	for _, alias := range []string{"a/b", "%2F", "what?", "#1", "two words", "🚨", "v2", "a+b&c=d"} {
		_, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m", Alias: alias})
		require.NoError(t, err)
		got, err := c.Alerts.Get(t.Context(), alert.ByAlias(alias))
		require.NoError(t, err, alias)
		assert.Equal(t, alias, got.Value.Alias)
	}
	before := s.Received()
	for _, alias := range []string{"", ".", "..", "a\nb", "count", "requests", "saved-searches"} {
		_, err := c.Alerts.Get(t.Context(), alert.ByAlias(alias))
		require.ErrorIs(t, err, services.ErrArgument, "%q", alias)
	}
	assert.Equal(t, before, s.Received())
}

// Every service against the state of a server: what is written is read back.
func TestIncidentsHeartbeatsAndSavedSearchesAreKept(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	ctx := t.Context()

	account, err := c.Account.Get(ctx)
	require.NoError(t, err)
	assert.Equal(t, "Enterprise", account.Value.Plan.Name)

	_, err = c.Heartbeats.Create(ctx, heartbeat.CreateRequest{Name: "nightly", Interval: 26, IntervalUnit: heartbeat.Hours,
		OwnerTeam: shape.OwnerTeam{Name: "Storage"}})
	require.NoError(t, err)
	_, err = c.Heartbeats.Update(ctx, heartbeat.UpdateRequest{Name: "nightly", Enabled: services.Set(false), Description: services.Set("Backup")})
	require.NoError(t, err)
	_, err = c.Heartbeats.Ping(ctx, "nightly")
	require.NoError(t, err)
	beats, err := c.Heartbeats.List(ctx)
	require.NoError(t, err)
	require.Len(t, beats.Value, 1)
	assert.Equal(t, "26h0m0s", beats.Value[0].Every().String())
	assert.Equal(t, "Backup", beats.Value[0].Description)
	assert.Equal(t, "Storage", beats.Value[0].OwnerTeam.Name)
	assert.False(t, beats.Value[0].Enabled)
	assert.False(t, beats.Value[0].LastPingTime.IsZero())

	search, err := c.SavedSearches.Create(ctx, alert.CreateSavedSearchRequest{Name: "Open", Query: "status: open", Owner: shape.UserByID("u-1")})
	require.NoError(t, err)
	kept, err := c.SavedSearches.Get(ctx, alert.SearchByName("Open"))
	require.NoError(t, err)
	assert.Equal(t, search.Value.ID, kept.Value.ID)
	assert.Equal(t, "u-1", kept.Value.Owner.ID)
	_, err = c.Alerts.List(ctx, alert.ListRequest{SearchRef: alert.SearchByName("Open")})
	require.NoError(t, err)

	pending, err := c.Incidents.Create(ctx, incident.CreateRequest{Message: "Checkout", ImpactedServices: []string{"s-1"},
		Responders: []shape.Responder{shape.TeamByName("Storage")}})
	require.NoError(t, err)
	opened, err := pending.Incident(ctx)
	require.NoError(t, err)
	ref := incident.ByTinyID(opened.Value.TinyID)
	noted, err := c.Incidents.AddNote(ctx, incident.AddNoteRequest{Ref: ref, Note: "Rolled back"})
	require.NoError(t, err)
	_, err = noted.Wait(ctx)
	require.NoError(t, err)
	var notes []string
	for note, err := range c.Incidents.AllNotes(ctx, incident.PageRequest{Ref: ref}) {
		require.NoError(t, err)
		notes = append(notes, note.Note)
	}
	assert.Equal(t, []string{"Rolled back"}, notes)
	deleted, err := c.Incidents.Delete(ctx, ref)
	require.NoError(t, err)
	_, err = deleted.Incident(ctx)
	require.ErrorIs(t, err, services.ErrNotFound)
}

// A client without the API's key gets 401, once: no key of ours is refreshed.
func TestAWrongKeyIsRefusedOnce(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, err := opsgenie.New("wrong-key", opsgenie.WithBaseURL(s.URL))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	_, err = c.Account.Get(context.Background())
	require.ErrorIs(t, err, services.ErrUnauthorised)
	assert.Equal(t, 1, s.Received())
}

// A key that the server echoes does not come through in an error.
func TestAnEchoedKeyIsMasked(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	s.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 401,
		Body: `{"message":"Key [` + s.Key + `] is not valid","errors":{"` + s.Key + `":"` + s.Key + `"}}`})
	_, err := c.Account.Get(t.Context())
	require.ErrorIs(t, err, services.ErrUnauthorised)
	for _, text := range shown(err) {
		assert.NotContains(t, text, s.Key)
		assert.NotContains(t, text, base64.StdEncoding.EncodeToString([]byte(s.Key)))
	}
	assert.Contains(t, err.Error(), "Key [***] is not valid")
}
