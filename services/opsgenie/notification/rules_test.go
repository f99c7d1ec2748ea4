package notification_test

import (
	"context"
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
	"github.com/tripware/tripware/services/opsgenie/notification"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

const (
	user  = "ada@example.com"
	at    = "/v2/users/ada@example.com/notification-rules"
	parts = `"criteria":{"type":"match-all"},"notificationTime":["just-before","1-day-ago"],` +
		`"timeRestriction":{"type":"time-of-day","restriction":{"startHour":22,"startMin":0,"endHour":6,"endMin":0}},` +
		`"schedules":[{"type":"schedule","name":"Nights"}],`
	steps  = `"steps":[{"contact":{"method":"email","to":"ada@example.com"},"sendAfter":{"timeAmount":0,"timeUnit":"minutes"},"enabled":true}],`
	repeat = `"repeat":{"loopAfter":10,"enabled":true},`
)

func night() shape.TimeRestriction { return shape.Daily(shape.DayHours{StartHour: 22, EndHour: 6}) }

func newSteps() []notification.NewStep {
	return []notification.NewStep{{Contact: notification.Contact{Method: notification.Email, To: user}, SendAfter: shape.For(0), Enabled: true}}
}

func TestEveryOperationOnRulesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	leads := []notification.Lead{notification.JustBefore, notification.OneDay}
	schedules := []shape.Responder{shape.ScheduleByName("Nights")}
	repetition := &notification.Repetition{LoopAfter: 10, Enabled: new(true)}
	created := notification.Summary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}
	apitest.Run(t, open, []row{
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, notification.CreateRequest{
					User: user, Name: "n", ActionType: notification.ScheduleStart, Criteria: shape.MatchAll(), NotificationTime: leads,
					TimeRestriction: night(), Schedules: schedules, Order: new(0), Steps: newSteps(), Repeats: repetition, Enabled: true,
				}))
			},
			Exchange: apitest.Exact("POST "+at, `{"name":"n","actionType":"schedule-start",`+parts+`"order":0,`+steps+repeat+`"enabled":true}`, 201, "created"),
			Want:     created,
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, notification.CreateRequest{User: "u/1", Name: "n", ActionType: notification.CreateAlert})
			},
			Exchange: apitest.Exact("POST /v2/users/u%2F1/notification-rules", `{"name":"n","actionType":"create-alert","enabled":false}`, 201, "created"),
		},
		{
			Name: "Create/of nobody",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, notification.CreateRequest{Name: "n", ActionType: notification.CreateAlert})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Create/without a name",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, notification.CreateRequest{User: user})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Get",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Get(ctx, notification.GetRequest{User: user, ID: "r-1"}))
			},
			Exchange: apitest.Exact("GET "+at+"/r-1", "", 200, "get"),
			Want: notification.Rule{
				ID: "bd31c8f7-20e6-4a95-8d04-97fa5c6e12b0", Name: "New alert", ActionType: notification.CreateAlert, Order: 1, Enabled: true,
				Criteria: shape.MatchAll(), NotificationTime: []notification.Lead{}, Schedules: []shape.Responder{}, Repeat: notification.Repetition{Enabled: new(false)},
				Steps: []notification.Step{{
					ID: "0c7e5a98-f416-4b2d-93ce-81d6b0af7e34", SendAfter: shape.For(0),
					Contact: notification.Contact{Method: notification.Email, To: user}, Enabled: true,
				}},
			},
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, notification.ListRequest{User: user}))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "list"),
			Want:     []notification.Summary{{ID: "r-1", Name: "New alert", ActionType: notification.CreateAlert, Order: 1, Enabled: true}},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, notification.UpdateRequest{
					User: user, ID: "r-1", Name: "n", Criteria: shape.MatchAll(), NotificationTime: leads, TimeRestriction: night(), Schedules: schedules,
					Steps: newSteps(), Repeats: repetition, Order: new(0), Enabled: new(false),
				}))
			},
			Exchange: apitest.Exact("PATCH "+at+"/r-1", `{"name":"n",`+parts+steps+repeat+`"order":0,"enabled":false}`, 200, "created"),
			Want:     created,
		},
		{
			Name: "Update/to no steps",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, notification.UpdateRequest{User: user, ID: "r-1", Steps: []notification.NewStep{}})
			},
			Exchange: apitest.Exact("PATCH "+at+"/r-1", `{"steps":[]}`, 200, "created"),
		},
		{
			Name: "Update/with an impossible order",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, notification.UpdateRequest{User: user, ID: "r-1", Order: new(-1)})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, notification.DeleteRequest{User: user, ID: "r-1"})
			},
			Exchange: apitest.Exact("DELETE "+at+"/r-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Enable(ctx, notification.EnableRequest{User: user, ID: "r-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/r-1/enable", "", 200, "created"),
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Disable(ctx, notification.DisableRequest{User: user, ID: "r-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/r-1/disable", "", 200, "created"),
		},
		{
			Name: "ChangeOrder/to the first place",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeOrder(ctx, notification.ChangeOrderRequest{User: user, ID: "r-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/r-1/change-order", `{"order":0}`, 200, "created"),
		},
		{
			Name: "CopyTo",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.CopyTo(ctx, notification.CopyToRequest{
					User: user, ToUsers: []string{"bob@example.com"}, RuleTypes: []notification.RuleType{notification.CopyNewAlert},
				})
			},
			Exchange: apitest.Exact("POST "+at+"/copy-to", `{"toUsers":["bob@example.com"],"ruleTypes":["new-alert"]}`, 200, "deleted"),
		},
		{
			Name: "CopyTo/to nobody",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.CopyTo(ctx, notification.CopyToRequest{User: user, RuleTypes: []notification.RuleType{notification.CopyAll}})
			},
			Err: services.ErrArgument,
		},
	})
}

func TestAllThatIsImpossibleInARuleIsNamed(t *testing.T) {
	t.Parallel()
	err := notification.CreateRequest{
		Criteria: shape.MatchAnyCondition(), TimeRestriction: shape.Weekly(), Schedules: []shape.Responder{{}, shape.TeamByID("t")},
		Steps: []notification.NewStep{{SendAfter: shape.For(-time.Minute)}}, Repeats: &notification.Repetition{LoopAfter: -1},
	}.Check()
	require.ErrorIs(t, err, services.ErrArgument)
	for _, want := range []string{
		"criteria.conditions is required", "timeRestriction.restrictions is required", "schedules[0] has neither", "schedules must be of kind schedule",
		"steps[0].contact.method is required", "steps[0].contact.to is required", "steps[0].sendAfter must not be negative", "repeat.loopAfter must not be negative",
	} {
		require.ErrorContains(t, err, want)
	}
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		body := io.NopCloser(strings.NewReader(`{"data": [{"id": "bd31", "name": "New alert", "actionType": "create-alert"}]}`))
		return &http.Response{StatusCode: 200, Body: body, Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	list, err := notification.New(client).List(context.Background(), notification.ListRequest{User: "ada@example.com"})
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Value[0].ActionType)
	// Output: create-alert
}
