package opsgenietest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
)

func TestATeamIsKeptChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	ada := people(t, c, "ada@example.com")[0]
	in := team.CreateRequest{Name: "Storage", Description: "Disks", Members: []team.Member{
		{User: shape.User{Username: "ada@example.com"}, Role: team.MemberAdmin}, {User: shape.User{ID: "u2"}},
	}}
	created, err := c.Teams.Create(ctx, in)
	require.NoError(t, err)
	assert.Equal(t, http.StatusCreated, created.Meta.Status)
	refusedWith(t, http.StatusConflict, second(c.Teams.Create(ctx, in)))
	id := created.Value.ID
	want := team.Team{ID: id, Name: "Storage", Description: "Disks", Members: []team.Member{
		{User: shape.User{ID: ada, Username: "ada@example.com"}, Role: team.MemberAdmin}, {User: shape.User{ID: "u2"}, Role: team.MemberUser},
	}}
	for _, ref := range []team.Ref{team.ByID(id), team.ByName("Storage")} {
		assert.Equal(t, want, must[team.Team](t)(c.Teams.Get(ctx, ref)))
	}
	must[team.Summary](t)(c.Teams.Create(ctx, team.CreateRequest{Name: "Web"}))
	all := must[[]team.Team](t)(c.Teams.List(ctx))
	require.Len(t, all, 2)
	assert.Equal(t, team.Team{ID: id, Name: "Storage", Description: "Disks"}, all[0], "without its members")
	raw := dial(t, s)
	listed := raw.do("GET", "/v2/teams?expand=member", "")
	assert.Contains(t, string(listed.raw), `"expandable":["member"]`)
	assert.Contains(t, string(listed.raw), `"role":"admin"`)

	must[team.Summary](t)(c.Teams.Update(ctx, team.UpdateRequest{ID: id, Name: services.Set("Disks"), Description: services.Set(""), Members: services.Set(want.Members[1:])}))
	want.Name, want.Description, want.Members = "Disks", "", want.Members[1:]
	assert.Equal(t, want, must[team.Team](t)(c.Teams.Get(ctx, team.ByName("Disks"))), "members are replaced")
	refusedWith(t, http.StatusConflict, second(c.Teams.Update(ctx, team.UpdateRequest{ID: id, Name: services.Set("Web")})))
	refusedWith(t, http.StatusNotFound, second(c.Teams.Update(ctx, team.UpdateRequest{ID: "Disks", Name: services.Set("x")})))
	byName := raw.do("PATCH", "/v2/teams/Disks?identifierType=name", `{"name":"x"}`)
	assert.Equal(t, http.StatusUnprocessableEntity, byName.status, "a change takes an id alone")

	for _, row := range []struct{ body, field string }{
		{`{"description":"d"}`, "name"},
		{`{"name":"` + strings.Repeat("n", 101) + `"}`, "name"},
		{`{"name":"n","description":"` + strings.Repeat("n", 201) + `"}`, "description"},
		{`{"name":"n","members":[{"role":"user"}]}`, "members#user"},
		{`{"name":"n","members":["ada"]}`, "members"},
	} {
		r := raw.do("POST", "/v2/teams", row.body)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status)
		assert.Contains(t, r.body.Errors, row.field)
	}
	require.NoError(t, second(c.Teams.Delete(ctx, team.ByName("Disks"))))
	refusedWith(t, http.StatusNotFound, second(c.Teams.Get(ctx, team.ByID(id))))
	refusedWith(t, http.StatusNotFound, second(c.Teams.Delete(ctx, team.ByID(id))))
}

