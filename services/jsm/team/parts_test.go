package team_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/team"
)

func TestEveryOperationOnRolesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	rights := []team.Right{{Right: "edit-schedules", Granted: true}, {Right: "delete-schedules"}}
	const sent = `"rights":[{"right":"edit-schedules","granted":true},{"right":"delete-schedules","granted":false}]`
	const body = `{"id":"r-1","name":"Demo role",` + sent + `}`
	demo := team.Role{ID: "r-1", Name: "Demo role", Rights: rights}
	ref, role := team.ByID(id), team.RoleByID("r/1")
	const path = at + "/roles/r%2F1"
	create := func(in team.CreateRoleRequest) func(context.Context, roles) (any, error) {
		return func(ctx context.Context, s roles) (any, error) { return apitest.Value(s.Create(ctx, in)) }
	}
	update := func(in team.UpdateRoleRequest) func(context.Context, roles) (any, error) {
		return func(ctx context.Context, s roles) (any, error) { return apitest.Value(s.Update(ctx, in)) }
	}
	unnamed := []team.Right{rights[0], {}}
	apitest.Run(t, openRoles, []apitest.Row[roles]{
		{
			Name: "List", Call: func(ctx context.Context, s roles) (any, error) { return apitest.Value(s.List(ctx, ref)) },
			Exchange: exact("GET "+at+"/roles", "", 200, "team_roles"), Want: []team.Role{{ID: "33333333-0000-4000-8000-000000000001", Name: "Demo role", Rights: rights}},
		},
		{ // 200, not 201
			Name: "Create", Call: create(team.CreateRoleRequest{Ref: ref, Name: "Demo role", Rights: rights}),
			Exchange: answered("POST "+at+"/roles", `{"name":"Demo role",`+sent+`}`, 200, body), Repeat: services.RetryIfRefused, Want: demo,
		},
		{
			Name: "Create/only what is required", Call: create(team.CreateRoleRequest{Ref: ref, Name: "n"}),
			Exchange: answered("POST "+at+"/roles", `{"name":"n"}`, 201, body), Repeat: services.RetryIfRefused, Want: demo,
		},
		{
			Name: "Get", Call: func(ctx context.Context, s roles) (any, error) { return apitest.Value(s.Get(ctx, ref, role)) },
			Exchange: answered("GET "+path, "", 200, body), Want: demo,
		},
		{
			Name: "Update", Call: update(team.UpdateRoleRequest{Ref: ref, RoleRef: role, Name: services.Set("n"), Rights: services.Set(rights)}),
			Exchange: answered("PATCH "+path, `{"name":"n",`+sent+`}`, 200, body), Repeat: services.SafeToRetry, Want: demo,
		},
		{ // S10
			Name: "Update/to nothing", Call: update(team.UpdateRoleRequest{Ref: ref, RoleRef: role, Rights: services.Set([]team.Right{})}),
			Exchange: answered("PATCH "+path, `{"rights":[]}`, 200, body), Repeat: services.SafeToRetry, Want: demo,
		},
		{
			Name: "Delete", Call: func(ctx context.Context, s roles) (any, error) { return apitest.Value(s.Delete(ctx, ref, role)) },
			Exchange: exact("DELETE "+path, "", 204, ""), Want: services.None{},
		},
		// S10
		refused("List/no team", "teamId is required", func(ctx context.Context, s roles) (any, error) { return s.List(ctx, team.Ref{}) }),
		refused("Create/no name", "name is required", create(team.CreateRoleRequest{Ref: ref})),
		refused("Create/an empty right", "rights[1].right is required", create(team.CreateRoleRequest{Ref: ref, Name: "n", Rights: unnamed})),
		refused("Get/no role", "identifier is required", func(ctx context.Context, s roles) (any, error) { return s.Get(ctx, ref, team.RoleRef{}) }),
		refused("Update/an empty right", "rights[1].right is required", update(team.UpdateRoleRequest{Ref: ref, RoleRef: role, Rights: services.Set(unnamed)})),
		refused("Update/no team", "teamId is required", update(demo.Request())),
		refused("Delete/no role", "identifier is required", func(ctx context.Context, s roles) (any, error) { return s.Delete(ctx, ref, team.RoleRef{}) }),
	})
}

