package integration_test

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
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const actionsAt = "/v2/integrations/i-1/actions"

func everything() integration.Filter {
	return integration.Filter{Match: shape.FilterMatchAll}
}

// actionsText are the actions of testdata/actions.json, in the order of the type's members.
const actionsText = `{"_parent":{"id":"i-1","name":"Bridge","enabled":true,"type":"API"},` +
	`"ignore":[{"type":"ignore","name":"Noise","order":0,"filter":{"conditionMatchType":"match-all"}}],` +
	`"create":[{"type":"create","name":"New","order":1,"filter":{"conditionMatchType":"match-any-condition",` +
	`"conditions":[{"field":"message","not":true,"operation":"contains","expectedValue":"test"}]},"user":"u","note":"","alias":"{{alias}}",` +
	`"message":"{{message}}","priority":"P2","responders":[{"type":"team","id":"t-1"}],"moons":3}],` +
	`"close":[],"acknowledge":[],"addNote":[],"snooze":[{"type":"snooze","hours":1}]}`

func actions(tb testing.TB) (all integration.Actions) {
	tb.Helper()
	require.NoError(tb, json.Unmarshal([]byte(actionsText), &all))
	return all
}

func sameActions(tb testing.TB, got any) {
	tb.Helper()
	read, ok := got.(integration.Actions)
	require.True(tb, ok)
	sent, err := json.Marshal(read)
	require.NoError(tb, err)
	want := actionsText // byte by byte
	assert.Equal(tb, want, string(sent))
	assert.Equal(tb, integration.Parent{ID: "i-1", Name: "Bridge", Enabled: true, Type: "API"}, read.Parent)
	assert.Equal(tb, []integration.Action{{Type: integration.ActionIgnore, Name: "Noise", Order: services.Set(0), Filter: everything()}}, read.Ignore)
	require.Len(tb, read.Create, 1)
	created := read.Create[0]
	created.Other = services.Other{}
	assert.Equal(tb, integration.Action{
		Type: integration.ActionCreate, Name: "New", Order: services.Set(1), User: services.Set("u"), Note: services.Set(""), Alias: services.Set("{{alias}}"), Message: "{{message}}",
		Filter: integration.Filter{
			Match:      shape.FilterMatchAnyCondition,
			Conditions: []shape.Condition{{Field: shape.FieldMessage, Not: true, Operation: shape.Contains, ExpectedValue: "test"}},
		},
		Responders: []shape.Recipient{shape.To(shape.TeamByID("t-1"))}, Priority: shape.P2,
	}, created)
}

func TestEveryOperationOnActionsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	full := integration.CreateAlert("New", everything(), "m", "a")
	full.Order, full.User, full.Note = services.Set(0), services.Set("u"), services.Set("n")
	full.Description, full.Source, full.Entity = "d", "s", "e"
	full.Priority, full.CustomPriority, full.AppendAttachments, full.AlertActions = shape.P1, "{{p}}", services.Set(false), []string{"Restart"}
	full.Recipients, full.Responders = []shape.Recipient{shape.ToNone()}, []shape.Recipient{shape.ToAll()}
	full.Tags, full.ExtraProperties = []string{"x"}, map[string]string{"k": "v"}
	full.IgnoreAlertActionsFromPayload, full.IgnoreRecipientsFromPayload, full.IgnoreRespondersFromPayload = services.Set(true), services.Set(true), services.Set(true)
	full.IgnoreTeamsFromPayload, full.IgnoreTagsFromPayload, full.IgnoreExtraPropertiesFromPayload = services.Set(true), services.Set(true), services.Set(false)
	apitest.Run(t, openActions, []actionRow{
		{
			Name: "List",
			Call: func(ctx context.Context, s actionService) (any, error) {
				return apitest.Value(s.List(ctx, "i-1"))
			},
			Exchange: apitest.Exact("GET "+actionsAt, "", 200, "actions"),
			Check:    sameActions,
		},
		{
			Name: "Create",
			Call: func(ctx context.Context, s actionService) (any, error) {
				return apitest.Value(s.Create(ctx, "i-1", full))
			},
			Exchange: apitest.Exact("POST "+actionsAt, `{"type":"create","name":"New","order":0,"filter":{"conditionMatchType":"match-all"},"user":"u","note":"n","alias":"a",`+
				`"message":"m","description":"d","source":"s","entity":"e","priority":"P1","customPriority":"{{p}}","appendAttachments":false,`+
				`"alertActions":["Restart"],"recipients":[{"type":"none"}],"responders":[{"type":"all"}],"tags":["x"],"extraProperties":{"k":"v"},`+
				`"ignoreAlertActionsFromPayload":true,"ignoreRecipientsFromPayload":true,"ignoreRespondersFromPayload":true,`+
				`"ignoreTeamsFromPayload":true,"ignoreTagsFromPayload":true,"ignoreExtraPropertiesFromPayload":false}`, 201, "actions"),
			Repeat: services.RetryIfRefused,
			Check:  sameActions,
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s actionService) (any, error) {
				return s.Create(ctx, "i/1", integration.Ignore("n", integration.Filter{}))
			},
			Exchange: apitest.Exact("POST /v2/integrations/i%2F1/actions", `{"type":"ignore","name":"n","filter":{}}`, 201, "actions"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Create/without anything",
			Call: func(ctx context.Context, s actionService) (any, error) {
				return s.Create(ctx, "i-1", integration.Action{})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Replace/with what was read",
			Call: func(ctx context.Context, s actionService) (any, error) {
				return apitest.Value(s.Replace(ctx, "i-1", actions(t)))
			},
			Exchange: apitest.Exact("PUT "+actionsAt, actionsText, 200, "actions"),
			Check:    sameActions,
		},
		{
			Name: "Replace/only what is required",
			Call: func(ctx context.Context, s actionService) (any, error) {
				return s.Replace(ctx, "i-1", integration.Actions{
					Ignore:      []integration.Action{integration.Ignore("i", everything())},
					Create:      []integration.Action{integration.CreateAlert("c", everything(), "", "")},
					Close:       []integration.Action{integration.CloseAlert("x", everything(), "a")},
					Acknowledge: []integration.Action{integration.AcknowledgeAlert("k", everything(), "a")},
					AddNote:     []integration.Action{integration.AddNote("n", everything(), "a", "t")},
				})
			},
			Exchange: apitest.Exact("PUT "+actionsAt, `{"ignore":[{"type":"ignore","name":"i","filter":{"conditionMatchType":"match-all"}}],`+
				`"create":[{"type":"create","name":"c","filter":{"conditionMatchType":"match-all"},"user":"","note":"","alias":""}],`+
				`"close":[{"type":"close","name":"x","filter":{"conditionMatchType":"match-all"},"user":"","note":"","alias":"a"}],`+
				`"acknowledge":[{"type":"acknowledge","name":"k","filter":{"conditionMatchType":"match-all"},"user":"","note":"","alias":"a"}],`+
				`"addNote":[{"type":"addNote","name":"n","filter":{"conditionMatchType":"match-all"},"user":"","note":"t","alias":"a"}]}`, 200, "actions"),
		},
		{
			Name: "Replace/by none",
			Call: func(ctx context.Context, s actionService) (any, error) {
				return s.Replace(ctx, "i-1", integration.Actions{})
			},
			Exchange: apitest.Exact("PUT "+actionsAt, `{"ignore":[],"create":[],"close":[],"acknowledge":[],"addNote":[]}`, 200, "actions"),
		},
		{
			Name: "Replace/of no integration",
			Call: func(ctx context.Context, s actionService) (any, error) {
				return s.Replace(ctx, "", actions(t))
			},
			Err: services.ErrArgument,
		},
	})
}

