package jsmtest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/jsmtest"
)

// A timeline as responses have it.
type timeline struct {
	StartDate, EndDate                            string
	FinalTimeline, BaseTimeline, OverrideTimeline struct {
		Rotations []struct {
			ID, Name string
			Order    float64
			Deleted  *bool
			Periods  []struct {
				StartDate, EndDate  time.Time
				Type                string
				From, Responder     struct{ ID, Type string }
				FlattenedResponders []struct{ ID string }
			}
		}
	}
}

// written returns the periods of the rotations of a layer, as in "ada 23 09:00-24 09:00".
func (l *timeline) written(layer int) (all []string) {
	of := l.FinalTimeline
	switch layer {
	case 1:
		of = l.BaseTimeline
	case 2:
		of = l.OverrideTimeline
	}
	for _, r := range of.Rotations {
		for _, p := range r.Periods {
			const form = "02 15:04"
			line := r.Name + ": " + p.Responder.ID + " " + p.StartDate.Format(form) + "-" + p.EndDate.Format(form) + " " + p.Type
			if p.From.ID != "" {
				line += " from " + p.From.ID
			}
			all = append(all, line)
		}
	}
	return all
}

// week is a schedule in Berlin (UTC+1 in November): ada and bob take turns of two days
// from Monday 10:00 local time, and the team Storage is on duty in office hours.
func week(t *testing.T, c *client, team string) (id, rota string) {
	t.Helper()
	id = c.made(schedules, `{"name":"Nights","timezone":"Europe/Berlin","mine":{"a":[null]},"rotations":[
		{"name":"Rota","startDate":"2026-11-23T10:00:00+01:00","type":"daily","length":2,"mine":1,
			"participants":[{"type":"user","id":"ada"},{"type":"user","id":"bob"},{"type":"noone"}]},
		{"name":"Office","startDate":"2026-11-02T00:00:00Z","type":"weekly","participants":[{"type":"team","id":"`+team+`"}],
			"timeRestriction":{"type":"weekday-and-time-of-day","restrictions":[
				{"startDay":"friday","startHour":9,"startMin":0,"endDay":"friday","endHour":17,"endMin":30}]}}]}`)
	var list struct {
		Values []struct{ Rotations []struct{ ID, Name string } }
	}
	c.must(200, "GET", schedules+"?expand=rotation", "", &list)
	require.Len(t, list.Values[0].Rotations, 2)
	return id, list.Values[0].Rotations[0].ID
}

// The week from Monday 23 November 2026, computed by hand: ada has Monday and Tuesday, bob
// Wednesday and Thursday, nobody Friday and Saturday, ada Sunday. From Thursday noon on
// until Friday noon carl is on call instead. On Saturday the rotation is changed to turns of a day
// of dora alone, from that day on.
func TestAWeekIsComputedAsByHand(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithClock(newClock().now))
	c := dial(t, s)
	id, rota := week(t, c, s.AddTeam("Storage", "eve", "finn"))
	at := schedules + "/" + id
	alias := c.made(at+"/overrides", `{"responder":{"type":"user","id":"carl"},"startDate":"2026-11-26T12:00:00Z","endDate":"2026-11-27T12:00:00Z","rotationIds":["`+rota+`"]}`)
	assert.NotEmpty(t, alias)
	read := func(query string) *timeline {
		var l timeline
		c.must(200, "GET", at+"/timeline?"+query, "", &l)
		return &l
	}
	const monday = "date=2026-11-23T00:00:00Z"
	l := read(monday + "&expand=base,override")
	assert.Equal(t, "2026-11-23T00:00:00.000Z 2026-11-30T00:00:00.000Z", l.StartDate+" "+l.EndDate)
	assert.Equal(t, []string{
		"Rota: ada 23 09:00-25 09:00 base",
		"Rota: bob 25 09:00-26 12:00 base",
		"Rota: carl 26 12:00-27 12:00 override from bob",
		"Rota: ada 29 09:00-30 00:00 base",
		"Office: " + teamOf(l) + " 27 08:00-27 16:30 base",
	}, l.written(0))
	assert.Equal(t, []string{
		"Rota: ada 23 09:00-25 09:00 base", "Rota: bob 25 09:00-27 09:00 base", "Rota: ada 29 09:00-30 00:00 base",
		"Office: " + teamOf(l) + " 27 08:00-27 16:30 base",
	}, l.written(1))
	assert.Equal(t, []string{"Rota: carl 26 12:00-27 12:00 override from bob"}, l.written(2))
	office := l.FinalTimeline.Rotations[1].Periods[0]
	assert.Equal(t, "[{eve} {finn}]", fmt.Sprint(office.FlattenedResponders))
	assert.NotContains(t, c.do("GET", at+"/timeline", "").raw, "baseTimeline")

	c.must(200, "PATCH", at+"/rotations/"+rota,
		`{"startDate":"2026-11-28T10:00:00+01:00","length":1,"participants":[{"type":"user","id":"dora"}]}`, nil)
	assert.Equal(t, []string{
		"Rota: carl 26 12:00-27 12:00 override",
		"Rota: dora 28 09:00-29 09:00 base", "Rota: dora 29 09:00-30 00:00 base",
	}, read(monday).written(0)[:3])

	c.must(200, "PUT", at+"/overrides/"+alias, `{"responder":{"type":"noone"},"startDate":"2026-11-28T12:00:00Z","endDate":"2026-11-29T12:00:00Z"}`, nil)
	assert.Equal(t, []string{"Rota: dora 28 09:00-28 12:00 base", "Rota: dora 29 12:00-30 00:00 base"}, read(monday).written(0)[:2])

	for query, want := range map[string]string{
		"interval=2&intervalUnit=days&" + monday:   "2026-11-25T00:00:00.000Z",
		"interval=1&intervalUnit=months&" + monday: "2026-12-23T00:00:00.000Z",
		"": "2026-11-30T09:30:00.120Z",
	} {
		assert.Equal(t, want, read(query).EndDate)
	}
	for _, query := range []string{"intervalUnit=years", "interval=0", "date=monday", "date=2025-11-01T00:00:00Z", "interval=25&intervalUnit=months"} {
		assert.Equal(t, 422, c.do("GET", at+"/timeline?"+query, "").status, query)
	}
}

