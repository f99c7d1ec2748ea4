package policy_test

import (
	"context"
	"slices"
	"testing"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/apitest"
	"github.com/tripware/tripware/services/jsm/policy"
	"github.com/tripware/tripware/services/jsm/shape"
)

const (
	teamAt    = "/v1/teams/" + team + "/policies"
	quietID   = "99999999-0000-4000-8000-000000000002"
	quietText = `"name":"Quiet","teamId":"` + team + `","enabled":false,"filter":{"type":"match-all","conditions":[]},` +
		`"autoRestartAction":{"waitDuration":5,"durationFormat":"minutes","maxRepeatCount":0},` +
		`"autoCloseAction":{"waitDuration":1,"durationFormat":"days"},` +
		`"deduplicationAction":{"deduplicationActionType":"frequencyBased","frequency":3,"countValueLimit":2,"waitDuration":1,"durationFormat":"hours"},` +
		`"delayAction":{"delayOption":"nextTime","delayTime":{"hours":0,"minutes":30},"waitDuration":0,"durationFormat":"seconds"},"suppress":false}`
)

func quiet() policy.Policy {
	return policy.Policy{
		Name: "Quiet", TeamID: team, Enabled: services.Set(false), Filter: services.Set(shape.MatchAll()),
		Action: policy.Notification{
			AutoRestart:   services.Set(policy.AutoRestart{WaitDuration: 5, Unit: policy.UnitMinutes}),
			AutoClose:     services.Set(policy.AutoClose{WaitDuration: 1, Unit: policy.UnitDays}),
			Deduplication: services.Set(policy.Deduplication{By: policy.FrequencyBased, Frequency: services.Set(3), Count: services.Set(2), WaitDuration: services.Set(1), Unit: policy.UnitHours}),
			Delay: services.Set(policy.Delay{
				Option: policy.NextTime, Until: services.Set(policy.TimeOfDay{Minutes: 30}), WaitDuration: services.Set(0), Unit: policy.UnitSeconds,
			}),
			Suppress: services.Set(false),
		},
	}
}

// evening is the notification policy of the fixtures.
func evening() policy.Policy {
	return policy.Policy{
		ID: quietID, Type: policy.KindNotification, Name: "Demo notification policy", Description: services.Set(""), TeamID: team, Enabled: services.Set(true), Order: 2.5,
		Filter: services.Set(shape.Filter{Kind: shape.FilterMatchAll, Conditions: []shape.Condition{}}),
		Action: policy.Notification{
			Delay:     services.Set(policy.Delay{Option: policy.NextTime, Until: services.Set(policy.TimeOfDay{Hours: 8, Minutes: 30}), WaitDuration: services.Set(0)}),
			AutoClose: services.Set(policy.AutoClose{WaitDuration: 3, Unit: policy.UnitHours}), Suppress: services.Set(false),
		},
	}
}

func TestEveryOperationOfTeamsSendsAndReadsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	apitest.Run(t, openTeam, slices.Concat(teamWrites(), teamReads(), teamRefusals()))
}

