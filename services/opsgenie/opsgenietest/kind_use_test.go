package opsgenietest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

const (
	someRotation = `{"startDate":"2026-05-18T06:00:00Z","type":"weekly","participants":[{"type":"%s","id":"<id>"}]}`
	someRule     = `{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":5},"recipient":{"type":"%s","id":"<id>"}}`
	someLadder   = `{"name":"Ladder","rules":[{"condition":"if-not-acked","notifyType":"all","delay":{"timeAmount":5},"recipient":{"type":"none"}}]}`
)

func rotating(kind string) string {
	return `{"name":"By","rotations":[` + strings.Replace(someRotation, "%s", kind, 1) + `]}`
}

func escalating(kind string) string {
	return `{"name":"By","rules":[` + strings.Replace(someRule, "%s", kind, 1) + `]}`
}

// What something uses can be deleted only after what uses it.
func TestWhatIsInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	const storage, routes = `{"name":"Storage"}`, teams + "/<other>/routing-rules"
	rows := map[string]struct{ what, body, by, use, says string }{
		"team: owner of a schedule":              {teams, storage, schedules, `{"name":"By","ownerTeam":{"name":"Storage"}}`, "schedule [By]"},
		"team: turn of a schedule":               {teams, storage, schedules, rotating("team"), "schedule [By]"},
		"team: owner of an escalation":           {teams, storage, escalations, strings.Replace(escalating("user"), `{`, `{"ownerTeam":{"id":"<id>"},`, 1), "escalation [By]"},
		"team: rule of an escalation":            {teams, storage, escalations, escalating("team"), "escalation [By]"},
		"team: routing rule of another":          {teams, storage, routes, `{"notify":{"type":"team","id":"<id>"}}`, "a routing rule of team [Other]"},
		"team: owner of an integration":          {teams, storage, "/v2/integrations", `{"type":"API","name":"By","ownerTeam":{"id":"<id>"}}`, "integration [By]"},
		"team: responder of an integration":      {teams, storage, "/v2/integrations", `{"type":"API","name":"By","responders":[{"type":"team","name":"Storage"}]}`, "integration [By]"},
		"team: owner of a policy":                {teams, storage, "/v2/policies?teamId=<id>", `{"type":"notification","name":"By"}`, "policy [By]"},
		"team: responder of a policy":            {teams, storage, "/v2/policies", `{"type":"alert","name":"By","message":"m","responders":[{"type":"team","id":"<id>"}]}`, "policy [By]"},
		"team: recipient of an old policy":       {teams, storage, "/v1/policies", `{"type":"modify","name":"By","recipients":[{"type":"team","id":"<id>"}]}`, "policy [By]"},
		"team: owner of a service":               {teams, storage, "/v1/services", `{"name":"By","teamId":"<id>"}`, "service [By]"},
		"team: owner of a heartbeat":             {teams, storage, "/v2/heartbeats", `{"name":"By","interval":1,"intervalUnit":"days","enabled":true,"ownerTeam":{"id":"<id>"}}`, "heartbeat [By]"},
		"schedule: rule of an escalation":        {schedules, someSchedule, escalations, escalating("schedule"), "escalation [By]"},
		"schedule: routing rule":                 {schedules, someSchedule, routes, `{"notify":{"type":"schedule","name":"Nights"}}`, "a routing rule of team [Other]"},
		"escalation: rule of another escalation": {escalations, someLadder, escalations, escalating("escalation"), "escalation [By]"},
		"escalation: routing rule":               {escalations, someLadder, routes, `{"notify":{"type":"escalation","id":"<id>"}}`, "a routing rule of team [Other]"},
		"escalation: turn of a schedule":         {escalations, someLadder, schedules, rotating("escalation"), "schedule [By]"},
		"user: rule of an escalation":            {users, someUser, escalations, escalating("user"), "escalation [By]"},
		"user: turn of a schedule":               {users, someUser, schedules, rotating("user"), "schedule [By]"},
		"user: override": {users, someUser, schedules + "/<nights>/overrides",
			`{"user":{"type":"user","username":"ada@example.com"},"startDate":"2026-05-26T09:00:00Z","endDate":"2026-05-26T10:00:00Z"}`, "schedule [Watch]"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := opsgenietest.New(t, opsgenietest.WithClock(newClock().now))
			c := dial(t, s)
			id := c.made(row.what, row.body)
			named := strings.NewReplacer("<id>", id, "<other>", c.made(teams, `{"name":"Other"}`), "<nights>", c.made(schedules, `{"name":"Watch"}`))
			by := named.Replace(row.by)
			user := c.made(by, named.Replace(row.use))

			r := c.do("DELETE", at(row.what, id), "")
			assert.Equal(t, http.StatusPreconditionRequired, r.status, "%s", r.raw)
			assert.Contains(t, r.body.Message, "is used by "+row.says)
			assert.NotEmpty(t, r.body.RequestID)
			c.get(at(row.what, id), &struct{}{})

			require.Equal(t, http.StatusOK, c.do("DELETE", at(by, user), "").status)
			assert.Equal(t, http.StatusOK, c.do("DELETE", at(row.what, id), "").status)
		})
	}
}

