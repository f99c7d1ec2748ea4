package opsgenietest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/service"
	"github.com/tripware/tripware/services/opsgenie/serviceaudience"
	"github.com/tripware/tripware/services/opsgenie/serviceincidentrule"
	"github.com/tripware/tripware/services/opsgenie/serviceincidenttemplate"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestABusinessServiceIsKeptAndChanged(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, all, ctx := dial(t, s), connect(t, s).Services, t.Context()
	made := must[service.Summary](t)(all.Create(ctx, service.CreateRequest{
		Name: "checkout", TeamID: "t-1", Description: "sells", Visibility: service.OpsgenieUsers, Tags: []string{"shop"},
	}))
	want := service.Entity{ID: made.ID, Name: "checkout", Description: "sells", Visibility: service.OpsgenieUsers, TeamID: "t-1", Tags: []string{"shop"}}
	assert.Equal(t, want, must[service.Entity](t)(all.Get(ctx, service.GetRequest{ID: made.ID})))
	require.NoError(t, second(all.Update(ctx, service.UpdateRequest{ID: made.ID, Description: new(""), Tags: []string{}})))
	want.Description, want.Tags = "", []string{}
	assert.Equal(t, want, must[service.Entity](t)(all.Get(ctx, service.GetRequest{ID: made.ID})))
	require.Equal(t, 200, c.do("PATCH", "/v1/services/"+made.ID, `{"name":"till","visibility":null}`).status)
	want.Name, want.Visibility = "till", service.TeamMembers
	assert.Equal(t, want, must[service.Entity](t)(all.Get(ctx, service.GetRequest{ID: made.ID})))

	c.refuses(
		refusedRequest{"POST", "/v1/services", `{"name":"till","teamId":"t-2"}`, 409, ""},
		refusedRequest{"POST", "/v1/services", `{"name":"n"}`, 422, "teamId"},
		refusedRequest{"POST", "/v1/services", `{"teamId":"t"}`, 422, "name"},
		refusedRequest{"POST", "/v1/services", `{"name":"n","teamId":"t","visibility":"ALL"}`, 422, "visibility"},
		refusedRequest{"PATCH", "/v1/services/" + made.ID, `{"tags":"x"}`, 422, "tags"},
	)
	require.NoError(t, second(all.Delete(ctx, service.DeleteRequest{ID: made.ID})))
	refusedWith(t, 404, second(all.Get(ctx, service.GetRequest{ID: made.ID})))
}

func TestBusinessServicesAreSearchedInPages(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, all, ctx := dial(t, s), connect(t, s).Services, t.Context()
	for i := range 5 {
		in := service.CreateRequest{Name: fmt.Sprint("shop-", (i*2)%5), TeamID: fmt.Sprint("t-", i%2)}
		require.NoError(t, second(all.Create(ctx, in)))
	}
	names := func(in service.ListRequest) (names []string) {
		in.Limit = 2
		for each, err := range all.All(ctx, in) {
			require.NoError(t, err)
			names = append(names, each.Name)
		}
		return names
	}
	assert.Equal(t, []string{"shop-3", "shop-1", "shop-4", "shop-2", "shop-0"}, names(service.ListRequest{}), "the newest first")
	assert.Equal(t, []string{"shop-0", "shop-1", "shop-2", "shop-3", "shop-4"}, names(service.ListRequest{Sort: "name", Order: shape.Ascending}))
	assert.Equal(t, []string{"shop-1", "shop-2"}, names(service.ListRequest{Query: "teamId: t-1"}))
	assert.Equal(t, []string{"shop-4"}, names(service.ListRequest{Query: "p-4"}))
	page := must[[]service.Entity](t)(all.List(ctx, service.ListRequest{Offset: 4}))
	require.Len(t, page, 1)
	assert.Equal(t, "shop-0", page[0].Name)
	c.refuses(
		refusedRequest{"GET", "/v1/services?query=moon:+1", ``, 422, "query"},
		refusedRequest{"GET", "/v1/services?limit=101", ``, 422, "limit"},
		refusedRequest{"GET", "/v1/services?order=up", ``, 422, "order"},
	)
}

