package opsgenietest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func createdPostmortem(t *testing.T, all *incident.PostmortemService, of string) incident.Postmortem {
	t.Helper()
	made, ok := must[services.Optional[incident.Postmortem]](t)(all.Create(t.Context(), of)).Get()
	require.True(t, ok)
	made.Other = services.Other{} // how times are written
	return made
}

func TestAPostmortemBeginsWithItsIncident(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now), opsgenietest.WithProcessingPolls(0))
	c, all, ctx := dial(t, s), connect(t, s).Postmortems, t.Context()
	in := c.done("POST", "/v1/incidents/create", `{"message":"no orders","priority":"P2","tags":["shop"]}`).IncidentID
	c.done("POST", "/v1/incidents/"+in+"/close", "")
	made := createdPostmortem(t, all, in)
	require.NotEmpty(t, made.ID)
	get := func() incident.Postmortem {
		p := must[incident.Postmortem](t)(all.Get(ctx, made.ID))
		p.Other = services.Other{}
		return p
	}
	got := get()
	assert.Equal(t, made, got)
	assert.Equal(t, "no orders", got.Title)
	assert.Equal(t, shape.P2, got.Severity)
	assert.Equal(t, "draft", got.Status)
	assert.Equal(t, clock.now(), got.StartTime.Time)
	assert.Equal(t, clock.now(), got.EndTime.Time)
	assert.Equal(t, in, got.RootIncident.ID)
	assert.Equal(t, "closed", got.RootIncident.Status)
	assert.Equal(t, []string{"shop"}, got.RootIncident.Tags)

	text := json.RawMessage(`{"content":[{"content":[{"text":"why","type":"text"}],"type":"paragraph"}],"type":"doc","version":1}`)
	changed, ok := must[services.Optional[incident.Postmortem]](t)(all.Update(ctx, incident.UpdatePostmortemRequest{ID: made.ID,
		Title: services.Set("Orders"), Severity: services.Set(shape.P1), Status: services.Set("published"), Content: services.Set(text)})).Get()
	require.True(t, ok)
	got.Title, got.Severity, got.Status, got.Content = "Orders", shape.P1, "published", text
	changed.Other = services.Other{}
	assert.Equal(t, got, changed)
	assert.Equal(t, got, get(), "what is not sent stays")

	require.Equal(t, 200, c.do("PUT", "/v2/postmortem/"+made.ID, `{"moons":3}`).status)
	var raw map[string]any
	c.get("/v2/postmortem/"+made.ID, &raw)
	assert.InDelta(t, 3, raw["moons"], 0, "whatever is written is kept")

	require.NoError(t, second(all.Delete(ctx, made.ID)))
	c.refuses(
		refusedRequest{"GET", "/v2/postmortem/" + made.ID, ``, 404, ""},
		refusedRequest{"PUT", "/v2/postmortem/" + made.ID, `{}`, 404, ""},
		refusedRequest{"DELETE", "/v2/postmortem/" + made.ID, ``, 404, ""},
		refusedRequest{"POST", "/v2/postmortem", `{}`, 422, "incidentId"},
	)
	unknown := createdPostmortem(t, all, "elsewhere")
	assert.Equal(t, "elsewhere", unknown.RootIncident.ID)
}