func TestActionsWithoutARequiredMemberAreRefused(t *testing.T) {
	t.Parallel()
	s, err := openActions(http.NewFileTransport(http.Dir("none")))
	require.NoError(t, err)
	bad := integration.Action{
		Order: services.Set(-1), Recipients: []shape.Recipient{{}}, Responders: []shape.Recipient{{}},
		Filter: integration.Filter{Match: shape.FilterMatchAnyCondition},
	}
	vague := integration.Filter{Match: shape.FilterMatchAllConditions, Conditions: []shape.Condition{{Field: shape.FieldTags}}}
	_, err = s.Replace(t.Context(), "i-1", integration.Actions{
		Ignore: []integration.Action{integration.Ignore("n", everything()), bad, integration.Ignore("n", vague)},
		Create: []integration.Action{integration.CreateAlert("c", everything(), "m", "")}, // the server has a default for its alias
		Close:  []integration.Action{integration.CloseAlert("x", everything(), "")}, Acknowledge: []integration.Action{integration.AcknowledgeAlert("k", everything(), "")},
		AddNote: []integration.Action{integration.AddNote("n", everything(), "", "")},
	})
	require.ErrorIs(t, err, services.ErrArgument)
	for _, want := range []string{
		"ignore[1].type is required", "ignore[1].name is required", "ignore[1].order must not be negative", "ignore[1].filter.conditions is required",
		"ignore[1].recipients[0] has neither", "ignore[1].responders[0] has neither", "ignore[2].filter.conditions[0].operation is required",
		"close[0].alias is required", "acknowledge[0].alias is required", "addNote[0].alias is required", "addNote[0].note is required",
	} {
		assert.Equal(t, 1, strings.Count(err.Error(), want), want)
	}
	require.NotContains(t, err.Error(), "create[0]")
	require.NotContains(t, err.Error(), "ignore[0]")
}

// S7: actions are written as they were read, at every depth.
func TestActionsAreWrittenAsTheyWereRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"create":null,"close":7,"ignore":[null]}`, `{"_parent":{},"ignore":[]}`, `{"_parent":{"id":"i","more":[1]}}`,
		`{"create":[{"type":"create","name":"n","filter":{"more":1,"conditions":[{"field":"x","deep":{"y":2}}]},"user":null,"tags":"x"}]}`,
		`{"ignore":[{"type":"snooze","filter":null,"user":"u","note":"","alias":"a","order":null,"hours":1}]}`,
	} {
		var all integration.Actions
		require.NoError(t, json.Unmarshal([]byte(text), &all))
		back, err := json.Marshal(all)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(back))
	}
	var all integration.Actions
	require.NoError(t, json.Unmarshal([]byte(`{"_parent":{"x":1},"create":[{"filter":{"more":1},"deep":{"x":1}}]}`), &all))
	all.Parent.ID, all.Create[0].Name, all.Create[0].Filter.Match = "i", "n", shape.FilterMatchAll
	back, err := json.Marshal(all)
	require.NoError(t, err)
	assert.JSONEq(t, `{"_parent":{"id":"i","x":1},"create":[{"name":"n","filter":{"conditionMatchType":"match-all","more":1},"deep":{"x":1}}]}`, string(back))
	require.Error(t, json.Unmarshal([]byte(`[]`), &all))
}

// S7: what the API requires of an action is added when it is sent, and replaces nothing.
func TestReplaceAddsOnlyWhatIsAbsent(t *testing.T) {
	t.Parallel()
	all := integration.Actions{}
	require.NoError(t, json.Unmarshal([]byte(`{"create":[{"type":"create","name":"n","filter":{},"user":null,"alias":7}],"close":7}`), &all))
	_, err := apitest.Verify(t.Context(), openActions, actionRow{
		Name: "Replace",
		Call: func(ctx context.Context, s actionService) (any, error) { return s.Replace(ctx, "i-1", all) },
		Exchange: apitest.Exact("PUT "+actionsAt, `{"ignore":[],"create":[{"type":"create","name":"n","filter":{},"user":null,"note":"","alias":7}],`+
			`"close":7,"acknowledge":[],"addNote":[]}`, 200, "actions"),
	})
	require.NoError(t, err)
	assert.True(t, all.Create[0].Note.IsZero(), "the caller's actions are not changed")
}

func ExampleNewActions() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": {"create": [{"type": "create", "name": "New"}]}}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	all, err := integration.NewActions(client).List(context.Background(), "b7f0")
	if err != nil {
		panic(err)
	}
	fmt.Println(all.Value.Create[0].Name)
	// Output: New
}

func ExampleAction() {
	f := integration.Filter{Match: shape.FilterMatchAll}
	for _, a := range []integration.Action{
		integration.CreateAlert("New", f, "{{message}}", "{{alias}}"), integration.CloseAlert("Over", f, "{{alias}}"),
		integration.AcknowledgeAlert("Seen", f, "{{alias}}"), integration.AddNote("Said", f, "{{alias}}", "{{note}}"),
		integration.Ignore("Noise", f),
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