const ruleID = "55555555-0000-4000-8000-000000000001"

// demoRules are the rules of the fixtures.
func demoRules() []team.RoutingRule {
	return []team.RoutingRule{
		{
			ID: ruleID, Name: "Demo rule",
			Criteria: shape.MatchAllConditions(shape.Condition{
				Field: shape.FieldExtraProperties, Key: "region", Operation: shape.Equals, ExpectedValue: "eu", Order: services.Set(0),
			}),
			TimeRestriction: shape.Daily(shape.DayHours{StartHour: 9, EndHour: 17}),
			Notify:          team.ToEscalation("dddddddd-0000-4000-8000-000000000001"), Timezone: "Europe/Berlin",
		},
		{
			ID: "55555555-0000-4000-8000-000000000002", Name: "Default", Order: 1, IsDefault: true,
			Criteria: shape.MatchAll(), Notify: team.ToNone(), Timezone: "Europe/Berlin",
		},
	}
}

const (
	rulesAt  = at + "/routing-rules"
	ruleAt   = rulesAt + "/" + ruleID
	sentRule = `"criteria":{"type":"match-all-conditions","conditions":[{"field":"extra-properties","key":"region","not":false,"operation":"equals","expectedValue":"eu","order":0}]},` +
		`"timeRestriction":{"type":"time-of-day","restriction":{"startHour":9,"startMin":0,"endHour":17,"endMin":0}},` +
		`"notify":{"type":"escalation","id":"dddddddd-0000-4000-8000-000000000001"},"timezone":"Europe/Berlin"`
	ruleBody = `{"id":"` + ruleID + `","name":"Demo rule","order":0,"isDefault":false,` + sentRule + `}`
)

func TestEveryOperationOnRoutingRulesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, openRules, slices.Concat(ruleReads(), ruleWrites(), ruleRefusals()))
}

func ruleReads() []apitest.Row[rules] {
	ref := team.ByID(id)
	return []apitest.Row[rules]{
		{
			Name: "List",
			Call: func(ctx context.Context, s rules) (any, error) {
				return apitest.Value(s.List(ctx, team.ListRoutingRulesRequest{Ref: ref, Page: shape.Page{Offset: 4, Limit: 2}}))
			},
			Exchange: exact("GET "+rulesAt+"?offset=4&size=2", "", 200, "routing_rule_list"), Want: demoRules(),
		},
		{
			Name: "All",
			Call: func(ctx context.Context, s rules) (any, error) {
				all, err := apitest.Collect(s.All(ctx, team.ListRoutingRulesRequest{Ref: ref}))
				return len(all), err
			},
			Exchange: answered("GET "+rulesAt+"?size=100", "", 200, `{"values":[{"id":"a"}],"links":{"next":"/v1/x?offset=100"}}`),
			Then:     []apitest.Exchange{exact("GET "+rulesAt+"?offset=100&size=100", "", 200, "routing_rule_list")}, Want: 3,
		},
		{
			Name: "Get", Call: func(ctx context.Context, s rules) (any, error) { return apitest.Value(s.Get(ctx, ref, ruleID)) },
			Exchange: answered("GET "+ruleAt, "", 200, ruleBody), Want: demoRules()[0],
		},
		{
			Name: "Delete", Call: func(ctx context.Context, s rules) (any, error) { return apitest.Value(s.Delete(ctx, ref, ruleID)) },
			Exchange: exact("DELETE "+ruleAt, "", 204, ""), Want: services.None{},
		},
		{
			Name: "ChangeOrder", Call: func(ctx context.Context, s rules) (any, error) {
				return apitest.Value(s.ChangeOrder(ctx, team.ChangeRoutingRuleOrderRequest{Ref: ref, ID: ruleID}))
			},
			Exchange: exact("PATCH "+ruleAt+"/change-order", `{"order":0}`, 204, ""), Repeat: services.SafeToRetry, Want: services.None{},
		},
	}
}

