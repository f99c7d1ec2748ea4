package policy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const (
	at       = "/v2/policies"
	fullText = `{"type":"alert","name":"Tag","policyDescription":"d","enabled":false,"filter":{"type":"match-all"},` +
		`"timeRestrictions":{"type":"time-of-day","restriction":{"startHour":0,"startMin":0,"endHour":6,"endMin":0}},` +
		`"message":"{{message}}","alias":"a","description":"x","alertDescription":"y","entity":"e","source":"s","priority":"P2","actions":["Restart"],` +
		`"responders":[{"type":"team","id":"t-1"}],"tags":["eu"],"details":{"k":"v"},"ignoreOriginalActions":true,"ignoreOriginalDetails":true,` +
		`"ignoreOriginalResponders":true,"ignoreOriginalTags":false,"ignoreOriginalTeams":true,"continue":true}`
	quietText = `{"type":"notification","name":"Quiet","enabled":false,"filter":{"type":"match-all"},` +
		`"autoRestartAction":{"duration":{"timeAmount":5,"timeUnit":"minutes"},"maxRepeatCount":0},` +
		`"autoCloseAction":{"duration":{"timeAmount":1,"timeUnit":"days"}},` +
		`"deduplicationAction":{"deduplicationActionType":"frequency-based","count":2,"duration":{"timeAmount":1,"timeUnit":"hours"}},` +
		`"delayAction":{"delayOption":"next-time","untilHour":0,"untilMinute":30},"suppress":false}`
)

func full() policy.Policy {
	return policy.Policy{
		Name: "Tag", Description: "d", Enabled: false, Filter: shape.MatchAll(),
		TimeRestrictions: shape.Daily(shape.DayHours{EndHour: 6}),
		Action: policy.Alert{
			Message: "{{message}}", Alias: "a", Description: "x", AlertDescription: "y", Entity: "e", Source: "s", Priority: shape.P2,
			Actions: []string{"Restart"}, Responders: []shape.Responder{shape.TeamByID("t-1")}, Tags: []string{"eu"}, Details: map[string]string{"k": "v"},
			IgnoreOriginalActions: new(true), IgnoreOriginalDetails: new(true), IgnoreOriginalResponders: new(true),
			IgnoreOriginalTags: new(false), IgnoreOriginalTeams: new(true), Continue: new(true),
		},
	}
}

