package opsgenietest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestAnAlertLivesFromCreationToDeletion(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(clock.now))
	c := dial(t, s)
	created := c.done("POST", "/v2/alerts", `{
		"message": "Replication lag", "alias": "db/lag", "description": "d", "entity": "db", "priority": "P1", "source": "prometheus",
		"tags": ["db", "prod", "db"], "details": {"region": "eu"}, "actions": ["Restart"], "user": "bot", "note": "first",
		"responders": [{"type": "team", "name": "Storage"}, {"type": "user", "username": "ada@example.com"}, {"type": "schedule", "id": "s1"}],
		"visibleTo": [{"type": "team", "id": "t2"}]}`)
	assert.Equal(t, "Created alert", created.Status)

	var a opsgenietest.Alert
	c.get("/v2/alerts/1?identifierType=tiny", &a)
	assert.Equal(t, created.AlertID, a.ID)
	assert.Equal(t, []string{"db", "prod"}, a.Tags)
	assert.Equal(t, map[string]string{"region": "eu"}, a.Details)
	assert.Equal(t, []string{"Restart"}, a.Actions)
	assert.Equal(t, "open P1 prometheus db d", fmt.Sprint(a.Status, " ", a.Priority, " ", a.Source, " ", a.Entity, " ", a.Description))
	require.Len(t, a.Responders, 3)
	assert.Equal(t, a.Responders[0].ID, a.OwnerTeamID, "the first team owns the alert")
	assert.Equal(t, opsgenietest.Responder{Type: "schedule", ID: "s1"}, a.Responders[2])

	clock.move(90 * time.Second)
	at := "/v2/alerts/db%2Flag"
	by := "?identifierType=alias"
	c.done("POST", at+"/acknowledge"+by, `{"user":"ada@example.com","note":"on it"}`)
	c.done("POST", at+"/tags"+by, `{"tags":["night","db"]}`)
	c.done("DELETE", at+"/tags"+by+"&tags=prod,nothing", "")
	c.done("POST", at+"/details"+by, `{"details":{"zone":"1"}}`)
	c.done("DELETE", at+"/details"+by+"&keys=region&user=ada&note=gone", "")
	c.done("PUT", at+"/message"+by, `{"message":"Lag"}`)
	c.done("PUT", at+"/description"+by, `{"description":"dd"}`)
	c.done("PUT", at+"/priority"+by, `{"priority":"P2"}`)
	c.done("POST", at+"/teams"+by, `{"team":{"name":"Network"}}`)
	c.done("POST", at+"/responders"+by, `{"responder":{"type":"user","id":"u2"}}`)
	c.done("POST", at+"/escalate"+by, `{"escalation":{"name":"All hands"}}`)
	assert.Equal(t, "Restart replica", c.done("POST", at+"/actions/Restart%20replica"+by, "").Action)
	c.done("POST", at+"/notes"+by, `{"note":"second","user":"bo"}`)
	c.done("POST", at+"/assign"+by, `{"owner":{"username":"bo@example.com"}}`)

	c.get(at+by, &a)
	assert.True(t, a.Acknowledged && a.IsSeen && a.Seen)
	assert.Equal(t, &opsgenietest.Report{AckTime: 90_000, AcknowledgedBy: "ada@example.com"}, a.Report)
	assert.Equal(t, []string{"db", "night"}, a.Tags)
	assert.Equal(t, map[string]string{"zone": "1"}, s.Alerts()[0].Details)
	assert.Equal(t, "Lag dd P2 bo@example.com", fmt.Sprint(a.Message, " ", a.Description, " ", a.Priority, " ", a.Owner))
	assert.Len(t, a.Responders, 7, "a team, a user and an escalation, and the new owner")

	clock.move(time.Second)
	c.done("POST", at+"/unacknowledge"+by, "")
	c.done("POST", at+"/close"+by, `{"user":"bo"}`)
	c.get(at+by, &a)
	assert.Equal(t, "closed", a.Status)
	assert.False(t, a.Acknowledged)
	assert.Equal(t, int64(91_000), a.Report.CloseTime)
	assert.Equal(t, "bo", a.Report.ClosedBy)

	var notes []string
	for _, n := range s.Alerts()[0].Notes {
		notes = append(notes, n.Owner+": "+n.Note)
	}
	assert.Equal(t, []string{"bot: first", "ada@example.com: on it", "ada: gone", "bo: second"}, notes)
	assert.Len(t, s.Alerts()[0].Logs, 17, "one line for each thing done")

	c.done("DELETE", at+by+"&user=bo&source=test", "")
	assert.Equal(t, http.StatusNotFound, c.do("GET", at+by, "").status)
	assert.Empty(t, s.Alerts())
}

