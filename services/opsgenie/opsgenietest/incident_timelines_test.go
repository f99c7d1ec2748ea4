package opsgenietest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/incidenttimeline"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestATimelineTellsWhatHappenedInAnIncident(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now), opsgenietest.WithProcessingPolls(0))
	c, all, ctx := dial(t, s), connect(t, s).IncidentTimelines, t.Context()
	in := c.done("POST", "/v1/incidents/create", `{"message":"m"}`).IncidentID
	add := func(text string, at time.Time) incidenttimeline.Entry {
		return must[incidenttimeline.Entry](t)(all.AddEntry(ctx, incidenttimeline.AddEntryRequest{
			IncidentID: in, Description: incidenttimeline.PlainText(text), Time: at,
		}))
	}
	now := add("now", time.Time{})
	actor := incidenttimeline.Actor{Name: "API", Type: "integration"}
	assert.Equal(t, incidenttimeline.Entry{
		ID: now.ID, Group: "custom", Type: "CustomUserEntry", EventTime: shape.Time{Time: clock.now()}, Actor: actor,
		Description: incidenttimeline.PlainText("now"),
	}, now)
	before, later := add("before", clock.now().Add(-time.Hour)), add("later", clock.now().Add(time.Hour))

	list := func(in2 incidenttimeline.ListEntriesRequest) (said []string) {
		in2.IncidentID = in
		for _, each := range must[[]incidenttimeline.Entry](t)(all.ListEntries(ctx, in2)) {
			said = append(said, each.Description.Content)
		}
		return said
	}
	assert.Equal(t, []string{"before", "now", "later"}, list(incidenttimeline.ListEntriesRequest{}))
	assert.Equal(t, []string{"later", "now"}, list(incidenttimeline.ListEntriesRequest{Order: shape.Descending, Limit: 2}))
	assert.Equal(t, []string{"later"}, list(incidenttimeline.ListEntriesRequest{Offset: now.ID}))
	assert.Empty(t, list(incidenttimeline.ListEntriesRequest{Groups: []string{"incident"}}))
	assert.Len(t, list(incidenttimeline.ListEntriesRequest{Groups: []string{"incident", "custom"}}), 3)

	get := func() incidenttimeline.Entry {
		return must[incidenttimeline.Entry](t)(all.GetEntry(ctx, incidenttimeline.GetEntryRequest{IncidentID: in, ID: before.ID}))
	}
	require.NoError(t, second(all.HideEntry(ctx, incidenttimeline.HideEntryRequest{IncidentID: in, ID: before.ID})))
	assert.True(t, get().Hidden)
	assert.Equal(t, []string{"now", "later"}, list(incidenttimeline.ListEntriesRequest{DiscardHidden: true}))
	assert.Len(t, list(incidenttimeline.ListEntriesRequest{}), 3)
	require.NoError(t, second(all.UnhideEntry(ctx, incidenttimeline.UnhideEntryRequest{IncidentID: in, ID: before.ID})))
	assert.Equal(t, before, get())

	clock.move(time.Minute)
	changed := must[*incidenttimeline.Entry](t)(all.UpdateEntry(ctx, incidenttimeline.UpdateEntryRequest{
		IncidentID: in, ID: before.ID, Description: incidenttimeline.PlainText("long before"),
	}))
	before.Description = incidenttimeline.PlainText("long before")
	before.LastEdit = incidenttimeline.Edit{EditTime: shape.Time{Time: clock.now()}, Actor: actor}
	assert.Equal(t, before, *changed)
	assert.Equal(t, before, get())
	moved := clock.now().Add(24 * time.Hour)
	require.NoError(t, second(all.UpdateEntry(ctx, incidenttimeline.UpdateEntryRequest{IncidentID: in, ID: before.ID, Time: moved})))
	assert.Equal(t, []string{"now", "later", "long before"}, list(incidenttimeline.ListEntriesRequest{}))
	assert.NotContains(t, string(c.do("GET", "/v2/incident-timelines/"+in+"/entries", "").raw), `"time"`, "answers call it eventTime")
	require.NoError(t, second(all.DeleteEntry(ctx, incidenttimeline.DeleteEntryRequest{IncidentID: in, ID: later.ID})))

	at, other := "/v2/incident-timelines/"+in+"/entries", c.done("POST", "/v1/incidents/create", `{"message":"m"}`).IncidentID
	c.refuses(
		refusedRequest{"GET", at + "/" + later.ID, ``, 404, ""},
		refusedRequest{"GET", "/v2/incident-timelines/" + other + "/entries/" + now.ID, ``, 404, ""},
		refusedRequest{"GET", "/v2/incident-timelines/none/entries", ``, 404, ""},
		refusedRequest{"POST", "/v2/incident-timelines/none/entries", `{"description":{"content":"x"}}`, 404, ""},
		refusedRequest{"POST", at, `{}`, 422, "description"},
		refusedRequest{"POST", at, `{"description":{"type":"plain_text"}}`, 422, "description.content"},
		refusedRequest{"POST", at, `{"description":{"type":"html","content":"x"}}`, 422, "description.type"},
		refusedRequest{"POST", at, `{"description":{"content":"x"},"time":"noon"}`, 422, "time"},
		refusedRequest{"GET", at + "?offset=none", ``, 422, "offset"},
		refusedRequest{"GET", at + "?order=up", ``, 422, "order"},
	)
	c.done("DELETE", "/v1/incidents/"+in, "")
	c.refuses(refusedRequest{"GET", at, ``, 404, ""})
}