// teamOf returns the id of the team in the second rotation.
func teamOf(l *timeline) string { return l.FinalTimeline.Rotations[1].Periods[0].Responder.ID }

// The wall clock of the zone decides when a turn changes, also when it is set back.
func TestTurnsChangeAtTheSameLocalTime(t *testing.T) {
	t.Parallel()
	clock := newClock()
	clock.move(-30 * 24 * time.Hour) // Saturday 24 October: the clocks in Berlin are set back the next night
	s := jsmtest.New(t, jsmtest.WithClock(clock.now))
	c := dial(t, s)
	id := c.made(schedules, `{"name":"n","timezone":"Europe/Berlin","rotations":[{"startDate":"2026-10-23T08:00:00Z","type":"daily",
		"participants":[{"type":"user","id":"ada"},{"type":"user","id":"bob"}],
		"timeRestriction":{"type":"time-of-day","restriction":{"startHour":22,"startMin":0,"endHour":6,"endMin":30}}}]}`)
	var l timeline
	c.must(200, "GET", schedules+"/"+id+"/timeline?interval=2&intervalUnit=days&date=2026-10-24T12:00:00Z", "", &l)
	name := l.FinalTimeline.Rotations[0].Name
	assert.True(t, strings.HasPrefix(name, "Rota "), "the server names a rotation")
	assert.Equal(t, []string{name + ": bob 24 20:00-25 05:30 base", name + ": ada 25 21:00-26 05:30 base"}, l.written(0))
}

