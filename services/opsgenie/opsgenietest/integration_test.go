package opsgenietest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestAnIntegrationIsGivenBackWithAllItsFields(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	all, ctx := connect(t, s).Integrations, t.Context()
	made, err := integration.API("Bridge", integration.Incoming{
		AllowWriteAccess: services.Set(false), Tags: services.Set([]string{"eu"}),
		Responders: services.Set([]shape.Recipient{shape.To(shape.TeamByName("Storage")), shape.ToAll()}),
	})
	require.NoError(t, err)
	made.OwnerTeam = services.Set(shape.OwnerTeam{Name: "Storage"})
	require.NoError(t, made.Fields.Set("strange", map[string]any{"deep": []int{1, 2}}))
	first := must[integration.Summary](t)(all.Create(ctx, made))
	assert.NotEmpty(t, first.APIKey.Reveal())
	id, team := first.ID, first.TeamID
	require.NotEmpty(t, team)

	got := must[integration.Integration](t)(all.Get(ctx, id))
	assert.Equal(t, integration.Integration{
		ID: id, Type: integration.TypeAPI, Name: "Bridge", Enabled: services.Set(true), IsGlobal: services.Set(false),
		OwnerTeam: services.Set(shape.OwnerTeam{ID: team, Name: "Storage"}),
		Fields: integration.Fields{
			"allowWriteAccess": json.RawMessage(`false`), "tags": json.RawMessage(`["eu"]`), "strange": json.RawMessage(`{"deep":[1,2]}`),
			"responders": json.RawMessage(`[{"id":"` + team + `","name":"Storage","type":"team"},{"type":"all"}]`),
		},
	}, got, "its key is told once")

	changed := got
	changed.Name, changed.Enabled = "Bridge 2", services.Set(false)
	changed.Fields = integration.Fields{"tags": json.RawMessage(`["us"]`)}
	must[integration.Summary](t)(all.Update(ctx, changed))
	after := must[integration.Integration](t)(all.Get(ctx, id))
	assert.Equal(t, changed, after, "a PUT replaces")

	require.NoError(t, second(all.Delete(ctx, id)))
	refusedWith(t, 404, second(all.Get(ctx, id)))
}

func TestIntegrationsAreListedByTypeAndTeam(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	all, ctx := connect(t, s).Integrations, t.Context()
	mail, err := integration.Email("Mail in", integration.Incoming{EmailUsername: "orders"})
	require.NoError(t, err)
	made := must[integration.Summary](t)(all.Create(ctx, mail))
	assert.Equal(t, "orders@opsgenietest.example", made.EmailAddress)
	assert.Empty(t, made.APIKey.Reveal())
	owned := integration.Integration{Type: "Datadog", Name: "d", OwnerTeam: services.Set(shape.OwnerTeam{ID: "t-1", Name: "Storage"})}
	require.NoError(t, second(all.Create(ctx, owned)))

	names := func(in integration.ListRequest) (names []string) {
		for _, each := range must[[]integration.Summary](t)(all.List(ctx, in)) {
			names = append(names, each.Name)
		}
		return names
	}
	assert.Equal(t, []string{"Mail in", "d"}, names(integration.ListRequest{}))
	assert.Equal(t, []string{"Mail in"}, names(integration.ListRequest{Type: integration.TypeEmail}))
	assert.Equal(t, []string{"d"}, names(integration.ListRequest{TeamID: "t-1"}))
	assert.Equal(t, []string{"d"}, names(integration.ListRequest{TeamName: "Storage"}))
	assert.Empty(t, names(integration.ListRequest{TeamName: "Network"}))
}