func quiet() policy.Policy {
	return policy.Policy{
		Name: "Quiet", Filter: shape.MatchAll(),
		Action: policy.Notification{
			AutoRestart: &policy.AutoRestart{Duration: shape.For(5 * time.Minute)},
			AutoClose:   &policy.AutoClose{Duration: shape.For(24 * time.Hour)},
			Deduplicate: &policy.Deduplication{By: policy.FrequencyBased, Count: 2, Duration: shape.For(time.Hour)},
			Delay:       &policy.Delay{Option: policy.NextTime, UntilHour: new(0), UntilMinute: new(30)},
			Suppress:    new(false),
		},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const id, team = "f2c89a04-6d7e-4135-9ba8-517e0c3d64fb", "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11"
	list := []policy.Summary{{ID: id, Name: "Tag EU alerts", Type: policy.KindAlert, Enabled: true}}
	apitest.Run(t, open, []row{
		{
			Name: "Create/for alerts",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, policy.CreateRequest{Policy: full()}))
			},
			Exchange: apitest.Exact("POST "+at, fullText, 201, "created"),
			Want:     policy.Summary{ID: team, Name: "Storage"},
		},
		{
			Name: "Create/for notifications",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, policy.CreateRequest{TeamID: "t-1", Policy: quiet()})
			},
			Exchange: apitest.Exact("POST "+at+"?teamId=t-1", quietText, 201, "created"),
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, policy.CreateRequest{Policy: policy.Policy{Name: "n", Action: policy.Alert{Message: "m"}}})
			},
			Exchange: apitest.Exact("POST "+at, `{"type":"alert","name":"n","enabled":false,"message":"m"}`, 201, "created"),
		},
		{
			Name: "Create/without anything",
			Call: func(ctx context.Context, s service) (any, error) { return s.Create(ctx, policy.CreateRequest{}) },
			Err:  services.ErrArgument,
		},
		{
			Name: "Get/an alert policy",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, policy.GetRequest{ID: "a/b", TeamID: "t-1"}))
			},
			Exchange: apitest.Exact("GET "+at+"/a%2Fb?teamId=t-1", "", 200, "alert"),
			Want: policy.Policy{
				ID: id, Name: "Tag EU alerts", Enabled: true,
				Filter:           shape.MatchAllConditions(shape.Condition{Field: shape.FieldSource, Operation: shape.Contains, ExpectedValue: "eu-"}),
				TimeRestrictions: shape.Daily(shape.DayHours{EndHour: 6}),
				Action:           policy.Alert{Message: "{{message}}", Continue: new(true), Tags: []string{"eu"}, IgnoreOriginalTags: new(false)},
			},
		},
		{
			Name: "Get/a notification policy",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, policy.GetRequest{ID: "p-1"}))
			},
			Exchange: apitest.Exact("GET "+at+"/p-1", "", 200, "notification"),
			Want: policy.Policy{
				ID: "1a94f6e0-d7c2-4b85-903e-6d58b1c07fa9", Name: "Quiet nights", TeamID: team, Enabled: true, Filter: shape.MatchAll(),
				Action: policy.Notification{
					Delay:     &policy.Delay{Option: policy.NextTime, UntilHour: new(7), UntilMinute: new(30)},
					AutoClose: &policy.AutoClose{Duration: shape.For(24 * time.Hour)}, Suppress: new(false),
				},
			},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, policy.UpdateRequest{ID: "p-1", TeamID: "t-1", Policy: quiet()})
			},
			Exchange: apitest.Exact("PUT "+at+"/p-1?teamId=t-1", quietText, 200, "created"),
		},
		{
			Name: "Update/without an id",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, policy.UpdateRequest{Policy: full()})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, policy.DeleteRequest{ID: "p-1", TeamID: "t-1"})
			},
			Exchange: apitest.Exact("DELETE "+at+"/p-1?teamId=t-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Enable(ctx, policy.EnableRequest{ID: "p-1", TeamID: "t-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/enable?teamId=t-1", "", 200, "created"),
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Disable(ctx, policy.DisableRequest{ID: "p-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/disable", "", 200, "created"),
		},
		{
			Name: "ChangeOrder/to the first place",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeOrder(ctx, policy.ChangeOrderRequest{ID: "p-1", TeamID: "t-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/change-order?teamId=t-1", `{"targetIndex":0}`, 200, "created"),
		},
		{
			Name: "ChangeOrder/to nowhere",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeOrder(ctx, policy.ChangeOrderRequest{ID: "p-1", TargetIndex: -1})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "ListAlert",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListAlert(ctx, policy.ListAlertRequest{}))
			},
			Exchange: apitest.Exact("GET "+at+"/alert", "", 200, "list"),
			Want:     list,
		},
		{
			Name: "ListNotification",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListNotification(ctx, policy.ListNotificationRequest{TeamID: "t-1"}))
			},
			Exchange: apitest.Exact("GET "+at+"/notification?teamId=t-1", "", 200, "list"),
			Want:     list,
		},
		{
			Name: "ListNotification/of no team",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ListNotification(ctx, policy.ListNotificationRequest{})
			},
			Err: services.ErrArgument,
		},
	})
}