func TestMembersComeAndGo(t *testing.T) {
	t.Parallel()
	c, ctx := connect(t, opsgenietest.New(t)), t.Context()
	ids := people(t, c, "ada@example.com", "bob@example.com")
	storage := team.ByID(must[team.Summary](t)(c.Teams.Create(ctx, team.CreateRequest{Name: "Storage"})).ID)
	members := func() string {
		var all []string
		for _, m := range must[team.Team](t)(c.Teams.Get(ctx, storage)).Members {
			all = append(all, m.User.Username+":"+m.Role)
		}
		return strings.Join(all, " ")
	}
	added := must[team.Summary](t)(c.TeamMembers.Add(ctx, team.AddMemberRequest{Ref: team.ByName("Storage"), User: shape.User{Username: "ada@example.com"}}))
	assert.Equal(t, "Storage", added.Name)
	must[team.Summary](t)(c.TeamMembers.Add(ctx, team.AddMemberRequest{Ref: storage, User: shape.User{ID: ids[1]}, Role: "Lead"}))
	must[team.Summary](t)(c.TeamMembers.Add(ctx, team.AddMemberRequest{Ref: storage, User: shape.User{ID: ids[0]}, Role: team.MemberAdmin}))
	assert.Equal(t, "ada@example.com:admin bob@example.com:Lead", members(), "who is in it gets the other role")
	must[user.Summary](t)(c.Users.Update(ctx, user.UpdateRequest{Ref: user.ByID(ids[0]), Username: services.Set("king@example.com")}))
	assert.Equal(t, "king@example.com:admin bob@example.com:Lead", members())

	require.NoError(t, second(c.TeamMembers.Remove(ctx, team.ByName("Storage"), "king@example.com")))
	require.NoError(t, second(c.TeamMembers.Remove(ctx, storage, ids[1])))
	assert.Empty(t, members())
	refusedWith(t, http.StatusNotFound, second(c.TeamMembers.Remove(ctx, storage, ids[1])))
	refusedWith(t, http.StatusNotFound, second(c.TeamMembers.Add(ctx, team.AddMemberRequest{Ref: team.ByName("Web"), User: shape.User{ID: "x"}})))
}

func TestATeamHasRolesOfItsOwn(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	storage, web := team.ByName("Storage"), team.ByName("Web")
	for _, name := range []string{"Storage", "Web"} {
		must[team.Summary](t)(c.Teams.Create(ctx, team.CreateRequest{Name: name}))
	}
	in := team.CreateRoleRequest{Ref: storage, Name: "Lead", Rights: []team.Right{{Right: "manage-members", Granted: true}, {Right: "edit-team-roles"}}}
	lead := must[team.Summary](t)(c.TeamRoles.Create(ctx, in))
	refusedWith(t, http.StatusConflict, second(c.TeamRoles.Create(ctx, in)))
	must[team.Summary](t)(c.TeamRoles.Create(ctx, team.CreateRoleRequest{Ref: web, Name: "Lead", Rights: in.Rights}))
	want := team.Role{ID: lead.ID, Name: "Lead", Rights: in.Rights}
	for _, ref := range []team.RoleRef{team.RoleByID(lead.ID), team.RoleByName("Lead")} {
		assert.Equal(t, want, must[team.Role](t)(c.TeamRoles.Get(ctx, storage, ref)))
	}
	must[team.Summary](t)(c.TeamRoles.Update(ctx, team.UpdateRoleRequest{Ref: storage, RoleRef: team.RoleByName("Lead"), Name: services.Set("Head"), Rights: services.Set(in.Rights[:1])}))
	want.Name, want.Rights = "Head", in.Rights[:1]
	assert.Equal(t, []team.Role{want}, must[[]team.Role](t)(c.TeamRoles.List(ctx, storage)))

	raw := dial(t, s)
	for field, body := range map[string]string{
		"name": `{"rights":[{"right":"r"}]}`, "rights": `{"name":"n","rights":[]}`, "rights#right": `{"name":"n","rights":[{}]}`,
		"rights#granted": `{"name":"n","rights":[{"right":"r","granted":"yes"}]}`,
	} {
		r := raw.do("POST", "/v2/teams/Storage/roles?teamIdentifierType=name", body)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status)
		assert.Contains(t, r.body.Errors, field)
	}
	require.NoError(t, second(c.TeamRoles.Delete(ctx, storage, team.RoleByID(lead.ID))))
	refusedWith(t, http.StatusNotFound, second(c.TeamRoles.Get(ctx, storage, team.RoleByID(lead.ID))))
	assert.Len(t, must[[]team.Role](t)(c.TeamRoles.List(ctx, web)), 1, "that of another team")
}

