package opsgenietest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/notification"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func mail() notification.Contact {
	return notification.Contact{Method: shape.Email, To: "ada@example.com"}
}

func TestANotificationRuleIsKeptChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	ada := people(t, c, "ada@example.com")[0]
	in := notification.CreateRequest{
		User: "ada@example.com", Name: "Turns", ActionType: notification.ScheduleStart,
		Criteria:         shape.MatchAllConditions(shape.Condition{Field: "message", Operation: "contains", ExpectedValue: "disk"}),
		NotificationTime: []notification.Lead{notification.JustBefore, notification.OneDay},
		TimeRestriction:  shape.Weekly(shape.WeekHours{StartDay: shape.Monday, EndDay: shape.Friday, EndHour: 18}),
		Schedules:        []shape.Responder{shape.ScheduleByID("s1")},
		Steps:            []notification.Step{{Contact: mail(), SendAfter: shape.For(5 * time.Minute), Enabled: services.Set(true)}},
		Repeat:           services.Set(notification.Repetition{LoopAfter: 7, Enabled: services.Set(true)}),
	}
	created, err := c.NotificationRules.Create(ctx, in)
	require.NoError(t, err)
	assert.Equal(t, http.StatusCreated, created.Meta.Status)
	id := created.Value.ID
	row := notification.Summary{ID: id, Name: "Turns", ActionType: notification.ScheduleStart, Enabled: true}
	assert.Equal(t, row, created.Value)
	get := func() notification.Rule {
		return must[notification.Rule](t)(c.NotificationRules.Get(ctx, ada, id))
	}
	got := get()
	require.Len(t, got.Steps, 1)
	assert.Equal(t, notification.Step{ID: got.Steps[0].ID, Contact: mail(), SendAfter: shape.For(5 * time.Minute), Enabled: services.Set(true)}, got.Steps[0])
	want := notification.Rule{
		ID: id, Name: "Turns", ActionType: in.ActionType, Enabled: true, Criteria: in.Criteria, NotificationTime: in.NotificationTime,
		TimeRestriction: in.TimeRestriction, Schedules: in.Schedules, Repeat: notification.Repetition{LoopAfter: 7, Enabled: services.Set(true)}, Steps: got.Steps,
	}
	assert.Equal(t, want, got)
	assert.Equal(t, []notification.Summary{row}, must[[]notification.Summary](t)(c.NotificationRules.List(ctx, ada)))

	must[notification.Summary](t)(c.NotificationRules.Update(ctx, notification.UpdateRequest{User: ada, ID: id, Name: services.Set("T"), Criteria: services.Set(shape.MatchAll())}))
	want.Name, want.Criteria = "T", shape.MatchAll()
	assert.Equal(t, want, get(), "the steps stay as they are")
	must[notification.Summary](t)(c.NotificationRules.Update(ctx, notification.UpdateRequest{
		User: ada, ID: id, Schedules: services.Set([]shape.Responder{}),
		Steps: services.Set([]notification.Step{{Contact: mail(), Enabled: services.Set(false)}, {Contact: mail()}}),
	}))
	assert.Len(t, get().Steps, 2)
	assert.Empty(t, get().Schedules)
	raw := dial(t, s)
	at := "/v2/users/" + ada + "/notification-rules"
	require.Equal(t, http.StatusOK, raw.do("PATCH", at+"/"+id, `{"steps":null,"timeRestriction":null}`).status)
	assert.Empty(t, get().Steps)
	assert.True(t, get().TimeRestriction.IsZero())

	require.NoError(t, second(c.NotificationRules.Disable(ctx, ada, id)))
	assert.False(t, get().Enabled)
	require.NoError(t, second(c.NotificationRules.Enable(ctx, ada, id)))
	assert.True(t, get().Enabled)
	require.NoError(t, second(c.NotificationRules.Delete(ctx, ada, id)))
	refusedWith(t, http.StatusNotFound, second(c.NotificationRules.Get(ctx, ada, id)))
	refusedWith(t, http.StatusNotFound, second(c.NotificationRules.List(ctx, "nobody")))
}

