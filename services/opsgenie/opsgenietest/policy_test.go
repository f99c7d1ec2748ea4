package opsgenietest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/policyv1"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func fullAlertPolicy() policy.Policy {
	europe := shape.Condition{Field: shape.FieldSource, Operation: shape.Contains, ExpectedValue: "eu-"}
	return policy.Policy{
		Type: policy.KindAlert, Name: "Tag EU", Description: services.Set("d"), Enabled: services.Set(false),
		Filter: services.Set(shape.MatchAllConditions(europe)), TimeRestrictions: services.Set(shape.Daily(shape.DayHours{EndHour: 6})),
		Action: policy.Alert{
			Message: "{{message}}", Alias: services.Set("a"), Description: services.Set("ad"), AlertDescription: services.Set("add"),
			Entity: services.Set("e"), Source: services.Set("s"), Priority: services.Set(shape.P2), Actions: services.Set([]string{"Restart"}),
			Responders: services.Set([]shape.Responder{shape.TeamByID("t-1")}), Tags: services.Set([]string{"eu"}),
			Details: services.Set(map[string]string{"k": "v"}), IgnoreOriginalActions: services.Set(true), IgnoreOriginalDetails: services.Set(false),
			IgnoreOriginalResponders: services.Set(true), IgnoreOriginalTags: services.Set(false), IgnoreOriginalTeams: services.Set(true),
			Continue: services.Set(true),
		},
	}
}

func fullNotificationPolicy() policy.Policy {
	return policy.Policy{
		Type: policy.KindNotification, Name: "Nights", Enabled: services.Set(true), Filter: services.Set(shape.MatchAll()), TeamID: "t-1",
		Action: policy.Notification{
			AutoRestart:   services.Set(policy.AutoRestart{Duration: shape.For(time.Minute), MaxRepeatCount: 3}),
			AutoClose:     services.Set(policy.AutoClose{Duration: shape.For(24 * time.Hour)}),
			Deduplication: services.Set(policy.Deduplication{By: policy.FrequencyBased, Count: 2, Duration: shape.For(time.Hour)}),
			Delay:         services.Set(policy.Delay{Option: policy.NextTime, UntilHour: services.Set(0), UntilMinute: services.Set(30)}),
			Suppress:      services.Set(false),
		},
	}
}

func TestAPolicyIsGivenBackAndReplaced(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	all, ctx := connect(t, s).Policies, t.Context()
	want := fullAlertPolicy()
	made := must[policy.Summary](t)(all.Create(ctx, want))
	assert.Equal(t, policy.Summary{ID: made.ID, Name: "Tag EU", Type: policy.KindAlert}, made)
	want.ID = made.ID
	assert.Equal(t, want, must[policy.Policy](t)(all.Get(ctx, policy.Ref{ID: made.ID})))

	ada := services.Set([]shape.Responder{shape.UserByName("ada@example.com")})
	small := policy.Policy{ID: made.ID, Type: policy.KindAlert, Name: "Small", Action: policy.Alert{Message: "m", Responders: ada}}
	require.NoError(t, second(all.Update(ctx, small)))
	got := must[policy.Policy](t)(all.Get(ctx, policy.Ref{ID: made.ID}))
	action, ok := got.Action.(policy.Alert)
	require.True(t, ok)
	responders, _ := action.Responders.Get()
	require.Len(t, responders, 1)
	assert.NotEmpty(t, responders[0].ID(), "a name gets its id")
	small.Enabled, small.Filter, small.Action, got.Action = services.Set(true), services.Set(shape.MatchAll()), nil, nil
	assert.Equal(t, small, got, "a PUT replaces")
	assert.Equal(t, policy.Alert{Message: "m", Responders: action.Responders}, action)

	require.NoError(t, second(all.Delete(ctx, policy.Ref{ID: made.ID})))
	refusedWith(t, 404, second(all.Get(ctx, policy.Ref{ID: made.ID})))
}

