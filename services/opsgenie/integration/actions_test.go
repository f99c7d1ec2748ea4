package integrationaction_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/integrationaction"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const at = "/v2/integrations/i-1/actions"

func everything() integrationaction.Filter {
	return integrationaction.Filter{Match: shape.FilterMatchAll}
}

func actions() integrationaction.Actions {
	return integrationaction.Actions{
		Parent: integrationaction.Parent{ID: "i-1", Name: "Bridge", Enabled: true, Type: "API"},
		Ignore: []integrationaction.Action{{Type: integrationaction.TypeIgnore, Name: "Noise", Order: new(0), Filter: everything()}},
		Create: []integrationaction.Action{{
			Type: integrationaction.TypeCreate, Name: "New", Order: new(1), User: "u", Alias: "{{alias}}", Message: "{{message}}",
			Filter: integrationaction.Filter{
				Match:      shape.FilterMatchAnyCondition,
				Conditions: []shape.Condition{{Field: shape.FieldMessage, Not: true, Operation: shape.Contains, ExpectedValue: "test"}},
			},
			Responders: []shape.Recipient{shape.To(shape.TeamByID("t-1"))}, Priority: shape.P2,
			Other: map[string]json.RawMessage{"moons": json.RawMessage(`3`)},
		}},
		Close: []integrationaction.Action{}, Acknowledge: []integrationaction.Action{}, AddNote: []integrationaction.Action{},
		Other: map[string]json.RawMessage{"snooze": json.RawMessage(`[{"type": "snooze", "hours": 1}]`)},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	full := integrationaction.Create("New", everything(), "m", "a")
	full.Order, full.User, full.Note, full.Description, full.Source, full.Entity = new(0), "u", "n", "d", "s", "e"
	full.Priority, full.CustomPriority, full.AppendAttachments, full.AlertActions = shape.P1, "{{p}}", new(false), []string{"Restart"}
	full.Recipients, full.Responders = []shape.Recipient{shape.ToNone()}, []shape.Recipient{shape.ToAll()}
	full.Tags, full.ExtraProperties = []string{"x"}, map[string]string{"k": "v"}
	full.IgnoreAlertActionsFromPayload, full.IgnoreRecipientsFromPayload, full.IgnoreRespondersFromPayload = new(true), new(true), new(true)
	full.IgnoreTeamsFromPayload, full.IgnoreTagsFromPayload, full.IgnoreExtraPropertiesFromPayload = new(true), new(true), new(false)
	apitest.Run(t, open, []row{
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, integrationaction.ListRequest{IntegrationID: "i-1"}))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "actions"),
			Want:     actions(),
		},
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, integrationaction.CreateRequest{IntegrationID: "i-1", Action: full}))
			},
			Exchange: apitest.Exact("POST "+at, `{"type":"create","name":"New","order":0,"filter":{"conditionMatchType":"match-all"},"user":"u","note":"n","alias":"a",`+
				`"message":"m","description":"d","source":"s","entity":"e","priority":"P1","customPriority":"{{p}}","appendAttachments":false,`+
				`"alertActions":["Restart"],"recipients":[{"type":"none"}],"responders":[{"type":"all"}],"tags":["x"],"extraProperties":{"k":"v"},`+
				`"ignoreAlertActionsFromPayload":true,"ignoreRecipientsFromPayload":true,"ignoreRespondersFromPayload":true,`+
				`"ignoreTeamsFromPayload":true,"ignoreTagsFromPayload":true,"ignoreExtraPropertiesFromPayload":false}`, 201, "actions"),
			Want: actions(),
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, integrationaction.CreateRequest{IntegrationID: "i/1", Action: integrationaction.Ignore("n", integrationaction.Filter{})})
			},
			Exchange: apitest.Exact("POST /v2/integrations/i%2F1/actions", `{"type":"ignore","name":"n","filter":{}}`, 201, "actions"),
		},
		{
			Name: "Create/without anything",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, integrationaction.CreateRequest{IntegrationID: "i-1"})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Replace/with what was read",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Replace(ctx, integrationaction.ReplaceRequest{IntegrationID: "i-1", Actions: actions()}))
			},
			Exchange: apitest.Exact("PUT "+at, `{"_parent":{"id":"i-1","name":"Bridge","enabled":true,"type":"API"},`+
				`"ignore":[{"type":"ignore","name":"Noise","order":0,"filter":{"conditionMatchType":"match-all"}}],`+
				`"create":[{"type":"create","name":"New","order":1,"filter":{"conditionMatchType":"match-any-condition",`+
				`"conditions":[{"field":"message","not":true,"operation":"contains","expectedValue":"test"}]},"user":"u","note":"","alias":"{{alias}}",`+
				`"message":"{{message}}","priority":"P2","responders":[{"type":"team","id":"t-1"}],"moons":3}],`+
				`"close":[],"acknowledge":[],"addNote":[],"snooze":[{"type":"snooze","hours":1}]}`, 200, "actions"),
			Want: actions(),
		},
		{
			Name: "Replace/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Replace(ctx, integrationaction.ReplaceRequest{IntegrationID: "i-1", Actions: integrationaction.Actions{
					Ignore:      []integrationaction.Action{integrationaction.Ignore("i", everything())},
					Create:      []integrationaction.Action{integrationaction.Create("c", everything(), "", "")},
					Close:       []integrationaction.Action{integrationaction.Close("x", everything(), "a")},
					Acknowledge: []integrationaction.Action{integrationaction.Acknowledge("k", everything(), "a")},
					AddNote:     []integrationaction.Action{integrationaction.AddNote("n", everything(), "a", "t")},
				}})
			},
			Exchange: apitest.Exact("PUT "+at, `{"ignore":[{"type":"ignore","name":"i","filter":{"conditionMatchType":"match-all"}}],`+
				`"create":[{"type":"create","name":"c","filter":{"conditionMatchType":"match-all"},"user":"","note":"","alias":""}],`+
				`"close":[{"type":"close","name":"x","filter":{"conditionMatchType":"match-all"},"user":"","note":"","alias":"a"}],`+
				`"acknowledge":[{"type":"acknowledge","name":"k","filter":{"conditionMatchType":"match-all"},"user":"","note":"","alias":"a"}],`+
				`"addNote":[{"type":"addNote","name":"n","filter":{"conditionMatchType":"match-all"},"user":"","note":"t","alias":"a"}]}`, 200, "actions"),
		},
		{
			Name: "Replace/by none",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Replace(ctx, integrationaction.ReplaceRequest{IntegrationID: "i-1"})
			},
			Exchange: apitest.Exact("PUT "+at, `{"ignore":[],"create":[],"close":[],"acknowledge":[],"addNote":[]}`, 200, "actions"),
		},
		{
			Name: "Replace/of no integration",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Replace(ctx, integrationaction.ReplaceRequest{Actions: actions()})
			},
			Err: services.ErrArgument,
		},
	})
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	bad := integrationaction.Action{Order: new(-1), Recipients: []shape.Recipient{{}}, Responders: []shape.Recipient{{}}}
	err := integrationaction.ReplaceRequest{Actions: integrationaction.Actions{
		Create: []integrationaction.Action{integrationaction.Ignore("n", everything()), bad},
	}}.Check()
	require.ErrorIs(t, err, services.ErrArgument)
	for _, want := range []string{
		"create[1].type is required", "create[1].name is required", "create[1].order must not be negative",
		"create[1].recipients[0] has neither", "create[1].responders[0] has neither",
	} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "create[0]")
	err = integrationaction.ReplaceRequest{Actions: integrationaction.Actions{
		Create:      []integrationaction.Action{integrationaction.Create("c", everything(), "m", "")}, // its alert has an alias all the same
		Close:       []integrationaction.Action{integrationaction.Close("x", everything(), "")},
		Acknowledge: []integrationaction.Action{integrationaction.Acknowledge("k", everything(), "")},
		AddNote:     []integrationaction.Action{integrationaction.AddNote("n", everything(), "", "")},
	}}.Check()
	for _, want := range []string{
		"close[0].alias is required", "acknowledge[0].alias is required", "addNote[0].alias is required", "addNote[0].note is required",
	} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "create[0]")
	require.ErrorContains(t, json.Unmarshal([]byte(`{"name":7}`), new(integrationaction.Action)), "integrationaction: read action")
	require.ErrorContains(t, json.Unmarshal([]byte(`{"create":7}`), new(integrationaction.Actions)), "integrationaction: read actions")
}