func incidentSays() shape.IncidentProperties {
	return shape.IncidentProperties{
		Message: "m", Description: "d", Tags: []string{"t"}, Details: map[string]string{"k": "v"}, Priority: shape.P2,
		Stakeholders: shape.Stakeholders{Enable: true, Message: "sm", Description: "sd"},
	}
}

func TestRulesAndTemplatesLieBelowTheirService(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, client, ctx := dial(t, s), connect(t, s), t.Context()
	create := func(name string) string {
		return must[service.Summary](t)(client.Services.Create(ctx, service.CreateRequest{Name: name, TeamID: "t"})).ID
	}
	in, other := create("in"), create("other")
	rules := client.ServiceIncidentRules
	rule := serviceincidentrule.Definition{
		MatchType: shape.FilterMatchAnyCondition, Incident: incidentSays(),
		Conditions: []shape.Condition{{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "disk"}},
	}
	first := must[serviceincidentrule.Summary](t)(rules.Create(ctx, serviceincidentrule.CreateRequest{ServiceID: in, Definition: rule}))
	last := must[serviceincidentrule.Summary](t)(rules.Create(ctx, serviceincidentrule.CreateRequest{ServiceID: in, Definition: rule}))
	changed := serviceincidentrule.Definition{MatchType: shape.FilterMatchAll, Incident: shape.IncidentProperties{Message: "n", Priority: shape.P1, Stakeholders: shape.Stakeholders{Message: "s"}}}
	require.NoError(t, second(rules.Update(ctx, serviceincidentrule.UpdateRequest{ServiceID: in, ID: last.ID, Definition: changed})))
	listed := must[[]serviceincidentrule.Rule](t)(rules.List(ctx, serviceincidentrule.ListRequest{ServiceID: in}))
	assert.Equal(t, []serviceincidentrule.Rule{{ID: first.ID, Definition: rule}, {ID: last.ID, Order: 1, Definition: changed}}, listed)
	assert.Empty(t, must[[]serviceincidentrule.Rule](t)(rules.List(ctx, serviceincidentrule.ListRequest{ServiceID: other})))
	require.NoError(t, second(rules.Delete(ctx, serviceincidentrule.DeleteRequest{ServiceID: in, ID: first.ID})))
	listed = must[[]serviceincidentrule.Rule](t)(rules.List(ctx, serviceincidentrule.ListRequest{ServiceID: in}))
	assert.Equal(t, []serviceincidentrule.Rule{{ID: last.ID, Definition: changed}}, listed)

	templates := client.ServiceIncidentTemplates
	want := serviceincidenttemplate.Definition{Name: "outage", Incident: incidentSays()}
	made := must[serviceincidenttemplate.Summary](t)(templates.Create(ctx, serviceincidenttemplate.CreateRequest{ServiceID: in, Template: want}))
	list := func() []serviceincidenttemplate.Template {
		return must[[]serviceincidenttemplate.Template](t)(templates.List(ctx, serviceincidenttemplate.ListRequest{ServiceID: in}))
	}
	assert.Equal(t, []serviceincidenttemplate.Template{{ID: made.ID, Definition: want}}, list())
	want.Name, want.Incident.Tags = "slow", nil
	require.NoError(t, second(templates.Update(ctx, serviceincidenttemplate.UpdateRequest{ServiceID: in, ID: made.ID, Definition: want})))
	assert.Equal(t, []serviceincidenttemplate.Template{{ID: made.ID, Definition: want}}, list())
	require.NoError(t, second(templates.Delete(ctx, serviceincidenttemplate.DeleteRequest{ServiceID: in, ID: made.ID})))
	assert.Empty(t, list())

	at := "/v1/services/" + in
	c.refuses(
		refusedRequest{"DELETE", at + "/incident-templates/" + made.ID, ``, 404, ""},
		refusedRequest{"DELETE", "/v1/services/" + other + "/incident-rules/" + last.ID, ``, 404, ""},
		refusedRequest{"GET", "/v1/services/none/incident-rules", ``, 404, ""},
		refusedRequest{"GET", at + "/incident-rules/" + last.ID, ``, 405, ""},
		refusedRequest{"POST", at + "/incident-rules", `{}`, 422, "incidentProperties"},
		refusedRequest{"POST", at + "/incident-rules", `{"incidentProperties":{"message":"m","priority":"P9","stakeholderProperties":{}}}`, 422, "incidentProperties.priority"},
		refusedRequest{"POST", at + "/incident-rules", `{"incidentProperties":{"stakeholderProperties":{}}}`, 422, "incidentProperties.stakeholderProperties.message"},
		refusedRequest{"POST", at + "/incident-rules", `{"conditions":[{}],"incidentProperties":{}}`, 422, "conditions"},
		refusedRequest{"POST", at + "/incident-templates", `{"incidentTemplate":{}}`, 422, "name"},
		refusedRequest{"POST", at + "/incident-templates", `{"incidentTemplate":7}`, 422, "body"},
	)
}

