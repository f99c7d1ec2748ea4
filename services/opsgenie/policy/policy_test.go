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
	quietText = `{"type":"notification","name":"Quiet","teamId":"t-1","enabled":false,"filter":{"type":"match-all"},` +
		`"autoRestartAction":{"duration":{"timeAmount":5,"timeUnit":"minutes"},"maxRepeatCount":0},` +
		`"autoCloseAction":{"duration":{"timeAmount":1,"timeUnit":"days"}},` +
		`"deduplicationAction":{"deduplicationActionType":"frequency-based","count":2,"duration":{"timeAmount":1,"timeUnit":"hours"}},` +
		`"delayAction":{"delayOption":"next-time","untilHour":0,"untilMinute":30},"suppress":false}`
)

func full() policy.Policy {
	return policy.Policy{
		Name: "Tag", Description: services.Set("d"), Enabled: services.Set(false), Filter: services.Set(shape.MatchAll()),
		TimeRestrictions: services.Set(shape.Daily(shape.DayHours{EndHour: 6})),
		Action: policy.Alert{
			Message: "{{message}}", Alias: services.Set("a"), Description: services.Set("x"), AlertDescription: services.Set("y"),
			Entity: services.Set("e"), Source: services.Set("s"), Priority: services.Set(shape.P2), Actions: services.Set([]string{"Restart"}),
			Responders: services.Set([]shape.Responder{shape.TeamByID("t-1")}), Tags: services.Set([]string{"eu"}), Details: services.Set(map[string]string{"k": "v"}),
			IgnoreOriginalActions: services.Set(true), IgnoreOriginalDetails: services.Set(true), IgnoreOriginalResponders: services.Set(true),
			IgnoreOriginalTags: services.Set(false), IgnoreOriginalTeams: services.Set(true), Continue: services.Set(true),
		},
	}
}

func quiet() policy.Policy {
	return policy.Policy{
		Name: "Quiet", TeamID: "t-1", Enabled: services.Set(false), Filter: services.Set(shape.MatchAll()),
		Action: policy.Notification{
			AutoRestart:   services.Set(policy.AutoRestart{Duration: shape.For(5 * time.Minute)}),
			AutoClose:     services.Set(policy.AutoClose{Duration: shape.For(24 * time.Hour)}),
			Deduplication: services.Set(policy.Deduplication{By: policy.FrequencyBased, Count: 2, Duration: shape.For(time.Hour)}),
			Delay:         services.Set(policy.Delay{Option: policy.NextTime, UntilHour: services.Set(0), UntilMinute: services.Set(30)}),
			Suppress:      services.Set(false),
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
				return apitest.Value(s.Create(ctx, full()))
			},
			Exchange: apitest.Exact("POST "+at, fullText, 201, "created"),
			Repeat:   services.RetryIfRefused,
			Want:     policy.Summary{ID: team, Name: "Storage"},
		},
		{
			Name: "Create/for notifications",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, quiet())
			},
			Exchange: apitest.Exact("POST "+at+"?teamId=t-1", quietText, 201, "created"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, policy.Policy{Name: "n", Action: policy.Alert{Message: "m"}})
			},
			Exchange: apitest.Exact("POST "+at, `{"type":"alert","name":"n","message":"m"}`, 201, "created"),
			Repeat:   services.RetryIfRefused,
		},
		{
			Name: "Create/without anything",
			Call: func(ctx context.Context, s service) (any, error) { return s.Create(ctx, policy.Policy{}) },
			Err:  services.ErrArgument,
		},
		{
			Name: "Get/without an id",
			Call: func(ctx context.Context, s service) (any, error) { return s.Get(ctx, policy.Ref{TeamID: "t-1"}) },
			Err:  services.ErrArgument,
		},
		{
			Name: "Get/an alert policy",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, policy.Ref{ID: "a/b", TeamID: "t-1"}))
			},
			Exchange: apitest.Exact("GET "+at+"/a%2Fb?teamId=t-1", "", 200, "alert"),
			Want: policy.Policy{
				ID: id, Type: policy.KindAlert, Name: "Tag EU alerts", Description: services.Set(""), Enabled: services.Set(true),
				Filter: services.Set(shape.MatchAllConditions(
					shape.Condition{Field: shape.FieldSource, Operation: shape.Contains, ExpectedValue: "eu-"})),
				TimeRestrictions: services.Set(shape.Daily(shape.DayHours{EndHour: 6})),
				Action: policy.Alert{
					Message: "{{message}}", Continue: services.Set(true), Tags: services.Set([]string{"eu"}), IgnoreOriginalTags: services.Set(false),
				},
			},
		},
		{
			Name: "Get/a notification policy",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, policy.Ref{ID: "p-1"}))
			},
			Exchange: apitest.Exact("GET "+at+"/p-1", "", 200, "notification"),
			Want: policy.Policy{
				ID: "1a94f6e0-d7c2-4b85-903e-6d58b1c07fa9", Type: policy.KindNotification, Name: "Quiet nights", TeamID: team, Enabled: services.Set(true),
				Filter: services.Set(shape.MatchAll()),
				Action: policy.Notification{
					Delay:     services.Set(policy.Delay{Option: policy.NextTime, UntilHour: services.Set(7), UntilMinute: services.Set(30)}),
					AutoClose: services.Set(policy.AutoClose{Duration: shape.For(24 * time.Hour)}), Suppress: services.Set(false),
				},
			},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				p := quiet()
				p.ID = "p-1"
				return s.Update(ctx, p)
			},
			Exchange: apitest.Exact("PUT "+at+"/p-1?teamId=t-1", `{"id":"p-1",`+quietText[1:], 200, "created"),
		},
		{
			Name: "Update/without an id",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, full())
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, policy.Ref{ID: "p-1", TeamID: "t-1"})
			},
			Exchange: apitest.Exact("DELETE "+at+"/p-1?teamId=t-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Enable(ctx, policy.Ref{ID: "p-1", TeamID: "t-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/enable?teamId=t-1", "", 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Disable(ctx, policy.Ref{ID: "p-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/disable", "", 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "ChangeOrder/to the first place",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeOrder(ctx, policy.ChangeOrderRequest{Ref: policy.Ref{ID: "p-1", TeamID: "t-1"}})
			},
			Exchange: apitest.Exact("POST "+at+"/p-1/change-order?teamId=t-1", `{"targetIndex":0}`, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "ChangeOrder/to nowhere",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeOrder(ctx, policy.ChangeOrderRequest{Ref: policy.Ref{ID: "p-1"}, TargetIndex: -1})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "ListAlert",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListAlert(ctx, ""))
			},
			Exchange: apitest.Exact("GET "+at+"/alert", "", 200, "list"),
			Want:     list,
		},
		{
			Name: "ListNotification",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.ListNotification(ctx, "t-1"))
			},
			Exchange: apitest.Exact("GET "+at+"/notification?teamId=t-1", "", 200, "list"),
			Want:     list,
		},
		{
			Name: "ListNotification/of no team",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ListNotification(ctx, "")
			},
			Err: services.ErrArgument,
		},
	})
}