func createRule(in team.CreateRoutingRuleRequest) func(context.Context, rules) (any, error) {
	in.Ref = team.ByID(id)
	return func(ctx context.Context, s rules) (any, error) { return apitest.Value(s.Create(ctx, in)) }
}

func updateRule(in team.UpdateRoutingRuleRequest) func(context.Context, rules) (any, error) {
	in.Ref, in.ID = team.ByID(id), ruleID
	return func(ctx context.Context, s rules) (any, error) { return apitest.Value(s.Update(ctx, in)) }
}

// S9, S10
func ruleWrites() []apitest.Row[rules] {
	demo := demoRules()[0]
	return []apitest.Row[rules]{
		{
			Name: "Create",
			Call: createRule(team.CreateRoutingRuleRequest{
				Name: "Demo rule", Order: services.Set(0), Criteria: demo.Criteria, TimeRestriction: demo.TimeRestriction, Notify: demo.Notify, Timezone: "Europe/Berlin",
			}),
			Exchange: answered("POST "+rulesAt, `{"name":"Demo rule","order":0,`+sentRule+`}`, 201, ruleBody), Repeat: services.RetryIfRefused, Want: demo,
		},
		{
			Name: "Create/only what is required", Call: createRule(team.CreateRoutingRuleRequest{Notify: team.ToNone()}),
			Exchange: answered("POST "+rulesAt, `{"notify":{"type":"none"}}`, 201, ruleBody), Repeat: services.RetryIfRefused, Want: demo,
		},
		{
			Name: "Update",
			Call: updateRule(team.UpdateRoutingRuleRequest{
				Name: services.Set("Demo rule"), Criteria: services.Set(demo.Criteria), TimeRestriction: services.Set(demo.TimeRestriction),
				Notify: services.Set(demo.Notify), Timezone: services.Set("Europe/Berlin"),
			}),
			Exchange: answered("PATCH "+ruleAt, `{"name":"Demo rule",`+sentRule+`}`, 200, ruleBody), Repeat: services.SafeToRetry, Want: demo,
		},
		{
			Name: "Update/to nothing",
			Call: updateRule(team.UpdateRoutingRuleRequest{
				Name: services.Set(""), TimeRestriction: services.Null[shape.TimeRestriction](), Notify: services.Set(team.ToSchedule("s")),
			}),
			Exchange: answered("PATCH "+ruleAt, `{"name":"","timeRestriction":null,"notify":{"type":"schedule","id":"s"}}`, 200, ruleBody), Repeat: services.SafeToRetry, Want: demo,
		},
	}
}

// S10
func ruleRefusals() []apitest.Row[rules] {
	ref := team.ByID(id)
	return []apitest.Row[rules]{
		refused("List/no team", "teamId is required", func(ctx context.Context, s rules) (any, error) {
			return s.List(ctx, team.ListRoutingRulesRequest{})
		}),
		refused("Get/no id", "id is required", func(ctx context.Context, s rules) (any, error) { return s.Get(ctx, ref, "") }),
		refused("Delete/no id", "id is required", func(ctx context.Context, s rules) (any, error) { return s.Delete(ctx, ref, "") }),
		refused("Create/nobody", "notify is required", createRule(team.CreateRoutingRuleRequest{})),
		refused("Create/no id", "notify.id is required", createRule(team.CreateRoutingRuleRequest{Notify: team.ToEscalation("")})),
		refused("Create/no kind", "notify.type is required", createRule(team.CreateRoutingRuleRequest{Notify: team.Recipient{ID: "s"}})),
		refused("Create/a negative order", "order must not be negative", createRule(team.CreateRoutingRuleRequest{Notify: team.ToNone(), Order: services.Set(-1)})),
		refused("Create/no conditions", "criteria.conditions is required", createRule(team.CreateRoutingRuleRequest{Notify: team.ToNone(), Criteria: shape.MatchAnyCondition()})),
		refused("Create/no hours", "timeRestriction.restrictions is required", createRule(team.CreateRoutingRuleRequest{Notify: team.ToNone(), TimeRestriction: shape.Weekly()})),
		refused("Update/no criteria", "criteria is set to nothing: services.Null clears it", updateRule(team.UpdateRoutingRuleRequest{Criteria: services.Set(shape.Filter{})})),
		refused("Update/no conditions", "criteria.conditions is required", updateRule(team.UpdateRoutingRuleRequest{Criteria: services.Set(shape.MatchAllConditions())})),
		refused("Update/no restriction", "timeRestriction is set to nothing: services.Null clears it", updateRule(team.UpdateRoutingRuleRequest{TimeRestriction: services.Set(shape.TimeRestriction{})})),
		refused("Update/no hours", "timeRestriction.restriction is required",
			updateRule(team.UpdateRoutingRuleRequest{TimeRestriction: services.Set(shape.TimeRestriction{Kind: shape.RestrictTimeOfDay})})),
		refused("Update/nobody", "notify is set to nothing: services.Null clears it", updateRule(team.UpdateRoutingRuleRequest{Notify: services.Set(team.Recipient{})})),
		refused("Update/no id", "notify.id is required", updateRule(team.UpdateRoutingRuleRequest{Notify: services.Set(team.ToSchedule(""))})),
		refused("ChangeOrder/a negative order", "order must be at least 0", func(ctx context.Context, s rules) (any, error) {
			return s.ChangeOrder(ctx, team.ChangeRoutingRuleOrderRequest{Ref: ref, ID: ruleID, Order: -1})
		}),
	}
}