// S2: a policy of an unknown kind is sent back as it came.
func TestAPolicyOfAnUnknownKindIsKept(t *testing.T) {
	t.Parallel()
	const text = `{"type":"oracle","name":"n","depth":9007199254740993,"id":"p-1"}`
	var p policy.Policy
	require.NoError(t, json.Unmarshal([]byte(text), &p))
	assert.Equal(t, policy.Kind("oracle"), p.Action.Kind())
	assert.Equal(t, "n", p.Name)
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update",
		Call: func(ctx context.Context, s service) (any, error) {
			return s.Update(ctx, policy.UpdateRequest{ID: "p-1", Policy: p})
		},
		Exchange: apitest.Exact("PUT "+at+"/p-1", text, 200, "created"),
	})
	require.NoError(t, err)
}

func TestAPolicySurvivesTheWayBack(t *testing.T) {
	t.Parallel()
	for text, p := range map[string]policy.Policy{fullText: full(), quietText: quiet()} {
		var back policy.Policy
		require.NoError(t, json.Unmarshal([]byte(text), &back))
		assert.Equal(t, p, back)
	}
	for _, wrong := range []string{`[]`, `{"type":"alert","message":7}`, `{"type":"notification","suppress":7}`} {
		require.ErrorContains(t, json.Unmarshal([]byte(wrong), new(policy.Policy)), "policy: read policy", wrong)
	}
	for want, p := range map[string]policy.Policy{"it has no action": {}, "*policy.Alert is not an action": {Action: &policy.Alert{}}} {
		_, err := json.Marshal(p)
		require.ErrorContains(t, err, want)
	}
}

func TestAllThatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in   policy.Policy
		want []string
	}{
		{policy.Policy{}, []string{"argument type is required: set Action", "argument name is required"}},
		{policy.Policy{Action: (*policy.Alert)(nil)}, []string{"not to a pointer"}},
		{policy.Policy{Action: policy.Alert{Responders: []shape.Responder{{}}}}, []string{"argument message is required", "responders[0] has neither"}},
		{policy.Policy{Action: policy.Notification{}}, []string{"argument teamId is required"}},
		{policy.Policy{Filter: shape.MatchAnyCondition(), TimeRestrictions: shape.Weekly()}, []string{"filter.conditions", "timeRestrictions.restrictions"}},
		{
			policy.Policy{Action: policy.Notification{
				AutoRestart: &policy.AutoRestart{MaxRepeatCount: -1}, AutoClose: &policy.AutoClose{},
				Deduplicate: &policy.Deduplication{Count: -1, Duration: shape.For(-1)}, Delay: &policy.Delay{UntilHour: new(-1), UntilMinute: new(-1)},
			}},
			[]string{
				"autoRestartAction.duration is required", "autoRestartAction.maxRepeatCount must not be negative", "autoCloseAction.duration is required",
				"deduplicationActionType is required", "deduplicationAction.count must", "deduplicationAction.duration must",
				"delayAction.delayOption is required", "delayAction.untilHour must", "delayAction.untilMinute must",
			},
		},
	} {
		err := policy.CreateRequest{Policy: row.in}.Check()
		require.ErrorIs(t, err, services.ErrArgument)
		for _, want := range row.want {
			require.ErrorContains(t, err, want)
		}
	}
	require.NoError(t, policy.CreateRequest{Policy: policy.Policy{Name: "n", TeamID: "t-1", Action: policy.Notification{}}}.Check())
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent, err := io.ReadAll(req.Body)
		fmt.Println(req.Method, req.URL.Path, string(sent))
		body := io.NopCloser(strings.NewReader(`{"data": {"id": "f2c8", "name": "Tag"}}`))
		return &http.Response{StatusCode: 201, Body: body, Request: req}, err
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	made, err := policy.New(client).Create(context.Background(), policy.CreateRequest{Policy: policy.Policy{
		Name: "Tag", Enabled: true, Action: policy.Alert{Message: "{{message}}", Tags: []string{"eu"}},
	}})
	if err != nil {
		panic(err)
	}
	fmt.Println(made.Value.ID)
	// Output:
	// POST /v2/policies {"type":"alert","name":"Tag","enabled":true,"message":"{{message}}","tags":["eu"]}
	// f2c8
}