func TestAnOpenAlertIsCountedAndAClosedOneIsNot(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(clock.now))
	c := dial(t, s)
	body := `{"message":"m","alias":"same"}`
	first := c.done("POST", "/v2/alerts", body)
	clock.move(time.Minute)
	assert.Equal(t, first.AlertID, c.done("POST", "/v2/alerts", body).AlertID)
	require.Len(t, s.Alerts(), 1)
	assert.Equal(t, 2, s.Alerts()[0].Count)
	assert.Equal(t, time.Minute, s.Alerts()[0].LastOccurredAt.Sub(s.Alerts()[0].CreatedAt.Time))

	c.done("POST", "/v2/alerts/same/close?identifierType=alias", "")
	c.done("POST", "/v2/alerts/same/close?identifierType=alias", "")
	second := c.done("POST", "/v2/alerts", body)
	assert.NotEqual(t, first.AlertID, second.AlertID)
	require.Len(t, s.Alerts(), 2)
	assert.Equal(t, "2", s.Alerts()[1].TinyID)
	kept, ok := s.Alert("same")
	require.True(t, ok)
	assert.Equal(t, second.AlertID, kept.ID, "an alias means the latest alert")

	c.done("DELETE", "/v2/alerts/"+second.AlertID, "")
	kept, ok = s.Alert("same")
	require.True(t, ok)
	assert.Equal(t, first.AlertID, kept.ID, "and the one before when that is gone")
}

func TestAnAlertWithoutAliasIsCalledByItsID(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	one := c.done("POST", "/v2/alerts", `{"message":"m"}`)
	two := c.done("POST", "/v2/alerts", `{"message":"m"}`)
	assert.Equal(t, one.AlertID, one.Alias)
	assert.NotEqual(t, one.AlertID, two.AlertID)
	_, ok := s.Alert("")
	assert.False(t, ok)
}

func TestASnoozeEndsByItself(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(clock.now))
	c := dial(t, s)
	id := c.done("POST", "/v2/alerts", `{"message":"m"}`).AlertID
	until := clock.now().Add(time.Hour).In(time.FixedZone("", 7200)).Format(time.RFC3339)
	c.done("POST", "/v2/alerts/"+id+"/snooze", fmt.Sprintf(`{"endTime":%q}`, until))
	a := s.Alerts()[0]
	assert.True(t, a.Snoozed)
	assert.Equal(t, "2026-05-26T10:30:00Z", a.SnoozedUntil.Format(time.RFC3339))
	clock.move(time.Hour)
	assert.False(t, s.Alerts()[0].Snoozed)
	assert.True(t, s.Alerts()[0].SnoozedUntil.IsZero())

	c.done("POST", "/v2/alerts/"+id+"/snooze", `{"endTime":"2030-01-15T08:00:00+0200"}`) // the form of the documentation
	assert.True(t, s.Alerts()[0].Snoozed)
	c.done("POST", "/v2/alerts/"+id+"/close", "")
	for _, path := range []string{"/acknowledge", "/unacknowledge", "/snooze"} {
		out := c.await("POST", "/v2/alerts/"+id+path, `{"endTime":"2030-01-15T08:00:00Z"}`)
		assert.False(t, out.IsSuccess)
		assert.Equal(t, "Alert is already closed", out.Status)
	}
}

func TestASemanticErrorNamesItsFields(t *testing.T) {
	t.Parallel()
	c := dial(t, opsgenietest.New(t))
	rows := []struct {
		method, path, body string
		fields             []string
	}{
		{"POST", "/v2/alerts", `{}`, []string{"message"}},
		{"POST", "/v2/alerts", `{"message":" ","priority":"P9","responders":[{"type":"bb","id":"x"}],"visibleTo":[{"type":"schedule","id":"x"}]}`,
			[]string{"message", "priority", "responders#type", "visibleTo#type"}},
		{"POST", "/v2/alerts", `{"message":"m","responders":[{"type":"team"}]}`, []string{"responders#id"}},
		{"POST", "/v2/alerts/x/assign", `{}`, []string{"owner"}},
		{"POST", "/v2/alerts/x/escalate", `{}`, []string{"escalation"}},
		{"POST", "/v2/alerts/x/teams", `{}`, []string{"team"}},
		{"POST", "/v2/alerts/x/responders", `{}`, []string{"responder#type", "responder#id"}},
		{"POST", "/v2/alerts/x/snooze", `{"endTime":"soon"}`, []string{"endTime"}},
		{"POST", "/v2/alerts/x/tags", `{"tags":[]}`, []string{"tags"}},
		{"DELETE", "/v2/alerts/x/tags?tags=,", ``, []string{"tags"}},
		{"POST", "/v2/alerts/x/details", `{}`, []string{"details"}},
		{"DELETE", "/v2/alerts/x/details", ``, []string{"details"}},
		{"POST", "/v2/alerts/x/notes", `{"user":"u"}`, []string{"note"}},
		{"PUT", "/v2/alerts/x/message", `{}`, []string{"message"}},
		{"PUT", "/v2/alerts/x/description", `{}`, []string{"description"}},
		{"PUT", "/v2/alerts/x/priority", `{"priority":"high"}`, []string{"priority"}},
		{"GET", "/v2/alerts?limit=101", ``, []string{"limit"}},
		{"GET", "/v2/alerts?limit=0&offset=-1", ``, []string{"limit", "offset"}},
		{"GET", "/v2/alerts?sort=colour", ``, []string{"sort"}},
		{"GET", "/v2/alerts?order=up", ``, []string{"order"}},
		{"GET", "/v2/alerts?query=colour%3Ared", ``, []string{"query"}},
		{"GET", "/v2/alerts/count?query=status%3A", ``, []string{"query"}},
		{"GET", "/v2/alerts?query=status%3Aopen&searchIdentifier=x", ``, []string{"searchIdentifier"}},
	}
	for _, row := range rows {
		t.Run(row.method+" "+row.path, func(t *testing.T) {
			r := c.do(row.method, row.path, row.body)
			require.Equal(t, http.StatusUnprocessableEntity, r.status, "%s", r.raw)
			for _, field := range row.fields {
				assert.Contains(t, r.body.Errors, field)
			}
			assert.Len(t, r.body.Errors, len(row.fields))
		})
	}
}

