package opsgenietest_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func TestWhoIsOnCallIsToldNestedAndFlat(t *testing.T) {
	t.Parallel()
	clock := newClock()
	clock.move(moment(26, 0).Sub(clock.now()))
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now))
	c, raw := connect(t, s), dial(t, s)
	require.Equal(t, http.StatusCreated, raw.do("POST", "/v2/teams", `{"name":"Storage","members":[{"user":{"username":"alan@example.com"}}]}`).status)
	id := nights(t, c)
	got, err := c.OnCall.Get(t.Context(), schedule.OnCallRequest{Ref: schedule.ByName("Nights")})
	require.NoError(t, err)
	assert.Equal(t, schedule.Summary{ID: id, Name: "Nights", Enabled: true}, got.Value.Schedule)
	require.Len(t, got.Value.Participants, 2)
	assert.Equal(t, []string{"user", "grace@example.com"}, []string{got.Value.Participants[0].Type, got.Value.Participants[0].Name})
	assert.Equal(t, []string{"team", "Storage"}, []string{got.Value.Participants[1].Type, got.Value.Participants[1].Name})
	require.Len(t, got.Value.Participants[1].Participants, 1)
	assert.Equal(t, "alan@example.com", got.Value.Participants[1].Participants[0].Name)
	assert.Empty(t, got.Value.Usernames)

	flat := func(at time.Time) []string {
		got, err := c.OnCall.Get(t.Context(), schedule.OnCallRequest{Ref: schedule.ByID(id), Flat: true, Date: at})
		require.NoError(t, err)
		assert.Empty(t, got.Value.Participants)
		return got.Value.Usernames
	}
	assert.Equal(t, []string{"grace@example.com", "alan@example.com"}, flat(time.Time{}))
	assert.Equal(t, []string{"ada@example.com"}, flat(moment(23, 12)), "at the weekend the team has no turn")
	assert.Equal(t, []string{"ada@example.com"}, flat(moment(25, 6).Add(-time.Nanosecond)), "a turn ends where the next begins")
	assert.Equal(t, []string{"grace@example.com", "alan@example.com"}, flat(moment(25, 6)))
	assert.Empty(t, flat(moment(31+2, 0)), "nobody's turn")
	assert.Contains(t, string(raw.do("GET", "/v2/schedules/"+id+"/on-calls?flat=true&date=2026-06-02T00:00:00Z", "").raw), `"onCallRecipients":[]`)

	require.Equal(t, http.StatusCreated, raw.do("POST", "/v2/schedules", `{"name":"Off","enabled":false,"rotations":[{"startDate":"2026-05-18T06:00:00Z","type":"daily","participants":[{"type":"user","username":"ada@example.com"}]}]}`).status)
	all, err := c.OnCall.List(t.Context(), schedule.ListOnCallRequest{Flat: true})
	require.NoError(t, err)
	require.Len(t, all.Value, 2)
	assert.Equal(t, []string{"grace@example.com", "alan@example.com"}, all.Value[0].Usernames)
	assert.Equal(t, "Off", all.Value[1].Schedule.Name)
	assert.Empty(t, all.Value[1].Usernames, "by a schedule that is off nobody is on call")
	assert.Equal(t, http.StatusUnprocessableEntity, raw.do("GET", "/v2/schedules/on-calls?date=today", "").status)
	assert.Equal(t, http.StatusUnprocessableEntity, raw.do("GET", "/v2/schedules/"+id+"/on-calls?flat=perhaps", "").status)
	assert.Equal(t, http.StatusNotFound, raw.do("GET", "/v2/schedules/nothing/on-calls", "").status)
}

