package policy_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/policy"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/wire"
)

const (
	at       = "/v1/alerts/policies"
	fullText = `{"type":"alert","name":"Tag","description":"d","enabled":false,"filter":{"type":"match-all","conditions":[]},` +
		`"timeRestriction":{"enabled":true,"timeRestrictions":[{"startHour":0,"startMinute":0,"endHour":6,"endMinute":59}],"appliedTimeZone":"Europe/Berlin"},` +
		`"message":"{{message}}","alias":"a","alertDescription":"y","source":"s","entity":"e","updatePriority":true,"priorityValue":"P2","actions":["Restart"],` +
		`"responders":[{"type":"team","id":"t-1"}],"tags":["eu"],"details":{"k":"v"},"keepOriginalActions":true,"keepOriginalDetails":false,` +
		`"keepOriginalResponders":false,"keepOriginalTags":true,"continue":true}`
	leastText = `{"type":"alert","name":"n","enabled":true,"message":"m"}`
)

func full() policy.Policy {
	return policy.Policy{
		Name: "Tag", Description: services.Set("d"), Enabled: services.Set(false), Filter: services.Set(shape.MatchAll()),
		TimeRestriction: services.Set(policy.Within("Europe/Berlin", policy.Hours{EndHour: 6, EndMinute: 59})),
		Action: policy.Alert{
			Message: "{{message}}", Alias: services.Set("a"), AlertDescription: services.Set("y"), Entity: services.Set("e"), Source: services.Set("s"),
			UpdatePriority: services.Set(true), Priority: services.Set(shape.P2), Actions: services.Set([]string{"Restart"}),
			Responders: services.Set([]shape.Responder{shape.TeamByID("t-1")}), Tags: services.Set([]string{"eu"}), Details: services.Set(map[string]string{"k": "v"}),
			KeepOriginalActions: services.Set(true), KeepOriginalDetails: services.Set(false), KeepOriginalResponders: services.Set(false),
			KeepOriginalTags: services.Set(true), Continue: services.Set(true),
		},
	}
}

func least() policy.Policy {
	return policy.Policy{Name: "n", Enabled: services.Set(true), Action: policy.Alert{Message: "m"}}
}

// demo is the alert policy of the fixtures.
func demo(responder shape.Responder) policy.Policy {
	return policy.Policy{
		ID: id, Type: policy.KindAlert, Name: "Demo alert policy", Description: services.Set(""), Enabled: services.Set(true), Order: 1,
		Filter: services.Set(shape.MatchAnyCondition(
			shape.Condition{Field: shape.FieldMessage, Operation: shape.Contains, ExpectedValue: "disk", Order: services.Set(0)})),
		TimeRestriction: services.Set(policy.Within("Europe/Berlin", policy.Hours{StartHour: 8, EndHour: 18, EndMinute: 30})),
		Action: policy.Alert{
			Message: "{{message}}", Alias: services.Set("{{alias}}"), AlertDescription: services.Set("{{description}}"), Source: services.Set("{{source}}"),
			Entity: services.Set("{{entity}}"), Responders: services.Set([]shape.Responder{responder}), Actions: services.Set([]string{}),
			Tags: services.Set([]string{"by-policy"}), Details: services.Set(map[string]string{"team": "demo"}), Continue: services.Set(true),
			UpdatePriority: services.Set(true), Priority: services.Set(shape.P1), KeepOriginalResponders: services.Set(true),
			KeepOriginalDetails: services.Set(true), KeepOriginalActions: services.Set(true), KeepOriginalTags: services.Set(true),
		},
	}
}

func TestEveryOperationSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, open, slices.Concat(writes(), reads(), refusals()))
}

// same checks a policy that was read against the expected one. What the policy keeps of its text
// is not compared: see lossless_test.go.
func same(want policy.Policy) func(testing.TB, any) {
	return func(tb testing.TB, got any) {
		tb.Helper()
		read, ok := got.(policy.Policy)
		assert.True(tb, ok)
		read.Other = services.Other{}
		if f, set := read.Filter.Get(); set {
			for i := range f.Conditions {
				f.Conditions[i].Other = services.Other{}
			}
		}
		assert.Equal(tb, want, read)
	}
}

