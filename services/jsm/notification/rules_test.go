package notification_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/notification"
	"github.com/tripware/tripware/services/jsm/shape"
)

const (
	at    = "/v1/notification-rules"
	id    = "66666666-0000-4000-8000-000000000001"
	parts = `"criteria":{"type":"match-all"},"notificationTime":["just-before","1-day-ago"],` +
		`"timeRestriction":{"type":"time-of-day","restriction":{"startHour":22,"startMin":0,"endHour":6,"endMin":0}},"schedules":["s-1"],"order":0,` +
		`"steps":[{"contact":{"method":"email","to":"user@example.com"},"sendAfter":0,"enabled":true}],"repeat":{"loopAfter":10,"enabled":true},`
	bare = `{"name":"n","actionType":"create-alert","enabled":true}`
)

// demo is the rule of the fixture.
func demo() notification.Rule {
	return notification.Rule{
		ID: id, Name: "New alert", ActionType: notification.CreateAlert, Order: 1, Enabled: true,
		Criteria: shape.MatchAllConditions(shape.Condition{
			Field: shape.FieldExtraProperties, Key: "region", Operation: shape.Equals, ExpectedValue: "eu", Order: services.Set(0),
		}),
		Steps:  []notification.Step{step()},
		Repeat: notification.Repetition{LoopAfter: services.Set(5), Enabled: services.Set(false)},
	}
}

// step is the step of the fixtures.
func step() notification.Step {
	return notification.Step{ID: "66666666-0000-4000-8000-0000000000a1", Contact: mail(), SendAfter: services.Set(0), Enabled: services.Set(true)}
}

func mail() notification.Contact {
	return notification.Contact{Method: shape.Email, To: "user@example.com"}
}

func TestEveryOperationOnRulesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, slices.Concat(ruleCreations(), ruleUpdates(), []row{
		{
			Name:     "Get",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Get(ctx, id)) },
			Exchange: exact("GET "+at+"/"+id, "", 200, "notification_rule"), Want: demo(),
		},
		{
			Name:     "Delete",
			Call:     func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Delete(ctx, "r/1")) },
			Exchange: exact("DELETE "+at+"/r%2F1", "", 204, ""), Want: services.None{},
		},
		{ // S8: members that are null are as if they were absent.
			Name: "List",
			Call: func(ctx context.Context, s service) (any, error) {
				got, err := s.List(ctx, shape.Page{Offset: 2, Limit: 2})
				if err != nil {
					return nil, err
				}
				r := got.Value[0]
				return []any{len(got.Value), r.ID, r.Criteria.IsZero(), r.TimeRestriction.IsZero(), len(got.Meta.Mismatches)}, nil
			},
			Exchange: exact("GET "+at+"?offset=2&size=2", "", 200, "notification_rule_list"), Want: []any{1, id, true, true, 0},
		},
		{
			Name: "All",
			Call: func(ctx context.Context, s service) (any, error) {
				all, err := apitest.Collect(s.All(ctx, shape.Page{}))
				return len(all), err
			},
			Exchange: exact("GET "+at+"?size=100", "", 200, "notification_rule_list"),
			Then:     []apitest.Exchange{{Send: "GET " + prefix + at + "?offset=1&size=1", Answer: `{"values":[{"id":"r-2"}],"links":{"next":null}}`}},
			Want:     2,
		},
		refused("Get/no id", "id is required", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, "") }),
	}))
}

