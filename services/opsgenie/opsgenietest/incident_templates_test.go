package opsgenietest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/incidenttemplate"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestIncidentTemplatesAreKeptAndListedInPages(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, all, ctx := dial(t, s), connect(t, s).IncidentTemplates, t.Context()
	want := incidenttemplate.Template{Definition: incidenttemplate.Definition{
		Name: "outage", Message: "m", Description: "d", Tags: []string{"t"}, Details: map[string]string{"k": "v"}, Priority: shape.P1,
		ImpactedServices: []string{"s-1"}, Stakeholders: shape.Stakeholders{Enable: true, Message: "sm", Description: "sd"},
	}}
	want.ID = must[incidenttemplate.Summary](t)(all.Create(ctx, incidenttemplate.CreateRequest{Definition: want.Definition})).ID
	list := func(in incidenttemplate.ListRequest) []incidenttemplate.Template {
		return must[[]incidenttemplate.Template](t)(all.List(ctx, in))
	}
	assert.Equal(t, []incidenttemplate.Template{want}, list(incidenttemplate.ListRequest{}))
	assert.Contains(t, string(c.do("GET", "/v1/incident-templates", "").body.Data), `{"incidentTemplates":[{`)
	want.Tags, want.Details, want.Name = nil, nil, "slow"
	require.NoError(t, second(all.Update(ctx, incidenttemplate.UpdateRequest(want))))
	assert.Equal(t, []incidenttemplate.Template{want}, list(incidenttemplate.ListRequest{}))

	for i := range 4 {
		want.Name = fmt.Sprint("n", i)
		require.NoError(t, second(all.Create(ctx, incidenttemplate.CreateRequest{Definition: want.Definition})))
	}
	var names []string
	for each, err := range all.All(ctx, incidenttemplate.ListRequest{Limit: 2}) {
		require.NoError(t, err)
		names = append(names, each.Name)
	}
	assert.Equal(t, []string{"n3", "n2", "n1", "n0", "slow"}, names, "the newest first")
	assert.Equal(t, "slow", list(incidenttemplate.ListRequest{Order: shape.Ascending})[0].Name)
	require.NoError(t, second(all.Delete(ctx, incidenttemplate.DeleteRequest{ID: want.ID})))
	assert.Len(t, list(incidenttemplate.ListRequest{}), 4)

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
