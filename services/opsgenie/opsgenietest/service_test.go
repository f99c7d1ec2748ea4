package opsgenietest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/service"
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
	assert.Equal(t, want, must[service.Entity](t)(all.Get(ctx, made.ID)))
	require.NoError(t, second(all.Update(ctx, service.UpdateRequest{ID: made.ID, Description: services.Set(""), Tags: services.Set([]string{})})))
	want.Description, want.Tags = "", []string{}
	assert.Equal(t, want, must[service.Entity](t)(all.Get(ctx, made.ID)))
	require.Equal(t, 200, c.do("PATCH", "/v1/services/"+made.ID, `{"name":"till","visibility":null}`).status)
	want.Name, want.Visibility = "till", service.TeamMembers
	assert.Equal(t, want, must[service.Entity](t)(all.Get(ctx, made.ID)))

	c.refuses(
		refusedRequest{"POST", "/v1/services", `{"name":"till","teamId":"t-2"}`, 409, ""},
		refusedRequest{"POST", "/v1/services", `{"name":"n"}`, 422, "teamId"},
		refusedRequest{"POST", "/v1/services", `{"teamId":"t"}`, 422, "name"},
		refusedRequest{"POST", "/v1/services", `{"name":"n","teamId":"t","visibility":"ALL"}`, 422, "visibility"},
		refusedRequest{"PATCH", "/v1/services/" + made.ID, `{"tags":"x"}`, 422, "tags"},
	)
	require.NoError(t, second(all.Delete(ctx, made.ID)))
	refusedWith(t, 404, second(all.Get(ctx, made.ID)))
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
		Stakeholders: shape.Stakeholders{Enable: services.Set(true), Message: "sm", Description: "sd"},
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
	rule := service.CreateIncidentRuleRequest{
		ServiceID: in, MatchType: shape.FilterMatchAnyCondition, Incident: incidentSays(),
		Conditions: []shape.Condition{{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "disk"}},
	}
	first := must[service.Summary](t)(rules.Create(ctx, rule))
	last := must[service.Summary](t)(rules.Create(ctx, rule))
	changed := service.IncidentRule{ID: last.ID, Order: 1, MatchType: shape.FilterMatchAll, Incident: shape.IncidentProperties{Message: "n", Priority: shape.P1, Stakeholders: shape.Stakeholders{Message: "s"}}}
	update := changed.Request()
	update.ServiceID = in
	require.NoError(t, second(rules.Update(ctx, update)))
	listed := must[[]service.IncidentRule](t)(rules.List(ctx, in))
	assert.Equal(t, []service.IncidentRule{{ID: first.ID, MatchType: rule.MatchType, Conditions: rule.Conditions, Incident: rule.Incident}, changed}, listed)
	assert.Empty(t, must[[]service.IncidentRule](t)(rules.List(ctx, other)))
	require.NoError(t, second(rules.Delete(ctx, in, first.ID)))
	listed = must[[]service.IncidentRule](t)(rules.List(ctx, in))
	changed.Order = 0
	assert.Equal(t, []service.IncidentRule{changed}, listed)

	templates := client.ServiceIncidentTemplates
	want := service.IncidentTemplate{Name: "outage", Incident: incidentSays()}
	want.ID = must[service.Summary](t)(templates.Create(ctx, service.CreateIncidentTemplateRequest{ServiceID: in, Name: want.Name, Incident: want.Incident})).ID
	list := func() []service.IncidentTemplate { return must[[]service.IncidentTemplate](t)(templates.List(ctx, in)) }
	assert.Equal(t, []service.IncidentTemplate{want}, list())
	want.Name, want.Incident.Tags = "slow", nil
	renamed := want.Request()
	renamed.ServiceID = in
	require.NoError(t, second(templates.Update(ctx, renamed)))
	assert.Equal(t, []service.IncidentTemplate{want}, list())
	require.NoError(t, second(templates.Delete(ctx, in, want.ID)))
	assert.Empty(t, list())

	at := "/v1/services/" + in
	c.refuses(
		refusedRequest{"DELETE", at + "/incident-templates/" + want.ID, ``, 404, ""},
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
	get := func() service.Audience { return must[service.Audience](t)(all.Get(ctx, in)) }
	none := services.Set([]string{})
	want := service.Audience{
		Responders:   service.AudienceResponders{Teams: none, Individuals: none},
		Stakeholders: service.AudienceStakeholders{Individuals: none, Conditions: services.Set([]service.AudienceCondition{})},
	}
	assert.Equal(t, want, get())
	want.Responders.Teams = services.Set([]string{"t-1"})
	want.Stakeholders = service.AudienceStakeholders{
		Individuals: services.Set([]string{"u-1"}), MatchType: services.Set(shape.FilterMatchAllConditions),
		Conditions: services.Set([]service.AudienceCondition{{MatchField: service.CustomProperty, Key: "k", Value: "v"}}),
	}
	require.NoError(t, second(all.Update(ctx, service.UpdateAudienceRequest{ServiceID: in,
		Responders: services.Set(service.AudienceResponders{Teams: want.Responders.Teams}), Stakeholders: services.Set(want.Stakeholders),
	})))
	assert.Equal(t, want, get())
	want.Responders.Individuals, want.Stakeholders.Individuals = services.Set([]string{"u-2"}), none
	require.NoError(t, second(all.Update(ctx, service.UpdateAudienceRequest{ServiceID: in,
		Responders:   services.Set(service.AudienceResponders{Individuals: want.Responders.Individuals}),
		Stakeholders: services.Set(service.AudienceStakeholders{Individuals: none}),
	})))
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