// Below an escalation stand those whom its rules name, with what the rules say; a
// schedule that leads back to itself ends there.
func TestAnEscalationOnCallShowsWhomItTurnsTo(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := connect(t, s)
	made, err := c.Escalations.Create(t.Context(), escalation.CreateRequest{Name: "E", Rules: []escalation.Rule{
		{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault, Delay: shape.For(0), Recipient: byUsername("ada@example.com")},
		{Condition: escalation.IfNotClosed, NotifyType: escalation.NotifyNext, Delay: shape.For(2 * time.Hour), Recipient: shape.To(shape.ScheduleByName("Loop"))},
	}})
	require.NoError(t, err)
	loop, err := c.Schedules.Create(t.Context(), schedule.CreateRequest{Name: "Loop", Rotations: []schedule.NewRotation{
		{StartDate: moment(1, 0), Type: schedule.Daily, Participants: []shape.Recipient{shape.To(shape.EscalationByName("E"))}},
	}})
	require.NoError(t, err)
	_, err = c.Escalations.Update(t.Context(), escalation.UpdateRequest{Ref: escalation.ByName("E"), Rules: services.Set([]escalation.Rule{
		{Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault, Delay: shape.For(0), Recipient: byUsername("ada@example.com")},
		{Condition: escalation.IfNotClosed, NotifyType: escalation.NotifyNext, Delay: shape.For(2 * time.Hour), Recipient: shape.To(shape.ScheduleByID(loop.Value.ID))},
	})})
	require.NoError(t, err)
	got, err := c.OnCall.Get(t.Context(), schedule.OnCallRequest{Ref: schedule.ByName("Loop"), Date: moment(2, 0)})
	require.NoError(t, err)
	require.Len(t, got.Value.Participants, 1)
	top := got.Value.Participants[0]
	assert.Equal(t, []string{"escalation", made.Value.ID, "E"}, []string{top.Type, top.ID, top.Name})
	require.Len(t, top.Participants, 2)
	assert.Equal(t, []any{"ada@example.com", services.Set(0), "default"}, []any{top.Participants[0].Name, top.Participants[0].EscalationTime, top.Participants[0].NotifyType})
	assert.Equal(t, []any{"Loop", services.Set(120), "next"}, []any{top.Participants[1].Name, top.Participants[1].EscalationTime, top.Participants[1].NotifyType})
	require.Len(t, top.Participants[1].Participants, 1)
	assert.Equal(t, "E", top.Participants[1].Participants[0].Name)
	assert.Empty(t, top.Participants[1].Participants[0].Participants)
	flat, err := c.OnCall.Get(t.Context(), schedule.OnCallRequest{Ref: schedule.ByName("Loop"), Date: moment(2, 0), Flat: true})
	require.NoError(t, err)
	assert.Equal(t, []string{"ada@example.com"}, flat.Value.Usernames)
}

func TestWhoComesNextIsToldByTurnAndExactly(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, raw := connect(t, s), dial(t, s)
	id := nights(t, c)
	next := func(at time.Time) (byTurn, exact []string) {
		got, err := c.OnCall.GetNext(t.Context(), schedule.OnCallRequest{Ref: schedule.ByName("Nights"), Date: at})
		require.NoError(t, err)
		assert.Equal(t, id, got.Value.Schedule.ID)
		for _, p := range got.Value.Participants {
			byTurn = append(byTurn, p.Name)
		}
		for _, p := range got.Value.ExactParticipants {
			exact = append(exact, p.Name)
		}
		return byTurn, exact
	}
	byTurn, exact := next(moment(23, 12))
	assert.Equal(t, []string{"grace@example.com", "Storage"}, byTurn)
	assert.Equal(t, []string{"grace@example.com", "Storage"}, exact, "both begin on Monday at six")
	_, err := c.ScheduleOverrides.Create(t.Context(), schedule.CreateOverrideRequest{
		Ref: schedule.ByID(id), User: byUsername("alan@example.com"), StartDate: moment(24, 0), EndDate: moment(24, 6),
		Rotations: []schedule.OverriddenRotation{{Name: "Primary"}},
	})
	require.NoError(t, err)
	byTurn, exact = next(moment(23, 12))
	assert.Equal(t, []string{"grace@example.com", "Storage"}, byTurn, "overrides aside")
	assert.Equal(t, []string{"alan@example.com"}, exact)
	byTurn, exact = next(moment(30, 12))
	assert.Equal(t, []string{"ada@example.com"}, byTurn, "over the week of nobody")
	assert.Equal(t, byTurn, exact)

	r := raw.do("GET", "/v2/schedules/"+id+"/next-on-calls?flat=true&date=2026-05-23T12:00:00Z", "")
	assert.Contains(t, string(r.raw), `"nextOnCallParticipants":["grace@example.com"]`)
	assert.Contains(t, string(r.raw), `"exactNextOnCallParticipants":["alan@example.com"]`)
	assert.NotContains(t, string(r.raw), "OnCallRecipients")
	require.Equal(t, http.StatusOK, raw.do("PATCH", "/v2/schedules/"+id, `{"enabled":false}`).status)
	byTurn, exact = next(moment(23, 12))
	assert.Empty(t, append(byTurn, exact...), "by a schedule that is off nobody comes next")
	assert.Equal(t, http.StatusNotFound, raw.do("GET", "/v2/schedules/nothing/next-on-calls", "").status)
}