// S9: each operation says whether it is safe to retry.
func writes() []row {
	want := same(demo(shape.TeamByID(team)))
	on := func(name, send, body string, repeat services.Repeat, call func(context.Context, service) (*services.Result[policy.Policy], error)) row {
		return row{
			Name: name, Repeat: repeat, Check: want, Exchange: exact(send, body, 200, "policy_alert"),
			Call: func(ctx context.Context, s service) (any, error) { return apitest.Value(call(ctx, s)) },
		}
	}
	full := full()
	full.ID = id
	read := least()
	read.ID, read.Order = id, 2.5
	none := func(name, send, body string, repeat services.Repeat, call func(context.Context, service) (*services.Result[services.None], error)) row {
		return row{
			Name: name, Repeat: repeat, Want: services.None{}, Exchange: exact(send, body, 204, ""),
			Call: func(ctx context.Context, s service) (any, error) { return apitest.Value(call(ctx, s)) },
		}
	}
	return []row{
		on("Create", "POST "+at, fullText, services.RetryIfRefused, func(ctx context.Context, s service) (*services.Result[policy.Policy], error) {
			return s.Create(ctx, full)
		}),
		on("Create/a copy of what was read", "POST "+at, leastText, services.RetryIfRefused,
			func(ctx context.Context, s service) (*services.Result[policy.Policy], error) {
				return s.Create(ctx, read)
			}),
		{ // The vendor's document declares a list, which then leaves the policy empty.
			Name: "Create/answered by a list", Repeat: services.RetryIfRefused, Exchange: exact("POST "+at, leastText, 200, "policy_list"),
			Call: func(ctx context.Context, s service) (any, error) {
				created, err := s.Create(ctx, least())
				if err != nil {
					return nil, err
				}
				return []any{created.Value.ID, strings.Contains(string(created.Raw()), `"Demo alert policy"`)}, nil
			},
			Want: []any{"", true},
		},
		on("Update", "PUT "+at+"/"+id, fullText, services.ByMethod, func(ctx context.Context, s service) (*services.Result[policy.Policy], error) {
			return s.Update(ctx, full)
		}),
		on("Enable", "POST "+at+"/a%2Fb/enable", "", services.SafeToRetry, func(ctx context.Context, s service) (*services.Result[policy.Policy], error) {
			return s.Enable(ctx, "a/b")
		}),
		on("Disable", "POST "+at+"/"+id+"/disable", "", services.SafeToRetry, func(ctx context.Context, s service) (*services.Result[policy.Policy], error) {
			return s.Disable(ctx, id)
		}),
		none("ChangeOrder", "POST "+at+"/"+id+"/change-order", `{"order":0}`, services.SafeToRetry,
			func(ctx context.Context, s service) (*services.Result[services.None], error) {
				return s.ChangeOrder(ctx, policy.ChangeOrderRequest{ID: id})
			}),
		none("Delete", "DELETE "+at+"/"+id, "", services.ByMethod, func(ctx context.Context, s service) (*services.Result[services.None], error) {
			return s.Delete(ctx, id)
		}),
	}
}

func reads() []row {
	get := func(ctx context.Context, s service) (any, error) { return apitest.Value(s.Get(ctx, id)) }
	list := func(in policy.ListRequest) func(context.Context, service) (any, error) {
		return func(ctx context.Context, s service) (any, error) { return apitest.Value(s.List(ctx, in)) }
	}
	all := func(ctx context.Context, s service) (any, error) {
		return apitest.Collect(s.All(ctx, policy.ListRequest{}))
	}
	summary := policy.Summary{ID: id, Type: policy.KindAlert, Name: "Demo alert policy", Enabled: true, Order: 1}
	return []row{
		{Name: "Get", Call: get, Exchange: exact("GET "+at+"/"+id, "", 200, "policy_alert"), Check: same(demo(shape.TeamByID(team)))},
		{ // The plan does not include alert policies.
			Name: "Get/outside the plan", Call: get, Err: services.ErrForbidden,
			Exchange: answered("GET "+at+"/"+id, 403, `{"errors":[{"title":"not in your plan"}]}`),
		},
		{ // The vendor's document lists the scope for reading alone, which would not suffice.
			Name: "Create/without a scope",
			Call: func(ctx context.Context, s service) (any, error) {
				_, err := s.Create(ctx, least())
				if scope, ok := errors.AsType[*wire.ScopeError](err); ok {
					return scope.Scopes, nil
				}
				return nil, err
			},
			Exchange: apitest.Exchange{
				Send: "POST " + prefix + at, Body: leastText, Status: 401, Answer: `{"code":401,"message":"Unauthorized; scope does not match"}`,
			},
			Repeat: services.RetryIfRefused,
			Want:   []string{"read:ops-config:jira-service-management", "write:ops-config:jira-service-management"},
		},
		{
			Name: "List", Call: list(policy.ListRequest{Page: shape.Page{Offset: 4, Limit: 2}}),
			Exchange: exact("GET "+at+"?offset=4&size=2", "", 200, "policy_list"), Want: []policy.Summary{summary},
		},
		{Name: "List/the default page", Call: list(policy.ListRequest{}), Exchange: exact("GET "+at, "", 200, "policy_list"), Want: []policy.Summary{summary}},
		{
			Name: "All", Call: all,
			Exchange: answered("GET "+at+"?size=100", 200, `{"values":[{"id":"a","type":"Oracle","order":0.5}],"links":{"next":"/v1/alerts/policies?offset=100&size=100"}}`),
			Then:     []apitest.Exchange{exact("GET "+at+"?offset=100&size=100", "", 200, "policy_list")},
			Want:     []policy.Summary{{ID: "a", Type: "Oracle", Order: 0.5}, summary},
		},
	}
}

