package opsgenietest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/policyv1"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func fullAlertPolicy() policy.Policy {
	return policy.Policy{
		Name: "Tag EU", Description: "d", Filter: shape.MatchAllConditions(shape.Condition{Field: shape.FieldSource, Operation: shape.Contains, ExpectedValue: "eu-"}),
		TimeRestrictions: shape.Daily(shape.DayHours{EndHour: 6}),
		Action: policy.Alert{
			Message: "{{message}}", Alias: "a", Description: "ad", AlertDescription: "add", Entity: "e", Source: "s", Priority: shape.P2,
			Actions: []string{"Restart"}, Responders: []shape.Responder{shape.TeamByID("t-1")}, Tags: []string{"eu"}, Details: map[string]string{"k": "v"},
			IgnoreOriginalActions: new(true), IgnoreOriginalDetails: new(false), IgnoreOriginalResponders: new(true),
			IgnoreOriginalTags: new(false), IgnoreOriginalTeams: new(true), Continue: new(true),
		},
	}
}

func fullNotificationPolicy() policy.Policy {
	return policy.Policy{
		Name: "Nights", Enabled: true, Filter: shape.MatchAll(), TeamID: "t-1",
		Action: policy.Notification{
			AutoRestart: &policy.AutoRestart{Duration: shape.For(time.Minute), MaxRepeatCount: 3},
			AutoClose:   &policy.AutoClose{Duration: shape.For(24 * time.Hour)},
			Deduplicate: &policy.Deduplication{By: policy.FrequencyBased, Count: 2, Duration: shape.For(time.Hour)},
			Delay:       &policy.Delay{Option: policy.NextTime, UntilHour: new(0), UntilMinute: new(30)},
			Suppress:    new(false),
		},
	}
}

func TestAPolicyIsGivenBackAndReplaced(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	all, ctx := connect(t, s).Policies, t.Context()
	want := fullAlertPolicy()
	made := must[policy.Summary](t)(all.Create(ctx, policy.CreateRequest{Policy: want}))
	assert.Equal(t, policy.Summary{ID: made.ID, Name: "Tag EU", Type: policy.KindAlert}, made)
	want.ID = made.ID
	assert.Equal(t, want, must[policy.Policy](t)(all.Get(ctx, policy.GetRequest{ID: made.ID})))

	small := policy.Policy{Name: "Small", Enabled: true, Action: policy.Alert{Message: "m", Responders: []shape.Responder{shape.UserByName("ada@example.com")}}}
	require.NoError(t, second(all.Update(ctx, policy.UpdateRequest{ID: made.ID, Policy: small})))
	got := must[policy.Policy](t)(all.Get(ctx, policy.GetRequest{ID: made.ID}))
	action, ok := got.Action.(policy.Alert)
	require.True(t, ok)
	require.Len(t, action.Responders, 1)
	assert.NotEmpty(t, action.Responders[0].ID(), "a name gets its id")
	small.ID, small.Filter, small.Action, got.Action = made.ID, shape.MatchAll(), nil, nil
	assert.Equal(t, small, got, "a PUT replaces")
	assert.Equal(t, policy.Alert{Message: "m", Responders: action.Responders}, action)

	require.NoError(t, second(all.Delete(ctx, policy.DeleteRequest{ID: made.ID})))
	refusedWith(t, 404, second(all.Get(ctx, policy.GetRequest{ID: made.ID})))
}

func TestPoliciesOfATeamAreFoundWithTheTeamAlone(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, all, ctx := dial(t, s), connect(t, s).Policies, t.Context()
	want := fullNotificationPolicy()
	made := must[policy.Summary](t)(all.Create(ctx, policy.CreateRequest{TeamID: "t-1", Policy: want}))
	want.ID = made.ID
	assert.Equal(t, want, must[policy.Policy](t)(all.Get(ctx, policy.GetRequest{ID: made.ID, TeamID: "t-1"})))
	refusedWith(t, 404, second(all.Get(ctx, policy.GetRequest{ID: made.ID, TeamID: "t-2"})))
	refusedWith(t, 404, second(all.Get(ctx, policy.GetRequest{ID: made.ID})))
	require.Equal(t, 201, c.do("POST", "/v2/policies", `{"type":"notification","name":"Body","teamId":"t-1"}`).status)

	list := must[[]policy.Summary](t)(all.ListNotification(ctx, policy.ListNotificationRequest{TeamID: "t-1"}))
	require.Len(t, list, 2)
	assert.Equal(t, policy.Summary{ID: made.ID, Name: "Nights", Type: policy.KindNotification, Enabled: true}, list[0])
	assert.Equal(t, "Body", list[1].Name)
	assert.Empty(t, must[[]policy.Summary](t)(all.ListAlert(ctx, policy.ListAlertRequest{TeamID: "t-1"})))
	assert.Equal(t, "[]", string(c.do("GET", "/v2/policies/alert", "").body.Data))

	require.NoError(t, second(all.Disable(ctx, policy.DisableRequest{ID: made.ID, TeamID: "t-1"})))
	assert.False(t, must[policy.Policy](t)(all.Get(ctx, policy.GetRequest{ID: made.ID, TeamID: "t-1"})).Enabled)
	require.NoError(t, second(all.Enable(ctx, policy.EnableRequest{ID: made.ID, TeamID: "t-1"})))
	assert.True(t, must[policy.Policy](t)(all.Get(ctx, policy.GetRequest{ID: made.ID, TeamID: "t-1"})).Enabled)

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
		made := policy.Policy{Name: name, Action: policy.Alert{Message: "m"}}
		if name == "n" || name == "o" {
			made.Action = policy.Notification{}
		}
		ids[name] = must[policy.Summary](t)(all.Create(ctx, policy.CreateRequest{TeamID: "t-1", Policy: made})).ID
	}
	order := func() (names string) {
		list := must[[]policy.Summary](t)(all.ListAlert(ctx, policy.ListAlertRequest{TeamID: "t-1"}))
		for i, each := range append(list, must[[]policy.Summary](t)(all.ListNotification(ctx, policy.ListNotificationRequest{TeamID: "t-1"}))...) {
			assert.Equal(t, i%3, each.Order, each.Name)
			names += each.Name
		}
		return names
	}
	move := func(name string, to int) {
		require.NoError(t, second(all.ChangeOrder(ctx, policy.ChangeOrderRequest{ID: ids[name], TeamID: "t-1", TargetIndex: to})))
	}
	assert.Equal(t, "abcno", order())
	move("c", 1)
	assert.Equal(t, "acbno", order())
	move("a", 9)
	assert.Equal(t, "cbano", order())
	move("o", 0)
	assert.Equal(t, "cbaon", order())
	require.NoError(t, second(all.Delete(ctx, policy.DeleteRequest{ID: ids["c"], TeamID: "t-1"})))
	list := must[[]policy.Summary](t)(all.ListAlert(ctx, policy.ListAlertRequest{TeamID: "t-1"}))
	assert.Equal(t, []int{0, 1}, []int{list[0].Order, list[1].Order})
}