func TestWhoIsOnCall(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now))
	c := dial(t, s)
	team := s.AddTeam("Storage", "eve", "finn")
	id, _ := week(t, c, team)
	ladder := c.made(teams+"/"+team+"/escalations", `{"name":"Ladder","rules":[
		{"condition":"if-not-acked","notifyType":"default","delay":5,"recipient":{"type":"schedule","id":"`+id+`"}},
		{"condition":"if-not-closed","notifyType":"all","delay":30,"recipient":{"type":"team","id":"`+team+`"}}]}`)
	outer := c.made(schedules, `{"name":"Outer","rotations":[{"startDate":"2026-11-23T00:00:00Z","type":"weekly","participants":[{"type":"escalation","id":"`+ladder+`"}]}]}`)

	for path, want := range map[string]string{
		id + "/on-calls":                                  `{"onCallParticipants":[{"id":"ada","type":"user"}]}`,
		id + "/on-calls?flat=true":                        `{"onCallUsers":["ada"]}`,
		id + "/on-calls?date=2026-11-27T10:00:00Z":        `{"onCallParticipants":[{"id":"<team>","type":"team","onCallParticipants":[{"id":"eve","type":"user"},{"id":"finn","type":"user"}]}]}`,
		id + "/on-calls?date=2026-11-28T10:00:00%2B00:00": `{"onCallParticipants":[]}`,
		id + "/next-on-calls": `{"nextOnCallParticipants":[{"id":"bob","type":"user"},
			{"id":"<team>","type":"team","nextOnCallParticipants":[{"id":"eve","type":"user"},{"id":"finn","type":"user"}]}]}`,
		id + "/next-on-calls?flat=true&date=2026-11-25T10:00:00Z": `{"nextOnCallUsers":["ada","eve","finn"]}`,
		outer + "/on-calls": `{"onCallParticipants":[{"id":"<ladder>","type":"escalation","onCallParticipants":[
			{"id":"<id>","type":"schedule","onCallParticipants":[{"id":"ada","type":"user"}]},
			{"id":"<team>","type":"team","onCallParticipants":[{"id":"eve","type":"user"},{"id":"finn","type":"user"}]}]}]}`,
		outer + "/on-calls?flat=true": `{"onCallUsers":["ada","eve","finn"]}`,
	} {
		r := c.do("GET", schedules+"/"+path, "")
		assert.JSONEq(t, strings.NewReplacer("<team>", team, "<ladder>", ladder, "<id>", id).Replace(want), r.raw, path)
	}
	c.must(200, "PATCH", teams+"/"+team+"/escalations/"+ladder,
		`{"rules":[{"condition":"if-not-acked","notifyType":"default","delay":5,"recipient":{"type":"schedule","id":"`+outer+`"}}]}`, nil)
	circle := c.do("GET", schedules+"/"+outer+"/on-calls", "").raw
	assert.JSONEq(t, strings.NewReplacer("<ladder>", ladder, "<outer>", outer).Replace(`{"onCallParticipants":[{"id":"<ladder>","type":"escalation",
		"onCallParticipants":[{"id":"<outer>","type":"schedule","onCallParticipants":[{"id":"<ladder>","type":"escalation"}]}]}]}`), circle)
	calendar := c.must(200, "GET", schedules+"/"+id+".ics", "", nil)
	assert.Equal(t, "text/calendar", calendar.header.Get("Content-Type"))
	assert.Contains(t, calendar.raw, "DTSTART:20261125T090000Z\r\nDTEND:20261127T090000Z\r\nSUMMARY:bob\r\n")
	assert.Contains(t, c.must(200, "GET", schedules+"/on-calls/eve.ics", "", nil).raw, "SUMMARY:Nights")
	assert.Equal(t, 404, c.do("GET", schedules+"/on-calls/nobody.ics", "").status)
	assert.Equal(t, 404, c.do("GET", schedules+"/none/on-calls", "").status)
	assert.Equal(t, 422, c.do("GET", schedules+"/"+id+"/on-calls?flat=yes", "").status)

	clock.move(2 * 24 * time.Hour)
	assert.JSONEq(t, `{"onCallUsers":["bob"]}`, c.do("GET", schedules+"/"+id+"/on-calls?flat=true", "").raw)
	c.must(200, "PATCH", schedules+"/"+id, `{"enabled":false}`, nil)
	assert.JSONEq(t, `{"onCallUsers":[]}`, c.do("GET", schedules+"/"+id+"/on-calls?flat=true", "").raw)
	assert.JSONEq(t, `{"nextOnCallUsers":[]}`, c.do("GET", schedules+"/"+id+"/next-on-calls?flat=true", "").raw)
}