// S9: each operation says whether it is safe to retry.
func teamWrites() []teamRow {
	on := func(name, send, body string, repeat services.Repeat, call func(context.Context, teamService) (*services.Result[policy.Policy], error)) teamRow {
		return teamRow{
			Name: name, Repeat: repeat, Check: same(evening()), Exchange: exact(send, body, 200, "policy_notification"),
			Call: func(ctx context.Context, s teamService) (any, error) { return apitest.Value(call(ctx, s)) },
		}
	}
	read := quiet()
	read.ID, read.Order = quietID, 2.5
	ofAlerts := full()
	ofAlerts.TeamID = team
	ref := policy.Ref{ID: "a/b", TeamID: "c d"}
	return []teamRow{
		on("Create", "POST "+teamAt, `{"type":"notification",`+quietText, services.RetryIfRefused,
			func(ctx context.Context, s teamService) (*services.Result[policy.Policy], error) {
				return s.Create(ctx, read)
			}),
		on("Create/for alerts", "POST "+teamAt, `{"type":"alert","name":"Tag","description":"d","teamId":"`+team+`",`+fullText[len(`{"type":"alert","name":"Tag","description":"d",`):],
			services.RetryIfRefused, func(ctx context.Context, s teamService) (*services.Result[policy.Policy], error) {
				return s.Create(ctx, ofAlerts)
			}),
		on("Update", "PUT "+teamAt+"/"+quietID, `{"id":"`+quietID+`","type":"notification","name":"Quiet","teamId":"`+team+`","enabled":false,"order":2.5,`+
			quietText[len(`"name":"Quiet","teamId":"`+team+`","enabled":false,`):], services.ByMethod,
			func(ctx context.Context, s teamService) (*services.Result[policy.Policy], error) {
				return s.Update(ctx, read)
			}),
		on("Enable", "POST /v1/teams/c%20d/policies/a%2Fb/enable", "", services.SafeToRetry,
			func(ctx context.Context, s teamService) (*services.Result[policy.Policy], error) {
				return s.Enable(ctx, ref)
			}),
		on("Disable", "POST /v1/teams/c%20d/policies/a%2Fb/disable", "", services.SafeToRetry,
			func(ctx context.Context, s teamService) (*services.Result[policy.Policy], error) {
				return s.Disable(ctx, ref)
			}),
		{
			Name: "ChangeOrder", Exchange: exact("POST "+teamAt+"/"+id+"/change-order", `{"order":3}`, 204, ""), Repeat: services.SafeToRetry, Want: services.None{},
			Call: func(ctx context.Context, s teamService) (any, error) {
				return apitest.Value(s.ChangeOrder(ctx, policy.TeamChangeOrderRequest{Ref: policy.Ref{ID: id, TeamID: team}, Order: 3}))
			},
		},
		{
			Name: "Delete", Exchange: exact("DELETE "+teamAt+"/"+id, "", 204, ""), Want: services.None{},
			Call: func(ctx context.Context, s teamService) (any, error) {
				return apitest.Value(s.Delete(ctx, policy.Ref{ID: id, TeamID: team}))
			},
		},
	}
}

func teamReads() []teamRow {
	get := func(ctx context.Context, s teamService) (any, error) {
		return apitest.Value(s.Get(ctx, policy.Ref{ID: id, TeamID: team}))
	}
	alone := demo(shape.Responder{}) // sources disagree whether responders are ids alone
	alone.TeamID = team
	summary := policy.Summary{ID: id, Type: policy.KindAlert, Name: "Demo alert policy", Enabled: true, Order: 1}
	return []teamRow{
		{Name: "Get", Call: get, Exchange: exact("GET "+teamAt+"/"+id, "", 200, "policy_notification"), Check: same(evening())},
		{
			Name: "Get/responders that are ids alone", Call: get, Exchange: exact("GET "+teamAt+"/"+id, "", 200, "policy_alert_strings"),
			Check: func(tb testing.TB, got any) {
				tb.Helper()
				read, _ := got.(policy.Policy)
				a, _ := read.Action.(policy.Alert)
				responders, _ := a.Responders.Get()
				if len(responders) != 1 || responders[0].ID() != team || responders[0].Kind() != "" {
					tb.Fatalf("read the responders %v", responders)
				}
				responders[0] = shape.Responder{}
				same(alone)(tb, got)
			},
		},
		{ // S8: a type that is not known is read, and can be changed and sent back.
			Name: "Update/an unknown type",
			Call: func(ctx context.Context, s teamService) (any, error) {
				got, err := s.Get(ctx, policy.Ref{ID: "p", TeamID: "t"})
				if err != nil {
					return nil, err
				}
				got.Value.Name, got.Value.TeamID = "new", "t"
				return s.Update(ctx, got.Value)
			},
			Exchange: answered("GET /v1/teams/t/policies/p", 200, `{"id":"p","type":"ORACLE","name":"n","depth":9007199254740993}`),
			Then: []apitest.Exchange{{
				Send: "PUT " + prefix + "/v1/teams/t/policies/p", Answer: `{"id":"p"}`,
				Body: `{"id":"p","type":"ORACLE","name":"new","teamId":"t","depth":9007199254740993}`,
			}},
		},
		{
			Name: "List",
			Call: func(ctx context.Context, s teamService) (any, error) {
				return apitest.Value(s.List(ctx, team, policy.TeamListRequest{Type: policy.KindAlert, Page: shape.Page{Offset: 4, Limit: 2}}))
			},
			Exchange: exact("GET "+teamAt+"?offset=4&size=2&type=alert", "", 200, "policy_list"), Want: []policy.Summary{summary},
		},
		{
			Name: "All",
			Call: func(ctx context.Context, s teamService) (any, error) {
				return apitest.Collect(s.All(ctx, team, policy.TeamListRequest{Type: policy.KindNotification}))
			},
			Exchange: answered("GET "+teamAt+"?size=50&type=notification", 200,
				`{"values":[{"id":"a","type":"NOTIFICATION"}],"links":{"next":"/v1/teams/{teamId}/policies?offset=1&size=1&type=notification"}}`),
			Then: []apitest.Exchange{exact("GET "+teamAt+"?offset=1&size=1&type=notification", "", 200, "policy_list")},
			Want: []policy.Summary{{ID: "a", Type: policy.KindNotification}, summary},
		},
	}
}

