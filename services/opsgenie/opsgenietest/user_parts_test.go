package opsgenietest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/contact"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/forwardingrule"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
	"github.com/tripware/tripware/services/opsgenie/userrole"
)

// people creates users with these usernames and returns their ids.
func people(t *testing.T, c *opsgenie.Client, usernames ...string) []string {
	t.Helper()
	ids := make([]string, len(usernames))
	for i, name := range usernames {
		ids[i] = must[user.Summary](t)(c.Users.Create(t.Context(), user.CreateRequest{Username: name, FullName: name, Role: user.Role{Name: "User"}})).ID
	}
	return ids
}

func TestWhatAUserBelongsToIsListed(t *testing.T) {
	t.Parallel()
	c, ctx := connect(t, opsgenietest.New(t)), t.Context()
	ids := people(t, c, "ada@example.com", "bob@example.com")
	ada, bob := user.ByID(ids[0]), user.ByUsername("bob@example.com")
	storage := must[team.Summary](t)(c.Teams.Create(ctx, team.CreateRequest{Name: "Storage", Members: []team.Member{{User: shape.User{Username: "ada@example.com"}}}}))
	rule := must[forwardingrule.Summary](t)(c.ForwardingRules.Create(ctx, forwardingrule.CreateRequest{
		FromUser: shape.User{ID: ids[0]}, ToUser: shape.User{ID: ids[1]}, StartDate: time.Unix(0, 0), EndDate: time.Unix(60, 0),
	}))
	ladder := must[escalation.Summary](t)(c.Escalations.Create(ctx, escalation.CreateRequest{Name: "Ladder", Rules: []escalation.Rule{{
		Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault, Delay: shape.For(time.Minute),
		Recipient: shape.To(shape.UserByName("ada@example.com")),
	}}}))
	ops := must[schedule.Summary](t)(c.Schedules.Create(ctx, schedule.CreateRequest{Name: "Ops", Rotations: []schedule.NewRotation{{
		StartDate: time.Unix(0, 0), Type: schedule.Weekly, Participants: []shape.Recipient{shape.To(shape.UserByID(ids[0]))},
	}}}))
	must[schedule.Summary](t)(c.Schedules.Create(ctx, schedule.CreateRequest{Name: "Nobody"}))

	assert.Equal(t, []user.Summary{{ID: storage.ID, Name: "Storage"}}, must[[]user.Summary](t)(c.Users.ListTeams(ctx, ada)))
	rules := must[[]user.ForwardingRule](t)(c.Users.ListForwardingRules(ctx, ada))
	require.Len(t, rules, 1)
	assert.Equal(t, rule.ID+" bob@example.com", rules[0].ID+" "+rules[0].To.Username)
	ladders := must[[]user.Escalation](t)(c.Users.ListEscalations(ctx, ada))
	require.Len(t, ladders, 1)
	assert.Equal(t, ladder.ID+" Ladder "+ids[0], ladders[0].ID+" "+ladders[0].Name+" "+ladders[0].Rules[0].Recipient.ID())
	assert.Equal(t, []user.Schedule{{ID: ops.ID, Name: "Ops", Enabled: true}}, must[[]user.Schedule](t)(c.Users.ListSchedules(ctx, ada)))

	assert.Empty(t, must[[]user.Summary](t)(c.Users.ListTeams(ctx, bob)))
	assert.Empty(t, must[[]user.ForwardingRule](t)(c.Users.ListForwardingRules(ctx, bob)))
	assert.Empty(t, must[[]user.Escalation](t)(c.Users.ListEscalations(ctx, bob)))
	assert.Empty(t, must[[]user.Schedule](t)(c.Users.ListSchedules(ctx, bob)))
	refusedWith(t, http.StatusNotFound, second(c.Users.ListTeams(ctx, user.ByID("nobody"))))

	require.NoError(t, second(c.Escalations.Delete(ctx, escalation.ByID(ladder.ID))))
	require.NoError(t, second(c.Schedules.Delete(ctx, schedule.ByID(ops.ID))))
	require.NoError(t, second(c.Users.Delete(ctx, ada)))
	assert.Empty(t, must[team.Team](t)(c.Teams.Get(ctx, team.ByID(storage.ID))).Members, "they leave their teams")
}

func TestAContactIsKeptChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	ada := people(t, c, "ada@example.com")[0]
	mail, err := c.Contacts.Create(ctx, contact.CreateRequest{User: ada, Method: shape.Email, To: "ada@example.com"})
	require.NoError(t, err)
	assert.Equal(t, http.StatusCreated, mail.Meta.Status)
	call := must[contact.Summary](t)(c.Contacts.Create(ctx, contact.CreateRequest{User: "ada@example.com", Method: shape.Voice, To: "1-555"}))
	want := contact.Contact{ID: call.ID, Method: shape.Voice, To: "1-555", Status: contact.Status{Enabled: true}}
	assert.Equal(t, want, must[contact.Contact](t)(c.Contacts.Get(ctx, "ada@example.com", call.ID)))

	must[contact.Summary](t)(c.Contacts.Disable(ctx, ada, call.ID))
	assert.False(t, must[contact.Contact](t)(c.Contacts.Get(ctx, "ada@example.com", call.ID)).Status.Enabled)
	must[contact.Summary](t)(c.Contacts.Enable(ctx, ada, call.ID))
	must[contact.Summary](t)(c.Contacts.Update(ctx, contact.UpdateRequest{User: ada, ID: call.ID, To: "1-666"}))
	want.To, want.ApplyOrder = "1-666", services.Set(1)
	all := must[[]contact.Contact](t)(c.Contacts.List(ctx, ada))
	require.Len(t, all, 2)
	assert.Equal(t, want, all[1])

	raw := dial(t, s)
	at := "/v2/users/" + ada + "/contacts"
	for _, row := range []struct{ method, path, body, field string }{
		{"POST", at, `{"to":"x"}`, "method"},
		{"POST", at, `{"method":"fax","to":"x"}`, "method"},
		{"POST", at, `{"method":"sms","to":""}`, "to"},
		{"PATCH", at + "/" + call.ID, `{"method":"sms"}`, "to"},
	} {
		r := raw.do(row.method, row.path, row.body)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status)
		assert.Contains(t, r.body.Errors, row.field)
	}
	require.Equal(t, http.StatusOK, raw.do("PATCH", at+"/"+call.ID, `{"method":"sms","to":"1-777"}`).status)
	assert.Equal(t, shape.Voice, must[contact.Contact](t)(c.Contacts.Get(ctx, "ada@example.com", call.ID)).Method, "it can not be changed")
	require.NoError(t, second(c.Contacts.Delete(ctx, ada, call.ID)))
	refusedWith(t, http.StatusNotFound, second(c.Contacts.Get(ctx, "ada@example.com", call.ID)))
	refusedWith(t, http.StatusNotFound, second(c.Contacts.List(ctx, "nobody")))
	assert.Equal(t, http.StatusNotFound, raw.do("POST", "/v2/users/nobody/contacts", `{"method":"sms","to":"1"}`).status)
}

func TestAForwardingRuleIsKeptReplacedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	ids := people(t, c, "ada@example.com", "bob@example.com")
	from := time.Date(2026, 6, 2, 0, 0, 0, 0, time.FixedZone("", 7200))
	in := forwardingrule.CreateRequest{
		FromUser: shape.User{Username: "ada@example.com"}, ToUser: shape.User{ID: ids[1]},
		StartDate: from, EndDate: from.Add(24 * time.Hour), Alias: "ada away",
	}
	created := must[forwardingrule.Summary](t)(c.ForwardingRules.Create(ctx, in))
	assert.Equal(t, "ada away", created.Alias)
	refusedWith(t, http.StatusConflict, second(c.ForwardingRules.Create(ctx, in)))
	want := forwardingrule.ForwardingRule{
		ID: created.ID, Alias: "ada away", FromUser: shape.User{ID: ids[0], Username: "ada@example.com"},
		ToUser: shape.User{ID: ids[1], Username: "bob@example.com"}, StartDate: shape.Time{Time: from.UTC()}, EndDate: shape.Time{Time: in.EndDate.UTC()},
	}
	for _, ref := range []forwardingrule.Ref{forwardingrule.ByID(created.ID), forwardingrule.ByAlias("ada away")} {
		got := must[forwardingrule.ForwardingRule](t)(c.ForwardingRules.Get(ctx, ref))
		got.Other = services.Other{} // how times are written
		assert.Equal(t, want, got)
	}
	must[user.Summary](t)(c.Users.Update(ctx, user.UpdateRequest{Ref: user.ByID(ids[0]), Username: services.Set("king@example.com")}))
	must[forwardingrule.Summary](t)(c.ForwardingRules.Update(ctx, forwardingrule.UpdateRequest{
		Ref: forwardingrule.ByAlias("ada away"), FromUser: shape.User{ID: ids[1]}, ToUser: shape.User{ID: ids[0]}, StartDate: from, EndDate: from.Add(time.Hour),
	}))
	want.FromUser, want.ToUser = want.ToUser, shape.User{ID: ids[0], Username: "king@example.com"}
	want.EndDate = shape.Time{Time: from.Add(time.Hour).UTC()}
	listed := must[[]forwardingrule.ForwardingRule](t)(c.ForwardingRules.List(ctx))
	require.Len(t, listed, 1)
	listed[0].Other = services.Other{}
	assert.Equal(t, want, listed[0])

	raw := dial(t, s)
	at := "/v2/forwarding-rules/" + created.ID
	span := `"startDate":"2026-06-02T00:00:00Z","endDate":"2026-06-01T00:00:00Z"`
	for field, body := range map[string]string{
		"endDate":   `{"fromUser":{"id":"a"},"toUser":{"id":"b"},` + span + `}`,
		"startDate": `{"fromUser":{"id":"a"},"toUser":{"id":"b"},"endDate":"2026-06-01T00:00:00Z"}`,
		"toUser":    `{"fromUser":{"id":"a"},"toUser":{},"startDate":"2026-06-01T00:00:00Z","endDate":"2026-06-01T00:00:00Z"}`,
	} {
		for _, method := range []string{"POST", "PUT"} {
			r := raw.do(method, map[string]string{"POST": "/v2/forwarding-rules", "PUT": at}[method], body)
			assert.Equal(t, http.StatusUnprocessableEntity, r.status, "%s", r.raw)
			assert.Contains(t, r.body.Errors, field)
		}
	}
	require.NoError(t, second(c.ForwardingRules.Delete(ctx, forwardingrule.ByAlias("ada away"))))
	refusedWith(t, http.StatusNotFound, second(c.ForwardingRules.Get(ctx, forwardingrule.ByID(created.ID))))
}

func TestACustomRoleIsKeptChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	in := userrole.CreateRequest{Name: "Auditor", Extends: userrole.BaseObserver, GrantedRights: []string{"logs-page-access"}, DisallowedRights: []string{"profile-edit"}}
	created := must[userrole.Summary](t)(c.UserRoles.Create(ctx, in))
	refusedWith(t, http.StatusConflict, second(c.UserRoles.Create(ctx, in)))
	must[userrole.Summary](t)(c.UserRoles.Create(ctx, userrole.CreateRequest{Name: "Other"}))
	want := userrole.Role{ID: created.ID, Name: "Auditor", Extends: userrole.BaseObserver, GrantedRights: in.GrantedRights, DisallowedRights: in.DisallowedRights}
	for _, ref := range []userrole.Ref{userrole.ByID(created.ID), userrole.ByName("Auditor")} {
		assert.Equal(t, want, must[userrole.Role](t)(c.UserRoles.Get(ctx, ref)))
	}
	other := must[userrole.Role](t)(c.UserRoles.Get(ctx, userrole.ByName("Other")))
	assert.Equal(t, userrole.Role{ID: other.ID, Name: "Other", Extends: userrole.BaseUser, GrantedRights: []string{}, DisallowedRights: []string{}}, other)

	ada := must[user.Summary](t)(c.Users.Create(ctx, user.CreateRequest{Username: "ada@example.com", FullName: "Ada", Role: user.Role{Name: "Auditor"}}))
	must[userrole.Summary](t)(c.UserRoles.Update(ctx, userrole.UpdateRequest{Ref: userrole.ByName("Auditor"), Name: services.Set("Reader"), GrantedRights: services.Set([]string{})}))
	want.Name, want.GrantedRights = "Reader", []string{}
	assert.Equal(t, want, must[userrole.Role](t)(c.UserRoles.Get(ctx, userrole.ByID(created.ID))))
	role := must[user.User](t)(c.Users.Get(ctx, user.GetRequest{Ref: user.ByID(ada.ID)})).Role
	assert.Equal(t, user.Role{ID: created.ID, Name: "Reader"}, role, "users have it by its id")

	refusedWith(t, http.StatusConflict, second(c.UserRoles.Update(ctx, userrole.UpdateRequest{Ref: userrole.ByName("Other"), Name: services.Set("Reader")})))
	raw := dial(t, s)
	for field, body := range map[string]string{"name": `{"name":""}`, "extendedRole": `{"name":"n","extendedRole":"king"}`, "grantedRights": `{"name":"n","grantedRights":"all"}`} {
		r := raw.do("POST", "/v2/roles", body)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status)
		assert.Contains(t, r.body.Errors, field)
	}
	assert.Equal(t, http.StatusUnprocessableEntity, raw.do("GET", "/v2/roles/Reader?identifierType=tiny", "").status)
	rows := must[[]userrole.Role](t)(c.UserRoles.List(ctx))
	require.Len(t, rows, 2)
	assert.Equal(t, userrole.Role{ID: created.ID, Name: "Reader"}, rows[0], "lists tell no more")
	require.NoError(t, second(c.UserRoles.Delete(ctx, userrole.ByName("Reader"))))
	refusedWith(t, http.StatusNotFound, second(c.UserRoles.Get(ctx, userrole.ByID(created.ID))))
}