// S10: what the server would refuse is refused before sending, with the name of the member.
func refusals() []row {
	create := func(name, problems string, change func(*policy.Policy)) row {
		return refused("Create/"+name, problems, func(ctx context.Context, s service) (any, error) {
			p := least()
			change(&p)
			return s.Create(ctx, p)
		})
	}
	alert := func(name, problems string, a policy.Alert) row {
		a.Message = "m"
		return create(name, problems, func(p *policy.Policy) { p.Action = a })
	}
	hours := func(h policy.Hours) func(*policy.Policy) {
		return func(p *policy.Policy) { p.TimeRestriction = services.Set(policy.Within("UTC", h)) }
	}
	return []row{
		create("nothing", "action is required; name is required; enabled is required", func(p *policy.Policy) { *p = policy.Policy{} }),
		create("no message", "message is required", func(p *policy.Policy) { p.Action = policy.Alert{} }),
		create("enabled or not is not said", "enabled is required", func(p *policy.Policy) { p.Enabled = services.Null[bool]() }),
		create("a pointer", "action is of type *policy.Alert: pass a value, not a pointer", func(p *policy.Policy) { p.Action = &policy.Alert{Message: "m"} }),
		create("a notification policy", "action is a Notification, which is for policies of teams: use TeamService",
			func(p *policy.Policy) { p.Action = policy.Notification{} }),
		create("a team", "teamId is set, but the policy would be global: use TeamService", func(p *policy.Policy) { p.TeamID = team }),
		create("no conditions", "filter.conditions is required", func(p *policy.Policy) { p.Filter = services.Set(shape.MatchAnyCondition()) }),
		create("no filter", "filter is set to nothing: services.Null clears it", func(p *policy.Policy) { p.Filter = services.Set(shape.Filter{}) }),
		create("no restriction", "timeRestriction is set to nothing: services.Null clears it",
			func(p *policy.Policy) { p.TimeRestriction = services.Set(policy.TimeRestriction{}) }),
		create("no hours", "timeRestriction.timeRestrictions is required", func(p *policy.Policy) { p.TimeRestriction = services.Set(policy.Within("UTC")) }),
		create("a restriction that is perhaps enabled", "timeRestriction.enabled is required", func(p *policy.Policy) {
			p.TimeRestriction = services.Set(policy.TimeRestriction{Hours: []policy.Hours{{}}})
		}),
		create("no hour of the day", "timeRestriction.timeRestrictions[0].startHour must be from 0 to 23; timeRestriction.timeRestrictions[0].endMinute must be from 0 to 59",
			hours(policy.Hours{StartHour: 24, EndMinute: 60})),
		create("a negative time", "timeRestriction.timeRestrictions[0].startMinute must be from 0 to 59; timeRestriction.timeRestrictions[0].endHour must be from 0 to 23",
			hours(policy.Hours{StartMinute: -1, EndHour: -1})),
		alert("no responder", "responders[1] has no id", policy.Alert{Responders: services.Set([]shape.Responder{shape.TeamByID("t"), {}})}),
		alert("nobody", "responders[0] must be of kind team, user, escalation, schedule", policy.Alert{Responders: services.Set([]shape.Responder{shape.Nobody()})}),
		alert("an e-mail address", "responders[0] is an e-mail address: write the Atlassian account id, such as 712020:… or 24 hexadecimal digits",
			policy.Alert{Responders: services.Set([]shape.Responder{shape.UserByID("ada@example.com")})}),
		refused("Get/no id", "policyId is required", func(ctx context.Context, s service) (any, error) { return s.Get(ctx, "") }),
		refused("Update/no id", "policyId is required", func(ctx context.Context, s service) (any, error) { return s.Update(ctx, least()) }),
		refused("Update/a notification policy", "action is a Notification, which is for policies of teams: use TeamService",
			func(ctx context.Context, s service) (any, error) {
				return s.Update(ctx, policy.Policy{ID: id, Name: "n", Enabled: services.Set(true), Action: policy.Notification{}})
			}),
		refused("ChangeOrder/before the first", "order must be at least 0", func(ctx context.Context, s service) (any, error) {
			return s.ChangeOrder(ctx, policy.ChangeOrderRequest{ID: id, Order: -1})
		}),
	}
}