// The response to enabling or disabling an integration is 201, unlike all others of that kind.
func TestAnIntegrationIsSwitchedAndRecognised(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, all, ctx := dial(t, s), connect(t, s).Integrations, t.Context()
	made := must[integration.Summary](t)(all.Create(ctx, integration.Integration{Type: "Datadog", Name: "d"}))
	require.NoError(t, second(all.Authenticate(ctx, integration.TypeAPI)))
	require.NoError(t, second(all.Authenticate(ctx, "Datadog")))

	off, err := all.Disable(ctx, made.ID)
	require.NoError(t, err)
	assert.Equal(t, 201, off.Meta.Status)
	assert.False(t, off.Value.Enabled)
	refusedWith(t, 401, second(all.Authenticate(ctx, "Datadog")))
	assert.True(t, must[integration.Summary](t)(all.Enable(ctx, made.ID)).Enabled)

	require.Equal(t, 201, c.do("POST", "/v2/integrations", `{"type":"Email","name":"m","emailUsername":"x"}`).status)
	c.refuses(
		refusedRequest{"POST", "/v2/integrations", `{"name":"n"}`, 422, "type"},
		refusedRequest{"POST", "/v2/integrations", `{"type":"API","name":" "}`, 422, "name"},
		refusedRequest{"POST", "/v2/integrations", `{"type":"API","name":"d"}`, 409, ""},
		refusedRequest{"POST", "/v2/integrations", `{"type":"Email","name":"m2","emailUsername":"x"}`, 409, ""},
		refusedRequest{"PUT", "/v2/integrations/" + made.ID, `{"type":"Datadog"}`, 422, "name"},
		refusedRequest{"POST", "/v2/integrations/authenticate", `{}`, 422, "type"},
		refusedRequest{"PUT", "/v2/integrations/none", `{"type":"API","name":"n"}`, 404, ""},
		refusedRequest{"POST", "/v2/integrations/none/enable", ``, 404, ""},
		refusedRequest{"DELETE", "/v2/integrations/none", ``, 404, ""},
	)
}

func TestActionsOfAnIntegrationAreAddedAndReplaced(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, client, ctx := dial(t, s), connect(t, s), t.Context()
	made := must[integration.Summary](t)(client.Integrations.Create(ctx, integration.Integration{Type: "API", Name: "Bridge"}))
	all, in := client.IntegrationActions, made.ID
	filter := integration.Filter{Match: shape.FilterMatchAnyCondition, Conditions: []shape.Condition{
		{Field: shape.FieldMessage, Not: true, Operation: shape.Contains, ExpectedValue: "test"},
	}}
	create := integration.CreateAlert("New", filter, "{{message}}", "{{alias}}")
	create.Order, create.User, create.Note = services.Set(3), services.Set("u"), services.Set("")
	create.Priority, create.Tags = shape.P2, []string{"x"}
	create.SetMember("moons", json.RawMessage(`3`))
	got := must[integration.Actions](t)(all.Create(ctx, in, create))
	assert.Equal(t, integration.Parent{ID: in, Name: "Bridge", Enabled: true, Type: "API"}, got.Parent)
	assert.Equal(t, []integration.Action{create}, got.Create)
	assert.Equal(t, []integration.Action{}, got.Close)

	noise := integration.Ignore("Noise", filter)
	noise.Order = services.Set(0)
	got.Ignore, got.Create = append(got.Ignore, noise, noise), nil
	over := integration.CloseAlert("Over", filter, "{{alias}}")
	over.Order, over.User, over.Note = services.Set(0), services.Set(""), services.Set("")
	got.Close = append(got.Close, over)
	got.SetMember("snooze", json.RawMessage(`[{"hours":1,"type":"snooze"}]`))
	got.Parent.Name = "another"
	after := must[integration.Actions](t)(all.Replace(ctx, in, got))
	got.Create, got.Parent.Name = []integration.Action{}, "Bridge"
	assert.Equal(t, got, after)
	assert.Equal(t, got, must[integration.Actions](t)(all.List(ctx, in)))

	at := "/v2/integrations/" + in + "/actions"
	var shown struct{ AddNote []json.RawMessage }
	require.Equal(t, 200, c.do("PUT", at, `{"addNote":[{"type":"addNote","name":"n","filter":{}}]}`).status)
	c.get(at, &shown)
	require.Len(t, shown.AddNote, 1)
	assert.JSONEq(t, `{"type":"addNote","name":"n","filter":{},"order":0,"user":"","note":"","alias":""}`, string(shown.AddNote[0]))
	c.refuses(
		refusedRequest{"POST", at, `{"type":"moon","name":"n","filter":{}}`, 422, "type"},
		refusedRequest{"POST", at, `{"type":"close","filter":{"conditionMatchType":"some"}}`, 422, "filter.conditionMatchType"},
		refusedRequest{"POST", at, `{"type":"close","name":"n"}`, 422, "filter"},
		refusedRequest{"POST", at, `{"type":"close","name":"n","filter":{"conditions":[{}]}}`, 422, "filter.conditions"},
		refusedRequest{"PUT", at, `{"close":[{"type":"create","name":"n","filter":{}}]}`, 422, "close.type"},
		refusedRequest{"PUT", at, `{"close":7}`, 422, "close"},
		refusedRequest{"GET", "/v2/integrations/none/actions", ``, 404, ""},
	)
	after = must[integration.Actions](t)(all.List(ctx, in))
	assert.Len(t, after.AddNote, 1, "what is refused changes nothing")
}
