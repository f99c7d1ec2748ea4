package team_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
)

func TestEveryOperationOnMembersSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, openMembers, []membersRow{
		{
			Name: "Add",
			Call: func(ctx context.Context, s members) (any, error) {
				return apitest.Value(s.Add(ctx, team.AddMemberRequest{Ref: team.ByName("Storage"), User: shape.User{Username: "ada@example.com"}, Role: "Lead"}))
			},
			Repeat: services.SafeToRetry,
			Exchange: apitest.Exact("POST /v2/teams/Storage/members?teamIdentifierType=name",
				`{"user":{"username":"ada@example.com"},"role":"Lead"}`, 200, "member_added"),
			Want: storage,
		},
		{
			Name: "Add/only what is required",
			Call: func(ctx context.Context, s members) (any, error) {
				return s.Add(ctx, team.AddMemberRequest{Ref: team.ByID("t"), User: shape.User{ID: "u"}})
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("POST /v2/teams/t/members?teamIdentifierType=id", `{"user":{"id":"u"}}`, 200, "member_added"),
		},
		refused("Add/nobody", func(ctx context.Context, s members) (any, error) {
			return s.Add(ctx, team.AddMemberRequest{Ref: team.ByID("t")})
		}),
		refused("Add/no team", func(ctx context.Context, s members) (any, error) {
			return s.Add(ctx, team.AddMemberRequest{User: ada})
		}),
		{
			Name: "Remove",
			Call: func(ctx context.Context, s members) (any, error) {
				return s.Remove(ctx, team.ByID("t"), "ada@example.com")
			},
			Exchange: apitest.Exact("DELETE /v2/teams/t/members/ada@example.com?teamIdentifierType=id", "", 200, "deleted"),
		},
		refused("Remove/nobody", func(ctx context.Context, s members) (any, error) {
			return s.Remove(ctx, team.ByID("t"), "")
		}),
	})
}

func TestEveryOperationOnRolesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	lead := team.Role{ID: "4f0d7c18-2b6e-49a3-8c51-e90a7d3b62f4", Name: "Lead", Rights: []team.Right{{Right: "manage-members", Granted: true}, {Right: "edit-team-roles"}}}
	const rights = `"rights":[{"right":"manage-members","granted":true},{"right":"edit-team-roles","granted":false}]`
	ref, role := team.ByName("Storage"), team.RoleByID("r/1")
	apitest.Run(t, openRoles, []rolesRow{
		{
			Name: "List",
			Call: func(ctx context.Context, s roles) (any, error) {
				return apitest.Value(s.List(ctx, ref))
			},
			Exchange: apitest.Exact("GET /v2/teams/Storage/roles?teamIdentifierType=name", "", 200, "roles"),
			Want:     []team.Role{lead},
		},
		refused("List/no team", func(ctx context.Context, s roles) (any, error) { return s.List(ctx, team.Ref{}) }),
		{
			Name: "Create",
			Call: func(ctx context.Context, s roles) (any, error) {
				return apitest.Value(s.Create(ctx, team.CreateRoleRequest{Ref: ref, Name: "Lead", Rights: lead.Rights}))
			},
			Repeat:   services.RetryIfRefused,
			Exchange: apitest.Exact("POST /v2/teams/Storage/roles?teamIdentifierType=name", `{"name":"Lead",`+rights+`}`, 201, "created"),
			Want:     storage,
		},
		refused("Create/no name", func(ctx context.Context, s roles) (any, error) {
			return s.Create(ctx, team.CreateRoleRequest{Ref: ref, Rights: lead.Rights})
		}),
		refused("Create/no rights", func(ctx context.Context, s roles) (any, error) {
			return s.Create(ctx, team.CreateRoleRequest{Ref: ref, Name: "n"})
		}),
		refused("Create/a right without a name", func(ctx context.Context, s roles) (any, error) {
			return s.Create(ctx, team.CreateRoleRequest{Ref: ref, Name: "n", Rights: []team.Right{{Granted: true}}})
		}),
		{
			Name: "Get/by id",
			Call: func(ctx context.Context, s roles) (any, error) {
				return apitest.Value(s.Get(ctx, ref, role))
			},
			Exchange: apitest.Exact("GET /v2/teams/Storage/roles/r%2F1?teamIdentifierType=name&identifierType=id", "", 200, "role"),
			Want:     lead,
		},
		{
			Name: "Get/by name",
			Call: func(ctx context.Context, s roles) (any, error) {
				return s.Get(ctx, team.ByID("t"), team.RoleByName("Lead"))
			},
			Exchange: apitest.Exact("GET /v2/teams/t/roles/Lead?teamIdentifierType=id&identifierType=name", "", 200, "role"),
		},
		refused("Get/no role", func(ctx context.Context, s roles) (any, error) {
			return s.Get(ctx, ref, team.RoleRef{})
		}),
		{
			Name: "Update",
			Call: func(ctx context.Context, s roles) (any, error) {
				return apitest.Value(s.Update(ctx, team.UpdateRoleRequest{Ref: ref, RoleRef: role, Name: services.Set("Lead"), Rights: services.Set(lead.Rights)}))
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("PATCH /v2/teams/Storage/roles/r%2F1?teamIdentifierType=name&identifierType=id", `{"name":"Lead",`+rights+`}`, 200, "created"),
			Want:     storage,
		},
		{
			Name: "Update/to no rights at all",
			Call: func(ctx context.Context, s roles) (any, error) {
				return s.Update(ctx, team.UpdateRoleRequest{Ref: ref, RoleRef: role, Rights: services.Set([]team.Right{})})
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("PATCH /v2/teams/Storage/roles/r%2F1?teamIdentifierType=name&identifierType=id", `{"rights":[]}`, 200, "created"),
		},
		{
			Name: "Update/of the name that it is found by",
			Call: func(ctx context.Context, s roles) (any, error) {
				return s.Update(ctx, team.UpdateRoleRequest{Ref: ref, RoleRef: team.RoleByName("Lead"), Name: services.Set("Head")})
			},
			Repeat:   services.RetryIfRefused,
			Exchange: apitest.Exact("PATCH /v2/teams/Storage/roles/Lead?teamIdentifierType=name&identifierType=name", `{"name":"Head"}`, 200, "created"),
		},
		refused("Update/a right without a name", func(ctx context.Context, s roles) (any, error) {
			return s.Update(ctx, team.UpdateRoleRequest{Ref: ref, RoleRef: role, Rights: services.Set([]team.Right{{}})})
		}),
		{
			Name: "Delete",
			Call: func(ctx context.Context, s roles) (any, error) {
				return s.Delete(ctx, ref, role)
			},
			Exchange: apitest.Exact("DELETE /v2/teams/Storage/roles/r%2F1?teamIdentifierType=name&identifierType=id", "", 200, "deleted"),
		},
		refused("Delete/no role", func(ctx context.Context, s roles) (any, error) {
			return s.Delete(ctx, ref, team.RoleRef{})
		}),
	})
}

func TestEveryOperationOnRoutingRulesSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	const at = "/v2/teams/Storage/routing-rules"
	const by = "?teamIdentifierType=name"
	const escalation, hours = "58d2f1a6-c093-47be-a1d4-e86b30c7592f", `"timeRestriction":{"type":"time-of-day","restriction":{"startHour":8,"startMin":0,"endHour":18,"endMin":0}}`
	ref := team.ByName("Storage")
	criteria := shape.MatchAnyCondition(
		shape.Condition{Field: shape.FieldPriority, Operation: shape.Equals, ExpectedValue: "P1", Order: services.Set(0)},
		shape.Condition{Field: shape.FieldExtraProperties, Key: "region", Operation: shape.Equals, ExpectedValue: "eu-central"},
	)
	const sentCriteria = `"criteria":{"type":"match-any-condition","conditions":[{"field":"priority","operation":"equals","expectedValue":"P1","order":0},` +
		`{"field":"extra-properties","key":"region","operation":"equals","expectedValue":"eu-central"}]}`
	office := shape.Daily(shape.DayHours{StartHour: 8, EndHour: 18})
	apitest.Run(t, openRules, []rulesRow{
		{
			Name: "List",
			Call: func(ctx context.Context, s rules) (any, error) {
				return apitest.Value(s.List(ctx, ref))
			},
			Exchange: apitest.Exact("GET "+at+by, "", 200, "routing_rules"),
			Want: []team.RoutingRule{{
				ID: "0b6d1f9e-73a2-4c58-b1e0-95f4c2d8a763", Name: "Default", IsDefault: true, Order: 1, Criteria: shape.MatchAll(), Notify: shape.ToNone(),
			}},
		},
		refused("List/no team", func(ctx context.Context, s rules) (any, error) { return s.List(ctx, team.Ref{}) }),
		{
			Name: "Create",
			Call: func(ctx context.Context, s rules) (any, error) {
				return apitest.Value(s.Create(ctx, team.CreateRoutingRuleRequest{Ref: ref, Name: "n", Order: services.Set(0), Criteria: criteria,
					TimeRestriction: office, Notify: shape.To(shape.ScheduleByName("Days")), Timezone: "Europe/Berlin"}))
			},
			Repeat:   services.RetryIfRefused,
			Exchange: apitest.Exact("POST "+at+by, `{"name":"n","order":0,`+sentCriteria+`,`+hours+`,"notify":{"type":"schedule","name":"Days"},"timezone":"Europe/Berlin"}`, 201, "created"),
			Want:     storage,
		},
		{
			Name: "Create/only what is required",
			Call: func(ctx context.Context, s rules) (any, error) {
				return s.Create(ctx, team.CreateRoutingRuleRequest{Ref: ref, Notify: shape.ToNone()})
			},
			Repeat:   services.RetryIfRefused,
			Exchange: apitest.Exact("POST "+at+by, `{"notify":{"type":"none"}}`, 201, "created"),
		},
		refused("Create/nobody to notify", func(ctx context.Context, s rules) (any, error) {
			return s.Create(ctx, team.CreateRoutingRuleRequest{Ref: ref})
		}),
		refused("Create/negative order", func(ctx context.Context, s rules) (any, error) {
			return s.Create(ctx, team.CreateRoutingRuleRequest{Ref: ref, Notify: shape.ToNone(), Order: services.Set(-1)})
		}),
		refused("Create/criteria without conditions", func(ctx context.Context, s rules) (any, error) {
			return s.Create(ctx, team.CreateRoutingRuleRequest{Ref: ref, Notify: shape.ToNone(), Criteria: shape.MatchAnyCondition()})
		}),
		refused("Create/a restriction without hours", func(ctx context.Context, s rules) (any, error) {
			return s.Create(ctx, team.CreateRoutingRuleRequest{Ref: ref, Notify: shape.ToNone(), TimeRestriction: shape.Weekly()})
		}),
		{
			Name: "Get",
			Call: func(ctx context.Context, s rules) (any, error) {
				return apitest.Value(s.Get(ctx, ref, "r"))
			},
			Exchange: apitest.Exact("GET "+at+"/r"+by, "", 200, "routing_rule_get"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				checkRule(tb, got, criteria, office, escalation)
			},
		},
		refused("Get/no rule", func(ctx context.Context, s rules) (any, error) {
			return s.Get(ctx, ref, "")
		}),
		{
			Name: "Update",
			Call: func(ctx context.Context, s rules) (any, error) {
				return apitest.Value(s.Update(ctx, team.UpdateRoutingRuleRequest{Ref: ref, ID: "r", Name: services.Set("n"), Criteria: services.Set(criteria),
					TimeRestriction: services.Set(office), Notify: services.Set(shape.To(shape.EscalationByID(escalation))), Timezone: services.Set("UTC")}))
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("PATCH "+at+"/r"+by, `{"name":"n",`+sentCriteria+`,`+hours+`,"notify":{"type":"escalation","id":"`+escalation+`"},"timezone":"UTC"}`, 200, "created"),
			Want:     storage,
		},
		{
			Name: "Update/to no restriction",
			Call: func(ctx context.Context, s rules) (any, error) {
				return s.Update(ctx, team.UpdateRoutingRuleRequest{Ref: ref, ID: "r", TimeRestriction: services.Null[shape.TimeRestriction]()})
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("PATCH "+at+"/r"+by, `{"timeRestriction":null}`, 200, "created"),
		},
		refused("Update/what is set to nothing", func(ctx context.Context, s rules) (any, error) {
			return s.Update(ctx, team.UpdateRoutingRuleRequest{Ref: ref, ID: "r", Notify: services.Set(shape.Recipient{})})
		}),
		refused("Update/a restriction without hours", func(ctx context.Context, s rules) (any, error) {
			return s.Update(ctx, team.UpdateRoutingRuleRequest{Ref: ref, ID: "r", TimeRestriction: services.Set(shape.Weekly())})
		}),
		refused("Update/no rule", func(ctx context.Context, s rules) (any, error) {
			return s.Update(ctx, team.UpdateRoutingRuleRequest{Ref: ref})
		}),
		{
			Name: "Delete",
			Call: func(ctx context.Context, s rules) (any, error) {
				return s.Delete(ctx, ref, "r")
			},
			Exchange: apitest.Exact("DELETE "+at+"/r"+by, "", 200, "deleted"),
		},
		refused("Delete/no rule", func(ctx context.Context, s rules) (any, error) {
			return s.Delete(ctx, ref, "")
		}),
		{
			Name: "ChangeOrder/to the first place",
			Call: func(ctx context.Context, s rules) (any, error) {
				return apitest.Value(s.ChangeOrder(ctx, team.ChangeRoutingRuleOrderRequest{Ref: ref, ID: "r"}))
			},
			Repeat:   services.SafeToRetry,
			Exchange: apitest.Exact("POST "+at+"/r/change-order"+by, `{"order":0}`, 200, "created"),
			Want:     storage,
		},
		refused("ChangeOrder/to a negative place", func(ctx context.Context, s rules) (any, error) {
			return s.ChangeOrder(ctx, team.ChangeRoutingRuleOrderRequest{Ref: ref, ID: "r", Order: -1})
		}),
	})
}

func checkRule(tb testing.TB, got any, criteria shape.Filter, hours shape.TimeRestriction, escalation string) {
	tb.Helper()
	rule, ok := got.(team.RoutingRule)
	require.True(tb, ok)
	assert.Equal(tb, "P1 to escalation", rule.Name)
	assert.False(tb, rule.IsDefault)
	assert.Zero(tb, rule.Order)
	assert.Equal(tb, "Europe/Berlin", rule.Timezone)
	require.Len(tb, rule.Criteria.Conditions, 2)
	rule.Criteria.Conditions[0].Other = services.Other{} // its "not": false
	assert.Equal(tb, criteria, rule.Criteria)
	assert.Equal(tb, hours, rule.TimeRestriction)
	assert.Equal(tb, shape.KindEscalation, rule.Notify.Kind())
	assert.Equal(tb, escalation, rule.Notify.ID())
	assert.Equal(tb, "Storage escalation", rule.Notify.Name())
}

// S7: what was read is written back as it came, at every depth.
func TestWhatWasReadIsWrittenBack(t *testing.T) {
	t.Parallel()
	const teamMembers = `"description":null,"logo":{"url":"x"},"members":[{"user":{"id":"u","username":7,"locale":"de"},"role":"admin","since":2019},{"user":null}]`
	var one team.Team
	require.NoError(t, json.Unmarshal([]byte(`{"id":"t","name":"Storage",`+teamMembers+`}`), &one))
	_, err := apitest.Verify(t.Context(), open, row{
		Name: "Update", Call: func(ctx context.Context, s service) (any, error) { return s.Update(ctx, one.Request()) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH /v2/teams/t", Body: `{"name":"Storage",` + teamMembers + `}`, Answer: `{"data":{"id":"t"}}`},
	})
	require.ErrorIs(t, err, services.ErrArgument, "the second member is nobody")
	one.Members = one.Members[:1]
	_, err = apitest.Verify(t.Context(), open, row{
		Name: "Update", Call: func(ctx context.Context, s service) (any, error) { return s.Update(ctx, one.Request()) }, Repeat: services.SafeToRetry,
		Exchange: apitest.Exchange{Send: "PATCH /v2/teams/t", Answer: `{"data":{"id":"t"}}`,
			Body: `{"name":"Storage","description":null,"logo":{"url":"x"},"members":[{"user":{"id":"u","username":7,"locale":"de"},"role":"admin","since":2019}]}`},
	})
	require.NoError(t, err)

	const rights = `"name":null,"rights":[{"right":"fly","granted":"no","until":null}],"color":"red"`
	var role team.Role
	require.NoError(t, json.Unmarshal([]byte(`{"id":"r",`+rights+`}`), &role))
	_, err = apitest.Verify(t.Context(), openRoles, rolesRow{
		Name: "Update", Repeat: services.SafeToRetry,
		Call: func(ctx context.Context, s roles) (any, error) {
			in := role.Request()
			in.Ref = team.ByID("t")
			return s.Update(ctx, in)
		},
		Exchange: apitest.Exchange{Send: "PATCH /v2/teams/t/roles/r?teamIdentifierType=id&identifierType=id", Body: `{` + rights + `}`, Answer: `{"data":{"id":"r"}}`},
	})
	require.NoError(t, err)

	const members = `"name":"P1","criteria":{"type":"match-any-condition","conditions":[{"field":"tags","operation":"in","expectedValue":["a"]}]},` +
		`"timeRestriction":{"type":"lunar","phase":"full"},"notify":{"type":"oracle","id":7},"timezone":"","escalate":true`
	var rule team.RoutingRule
	require.NoError(t, json.Unmarshal([]byte(`{"id":"r","isDefault":false,"order":3,`+members+`}`), &rule))
	_, err = apitest.Verify(t.Context(), openRules, rulesRow{
		Name: "Update", Repeat: services.SafeToRetry,
		Call: func(ctx context.Context, s rules) (any, error) {
			in := rule.Request()
			in.Ref = team.ByID("t")
			return s.Update(ctx, in)
		},
		Exchange: apitest.Exchange{Send: "PATCH /v2/teams/t/routing-rules/r?teamIdentifierType=id", Body: `{` + members + `}`, Answer: `{"data":{"id":"r"}}`},
	})
	require.NoError(t, err)
}