func TestRoutingRulesStandBeforeTheDefaultOne(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, ctx := connect(t, s), t.Context()
	ops := must[schedule.Summary](t)(c.Schedules.Create(ctx, schedule.CreateRequest{Name: "Ops"}))
	storage := team.ByID(must[team.Summary](t)(c.Teams.Create(ctx, team.CreateRequest{Name: "Storage"})).ID)
	list := func() []team.RoutingRule {
		return must[[]team.RoutingRule](t)(c.TeamRoutingRules.List(ctx, storage))
	}
	names := func() string {
		var all []string
		for i, rule := range list() {
			assert.Equal(t, i, rule.Order)
			assert.Equal(t, rule.Name == "Default Routing Rule", rule.IsDefault)
			all = append(all, rule.Name)
		}
		return strings.TrimSuffix(strings.Join(all, " "), "Default Routing Rule")
	}
	assert.Empty(t, names())
	in := team.CreateRoutingRuleRequest{
		Ref: team.ByName("Storage"), Name: "a", Notify: shape.To(shape.ScheduleByName("Ops")), Timezone: "Europe/Berlin",
		Criteria:        shape.MatchAnyCondition(shape.Condition{Field: "priority", Operation: "equals", ExpectedValue: "P1"}),
		TimeRestriction: shape.Daily(shape.DayHours{StartHour: 8, EndHour: 18}),
	}
	first := must[team.Summary](t)(c.TeamRoutingRules.Create(ctx, in))
	got := must[team.RoutingRule](t)(c.TeamRoutingRules.Get(ctx, storage, first.ID))
	assert.Equal(t, ops.ID+" Ops", got.Notify.ID()+" "+got.Notify.Name())
	got.Notify = in.Notify
	assert.Equal(t, team.RoutingRule{
		ID: first.ID, Name: "a", Criteria: in.Criteria, Timezone: in.Timezone, TimeRestriction: in.TimeRestriction, Notify: in.Notify,
	}, got)

	plain := team.CreateRoutingRuleRequest{Ref: storage, Notify: shape.ToNone()}
	for name, order := range map[string]int{"b": 99, "0": 0} {
		plain.Name, plain.Order = name, services.Set(order)
		must[team.Summary](t)(c.TeamRoutingRules.Create(ctx, plain))
	}
	assert.Equal(t, "0 a b ", names())
	must[team.Summary](t)(c.TeamRoutingRules.ChangeOrder(ctx, team.ChangeRoutingRuleOrderRequest{Ref: storage, ID: first.ID, Order: 9}))
	assert.Equal(t, "0 b a ", names())
	must[team.Summary](t)(c.TeamRoutingRules.ChangeOrder(ctx, team.ChangeRoutingRuleOrderRequest{Ref: storage, ID: first.ID}))
	assert.Equal(t, "a 0 b ", names())
	must[team.Summary](t)(c.TeamRoutingRules.Update(ctx, team.UpdateRoutingRuleRequest{
		Ref: storage, ID: first.ID, Name: services.Set("A"), TimeRestriction: services.Null[shape.TimeRestriction](), Notify: services.Set(shape.ToNone()),
	}))
	got = must[team.RoutingRule](t)(c.TeamRoutingRules.Get(ctx, storage, first.ID))
	assert.True(t, got.TimeRestriction.IsZero())
	assert.Equal(t, "A none", got.Name+" "+string(got.Notify.Kind()))

	last := list()[3].ID
	refusedWith(t, http.StatusForbidden, second(c.TeamRoutingRules.ChangeOrder(ctx, team.ChangeRoutingRuleOrderRequest{Ref: storage, ID: last})))
	refusedWith(t, http.StatusForbidden, second(c.TeamRoutingRules.Delete(ctx, storage, last)))
	must[team.Summary](t)(c.TeamRoutingRules.Update(ctx, team.UpdateRoutingRuleRequest{Ref: storage, ID: last, Notify: services.Set(in.Notify)}))
	require.NoError(t, second(c.TeamRoutingRules.Delete(ctx, storage, first.ID)))
	assert.Equal(t, "0 b ", names())

	raw := dial(t, s)
	for field, body := range map[string]string{
		"notify": `{"name":"n"}`, "notify#type": `{"notify":{"type":"robot","id":"x"}}`, "criteria#type": `{"notify":{"type":"none"},"criteria":{}}`,
		"criteria#field":               `{"notify":{"type":"none"},"criteria":{"type":"match-any-condition","conditions":[{"operation":"equals"}]}}`,
		"timeRestriction#type":         `{"notify":{"type":"none"},"timeRestriction":{"type":"never"}}`,
		"timeRestriction#restrictions": `{"notify":{"type":"none"},"timeRestriction":{"type":"weekday-and-time-of-day","restrictions":[]}}`,
		"order":                        `{"notify":{"type":"none"},"order":-1}`,
	} {
		r := raw.do("POST", "/v2/teams/Storage/routing-rules?teamIdentifierType=name", body)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status, field)
		assert.Contains(t, r.body.Errors, field)
	}
}

