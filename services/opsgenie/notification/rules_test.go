package notification_test

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

func newSteps() []notification.Step {
	return []notification.Step{{Contact: notification.Contact{Method: shape.Email, To: user}, SendAfter: shape.For(0), Enabled: services.Set(true)}}
}

// S10: new rules and steps are enabled unless they say otherwise, and every member of an update can
// be cleared.
func TestEveryOperationOnRulesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	leads := []notification.Lead{notification.JustBefore, notification.OneDay}
	schedules := []shape.Responder{shape.ScheduleByName("Nights")}
	repetition := notification.Repetition{LoopAfter: 10, Enabled: services.Set(true)}
	created := notification.Summary{ID: "c6a0e8f2-5b1d-4c7e-8f39-0d2b6a914e11", Name: "Storage"}
	apitest.Run(t, open, []row{
		{
			Name: "Create",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Create(ctx, notification.CreateRequest{
					User: user, Name: "n", ActionType: notification.ScheduleStart, Criteria: shape.MatchAll(), NotificationTime: leads,
					TimeRestriction: night(), Schedules: schedules, Order: services.Set(0), Steps: newSteps(), Repeat: services.Set(repetition),
					Enabled: services.Set(true),
				}))
			},
			Exchange: apitest.Exact("POST "+at, `{"name":"n","actionType":"schedule-start",`+parts+`"order":0,`+steps+repeat+`"enabled":true}`, 201, "created"),
			Repeat:   services.RetryIfRefused,
			Want:     created,
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Create(ctx, notification.CreateRequest{User: "u/1", Name: "n", ActionType: notification.CreateAlert})
			},
			Exchange: apitest.Exact("POST /v2/users/u%2F1/notification-rules", `{"name":"n","actionType":"create-alert","enabled":true}`, 201, "created"),
			Repeat:   services.RetryIfRefused,
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
				return apitest.Value(s.Get(ctx, user, "r-1"))
			},
			Exchange: apitest.Exact("GET "+at+"/r-1", "", 200, "get"),
			Want: notification.Rule{
				ID: "bd31c8f7-20e6-4a95-8d04-97fa5c6e12b0", Name: "New alert", ActionType: notification.CreateAlert, Order: 1, Enabled: true,
				Criteria: shape.MatchAll(), NotificationTime: []notification.Lead{}, Schedules: []shape.Responder{}, Repeat: notification.Repetition{Enabled: services.Set(false)},
				Steps: []notification.Step{{
					ID: "0c7e5a98-f416-4b2d-93ce-81d6b0af7e34", SendAfter: shape.For(0),
					Contact: notification.Contact{Method: shape.Email, To: user}, Enabled: services.Set(true),
				}},
			},
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.List(ctx, user))
			},
			Exchange: apitest.Exact("GET "+at, "", 200, "list"),
			Want:     []notification.Summary{{ID: "r-1", Name: "New alert", ActionType: notification.CreateAlert, Order: 1, Enabled: true}},
		},
		{
			Name: "Update",
			Call: func(ctx context.Context, s service) (any, error) {
				return apitest.Value(s.Update(ctx, notification.UpdateRequest{
					User: user, ID: "r-1", Name: services.Set("n"), Criteria: services.Set(shape.MatchAll()), NotificationTime: services.Set(leads),
					TimeRestriction: services.Set(night()), Schedules: services.Set(schedules), Steps: services.Set(newSteps()),
					Repeat: services.Set(repetition), Order: services.Set(0), Enabled: services.Set(false),
				}))
			},
			Exchange: apitest.Exact("PATCH "+at+"/r-1", `{"name":"n",`+parts+steps+repeat+`"order":0,"enabled":false}`, 200, "created"),
			Repeat:   services.SafeToRetry,
			Want:     created,
		},
		{
			Name: "Update/to no steps",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, notification.UpdateRequest{User: user, ID: "r-1", Steps: services.Set([]notification.Step{})})
			},
			Exchange: apitest.Exact("PATCH "+at+"/r-1", `{"steps":[]}`, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Update/with what is cleared, and a new step",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, notification.UpdateRequest{
					User: user, ID: "r-1", TimeRestriction: services.Null[shape.TimeRestriction](), NotificationTime: services.Set([]notification.Lead{}),
					Steps: services.Set([]notification.Step{{Contact: notification.Contact{Method: shape.SMS, To: "1"}}}),
				})
			},
			Exchange: apitest.Exact("PATCH "+at+"/r-1", `{"notificationTime":[],"timeRestriction":null,`+
				`"steps":[{"contact":{"method":"sms","to":"1"},"enabled":true}]}`, 200, "created"),
			Repeat: services.SafeToRetry,
		},
		{
			Name: "Update/with an impossible order",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, notification.UpdateRequest{User: user, ID: "r-1", Order: services.Set(-1)})
			},
			Err: services.ErrArgument,
		},
		{
			Name: "Delete",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Delete(ctx, user, "r-1")
			},
			Exchange: apitest.Exact("DELETE "+at+"/r-1", "", 200, "deleted"),
		},
		{
			Name: "Enable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Enable(ctx, user, "r-1")
			},
			Exchange: apitest.Exact("POST "+at+"/r-1/enable", "", 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "Disable",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.Disable(ctx, user, "r-1")
			},
			Exchange: apitest.Exact("POST "+at+"/r-1/disable", "", 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "ChangeOrder/to the first place",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.ChangeOrder(ctx, notification.ChangeOrderRequest{User: user, ID: "r-1"})
			},
			Exchange: apitest.Exact("POST "+at+"/r-1/change-order", `{"order":0}`, 200, "created"),
			Repeat:   services.SafeToRetry,
		},
		{
			Name: "CopyTo",
			Call: func(ctx context.Context, s service) (any, error) {
				return s.CopyTo(ctx, notification.CopyToRequest{
					User: user, ToUsers: []string{"bob@example.com"}, RuleTypes: []notification.RuleType{notification.CopyNewAlert},
				})
			},
			Exchange: apitest.Exact("POST "+at+"/copy-to", `{"toUsers":["bob@example.com"],"ruleTypes":["new-alert"]}`, 200, "deleted"),
			Repeat:   services.RetryIfRefused,
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

func TestARuleWithoutARequiredMemberIsRefused(t *testing.T) {
	t.Parallel()
	s, err := open(http.NewFileTransport(http.Dir("none")))
	require.NoError(t, err)
	schedules := []shape.Responder{{}, shape.TeamByID("t")}
	steps := []notification.Step{{SendAfter: shape.For(-time.Minute)}}
	repeat := services.Set(notification.Repetition{LoopAfter: -1})
	_, created := s.Create(t.Context(), notification.CreateRequest{
		Criteria: shape.MatchAnyCondition(), TimeRestriction: shape.Weekly(), Schedules: schedules, Steps: steps, Repeat: repeat, Order: services.Set(-1),
	})
	_, updated := s.Update(t.Context(), notification.UpdateRequest{
		Name: services.Set(""), Criteria: services.Set(shape.MatchAnyCondition()), TimeRestriction: services.Set(shape.Weekly()),
		Schedules: services.Set(schedules), Steps: services.Set(steps), Repeat: repeat, Order: services.Set(-1),
	})
	for _, err := range []error{created, updated} {
		require.ErrorIs(t, err, services.ErrArgument)
		for _, want := range []string{
			"identifier is required", "argument name is required", "criteria.conditions is required", "timeRestriction.restrictions is required",
			"schedules[0] has neither", "schedules must be of kind schedule", "steps[0].contact.method is required", "steps[0].contact.to is required",
			"steps[0].sendAfter must not be negative", "repeat.loopAfter must not be negative", "order must not be negative",
		} {
			assert.Equal(t, 1, strings.Count(err.Error(), want), "%s: %s", want, err)
		}
	}
	_, err = s.Update(t.Context(), notification.UpdateRequest{
		User: user, ID: "r-1", Criteria: services.Set(shape.Filter{}), TimeRestriction: services.Set(shape.TimeRestriction{}),
	})
	require.ErrorContains(t, err, "criteria is set to nothing")
	require.ErrorContains(t, err, "timeRestriction is set to nothing")
}

// S7: a rule is written as it was read, at every depth.
func TestARuleIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{}`, `{"id":"r","name":null,"order":"1","enabled":7,"criteria":null,"steps":[],"repeat":{},"schedules":null}`,
		`{"criteria":{"type":"match-all","deep":{"x":1}},"steps":[{"id":"s","_parent":{"id":"r","more":1},"contact":{"method":"fax","x":[]},"sendAfter":null}]}`,
		`{"repeat":{"loopAfter":null,"enabled":"yes","more":1},"notificationTime":["soon",7],"schedules":[{"type":"schedule","id":"","x":1}]}`,
	} {
		var r notification.Rule
		require.NoError(t, json.Unmarshal([]byte(text), &r))
		back, err := json.Marshal(r)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(back))
	}
}

// S7: what is not known stays beside what is changed.
func TestARuleIsChangedAtEveryDepth(t *testing.T) {
	t.Parallel()
	var r notification.Rule
	require.NoError(t, json.Unmarshal([]byte(`{"a":1,"repeat":{"b":1},"steps":[{"c":1,"contact":{"d":1},"_parent":{"e":1}}]}`), &r))
	r.Repeat.LoopAfter, r.Steps[0].ID, r.Steps[0].Contact.To, r.Steps[0].Parent.Name = 5, "s", "x", "n"
	back, err := json.Marshal(r)
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":1,"repeat":{"loopAfter":5,"b":1},"steps":[{"id":"s","c":1,"contact":{"to":"x","d":1},"_parent":{"name":"n","e":1}}]}`, string(back))
}