// What names itself, has ended, or is only about somebody does not keep anything
// from being deleted.
func TestWhatIsMerelyNamedIsDeleted(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now), opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	ada, bob := c.made(users, someUser), c.made(users, strings.Replace(someUser, "ada@", "bob@", 1))
	storage := c.made(teams, `{"name":"Storage","members":[{"user":{"id":"`+ada+`"}}]}`)
	c.made(at(teams, storage)+"/routing-rules", `{"notify":{"type":"team","id":"`+storage+`"}}`)
	nights := c.made(schedules, someSchedule)
	c.made(at(schedules, nights)+"/overrides",
		`{"user":{"type":"user","id":"`+ada+`"},"startDate":"2026-05-26T09:00:00Z","endDate":"2026-05-26T10:00:00Z"}`)
	c.made("/v2/forwarding-rules", `{"fromUser":{"id":"`+ada+`"},"toUser":{"id":"`+bob+`"},"startDate":"2026-05-26T09:00:00Z","endDate":"2026-05-27T09:00:00Z"}`)
	c.made(at(users, bob)+"/notification-rules", `{"name":"n","actionType":"schedule-start","enabled":true,"schedules":[{"type":"schedule","id":"`+nights+`"}]}`)
	c.done("POST", "/v2/alerts", `{"message":"m","responders":[{"type":"user","id":"`+ada+`"},{"type":"team","id":"`+storage+`"}]}`)

	assert.Equal(t, http.StatusPreconditionRequired, c.do("DELETE", at(users, ada), "").status, "the override runs")
	clock.move(time.Hour)
	for _, each := range [][2]string{{users, ada}, {schedules, nights}, {teams, storage}, {users, bob}} {
		r := c.do("DELETE", at(each[0], each[1]), "")
		assert.Equal(t, http.StatusOK, r.status, "%s: %s", each[0], r.raw)
	}
}

func TestATeardownWorksInTheRightOrder(t *testing.T) {
	t.Parallel()
	c := dial(t, opsgenietest.New(t))
	ada := c.made(users, someUser)
	storage := c.made(teams, `{"name":"Storage","members":[{"user":{"id":"`+ada+`"}}]}`)
	owned := `{"ownerTeam":{"id":"` + storage + `"},`
	nights := c.made(schedules, strings.NewReplacer(`{"name"`, owned+`"name"`, "<id>", ada).Replace(rotating("user")))
	ladder := c.made(escalations, strings.NewReplacer(`{"name"`, owned+`"name"`, "<id>", nights).Replace(escalating("schedule")))
	var rules []struct{ ID string }
	c.get(at(teams, storage)+"/routing-rules", &rules)
	rule := at(at(teams, storage)+"/routing-rules", rules[0].ID)
	require.Equal(t, http.StatusOK, c.do("PATCH", rule, `{"notify":{"type":"escalation","id":"`+ladder+`"}}`).status)

	order := []string{at(escalations, ladder), at(schedules, nights), at(users, ada), at(teams, storage)}
	for _, path := range order {
		assert.Equal(t, http.StatusPreconditionRequired, c.do("DELETE", path, "").status, path)
	}
	require.Equal(t, http.StatusOK, c.do("PATCH", rule, `{"notify":{"type":"none"}}`).status)
	for _, path := range order {
		r := c.do("DELETE", path, "")
		assert.Equal(t, http.StatusOK, r.status, "%s", r.raw)
	}
}