func TestASchedulesRotationsAreWrittenWithItAndApart(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t)
	c := dial(t, s)
	id, rota := week(t, c, "team")
	at := schedules + "/" + id
	assert.JSONEq(t, `{"id":"`+id+`","name":"Nights","description":"","timezone":"Europe/Berlin","enabled":true,"mine":{"a":[null]}}`, c.do("GET", at, "").raw)
	got := c.do("GET", at+"/rotations/"+rota, "").raw
	assert.JSONEq(t, `{"id":"`+rota+`","name":"Rota","startDate":"2026-11-23T10:00:00+01:00","type":"daily","length":2,"mine":1,
		"participants":[{"type":"user","id":"ada"},{"type":"user","id":"bob"},{"type":"noone"}]}`, got, "unknown members and times are kept as written")
	var list struct {
		Values  []json.RawMessage
		Expands []string `json:"_expands"`
		Links   struct{ Next string }
	}
	c.must(200, "GET", at+"/rotations?size=1", "", &list)
	assert.JSONEq(t, got, string(list.Values[0]))
	assert.Equal(t, "/v1/schedules/"+id+"/rotations?offset=1&size=1", list.Links.Next)

	c.made(schedules, `{"name":"Days","teamId":"t"}`)
	for query, names := range map[string]string{"": "Nights,Days", "query=nights": "Nights", "query=D*": "Days", "query=d": "", "offset=1&size=1": "Days"} {
		var page rows
		c.must(200, "GET", schedules+"?"+query, "", &page)
		var all []string
		for _, each := range page.Values {
			all = append(all, each.Name)
		}
		assert.Equal(t, names, strings.Join(all, ","), query)
	}
	c.must(200, "GET", schedules+"?expand=rotation&size=1", "", &list)
	assert.Equal(t, []string{"rotation"}, list.Expands)
	assert.Equal(t, "/v1/schedules?offset=1&size=1&expand=rotation", list.Links.Next)

	assert.Equal(t, 409, c.do("POST", schedules, `{"name":"Days"}`).status)
	assert.Equal(t, 409, c.do("PATCH", at, `{"name":"Days"}`).status)
	for _, body := range []string{
		`{}`, `{"name":"n","timezone":"Mars/Base"}`, `{"name":"n","rotations":[]}`, `{"name":"n","rotations":[{"type":"daily"}]}`,
		`{"name":"n","rotations":[{"type":"daily","startDate":"2026-11-02T00:00:00Z","endDate":"2026-11-01T00:00:00Z"}]}`,
		`{"name":"n","rotations":[{"type":"daily","startDate":"2026-11-02T00:00:00Z","participants":[{"type":"none"}]}]}`,
		`{"name":"n","rotations":[{"type":"daily","startDate":"2026-11-02T00:00:00Z","timeRestriction":{"type":"time-of-day"}}]}`,
		`{"name":"n","rotations":[{"type":"daily","startDate":"2026-11-02T00:00:00Z","timeRestriction":{"type":"time-of-day","restriction":{"startHour":24,"startMin":0,"endHour":6,"endMin":0}}}]}`,
	} {
		r := c.do("POST", schedules, body)
		assert.Equal(t, 422, r.status, "%s: %s", body, r.raw)
	}
	c.must(204, "DELETE", at+"/rotations/"+rota, "", nil)
	assert.Equal(t, 404, c.do("GET", at+"/rotations/"+rota, "").status)
	c.must(204, "DELETE", at, "", nil)
	assert.Equal(t, 404, c.do("GET", at, "").status)
}

func TestOverridesAreListedUntilTheyEnd(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := jsmtest.New(t, jsmtest.WithClock(clock.now))
	c := dial(t, s)
	id, rota := week(t, c, "team")
	at := schedules + "/" + id + "/overrides"
	alias := c.made(at, `{"alias":"mine","responder":{"type":"user","id":"carl"},"startDate":"2026-11-23T00:00:00Z","endDate":"2026-11-23T12:00:00Z","rotationIds":["`+rota+`"],"x":null}`)
	assert.NotEqual(t, "mine", alias, "the server makes it")
	assert.JSONEq(t, `{"alias":"`+alias+`","responder":{"type":"user","id":"carl"},"startDate":"2026-11-23T00:00:00Z","endDate":"2026-11-23T12:00:00Z","rotationIds":["`+rota+`"],"x":null}`,
		c.do("GET", at+"/"+alias, "").raw)
	var page rows
	c.must(200, "GET", at, "", &page)
	assert.Len(t, page.Values, 1)
	clock.move(3 * time.Hour)
	c.must(200, "GET", at, "", &page)
	assert.Empty(t, page.Values)
	c.must(200, "PUT", at+"/"+alias, `{"responder":{"type":"noone"},"startDate":"2026-11-23T00:00:00Z","endDate":"2026-11-24T12:00:00Z"}`, nil)
	assert.NotContains(t, c.do("GET", at+"/"+alias, "").raw, "rotationIds", "PUT replaces all")
	for _, body := range []string{
		`{"responder":{"type":"noone"},"startDate":"2026-11-24T00:00:00Z"}`,
		`{"responder":{"type":"team","id":"t"},"startDate":"2026-11-23T00:00:00Z","endDate":"2026-11-24T12:00:00Z"}`,
		`{"responder":{"type":"noone"},"startDate":"2026-11-24T00:00:00Z","endDate":"2026-11-23T12:00:00Z"}`,
		`{"responder":{"type":"noone"},"startDate":"2026-11-23T00:00:00Z","endDate":"2026-11-24T12:00:00Z","rotationIds":["other"]}`,
	} {
		assert.Equal(t, 422, c.do("PUT", at+"/"+alias, body).status, body)
	}
	c.must(204, "DELETE", at+"/"+alias, "", nil)
	assert.Equal(t, 404, c.do("DELETE", at+"/"+alias, "").status)
}