// An iCalendar object by RFC 5545: lines of at most 75 bytes end in CRLF, and
// what has a meaning is escaped.
func TestCalendarsTellTheTurns(t *testing.T) {
	t.Parallel()
	clock := newClock()
	clock.move(moment(20, 0).Sub(clock.now()))
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now))
	c := connect(t, s)
	long := strings.Repeat("nächtlich, ", 20) + `a;b\c`
	_, err := c.Schedules.Create(t.Context(), schedule.CreateRequest{Name: long, Rotations: []schedule.NewRotation{
		{StartDate: moment(18, 6), EndDate: moment(25+21, 6), Type: schedule.Weekly, Participants: []shape.Recipient{byUsername("ada@example.com"), byUsername("grace@example.com")}},
	}})
	require.NoError(t, err)
	var file bytes.Buffer
	_, err = c.Schedules.ExportICS(t.Context(), schedule.ByName(long), &file)
	require.NoError(t, err)
	events := readCalendar(t, file.String())
	require.Len(t, events, 4)
	assert.Equal(t, []string{"ada@example.com", "20260520T000000Z", "20260525T060000Z"}, []string{events[0]["SUMMARY"], events[0]["DTSTART"], events[0]["DTEND"]})
	assert.Equal(t, []string{"grace@example.com", "20260525T060000Z", "20260601T060000Z"}, []string{events[1]["SUMMARY"], events[1]["DTSTART"], events[1]["DTEND"]})

	file.Reset()
	_, err = c.OnCall.ExportUserICS(t.Context(), "grace@example.com", &file)
	require.NoError(t, err)
	events = readCalendar(t, file.String())
	require.Len(t, events, 2)
	assert.Equal(t, strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`).Replace(long), events[0]["SUMMARY"])
	assert.Equal(t, "20260525T060000Z", events[0]["DTSTART"])
	_, err = c.Schedules.Update(t.Context(), schedule.UpdateRequest{Ref: schedule.ByName(long), Name: services.Set("Off"), Enabled: services.Set(false)})
	require.NoError(t, err)

	raw := dial(t, s)
	assert.Equal(t, http.StatusNotFound, raw.do("GET", "/v2/schedules/on-calls/ada@example.com.ics", "").status, "of whom nothing is known")
	require.Equal(t, http.StatusCreated, raw.do("POST", "/v2/users", `{"username":"ada@example.com","fullName":"Ada","role":{"name":"User"}}`).status)
	r := raw.do("GET", "/v2/schedules/on-calls/ada@example.com.ics", "")
	assert.Equal(t, "text/calendar", r.header.Get("Content-Type"))
	assert.Empty(t, readCalendar(t, string(r.raw)), "by a schedule that is off nobody is on call")
	assert.Equal(t, http.StatusNotFound, raw.do("GET", "/v2/schedules/nothing.ics", "").status)
	assert.Equal(t, http.StatusNotFound, raw.do("GET", "/v2/schedules/on-calls/nobody.ics", "").status)
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/v2/schedules/on-calls/ada@example.com.ics", nil)
	require.NoError(t, err)
	req.Header.Set("Accept", "application/json")
	r, err = raw.send(req)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotAcceptable, r.status)
}

// readCalendar unfolds a calendar and returns the properties of its events.
func readCalendar(t *testing.T, text string) (events []map[string]string) {
	t.Helper()
	require.True(t, strings.HasSuffix(text, "\r\n"))
	for line := range strings.SplitSeq(text, "\r\n") {
		require.LessOrEqual(t, len(line), 75)
		require.True(t, utf8.ValidString(line), "no character is cut in two")
		require.NotContains(t, line, "\n")
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), "\r\n")
	require.Equal(t, []string{"BEGIN:VCALENDAR", "VERSION:2.0"}, lines[:2])
	require.Equal(t, "END:VCALENDAR", lines[len(lines)-1])
	ids := map[string]bool{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		switch {
		case line == "BEGIN:VEVENT":
			events = append(events, map[string]string{})
		case line == "END:VEVENT":
			event := events[len(events)-1]
			for _, property := range []string{"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} {
				require.NotEmpty(t, event[property], property)
			}
			require.False(t, ids[event["UID"]], "an id is given once")
			ids[event["UID"]] = true
		case len(events) > 0:
			events[len(events)-1][name] = value
		}
	}
	return events
}