func TestPoliciesOfATeamAreFoundWithTheTeamAlone(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, all, ctx := dial(t, s), connect(t, s).Policies, t.Context()
	want := fullNotificationPolicy()
	made := must[policy.Summary](t)(all.Create(ctx, want))
	want.ID = made.ID
	assert.Equal(t, want, must[policy.Policy](t)(all.Get(ctx, policy.Ref{ID: made.ID, TeamID: "t-1"})))
	refusedWith(t, 404, second(all.Get(ctx, policy.Ref{ID: made.ID, TeamID: "t-2"})))
	refusedWith(t, 404, second(all.Get(ctx, policy.Ref{ID: made.ID})))
	require.Equal(t, 201, c.do("POST", "/v2/policies", `{"type":"notification","name":"Body","teamId":"t-1"}`).status)

	list := must[[]policy.Summary](t)(all.ListNotification(ctx, "t-1"))
	require.Len(t, list, 2)
	assert.Equal(t, policy.Summary{ID: made.ID, Name: "Nights", Type: policy.KindNotification, Enabled: true}, list[0])
	assert.Equal(t, "Body", list[1].Name)
	assert.Empty(t, must[[]policy.Summary](t)(all.ListAlert(ctx, "t-1")))
	assert.Equal(t, "[]", string(c.do("GET", "/v2/policies/alert", "").body.Data))

	require.NoError(t, second(all.Disable(ctx, policy.Ref{ID: made.ID, TeamID: "t-1"})))
	assert.Equal(t, services.Set(false), must[policy.Policy](t)(all.Get(ctx, policy.Ref{ID: made.ID, TeamID: "t-1"})).Enabled)
	require.NoError(t, second(all.Enable(ctx, policy.Ref{ID: made.ID, TeamID: "t-1"})))
	assert.Equal(t, services.Set(true), must[policy.Policy](t)(all.Get(ctx, policy.Ref{ID: made.ID, TeamID: "t-1"})).Enabled)

	at := "/v2/policies/" + made.ID
	c.refuses(
		refusedRequest{"GET", "/v2/policies/notification", ``, 422, "teamId"},
		refusedRequest{"POST", "/v2/policies", `{"type":"notification","name":"n"}`, 422, "teamId"},
		refusedRequest{"POST", "/v2/policies", `{"type":"moon","name":"n"}`, 422, "type"},
		refusedRequest{"POST", "/v2/policies", `{"type":"alert","message":"m"}`, 422, "name"},
		refusedRequest{"POST", "/v2/policies", `{"type":"alert","name":"n"}`, 422, "message"},
		refusedRequest{"POST", "/v2/policies", `{"type":"alert","name":"n","message":"m","filter":{"type":"some"}}`, 422, "filter#type"},
		refusedRequest{"PUT", at + "?teamId=t-1", `{"type":"notification","name":"n","delayAction":{"delayOption":"later"}}`, 422, "delayAction.delayOption"},
		refusedRequest{"PUT", at + "?teamId=t-1", `{"type":"notification","name":"n","autoCloseAction":{}}`, 422, "autoCloseAction.duration#timeAmount"},
		refusedRequest{"PUT", at + "?teamId=t-1", `{"type":"notification","name":"n","deduplicationAction":{}}`, 422, "deduplicationAction.deduplicationActionType"},
		refusedRequest{"POST", at + "/change-order?teamId=t-1", `{}`, 422, "targetIndex"},
		refusedRequest{"POST", at + "/enable", ``, 404, ""},
	)
}

// The place of a policy is counted among those of its type.
func TestPoliciesChangeTheirOrderWithinTheirType(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	all, ctx := connect(t, s).Policies, t.Context()
	ids := map[string]string{}
	for _, name := range []string{"a", "n", "b", "o", "c"} {
		made := policy.Policy{Name: name, TeamID: "t-1", Action: policy.Alert{Message: "m"}}
		if name == "n" || name == "o" {
			made.Action = policy.Notification{}
		}
		ids[name] = must[policy.Summary](t)(all.Create(ctx, made)).ID
	}
	order := func() (names string) {
		list := must[[]policy.Summary](t)(all.ListAlert(ctx, "t-1"))
		for i, each := range append(list, must[[]policy.Summary](t)(all.ListNotification(ctx, "t-1"))...) {
			assert.Equal(t, i%3, each.Order, each.Name)
			names += each.Name
		}
		return names
	}
	move := func(name string, to int) {
		require.NoError(t, second(all.ChangeOrder(ctx, policy.ChangeOrderRequest{Ref: policy.Ref{ID: ids[name], TeamID: "t-1"}, TargetIndex: to})))
	}
	assert.Equal(t, "abcno", order())
	move("c", 1)
	assert.Equal(t, "acbno", order())
	move("a", 9)
	assert.Equal(t, "cbano", order())
	move("o", 0)
	assert.Equal(t, "cbaon", order())
	require.NoError(t, second(all.Delete(ctx, policy.Ref{ID: ids["c"], TeamID: "t-1"})))
	list := must[[]policy.Summary](t)(all.ListAlert(ctx, "t-1"))
	assert.Equal(t, []int{0, 1}, []int{list[0].Order, list[1].Order})
}