func TestAnAudienceTemplateIsChangedPieceByPiece(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, client, ctx := dial(t, s), connect(t, s), t.Context()
	in := must[service.Summary](t)(client.Services.Create(ctx, service.CreateRequest{Name: "in", TeamID: "t"})).ID
	all := client.ServiceAudienceTemplates
	get := func() serviceaudience.Template {
		return must[serviceaudience.Template](t)(all.Get(ctx, serviceaudience.GetRequest{ServiceID: in}))
	}
	want := serviceaudience.Template{
		Responders:   serviceaudience.Responders{Teams: []string{}, Individuals: []string{}},
		Stakeholders: serviceaudience.Stakeholders{Individuals: []string{}, Conditions: []serviceaudience.Condition{}},
	}
	assert.Equal(t, want, get())
	want.Responders.Teams = []string{"t-1"}
	want.Stakeholders = serviceaudience.Stakeholders{
		Individuals: []string{"u-1"}, MatchType: shape.FilterMatchAllConditions,
		Conditions: []serviceaudience.Condition{{MatchField: serviceaudience.CustomProperty, Key: "k", Value: "v"}},
	}
	require.NoError(t, second(all.Update(ctx, serviceaudience.UpdateRequest{
		ServiceID: in, Responders: serviceaudience.Responders{Teams: []string{"t-1"}}, Stakeholders: want.Stakeholders,
	})))
	assert.Equal(t, want, get())
	require.NoError(t, second(all.Update(ctx, serviceaudience.UpdateRequest{
		ServiceID: in, Responders: serviceaudience.Responders{Individuals: []string{"u-2"}}, Stakeholders: serviceaudience.Stakeholders{Individuals: []string{}},
	})))
	want.Responders.Individuals, want.Stakeholders.Individuals = []string{"u-2"}, []string{}
	assert.Equal(t, want, get())
	at := "/v1/services/" + in + "/audience-templates"
	c.refuses(
		refusedRequest{"PATCH", at, `{"responder":7}`, 422, "responder"},
		refusedRequest{"PATCH", at, `{"responder":{"teams":[]},"stakeholder":{"conditionMatchType":"some"}}`, 422, "stakeholder.conditionMatchType"},
		refusedRequest{"PATCH", at, `{"stakeholder":{"conditions":[{"matchField":"customProperty","value":"v"}]}}`, 422, "stakeholder.conditions.key"},
		refusedRequest{"PATCH", at, `{"stakeholder":{"conditions":[{"matchField":"tag"}]}}`, 422, "stakeholder.conditions.value"},
		refusedRequest{"GET", "/v1/services/none/audience-templates", ``, 404, ""},
	)
	assert.Equal(t, want, get(), "what is refused changes nothing")
}