func TestOldPoliciesAreKeptInTheirOrder(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, all, ctx := dial(t, s), connect(t, s).PoliciesV1, t.Context()
	ids := []string{}
	for _, action := range []policyv1.Action{
		policyv1.Modify{
			Message: "m", Alias: "a", Description: "d", Entity: "e", Source: "s", Priority: shape.P1, Actions: []string{"x"}, Tags: []string{"t"},
			Recipients: []shape.Recipient{shape.ToAll()}, Details: map[string]string{"k": "v"}, IgnoreOriginalAlertActions: new(true),
			IgnoreOriginalDetails: new(true), IgnoreOriginalRecipients: new(false), IgnoreOriginalTags: new(true), IgnoreOriginalTeams: new(true), Continue: new(true),
		},
		policyv1.AutoClose{Duration: shape.For(time.Hour)},
		policyv1.Delay{Option: policyv1.NextTime, UntilHour: new(7), UntilMinute: new(0)},
		policyv1.Deduplicate{By: policyv1.ValueBased, Count: 2}, policyv1.Suppress{}, policyv1.Renotify{},
		policyv1.AutoRestart{Duration: shape.For(time.Minute), MaxRepeatCount: 4},
	} {
		want := policyv1.Policy{Name: "p", Description: "d", Enabled: true, Filter: shape.MatchAll(), TimeRestrictions: shape.Daily(shape.DayHours{EndHour: 6}), Action: action}
		want.ID = must[policyv1.Summary](t)(all.Create(ctx, policyv1.CreateRequest{Policy: want})).ID
		assert.Equal(t, want, must[policyv1.Policy](t)(all.Get(ctx, policyv1.GetRequest{ID: want.ID})))
		ids = append(ids, want.ID)
	}
	require.NoError(t, second(all.ChangeOrder(ctx, policyv1.ChangeOrderRequest{ID: ids[6], TargetIndex: 0})))
	require.NoError(t, second(all.Disable(ctx, policyv1.DisableRequest{ID: ids[6]})))
	list := must[[]policyv1.Summary](t)(all.List(ctx, policyv1.ListRequest{}))
	require.Len(t, list, 7)
	assert.Equal(t, policyv1.Summary{ID: ids[6], Name: "p", Type: policyv1.KindAutoRestart}, list[0])
	assert.Equal(t, 6, list[6].Order)
	require.NoError(t, second(all.Enable(ctx, policyv1.EnableRequest{ID: ids[6]})))

	changed := policyv1.Policy{ID: ids[6], Name: "q", Filter: shape.MatchAll(), Action: policyv1.AutoRestart{Duration: shape.For(time.Hour)}}
	require.NoError(t, second(all.Update(ctx, policyv1.UpdateRequest{ID: ids[6], Policy: changed})))
	assert.Equal(t, changed, must[policyv1.Policy](t)(all.Get(ctx, policyv1.GetRequest{ID: ids[6]})))
	require.NoError(t, second(all.Delete(ctx, policyv1.DeleteRequest{ID: ids[6]})))
	c.refuses(
		refusedRequest{"GET", "/v1/policies/" + ids[6], ``, 404, ""},
		refusedRequest{"POST", "/v1/policies", `{"type":"alert","name":"n"}`, 422, "type"},
		refusedRequest{"POST", "/v1/policies", `{"type":"modify"}`, 422, "name"},
		refusedRequest{"POST", "/v1/policies", `{"type":"modify","name":"n","untilHour":"x"}`, 422, "untilHour"},
		refusedRequest{"POST", "/v1/policies/" + ids[0] + "/change-order", `{"targetIndex":-1}`, 422, "targetIndex"},
	)
}
