package opsgenietest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// known drops how the times of an entry are written.
func known(e incident.TimelineEntry) incident.TimelineEntry {
	e.Other = services.Other{}
	return e
}

func TestATimelineTellsWhatHappenedInAnIncident(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now), opsgenietest.WithProcessingPolls(0))
	c, all, ctx := dial(t, s), connect(t, s).IncidentTimelines, t.Context()
	in := c.done("POST", "/v1/incidents/create", `{"message":"m"}`).IncidentID
	add := func(text string, at time.Time) incident.TimelineEntry {
		return known(must[incident.TimelineEntry](t)(all.AddEntry(ctx, incident.AddEntryRequest{
			IncidentID: in, Description: incident.PlainText(text), Time: at,
		})))
	}
	now := add("now", time.Time{})
	actor := incident.TimelineActor{Name: "API", Type: "integration"}
	assert.Equal(t, incident.TimelineEntry{
		ID: now.ID, Group: "custom", Type: "CustomUserEntry", EventTime: shape.Time{Time: clock.now()}, Actor: actor,
		Description: incident.PlainText("now"),
	}, now)
	before, later := add("before", clock.now().Add(-time.Hour)), add("later", clock.now().Add(time.Hour))

	list := func(in2 incident.ListEntriesRequest) (said []string) {
		in2.IncidentID = in
		for _, each := range must[incident.TimelinePage](t)(all.ListEntries(ctx, in2)).Entries {
			said = append(said, each.Description.Content)
		}
		return said
	}
	assert.Equal(t, []string{"before", "now", "later"}, list(incident.ListEntriesRequest{}))
	assert.Equal(t, []string{"later", "now"}, list(incident.ListEntriesRequest{Order: shape.Descending, Limit: 2}))
	assert.Equal(t, []string{"later"}, list(incident.ListEntriesRequest{Offset: now.ID}))
	assert.Empty(t, list(incident.ListEntriesRequest{Groups: []string{"incident"}}))
	assert.Len(t, list(incident.ListEntriesRequest{Groups: []string{"incident", "custom"}}), 3)

	get := func() incident.TimelineEntry {
		return known(must[incident.TimelineEntry](t)(all.GetEntry(ctx, incident.GetEntryRequest{IncidentID: in, ID: before.ID})))
	}
	require.NoError(t, second(all.HideEntry(ctx, in, before.ID)))
	assert.True(t, get().Hidden)
	assert.Equal(t, []string{"now", "later"}, list(incident.ListEntriesRequest{DiscardHidden: true}))
	assert.Len(t, list(incident.ListEntriesRequest{}), 3)
	require.NoError(t, second(all.UnhideEntry(ctx, in, before.ID)))
	assert.Equal(t, before, get())

	clock.move(time.Minute)
	changed, ok := must[services.Optional[incident.TimelineEntry]](t)(all.UpdateEntry(ctx, incident.UpdateEntryRequest{
		IncidentID: in, ID: before.ID, Description: services.Set(incident.PlainText("long before")),
	})).Get()
	require.True(t, ok)
	before.Description = incident.PlainText("long before")
	before.LastEdit = incident.TimelineEdit{EditTime: shape.Time{Time: clock.now()}, Actor: actor}
	assert.Equal(t, before, known(changed))
	assert.Equal(t, before, get())
	moved := clock.now().Add(24 * time.Hour)
	require.NoError(t, second(all.UpdateEntry(ctx, incident.UpdateEntryRequest{IncidentID: in, ID: before.ID, Time: services.Set(moved)})))
	assert.Equal(t, []string{"now", "later", "long before"}, list(incident.ListEntriesRequest{}))
	assert.NotContains(t, string(c.do("GET", "/v2/incident-timelines/"+in+"/entries", "").raw), `"time"`, "answers call it eventTime")
	require.NoError(t, second(all.DeleteEntry(ctx, in, later.ID)))

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