func TestATeamsHistoryIsReadPageByPage(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now))
	c, ctx := connect(t, s), t.Context()
	ada := people(t, c, "ada@example.com")[0]
	id := must[team.Summary](t)(c.Teams.Create(ctx, team.CreateRequest{Name: "Storage"})).ID
	storage := team.ByID(id)
	clock.move(time.Hour)
	must[team.Summary](t)(c.TeamMembers.Add(ctx, team.AddMemberRequest{Ref: storage, User: shape.User{ID: ada}}))
	role := must[team.Summary](t)(c.TeamRoles.Create(ctx, team.CreateRoleRequest{Ref: storage, Name: "Lead", Rights: []team.Right{{Right: "r"}}}))
	must[team.Summary](t)(c.TeamRoles.Update(ctx, team.UpdateRoleRequest{Ref: storage, RoleRef: team.RoleByID(role.ID), Name: services.Set("Head")}))
	require.NoError(t, second(c.TeamRoles.Delete(ctx, storage, team.RoleByID(role.ID))))
	rule := must[team.Summary](t)(c.TeamRoutingRules.Create(ctx, team.CreateRoutingRuleRequest{Ref: storage, Name: "r", Notify: shape.ToNone()}))
	must[team.Summary](t)(c.TeamRoutingRules.ChangeOrder(ctx, team.ChangeRoutingRuleOrderRequest{Ref: storage, ID: rule.ID}))
	must[team.Summary](t)(c.Teams.Update(ctx, team.UpdateRequest{ID: id, Name: services.Set("Disks")}))
	refusedWith(t, http.StatusNotFound, second(c.TeamMembers.Remove(ctx, storage, "nobody")))
	require.NoError(t, second(c.Users.Delete(ctx, user.ByID(ada))))

	read := func(in team.ListLogsRequest) (lines []string) {
		in.Ref = team.ByName("Disks")
		for each, err := range c.Teams.AllLogs(ctx, in) {
			require.NoError(t, err)
			assert.Equal(t, "API", each.Owner)
			lines = append(lines, each.Log+each.CreatedDate.Format(" 15:04"))
		}
		return lines
	}
	want := []string{
		"Team [Storage] was created 09:30", "User [ada@example.com] was added 10:30", "Team role [Lead] was created 10:30",
		"Team role [Head] was updated 10:30", "Team role [Head] was deleted 10:30", "Routing rule [r] was created 10:30",
		"Routing rule [r] was moved 10:30", "Team [Disks] was updated 10:30", "User [ada@example.com] was deleted 10:30",
	}
	for _, limit := range []int{0, 1, 3, 9} {
		assert.Equal(t, want, read(team.ListLogsRequest{Order: shape.Ascending, Limit: limit}), limit)
	}
	assert.Equal(t, want[8], read(team.ListLogsRequest{Limit: 4})[0], "the newest first")
	page := must[team.LogPage](t)(c.Teams.ListLogs(ctx, team.ListLogsRequest{Ref: storage, Limit: 9}))
	assert.Empty(t, page.Offset, "there is no more")
	page = must[team.LogPage](t)(c.Teams.ListLogs(ctx, team.ListLogsRequest{Ref: storage, Limit: 8}))
	assert.Regexp(t, `^nextlogs_`, string(page.Offset))
	for _, query := range []string{"limit=0", "limit=101", "order=up", "offset=nope"} {
		assert.Equal(t, http.StatusUnprocessableEntity, dial(t, s).do("GET", fmt.Sprintf("/v2/teams/%s/logs?%s", id, query), "").status, query)
	}
}