func TestOldPoliciesAreKeptInTheirOrder(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, all, ctx := dial(t, s), connect(t, s).PoliciesV1, t.Context()
	ids := []string{}
	for _, action := range []policyv1.Action{
		policyv1.Modify{
			Message: services.Set("m"), Alias: services.Set("a"), Description: services.Set("d"), Entity: services.Set("e"), Source: services.Set("s"),
			Priority: services.Set(shape.P1), Actions: services.Set([]string{"x"}), Tags: services.Set([]string{"t"}),
			Recipients: services.Set([]shape.Recipient{shape.ToAll()}), Details: services.Set(map[string]string{"k": "v"}),
			IgnoreOriginalAlertActions: services.Set(true), IgnoreOriginalDetails: services.Set(true), IgnoreOriginalRecipients: services.Set(false),
			IgnoreOriginalTags: services.Set(true), IgnoreOriginalTeams: services.Set(true), Continue: services.Set(true),
		},
		policyv1.AutoClose{Duration: services.Set(shape.For(time.Hour))},
		policyv1.Delay{Option: services.Set(policyv1.NextTime), UntilHour: services.Set(7), UntilMinute: services.Set(0)},
		policyv1.Deduplicate{By: services.Set(policyv1.ValueBased), Count: services.Set(2)}, policyv1.Suppress{}, policyv1.Renotify{},
		policyv1.AutoRestart{Duration: services.Set(shape.For(time.Minute)), MaxRepeatCount: 4},
	} {
		want := policyv1.Policy{
			Name: "p", Description: services.Set("d"), Enabled: services.Set(true), Filter: services.Set(shape.MatchAll()),
			TimeRestrictions: services.Set(shape.Daily(shape.DayHours{EndHour: 6})), Action: action,
		}
		made := must[policyv1.Summary](t)(all.Create(ctx, want))
		want.ID, want.Type = made.ID, made.Type
		assert.Equal(t, want, must[policyv1.Policy](t)(all.Get(ctx, want.ID)))
		ids = append(ids, want.ID)
	}
	require.NoError(t, second(all.ChangeOrder(ctx, policyv1.ChangeOrderRequest{ID: ids[6], TargetIndex: 0})))
	require.NoError(t, second(all.Disable(ctx, ids[6])))
	list := must[[]policyv1.Summary](t)(all.List(ctx))
	require.Len(t, list, 7)
	assert.Equal(t, policyv1.Summary{ID: ids[6], Name: "p", Type: policyv1.KindAutoRestart}, list[0])
	assert.Equal(t, 6, list[6].Order)
	require.NoError(t, second(all.Enable(ctx, ids[6])))

	changed := policyv1.Policy{
		ID: ids[6], Type: policyv1.KindAutoRestart, Name: "q", Enabled: services.Set(false), Filter: services.Set(shape.MatchAll()),
		Action: policyv1.AutoRestart{Duration: services.Set(shape.For(time.Hour))},
	}
	require.NoError(t, second(all.Update(ctx, changed)))
	assert.Equal(t, changed, must[policyv1.Policy](t)(all.Get(ctx, ids[6])))
	require.NoError(t, second(all.Delete(ctx, ids[6])))
	c.refuses(
		refusedRequest{"GET", "/v1/policies/" + ids[6], ``, 404, ""},
		refusedRequest{"POST", "/v1/policies", `{"type":"alert","name":"n"}`, 422, "type"},
		refusedRequest{"POST", "/v1/policies", `{"type":"modify"}`, 422, "name"},
		refusedRequest{"POST", "/v1/policies", `{"type":"modify","name":"n","untilHour":"x"}`, 422, "untilHour"},
		refusedRequest{"POST", "/v1/policies/" + ids[0] + "/change-order", `{"targetIndex":-1}`, 422, "targetIndex"},
	)
}