// S2: an action of a type that is unknown here goes back as it came.
func TestAnActionOfAnUnknownTypeIsSentAsItCame(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"type":"snooze","name":"n","filter":{},"hours":1}`,
		`{"type":"ignore","name":"n","filter":{},"user":"u","note":"t","alias":"a"}`,
	} {
		var a integrationaction.Action
		require.NoError(t, json.Unmarshal([]byte(text), &a))
		back, err := json.Marshal(a)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(back))
	}
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"create": [{"type": "create", "name": "New"}]}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	all, err := integrationaction.New(client).List(context.Background(), integrationaction.ListRequest{IntegrationID: "b7f0"})
	if err != nil {
		panic(err)
	}
	fmt.Println(all.Value.Create[0].Name)
	// Output: New
}

func ExampleAction() {
	f := integrationaction.Filter{Match: shape.FilterMatchAll}
	for _, a := range []integrationaction.Action{
		integrationaction.Create("New", f, "{{message}}", "{{alias}}"), integrationaction.Close("Over", f, "{{alias}}"),
		integrationaction.Acknowledge("Seen", f, "{{alias}}"), integrationaction.AddNote("Said", f, "{{alias}}", "{{note}}"),
		integrationaction.Ignore("Noise", f),
	} {
		fmt.Println(a.Type, a.Name)
	}
	// Output:
	// create New
	// close Over
	// acknowledge Seen
	// addNote Said
	// ignore Noise
}