// S10: new rules and steps are enabled unless they say otherwise.
func ruleCreations() []row {
	create := func(in notification.CreateRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	with := func(change func(*notification.CreateRequest)) func(context.Context, service) (any, error) {
		in := notification.CreateRequest{Name: "n", ActionType: notification.CreateAlert}
		change(&in)
		return create(in)
	}
	return []row{
		{
			Name: "Create",
			Call: create(notification.CreateRequest{
				Name: "n", ActionType: notification.ScheduleStart, Criteria: shape.MatchAll(), NotificationTime: []notification.Lead{notification.JustBefore, notification.OneDay},
				TimeRestriction: shape.Daily(shape.DayHours{StartHour: 22, EndHour: 6}), Schedules: []string{"s-1"}, Order: services.Set(0),
				Steps:  []notification.Step{{Contact: mail(), SendAfter: services.Set(0)}},
				Repeat: services.Set(notification.Repetition{LoopAfter: services.Set(10), Enabled: services.Set(true)}), Enabled: services.Set(false),
			}),
			Exchange: exact("POST "+at, `{"name":"n","actionType":"schedule-start",`+parts+`"enabled":false}`, 201, "notification_rule"),
			Repeat:   services.RetryIfRefused, Want: demo(),
		},
		{
			Name: "Create/only what is required", Call: create(notification.CreateRequest{Name: "n", ActionType: notification.CreateAlert}),
			Exchange: exact("POST "+at, bare, 201, "notification_rule"), Repeat: services.RetryIfRefused,
		},
		refused("Create/no name", "name is required", create(notification.CreateRequest{ActionType: notification.AddNote})),
		refused("Create/no event", "actionType is required", create(notification.CreateRequest{Name: "n"})),
		refused("Create/no conditions", "criteria.conditions is required", with(func(in *notification.CreateRequest) { in.Criteria = shape.MatchAnyCondition() })),
		refused("Create/no hours", "timeRestriction.restrictions is required", with(func(in *notification.CreateRequest) { in.TimeRestriction = shape.Weekly() })),
		refused("Create/a negative position", "order must not be negative", with(func(in *notification.CreateRequest) { in.Order = services.Set(-1) })),
		refused("Create/a step without an address", "steps[1].contact.to is required", with(func(in *notification.CreateRequest) {
			in.Steps = []notification.Step{step(), {Contact: notification.Contact{Method: shape.SMS}}}
		})),
		refused("Create/a step before the event", "steps[0].sendAfter must not be negative", with(func(in *notification.CreateRequest) {
			in.Steps = []notification.Step{{Contact: mail(), SendAfter: services.Set(-5)}}
		})),
		refused("Create/a repetition before the event", "repeat.loopAfter must not be negative", with(func(in *notification.CreateRequest) {
			in.Repeat = services.Set(notification.Repetition{LoopAfter: services.Set(-1)})
		})),
	}
}

// S10: every member of an update is absent, set or null, and nothing is disabled because a field
// was left out.
func ruleUpdates() []row {
	update := func(change func(*notification.UpdateRequest)) func(context.Context, service) (any, error) {
		in := notification.UpdateRequest{ID: id, Name: "n", ActionType: notification.CreateAlert, Enabled: services.Set(true)}
		change(&in)
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	return []row{
		{
			Name: "Update",
			Call: update(func(in *notification.UpdateRequest) {
				in.Criteria, in.NotificationTime = services.Set(shape.MatchAll()), services.Set([]notification.Lead{notification.JustBefore, notification.OneDay})
				in.TimeRestriction, in.Schedules = services.Set(shape.Daily(shape.DayHours{StartHour: 22, EndHour: 6})), services.Set([]string{"s-1"})
				in.Order, in.Steps = services.Set(0), services.Set([]notification.Step{{Contact: mail(), SendAfter: services.Set(0)}})
				in.Repeat = services.Set(notification.Repetition{LoopAfter: services.Set(10), Enabled: services.Set(true)})
			}),
			Exchange: exact("PATCH "+at+"/"+id, `{"name":"n","actionType":"create-alert",`+parts+`"enabled":true}`, 200, "notification_rule"),
			Repeat:   services.SafeToRetry, Want: demo(),
		},
		{
			Name: "Update/clear what can be cleared",
			Call: update(func(in *notification.UpdateRequest) {
				in.Criteria, in.TimeRestriction = services.Null[shape.Filter](), services.Null[shape.TimeRestriction]()
				in.Steps, in.Schedules, in.Enabled = services.Set([]notification.Step{}), services.Set([]string{}), services.Set(false)
				in.Repeat = services.Set(notification.Repetition{Enabled: services.Set(false)})
			}),
			Exchange: exact("PATCH "+at+"/"+id, `{"name":"n","actionType":"create-alert","criteria":null,"timeRestriction":null,"schedules":[],"steps":[],`+
				`"repeat":{"enabled":false},"enabled":false}`,
				200, "notification_rule"),
			Repeat: services.SafeToRetry,
		},
		{ // S7: the whole rule is sent as it was read, but for what the server sets.
			Name: "Update/as it was read",
			Call: func(ctx context.Context, s service) (any, error) {
				read, err := s.Get(ctx, "r")
				if err != nil {
					return nil, err
				}
				in := read.Value.Request()
				if read.Value.Steps[0].ID != "s" {
					return nil, errors.New("the request changed the rule that it was made from")
				}
				return s.Update(ctx, in)
			},
			Exchange: apitest.Exchange{Send: "GET " + prefix + at + "/r", Answer: `{"id":"r","name":"n","actionType":"new-kind","criteria":null,` +
				`"steps":[{"id":"s","contact":{"method":"fax","to":7},"sendAfter":"1h","enabled":"yes"},{"id":"t","contact":[]}],"enabled":"yes","more":{"x":1}}`},
			Then: []apitest.Exchange{{Send: "PATCH " + prefix + at + "/r", Answer: `{"id":"r"}`, Body: `{"name":"n","actionType":"new-kind","criteria":null,` +
				`"steps":[{"contact":{"method":"fax","to":7},"sendAfter":"1h","enabled":"yes"},{"contact":[],"enabled":true}],"enabled":"yes","more":{"x":1}}`}},
		},
		refused("Update/no name", "name is required", update(func(in *notification.UpdateRequest) { in.Name = "" })),
		refused("Update/no event", "actionType is required", update(func(in *notification.UpdateRequest) { in.ActionType = "" })),
		refused("Update/neither enabled nor disabled", "enabled is required", update(func(in *notification.UpdateRequest) { in.Enabled = services.Optional[bool]{} })),
		refused("Update/enabled is null", "enabled is required", update(func(in *notification.UpdateRequest) { in.Enabled = services.Null[bool]() })),
		refused("Update/set to nothing", "criteria is set to nothing: services.Null clears it", update(func(in *notification.UpdateRequest) { in.Criteria = services.Set(shape.Filter{}) })),
		refused("Update/no hours at all", "timeRestriction is set to nothing: services.Null clears it", update(func(in *notification.UpdateRequest) {
			in.TimeRestriction = services.Set(shape.TimeRestriction{})
		})),
		refused("Update/no conditions", "criteria.conditions is required", update(func(in *notification.UpdateRequest) {
			in.Criteria = services.Set(shape.MatchAllConditions())
		})),
		refused("Update/no hours", "timeRestriction.restrictions is required", update(func(in *notification.UpdateRequest) {
			in.TimeRestriction = services.Set(shape.Weekly())
		})),
		refused("Update/a negative position", "order must not be negative", update(func(in *notification.UpdateRequest) { in.Order = services.Set(-1) })),
		refused("Update/a step without a method", "steps[0].contact.method is required", update(func(in *notification.UpdateRequest) {
			in.Steps = services.Set([]notification.Step{{Contact: notification.Contact{To: "a"}}})
		})),
		refused("Update/a repetition before the event", "repeat.loopAfter must not be negative", update(func(in *notification.UpdateRequest) {
			in.Repeat = services.Set(notification.Repetition{LoopAfter: services.Set(-1)})
		})),
	}
}

// S7, S8
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	apitest.Lossless(t, &struct {
		Rules service
		Steps stepService
	}{}, 15, notification.Rule{})
}