// S7: Update sends what Get returned, without what the server sets.
func TestARuleThatWasReadIsChangedAndSent(t *testing.T) {
	t.Parallel()
	const rest = `"criteria":{"type":"match-all","more":1},"order":2,"repeat":{"loopAfter":5,"times":3},"strange":[1],"timeRestriction":null`
	const step = `"contact":{"method":"email","to":"a","more":1},"enabled":false,"sendAfter":{"timeAmount":60,"timeUnit":"minutes"},"x":{"y":1}`
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update",
		Call: func(ctx context.Context, s service) (any, error) {
			got, err := s.Get(ctx, user, "r-1")
			if err != nil {
				return nil, err
			}
			in := got.Value.Request()
			assert.Equal(t, "s-1", got.Value.Steps[0].ID, "the rule that was read is not changed")
			in.User, in.Enabled = user, services.Set(false)
			return s.Update(ctx, in)
		},
		Exchange: apitest.Exchange{
			Send:   "GET " + at + "/r-1",
			Answer: `{"data":{"id":"r-1","actionType":"create-alert","name":"n","enabled":true,"steps":[{"id":"s-1",` + step + `}],` + rest + `}}`,
		},
		Then: []apitest.Exchange{{
			Send: "PATCH " + at + "/r-1", Body: `{"name":"n","enabled":false,"steps":[{` + step + `}],` + rest + `}`, Answer: `{"data":{"id":"r-1"}}`,
		}},
	})
	require.NoError(t, err)
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
	list, err := notification.New(client).List(context.Background(), "ada@example.com")
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Value[0].ActionType)
	// Output: create-alert
}