func TestANotificationRuleThatIsWrongIsRefused(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	ada := people(t, connect(t, s), "ada@example.com")[0]
	raw := dial(t, s)
	at := "/v2/users/" + ada + "/notification-rules"
	for _, row := range []struct{ field, more string }{
		{"name", `"name":""`},
		{"actionType", `"actionType":"party"`},
		{"enabled", `"enabled":null`},
		{"criteria#type", `"criteria":{"type":"some"}`},
		{"notificationTime", `"notificationTime":["soon"]`},
		{"schedules#type", `"schedules":[{"type":"team","id":"t"}]`},
		{"schedules#id", `"schedules":[{"type":"schedule"}]`},
		{"order", `"order":-1`},
		{"order", `"order":1.5`},
		{"repeat#loopAfter", `"repeat":{"loopAfter":-1}`},
		{"contact", `"steps":[{"enabled":true}]`},
		{"steps", `"steps":["mail"]`},
		{"contact#method", `"steps":[{"enabled":true,"contact":{"method":"fax","to":"x"}}]`},
		{"contact#to", `"steps":[{"enabled":true,"contact":{"method":"sms"}}]`},
		{"sendAfter#timeUnit", `"steps":[{"enabled":true,"contact":{"method":"sms","to":"1"},"sendAfter":{"timeAmount":1,"timeUnit":"years"}}]`},
		{"sendAfter#timeAmount", `"steps":[{"enabled":true,"contact":{"method":"sms","to":"1"},"sendAfter":{}}]`},
	} {
		r := raw.do("POST", at, `{"name":"n","actionType":"add-note","enabled":true,`+row.more+`}`)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status, "%s: %s", row.more, r.raw)
		assert.Contains(t, r.body.Errors, row.field)
	}
	assert.Equal(t, "[]", string(raw.do("GET", at, "").body.Data), "nothing was kept")
}

func TestNotificationRulesAreOrderedWithinTheirAction(t *testing.T) {
	t.Parallel()
	c, ctx := connect(t, opsgenietest.New(t)), t.Context()
	ada := people(t, c, "ada@example.com")[0]
	ids := map[string]string{}
	for _, name := range []string{"a0", "n0", "a1", "n1", "a2"} {
		action := map[string]notification.Event{"a": notification.CreateAlert, "n": notification.AddNote}[name[:1]]
		rule := must[notification.Summary](t)(c.NotificationRules.Create(ctx, notification.CreateRequest{User: ada, Name: name, ActionType: action}))
		assert.Equal(t, name[1:], string(rune('0'+rule.Order)), name)
		ids[name] = rule.ID
	}
	orders := func() string {
		places := map[string]string{}
		for _, rule := range must[[]notification.Summary](t)(c.NotificationRules.List(ctx, ada)) {
			places[rule.Name] = string(rune('0' + rule.Order))
		}
		return places["a0"] + places["a1"] + places["a2"] + " " + places["n0"] + places["n1"]
	}
	move := func(name string, to int) {
		require.NoError(t, second(c.NotificationRules.ChangeOrder(ctx, notification.ChangeOrderRequest{User: ada, ID: ids[name], Order: to})))
	}
	move("a2", 0)
	assert.Equal(t, "120 01", orders())
	move("a0", 99)
	assert.Equal(t, "210 01", orders())
	must[notification.Summary](t)(c.NotificationRules.Update(ctx, notification.UpdateRequest{User: ada, ID: ids["n1"], Order: services.Set(0)}))
	assert.Equal(t, "210 10", orders())
	require.NoError(t, second(c.NotificationRules.Delete(ctx, ada, ids["a2"])))
	assert.Equal(t, "10 10", orders())
}

func TestRulesAreCopiedToOthers(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	ids := people(t, c, "ada@example.com", "bob@example.com", "cid@example.com")
	for _, action := range []notification.Event{notification.CreateAlert, notification.AddNote} {
		must[notification.Summary](t)(c.NotificationRules.Create(ctx, notification.CreateRequest{
			User: ids[0], Name: string(action), ActionType: action, Steps: []notification.Step{{Contact: mail()}},
		}))
	}
	require.NoError(t, second(c.NotificationRules.CopyTo(ctx, notification.CopyToRequest{
		User: "ada@example.com", ToUsers: []string{"bob@example.com", "cid@example.com"}, RuleTypes: []notification.RuleType{notification.CopyNewAlert},
	})))
	require.NoError(t, second(c.NotificationRules.CopyTo(ctx, notification.CopyToRequest{
		User: ids[0], ToUsers: []string{"cid@example.com"}, RuleTypes: []notification.RuleType{notification.CopyAll},
	})))
	names := func(user string) (out []string) {
		for _, rule := range must[[]notification.Summary](t)(c.NotificationRules.List(ctx, user)) {
			out = append(out, rule.Name)
		}
		return out
	}
	assert.Equal(t, []string{"create-alert"}, names(ids[1]))
	assert.Equal(t, []string{"create-alert", "create-alert", "add-note"}, names(ids[2]))
	theirs := must[[]notification.Summary](t)(c.NotificationRules.List(ctx, ids[1]))[0]
	copied := must[notification.Rule](t)(c.NotificationRules.Get(ctx, ids[1], theirs.ID))
	require.Len(t, copied.Steps, 1)
	step := copied.Steps[0].ID
	assert.Equal(t, theirs.ID, must[notification.Step](t)(c.NotificationRuleSteps.Get(ctx, ids[1], theirs.ID, step)).Parent.ID)
	require.NoError(t, second(c.NotificationRuleSteps.Disable(ctx, ids[1], theirs.ID, step)))
	mine := must[[]notification.Summary](t)(c.NotificationRules.List(ctx, ids[0]))[0]
	steps := must[notification.Rule](t)(c.NotificationRules.Get(ctx, ids[0], mine.ID)).Steps
	require.Len(t, steps, 1)
	assert.Equal(t, services.Set(true), steps[0].Enabled, "the copy is one of its own")
	assert.NotEqual(t, steps[0].ID, step)

	for field, body := range map[string]string{
		"toUsers": `{"toUsers":["nobody@example.com"],"ruleTypes":["all"]}`, "ruleTypes": `{"toUsers":["bob@example.com"],"ruleTypes":["every"]}`,
	} {
		r := dial(t, s).do("POST", "/v2/users/"+ids[0]+"/notification-rules/copy-to", body)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status)
		assert.Contains(t, r.body.Errors, field)
	}
	assert.Len(t, names(ids[1]), 1)
}

func TestAStepIsKeptChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	ada := people(t, c, "ada@example.com")[0]
	rule := must[notification.Summary](t)(c.NotificationRules.Create(ctx, notification.CreateRequest{User: ada, Name: "New", ActionType: notification.CreateAlert}))
	created := must[notification.Reference](t)(c.NotificationRuleSteps.Create(ctx, notification.CreateStepRequest{
		User: ada, RuleID: rule.ID, Contact: mail(), SendAfter: shape.For(time.Hour),
	}))
	want := notification.Step{
		ID: created.ID, Contact: mail(), SendAfter: shape.For(time.Hour), Enabled: services.Set(true), Parent: notification.Reference{ID: rule.ID, Name: "New"},
	}
	get := func() notification.Step {
		return must[notification.Step](t)(c.NotificationRuleSteps.Get(ctx, "ada@example.com", rule.ID, created.ID))
	}
	assert.Equal(t, want, get())
	require.NoError(t, second(c.NotificationRuleSteps.Disable(ctx, ada, rule.ID, created.ID)))
	assert.Equal(t, services.Set(false), get().Enabled)
	require.NoError(t, second(c.NotificationRuleSteps.Enable(ctx, ada, rule.ID, created.ID)))
	assert.Equal(t, services.Set(true), get().Enabled)
	want.Contact = notification.Contact{Method: shape.SMS, To: "1-555"}
	require.NoError(t, second(c.NotificationRuleSteps.Update(ctx, notification.UpdateStepRequest{User: ada, RuleID: rule.ID, ID: created.ID, Contact: services.Set(want.Contact)})))
	must[notification.Summary](t)(c.NotificationRules.Update(ctx, notification.UpdateRequest{User: ada, ID: rule.ID, Name: services.Set("Newer")}))
	want.Parent.Name = "Newer"
	assert.Equal(t, want, get())
	assert.Equal(t, []notification.Step{want}, must[[]notification.Step](t)(c.NotificationRuleSteps.List(ctx, ada, rule.ID)))

	raw := dial(t, s)
	at := strings.Join([]string{"/v2/users", ada, "notification-rules", rule.ID, "steps"}, "/")
	plain := raw.do("POST", at, `{"contact":{"method":"sms","to":"1"},"enabled":false,"sendAfter":{"timeAmount":3}}`)
	require.Equal(t, http.StatusCreated, plain.status)
	assert.Contains(t, string(raw.do("GET", at, "").body.Data), `"sendAfter":{"timeAmount":3,"timeUnit":"minutes"}`)
	for field, body := range map[string]string{"contact": `{"enabled":true}`, "enabled": `{"contact":{"method":"sms","to":"1"}}`, "contact#method": `{"enabled":true,"contact":{}}`} {
		r := raw.do("POST", at, body)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status)
		assert.Contains(t, r.body.Errors, field)
	}
	require.NoError(t, second(c.NotificationRuleSteps.Delete(ctx, ada, rule.ID, created.ID)))
	refusedWith(t, http.StatusNotFound, second(c.NotificationRuleSteps.Get(ctx, ada, rule.ID, created.ID)))
	refusedWith(t, http.StatusNotFound, second(c.NotificationRuleSteps.List(ctx, ada, "nope")))
}
