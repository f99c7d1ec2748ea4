package main

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/escalation"
	"github.com/tripware/tripware/services/jsm/heartbeat"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/services/jsm/schedule"
	jsmshape "github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every operation that reads is called, or it is said why not.
func TestEveryReadIsThere(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("../../services/jsm/testdata/operations.tsv")
	require.NoError(t, err)
	parameter := regexp.MustCompile(`\{\w+\}`)
	want, got := map[string]string{}, map[string]string{}
	for line := range strings.Lines(string(table)) {
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if name := c[0] + "." + c[1]; c[2] == "GET" && c[10] == "-" && skipped()[name] == "" {
			want[name] = parameter.ReplaceAllString("GET "+c[3], "{}")
		}
	}
	for _, r := range reads(time.Now()) {
		assert.True(t, r.file || r.as != nil, r.name)
		got[r.name] = parameter.ReplaceAllString(r.route, "{}")
	}
	assert.NotEmpty(t, want)
	assert.Equal(t, want, got)
}

func TestOnlyReadsAreSent(t *testing.T) {
	t.Parallel()
	g := &guard{}
	for _, request := range []string{"POST /v1/alerts", "DELETE /v1/alerts/1", "PATCH /v1/schedules/1", "PUT /x", "GET /v1/teams/1/heartbeats/ping?name=x"} {
		method, url, _ := strings.Cut(request, " ")
		req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1"+url, http.NoBody)
		require.NoError(t, err)
		resp, err := g.RoundTrip(req)
		assert.ErrorIs(t, err, errChange, request)
		assert.Nil(t, resp)
	}
}

func TestTenantsAreMasked(t *testing.T) {
	t.Parallel()
	m := masker{secrets: []string{"t0k3n", "", "acme"}}
	for text, want := range map[string]string{
		"token t0k3n of ada@example.com":                                           "token (masked) of (mail)",
		"user 712020:dddddddd-0000-4000-8000-000000000001 is gone":                 "user (id) is gone",
		"alert eeeeeeee-0000-4000-8000-000000000001-1764230400123":                 "alert (id)",
		"account 5b10a2844c20165700ede21g, 5b10a2844c20165700ede210":               "account 5b10a2844c20165700ede21g, (id)",
		`schedule "Storage on-call" of [Storage] at https://other.atlassian.net/x`: "schedule (text) of (text) at https://(site)/x",
		"acme.atlassian.net, issue 1234567":                                        "(masked).atlassian.net, issue (number)",
		strings.Repeat("word ", 80):                                                strings.Repeat("word ", 40) + "…",
	} {
		assert.Equal(t, want, m.text(text))
	}
	shown, _ := describe([]byte(`{"extraProperties":{"customer":"Ltd"},"two words":1,"a":["x","712020:d",7,null],"at":"2026-11-27T08:00:00Z"}`))
	assert.Equal(t, "{a: [null or number or text], at: time, extraProperties: names, …: number}", shown)
}

// A link to the next page is shown without its values.
func TestLinksAreDescribed(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"":                           "",
		"/v1/alerts?offset=2&size=2": "\n     next page: relative to /v1…, with offset, size",
		"/logs?pageToken=secret":     "\n     next page: relative to /logs…, with pageToken",
		"https://api.atlassian.com/jsm/ops/api/tenant/v1/alerts?after=secret": "\n     next page: absolute, on /jsm…, with after",
	} {
		assert.Equal(t, want, nextLink(map[string]any{"links": map[string]any{"next": link}}))
	}
}

// A response is read as the client reads it, and what is unexpected is told without names that
// users chose.
func TestOddResponsesAreTold(t *testing.T) {
	t.Parallel()
	s, r := &smoke{}, read{as: as[alert.Alert]}
	assert.Empty(t, s.odd(r, `{"id":"1","extraProperties":{"a":"b"}}`))
	assert.Equal(t, "\n     unexpected: tinyId is a number\n     unexpected: extraProperties.… is a number",
		s.odd(r, `{"id":"1","tinyId":7,"extraProperties":{"customer":5}}`))
	assert.Contains(t, s.odd(r, `[]`), "the client cannot read it: services: GET /again")
}

// The simulated service is read as a real one is: the client reads every response as expected,
// and nothing is changed.
func TestSimulatedServiceIsRead(t *testing.T) {
	t.Parallel()
	server := jsmtest.New(t, jsmtest.WithProcessingPolls(0))
	base, err := network.New()
	require.NoError(t, err)
	s := &smoke{ids: map[string]string{}, guard: &guard{next: base, headers: map[string]bool{}}}
	open := func(base http.RoundTripper) *jsm.Client {
		c, err := jsm.New(jsm.CloudID(server.CloudID), auth.Basic(server.Email, redact.NewSecret(server.Token)),
			jsm.WithBaseURL(server.URL), jsm.WithBase(base))
		require.NoError(t, err)
		t.Cleanup(c.CloseIdleConnections)
		return c
	}
	furnish(t, open(base), server.AddTeam("Storage"))
	s.client = open(s.guard)
	before := server.Received()
	var unread []string
	for _, r := range reads(time.Now()) {
		text := s.report(t.Context(), r)
		assert.NotContains(t, text, "unexpected", r.name)
		assert.NotContains(t, text, "cannot read", r.name)
		if !strings.HasPrefix(text, "200") {
			unread = append(unread, r.name)
		}
	}
	for _, request := range server.Requests()[before:] {
		assert.Equal(t, http.MethodGet, request.Method)
	}
	t.Log("not read:", unread)
	assert.GreaterOrEqual(t, s.read, 24, "what the simulated service has")
}

// furnish creates something to read.
func furnish(t *testing.T, c *jsm.Client, team string) {
	t.Helper()
	ctx, start := t.Context(), time.Now().Add(-time.Hour)
	const ada = "712020:dddddddd-0000-4000-8000-000000000001"
	pending, err := c.Alerts.Create(ctx, alert.CreateRequest{Message: "m", Alias: "a", Details: map[string]string{"k": "v"}})
	require.NoError(t, err)
	id, err := pending.ID(ctx)
	require.NoError(t, err)
	_, err = c.Alerts.AddNote(ctx, alert.AddNoteRequest{Ref: alert.ByID(id), Note: "n"})
	require.NoError(t, err)
	made, err := c.Schedules.Create(ctx, schedule.CreateRequest{Name: "s", TeamID: team, Rotations: []schedule.NewRotation{
		{StartDate: start, Type: schedule.Daily, Participants: []jsmshape.Responder{jsmshape.UserByID(ada)}},
	}})
	require.NoError(t, err)
	_, err = c.ScheduleOverrides.Create(ctx, schedule.CreateOverrideRequest{
		Ref: schedule.ByID(made.Value.ID), Responder: jsmshape.UserByID(ada), StartDate: start, EndDate: start.Add(2 * time.Hour),
	})
	require.NoError(t, err)
	_, err = c.Heartbeats.Create(ctx, heartbeat.CreateRequest{TeamID: team, Name: "h", Interval: 1, IntervalUnit: heartbeat.Hours})
	require.NoError(t, err)
	_, err = c.Escalations.Create(ctx, escalation.CreateRequest{TeamID: team, Name: "e", Rules: []escalation.Rule{
		{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault, Delay: 1, Recipient: jsmshape.ScheduleByID(made.Value.ID)},
	}})
	require.NoError(t, err)
}