func TestAPolicyWithoutARequiredMemberIsRefused(t *testing.T) {
	t.Parallel()
	s, err := open(http.NewFileTransport(http.Dir("none")))
	require.NoError(t, err)
	for _, row := range []struct {
		in   policy.Policy
		want []string
	}{
		{policy.Policy{}, []string{"action is required", "name is required"}},
		{policy.Policy{Type: policy.KindAlert}, []string{"action is required", "name is required"}},
		{policy.Policy{Action: (*policy.Alert)(nil)}, []string{"action is of type *policy.Alert: pass a value, not a pointer"}},
		{
			policy.Policy{Action: policy.Alert{Responders: services.Set([]shape.Responder{{}})}},
			[]string{"message is required", "responders[0] has neither"},
		},
		{policy.Policy{Action: policy.Notification{}}, []string{"teamId is required"}},
		{
			policy.Policy{Filter: services.Set(shape.MatchAnyCondition()), TimeRestrictions: services.Set(shape.Weekly())},
			[]string{"filter.conditions is required", "timeRestrictions.restrictions is required"},
		},
		{
			policy.Policy{Filter: services.Set(shape.Filter{}), TimeRestrictions: services.Set(shape.TimeRestriction{})},
			[]string{"filter is set to nothing", "timeRestrictions is set to nothing"},
		},
		{
			policy.Policy{Action: policy.Notification{
				AutoRestart: services.Set(policy.AutoRestart{MaxRepeatCount: -1}), AutoClose: services.Set(policy.AutoClose{}),
				Deduplication: services.Set(policy.Deduplication{Duration: shape.For(-1)}),
				Delay:         services.Set(policy.Delay{UntilHour: services.Set(-1), UntilMinute: services.Set(-1), Duration: shape.For(-1)}),
			}},
			[]string{
				"autoRestartAction.duration is required", "autoRestartAction.maxRepeatCount must not be negative", "autoCloseAction.duration is required",
				"deduplicationActionType is required", "deduplicationAction.count is required", "deduplicationAction.duration must not be negative",
				"delayAction.delayOption is required", "delayAction.untilHour must", "delayAction.untilMinute must", "delayAction.duration must not be negative",
			},
		},
	} {
		_, err := s.Create(t.Context(), row.in)
		require.ErrorIs(t, err, services.ErrArgument)
		for _, want := range row.want {
			assert.Equal(t, 1, strings.Count(err.Error(), want), "%s: %s", want, err)
		}
	}
	_, err = json.Marshal(policy.Policy{Action: &policy.Alert{}})
	require.ErrorContains(t, err, "policy: write policy: action is a *policy.Alert")
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
	made, err := policy.New(client).Create(context.Background(), policy.Policy{
		Name: "Tag", Enabled: services.Set(true),
		Action: policy.Alert{Message: "{{message}}", Tags: services.Set([]string{"eu"})},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(made.Value.ID)
	// Output:
	// POST /v2/policies {"type":"alert","name":"Tag","enabled":true,"message":"{{message}}","tags":["eu"]}
	// f2c8
}