func TestNotesAndLogsAreReadByCursor(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0), opsgenietest.WithClock(newClock().now))
	c := dial(t, s)
	id := c.done("POST", "/v2/alerts", `{"message":"m"}`).AlertID
	for i := range 5 {
		c.done("POST", "/v2/alerts/"+id+"/notes", fmt.Sprintf(`{"note":"n%d"}`, i))
	}
	read := func(path string) (out []string, r *reply) {
		var notes []opsgenietest.Note
		r = c.get(path, &notes)
		for _, n := range notes {
			out = append(out, n.Note)
			assert.NotEmpty(t, n.Offset)
		}
		return out, r
	}
	at := "/v2/alerts/" + id + "/notes"
	page, r := read(at + "?limit=2")
	assert.Equal(t, []string{"n4", "n3"}, page)
	page, r = read(strings.TrimPrefix(r.body.Paging["next"], s.URL))
	assert.Equal(t, []string{"n2", "n1"}, page)
	back, _ := read(strings.TrimPrefix(r.body.Paging["prev"], s.URL))
	assert.Equal(t, []string{"n4", "n3"}, back)
	page, r = read(strings.TrimPrefix(r.body.Paging["next"], s.URL))
	assert.Equal(t, []string{"n0"}, page)
	assert.Empty(t, r.body.Paging["next"])
	page, _ = read(at + "?order=asc&limit=1")
	assert.Equal(t, []string{"n0"}, page)

	var logs []opsgenietest.Log
	c.get("/v2/alerts/"+id+"/logs?limit=100", &logs)
	require.Len(t, logs, 6)
	assert.Equal(t, "Alert created", logs[5].Log)
	other := c.done("POST", "/v2/alerts", `{"message":"m"}`).AlertID
	assert.Equal(t, "[]", string(c.do("GET", "/v2/alerts/"+other+"/notes", "").body.Data))
	assert.Equal(t, http.StatusUnprocessableEntity, c.do("GET", at+"?offset=1", "").status)
	assert.Equal(t, http.StatusUnprocessableEntity, c.do("GET", at+"?direction=up", "").status)
	assert.Equal(t, http.StatusNotFound, c.do("GET", "/v2/alerts/nope/logs", "").status)
}

func TestRecipientsAreTheUsersWhoWereNotified(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	id := c.done("POST", "/v2/alerts", `{"message":"m","responders":[{"type":"user","username":"ada@example.com"},{"type":"team","name":"T"}]}`).AlertID
	var rows []struct {
		User          struct{ ID, Username string }
		State, Method string
	}
	c.get("/v2/alerts/"+id+"/recipients", &rows)
	require.Len(t, rows, 1)
	assert.Equal(t, "active", rows[0].State)
	c.done("POST", "/v2/alerts/"+id+"/acknowledge", `{"user":"ada@example.com"}`)
	c.get("/v2/alerts/"+id+"/recipients", &rows)
	assert.Equal(t, "ada@example.com action Acknowledge", rows[0].User.Username+" "+rows[0].State+" "+rows[0].Method)
	assert.Equal(t, s.Alerts()[0].Responders[0].ID, rows[0].User.ID)
	c.done("POST", "/v2/alerts/"+id+"/responders", `{"responder":{"type":"user","username":"ada@example.com"}}`)
	c.get("/v2/alerts/"+id+"/recipients", &rows)
	assert.Len(t, rows, 1, "nobody is notified twice")
}

func TestWhatAccessorsReturnIsACopy(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(0))
	c := dial(t, s)
	c.done("POST", "/v2/alerts", `{"message":"m","tags":["t"],"details":{"k":"v"},"note":"n","responders":[{"type":"team","id":"x"}]}`)
	c.done("POST", "/v2/alerts/1/acknowledge?identifierType=tiny", "")
	a := s.Alerts()[0]
	a.Tags[0], a.Details["k"], a.Notes[0].Note, a.Responders[0].ID, a.Report.AcknowledgedBy = "x", "x", "x", "y", "x"
	b := s.Alerts()[0]
	assert.Equal(t, "t v n x Alert API", fmt.Sprint(b.Tags[0], " ", b.Details["k"], " ", b.Notes[0].Note, " ", b.Responders[0].ID, " ", b.Report.AcknowledgedBy))
}
