package jsmtest_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/escalation"
	"github.com/tripware/tripware/services/jsm/heartbeat"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/team"
)

const ada, bob, carl = "712020:ada", "712020:bob", "712020:carl"

// A week of a schedule with an override and a change of rotation, by the client: see
// TestAWeekIsComputedAsByHand.
func TestTheClientReadsAWeek(t *testing.T) {
	t.Parallel()
	s := jsmtest.New(t, jsmtest.WithClock(newClock().now))
	s.Throttle(jsmtest.DomainConfig, 2)
	c := connect(t, s, person(s))
	day := func(n, hour int) time.Time { return time.Date(2026, 11, n, hour, 0, 0, 0, time.UTC) }
	made, err := c.Schedules.Create(t.Context(), schedule.CreateRequest{Name: "Nights", Timezone: "Europe/Berlin", Rotations: []schedule.NewRotation{{
		Name: "Rota", StartDate: day(23, 9), Type: schedule.Daily, Length: 2,
		Participants: []shape.Responder{shape.UserByID(ada), shape.UserByID(bob), shape.Nobody()},
	}}})
	require.NoError(t, err)
	ref := schedule.ByID(made.Value.ID)
	override, err := c.ScheduleOverrides.Create(t.Context(), schedule.CreateOverrideRequest{
		Ref: ref, Responder: shape.UserByID(carl), StartDate: day(26, 12), EndDate: day(27, 12),
	})
	require.NoError(t, err)
	assert.NotEmpty(t, override.Value.Alias)
	week := func() (all []string) {
		got, err := c.Schedules.GetTimeline(t.Context(), schedule.GetTimelineRequest{Ref: ref, Date: day(23, 0)})
		require.NoError(t, err)
		for _, p := range got.Value.Final.Rotations[0].Periods {
			const form = "02 15"
			all = append(all, strings.TrimPrefix(p.Responder.ID, "712020:")+" "+p.StartDate.Format(form)+"-"+p.EndDate.Format(form)+" "+p.FromUser.ID)
		}
		return all
	}
	assert.Equal(t, []string{"ada 23 09-25 09 ", "bob 25 09-26 12 ", "carl 26 12-27 12 " + bob, "ada 29 09-30 00 "}, week())

	rotations, err := c.ScheduleRotations.List(t.Context(), schedule.PageRequest{Ref: ref})
	require.NoError(t, err)
	change := rotations.Value[0].Request()
	change.Ref, change.StartDate = ref, services.Set(day(28, 9))
	_, err = c.ScheduleRotations.Update(t.Context(), change)
	require.NoError(t, err)
	assert.Equal(t, []string{"carl 26 12-27 12 ", "ada 28 09-30 00 "}, week())

	now, err := c.OnCall.Get(t.Context(), schedule.OnCallRequest{Ref: ref, Date: day(27, 0), Flat: true})
	require.NoError(t, err)
	assert.Equal(t, []string{carl}, now.Value.AccountIDs)
	next, err := c.OnCall.GetNext(t.Context(), schedule.OnCallRequest{Ref: ref, Date: day(27, 0)})
	require.NoError(t, err)
	assert.Equal(t, ada, next.Value.Participants[0].ID)
	var calendar bytes.Buffer
	_, err = c.Schedules.ExportICS(t.Context(), ref, &calendar)
	require.NoError(t, err)
	assert.Contains(t, calendar.String(), "SUMMARY:"+carl)
}

// What the client reads and writes back is stored as it was.
func TestTheClientWritesBackWithoutLoss(t *testing.T) {
	t.Parallel()
	for _, variants := range [][]jsmtest.Variant{nil, {jsmtest.OtherWords, jsmtest.BareTeams}} {
		s := jsmtest.New(t, jsmtest.WithVariants(variants...))
		c := connect(t, s, person(s))
		id := s.AddTeam("Storage", ada)
		of := team.ByID(id)
		raw, at := dial(t, s), teams+"/"+id
		rule := `{"condition":"if-not-acked","notifyType":"default","delay":5,"recipient":{"type":"user","id":"` + ada + `","x":1},"y":[null]}`
		ladder := raw.made(at+"/escalations", `{"name":"Ladder","mine":{"a":1},"rules":[`+rule+`],"repeat":{"waitInterval":5,"z":""}}`)
		same := func(path string, write func()) {
			t.Helper()
			before, err := s.Peek(path)
			require.NoError(t, err)
			write()
			after, err := s.Peek(path)
			require.NoError(t, err)
			assert.JSONEq(t, string(before), string(after))
		}
		same(at+"/escalations/"+ladder, func() {
			got, err := c.Escalations.Get(t.Context(), escalation.Ref{TeamID: id, ID: ladder})
			require.NoError(t, err)
			in := got.Value.Request()
			in.TeamID, in.ID = id, ladder
			_, err = c.Escalations.Update(t.Context(), in)
			require.NoError(t, err)
		})
		_, err := c.Heartbeats.Create(t.Context(), heartbeat.CreateRequest{TeamID: id, Name: "beat", Interval: 1, IntervalUnit: heartbeat.Hours})
		require.NoError(t, err)
		same(at+"/heartbeats", func() {
			got, err := c.Heartbeats.List(t.Context(), heartbeat.ListRequest{TeamID: id, Name: "beat"})
			require.NoError(t, err)
			assert.Equal(t, heartbeat.Hours, got.Value[0].IntervalUnit)
			in := got.Value[0].Request()
			in.TeamID, in.Name = id, "beat"
			_, err = c.Heartbeats.Update(t.Context(), in)
			require.NoError(t, err)
			_, err = c.Heartbeats.List(t.Context(), heartbeat.ListRequest{TeamID: id})
			require.NoError(t, err)
		})
		_, err = c.Heartbeats.Ping(t.Context(), heartbeat.Ref{TeamID: id, Name: "beat"})
		require.NoError(t, err)
		first := raw.made(at+"/routing-rules", `{"name":"r","mine":1,"notify":{"type":"escalation","id":"`+ladder+`"}}`)
		same(at+"/routing-rules", func() {
			got, err := c.TeamRoutingRules.Get(t.Context(), of, first)
			require.NoError(t, err)
			assert.Equal(t, team.NotifyEscalation, got.Value.Notify.Kind)
			in := got.Value.Request()
			in.Ref, in.ID = of, first
			_, err = c.TeamRoutingRules.Update(t.Context(), in)
			require.NoError(t, err)
		})
		roles, err := c.TeamRoles.Create(t.Context(), team.CreateRoleRequest{Ref: of, Name: "r", Rights: []team.Right{{Right: "edit-schedules", Granted: true}}})
		require.NoError(t, err)
		same(at+"/roles", func() {
			in := roles.Value.Request()
			in.Ref, in.RoleRef = of, team.RoleByID(roles.Value.ID)
			_, err := c.TeamRoles.Update(t.Context(), in)
			require.NoError(t, err)
		})
		all, err := c.Teams.List(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []team.Team{{ID: id, Name: "Storage"}}, all.Value)
		pending, err := c.Teams.EnableOps(t.Context(), team.EnableOpsRequest{Ref: team.ByID(s.AddPlatformTeam("Network")), AdminAccountIDs: []string{ada}})
		require.NoError(t, err)
		_, err = pending.Wait(t.Context())
		require.NoError(t, err)
		all, err = c.Teams.List(t.Context())
		require.NoError(t, err)
		assert.Len(t, all.Value, 2)
	}
}