// S10: what the server would refuse is refused before sending, with the name of the member.
func teamRefusals() []teamRow {
	create := func(name, problems string, n policy.Notification) teamRow {
		return refused("Create/"+name, problems, func(ctx context.Context, s teamService) (any, error) {
			return s.Create(ctx, policy.Policy{TeamID: "t", Name: "n", Enabled: services.Set(true), Action: n})
		})
	}
	return []teamRow{
		create("no durations", "autoRestartAction.waitDuration is required; autoRestartAction.durationFormat is required; "+
			"autoCloseAction.waitDuration is required; autoCloseAction.durationFormat is required",
			policy.Notification{AutoRestart: services.Set(policy.AutoRestart{}), AutoClose: services.Set(policy.AutoClose{})}),
		create("negative durations", "autoRestartAction.waitDuration must not be negative; autoRestartAction.maxRepeatCount must not be negative; autoCloseAction.waitDuration must not be negative",
			policy.Notification{
				AutoRestart: services.Set(policy.AutoRestart{WaitDuration: -1, Unit: policy.UnitMinutes, MaxRepeatCount: -1}),
				AutoClose:   services.Set(policy.AutoClose{WaitDuration: -1, Unit: policy.UnitMinutes}),
			}),
		create("no kinds", "deduplicationAction.deduplicationActionType is required; delayAction.delayOption is required",
			policy.Notification{Deduplication: services.Set(policy.Deduplication{}), Delay: services.Set(policy.Delay{})}),
		create("negative numbers", "deduplicationAction.frequency must not be negative; deduplicationAction.countValueLimit must not be negative; "+
			"deduplicationAction.waitDuration must not be negative; delayAction.delayTime must not be negative; delayAction.waitDuration must not be negative",
			policy.Notification{
				Deduplication: services.Set(policy.Deduplication{By: policy.ValueBased, Frequency: services.Set(-1), Count: services.Set(-1), WaitDuration: services.Set(-1)}),
				Delay:         services.Set(policy.Delay{Option: policy.ForMinutes, Until: services.Set(policy.TimeOfDay{Hours: -1}), WaitDuration: services.Set(-1)}),
			}),
		refused("Create/no team", "teamId is required", func(ctx context.Context, s teamService) (any, error) { return s.Create(ctx, least()) }),
		refused("Update/no id", "teamId is required; policyId is required", func(ctx context.Context, s teamService) (any, error) {
			return s.Update(ctx, least())
		}),
		refused("Update/no name", "name is required", func(ctx context.Context, s teamService) (any, error) {
			return s.Update(ctx, policy.Policy{ID: id, TeamID: team, Enabled: services.Set(true), Action: policy.Notification{}})
		}),
		refused("Get/no id", "policyId is required", func(ctx context.Context, s teamService) (any, error) { return s.Get(ctx, policy.Ref{TeamID: "t"}) }),
		refused("List/no type", "type is required", func(ctx context.Context, s teamService) (any, error) {
			return s.List(ctx, "t", policy.TeamListRequest{})
		}),
		refused("ChangeOrder/before the first", "order must be at least 0", func(ctx context.Context, s teamService) (any, error) {
			return s.ChangeOrder(ctx, policy.TeamChangeOrderRequest{Ref: policy.Ref{ID: id, TeamID: team}, Order: -1})
		}),
	}
}