// S7: a role is written back as it came, but for its id, which is in the path.
func TestARoleIsWrittenBackAsItCame(t *testing.T) {
	t.Parallel()
	const rest = `"name":null,"rights":[{"right":7,"granted":"no","since":2024},{"right":"edit-moon","granted":true}],"color":"red"`
	var read team.Role
	require.NoError(t, json.Unmarshal([]byte(`{"id":"r",`+rest+`}`), &read))
	in := read.Request()
	in.Ref = team.ByID("t")
	_, err := apitest.Verify(t.Context(), openRoles, apitest.Row[roles]{
		Call: func(ctx context.Context, s roles) (any, error) { return s.Update(ctx, in) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH " + prefix + "/v1/teams/t/roles/r", Body: `{` + rest + `}`, Answer: `{"id":"r"}`},
	})
	require.NoError(t, err)
}

// S7: a routing rule is written back as it came, but for what is changed in another way, and for
// the spelling of a kind that requests write in lower case.
func TestARoutingRuleIsWrittenBackAsItCame(t *testing.T) {
	t.Parallel()
	for notify, sent := range map[string]string{
		`{"type":"ESCALATION","id":"e","via":"sms"}`: `{"type":"escalation","id":"e","via":"sms"}`, `{"type":"None","id":null}`: `{"type":"none","id":null}`,
		`{"type":"ORACLE"}`: `{"type":"ORACLE"}`, `{"type":7,"id":"x"}`: `{"type":7,"id":"x"}`, `null`: `null`, `{"type":"schedule","id":9}`: `{"type":"schedule","id":9}`,
	} {
		const rest = `"criteria":{"type":"match-most","conditions":[{"field":1,"operation":"near"}]},"timeRestriction":{"type":"lunar"},"timezone":null,"mood":{"a":[1.50]}`
		text := `{"id":"x","order":3,"isDefault":true,"name":"n","notify":` + notify + `,` + rest + `}`
		var read team.RoutingRule
		require.NoError(t, json.Unmarshal([]byte(text), &read))
		back, err := json.Marshal(read)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(back))
		in := read.Request()
		in.Ref = team.ByID("t")
		_, err = apitest.Verify(t.Context(), openRules, apitest.Row[rules]{
			Call: func(ctx context.Context, s rules) (any, error) { return s.Update(ctx, in) }, Repeat: services.SafeToRetry,
			Exchange: apitest.Exchange{Send: "PATCH " + prefix + "/v1/teams/t/routing-rules/x", Body: `{"name":"n","notify":` + sent + `,` + rest + `}`, Answer: `{"id":"x"}`},
		})
		require.NoError(t, err, notify)
	}
}
