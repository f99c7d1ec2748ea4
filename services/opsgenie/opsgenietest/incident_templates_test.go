package opsgenietest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestIncidentTemplatesAreKeptAndListedInPages(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, all, ctx := dial(t, s), connect(t, s).IncidentTemplates, t.Context()
	want := incident.Template{
		Name: "outage", Message: "m", Description: "d", Tags: []string{"t"}, Details: map[string]string{"k": "v"}, Priority: shape.P1,
		ImpactedServices: []string{"s-1"}, Stakeholders: shape.Stakeholders{Enable: services.Set(true), Message: "sm", Description: "sd"},
	}
	create := func() string {
		return must[incident.TemplateSummary](t)(all.Create(ctx, incident.CreateTemplateRequest{
			Name: want.Name, Message: want.Message, Description: want.Description, Tags: want.Tags, Details: want.Details, Priority: want.Priority,
			ImpactedServices: want.ImpactedServices, Stakeholders: want.Stakeholders,
		})).ID
	}
	want.ID = create()
	list := func(in incident.ListTemplatesRequest) []incident.Template {
		return must[incident.TemplatePage](t)(all.List(ctx, in)).Templates
	}
	assert.Equal(t, []incident.Template{want}, list(incident.ListTemplatesRequest{}))
	assert.Contains(t, string(c.do("GET", "/v1/incident-templates", "").body.Data), `{"incidentTemplates":[{`)
	want.Tags, want.Details, want.Name = nil, nil, "slow"
	require.NoError(t, second(all.Update(ctx, want.Request())))
	assert.Equal(t, []incident.Template{want}, list(incident.ListTemplatesRequest{}))

	for i := range 4 {
		want.Name = fmt.Sprint("n", i)
		create()
	}
	var names []string
	for each, err := range all.All(ctx, incident.ListTemplatesRequest{Limit: 2}) {
		require.NoError(t, err)
		names = append(names, each.Name)
	}
	assert.Equal(t, []string{"n3", "n2", "n1", "n0", "slow"}, names, "the newest first")
	assert.Equal(t, "slow", list(incident.ListTemplatesRequest{Order: shape.Ascending})[0].Name)
	require.NoError(t, second(all.Delete(ctx, want.ID)))
	assert.Len(t, list(incident.ListTemplatesRequest{}), 4)

	const at, rest = "/v1/incident-templates", `"priority":"P1","stakeholderProperties":{"message":"s"}`
	c.refuses(
		refusedRequest{"DELETE", at + "/" + want.ID, ``, 404, ""},
		refusedRequest{"PUT", at + "/" + want.ID, `{"name":"n","message":"m",` + rest + `}`, 404, ""},
		refusedRequest{"GET", at + "/" + want.ID, ``, 405, ""},
		refusedRequest{"POST", at, `{"message":"m",` + rest + `}`, 422, "name"},
		refusedRequest{"POST", at, `{"name":"n",` + rest + `}`, 422, "message"},
		refusedRequest{"POST", at, `{"name":"n","message":"m","priority":"P1"}`, 422, "stakeholderProperties"},
		refusedRequest{"POST", at, `{"name":"n","message":"m","priority":"P1","stakeholderProperties":{}}`, 422, "stakeholderProperties.message"},
		refusedRequest{"GET", at + "?offset=-1", ``, 422, "offset"},
		refusedRequest{"GET", at + "?order=up", ``, 422, "order"},
	)
}
