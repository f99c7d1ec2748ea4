package opsgenietest_test

import (
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
)

// periods are the periods of a rotation, as in "default 18-06 25-06 ada@example.com".
func periods(r schedule.LayerRotation) (all []string) {
	for _, p := range r.Periods {
		all = append(all, strings.TrimSpace(p.Type+" "+p.StartDate.Format("02-15")+" "+p.EndDate.Format("02-15")+" "+p.Recipient.Name))
	}
	return all
}

func TestAnOverrideIsKeptReplacedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := connect(t, s)
	id, ref := nights(t, c), schedule.ByName("Nights")
	swap := schedule.CreateOverrideRequest{
		Ref: ref, Alias: "swap/1", User: byUsername("alan@example.com"), StartDate: moment(27, 6), EndDate: moment(27, 18),
		Rotations: []schedule.OverriddenRotation{{Name: "Primary"}},
	}
	made, err := c.ScheduleOverrides.Create(t.Context(), swap)
	require.NoError(t, err)
	assert.Equal(t, "swap/1", made.Value.Alias)
	_, err = c.ScheduleOverrides.Create(t.Context(), swap)
	require.ErrorIs(t, err, services.ErrConflict)
	get := func() schedule.Override {
		got, err := c.ScheduleOverrides.Get(t.Context(), ref, "swap/1")
		require.NoError(t, err)
		return got.Value
	}
	got := get()
	assert.Equal(t, schedule.Summary{ID: id, Name: "Nights", Enabled: true}, got.Parent)
	assert.Equal(t, []string{"user alan@example.com"}, names(t, []shape.Recipient{got.User}))
	assert.True(t, got.StartDate.Equal(moment(27, 6)) && got.EndDate.Equal(moment(27, 18)))
	require.Len(t, got.Rotations, 1)
	assert.Equal(t, "Primary", got.Rotations[0].Name)
	assert.NotEmpty(t, got.Rotations[0].ID)

	_, err = c.ScheduleOverrides.Update(t.Context(), schedule.UpdateOverrideRequest{Ref: ref, Alias: "swap/1", User: shape.ToNone(), StartDate: moment(1, 6), EndDate: moment(2, 6)})
	require.NoError(t, err)
	got = get()
	assert.Equal(t, shape.ToNone(), got.User)
	assert.Empty(t, got.Rotations, "a change replaces all but the alias")
	assert.Equal(t, moment(2, 6), got.EndDate.Time)

	second, err := c.ScheduleOverrides.Create(t.Context(), schedule.CreateOverrideRequest{Ref: ref, User: byUsername("a"), StartDate: moment(1, 6), EndDate: moment(2, 6)})
	require.NoError(t, err)
	assert.NotEmpty(t, second.Value.Alias)
	all, err := c.ScheduleOverrides.List(t.Context(), schedule.ByID(id))
	require.NoError(t, err)
	require.Len(t, all.Value, 2)
	assert.Equal(t, second.Value.Alias, all.Value[1].Alias)
	_, err = c.ScheduleOverrides.Delete(t.Context(), ref, "swap/1")
	require.NoError(t, err)
	_, err = c.ScheduleOverrides.Get(t.Context(), ref, "swap/1")
	require.ErrorIs(t, err, services.ErrNotFound)

	raw := dial(t, s)
	for field, body := range map[string]string{
		"user":      `{"startDate":"2026-05-18T06:00:00Z","endDate":"2026-05-18T07:00:00Z"}`,
		"user#type": `{"user":{"type":"team","id":"t"},"startDate":"2026-05-18T06:00:00Z","endDate":"2026-05-18T07:00:00Z"}`,
		"startDate": `{"user":{"type":"none"},"startDate":"today","endDate":"2026-05-18T07:00:00Z"}`,
		"endDate":   `{"user":{"type":"none"},"startDate":"2026-05-18T06:00:00Z","endDate":"2026-05-18T05:00:00Z"}`,
		"rotations": `{"user":{"type":"none"},"startDate":"2026-05-18T06:00:00Z","endDate":"2026-05-18T07:00:00Z","rotations":[{"name":"Other"}]}`,
	} {
		r := raw.do("POST", "/v2/schedules/"+id+"/overrides", body)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status, "%s: %s", field, r.raw)
		assert.Contains(t, r.body.Errors, field, "%s", r.raw)
	}
}

func TestATimelineIsWhatRotationsAndOverridesSay(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := connect(t, s)
	id := nights(t, c)
	for _, override := range []schedule.CreateOverrideRequest{
		{User: byUsername("alan@example.com"), StartDate: moment(20, 6), EndDate: moment(21, 6), Rotations: []schedule.OverriddenRotation{{Name: "Primary"}}},
		{User: byUsername("edsger@example.com"), StartDate: moment(20, 18), EndDate: moment(21, 0), Rotations: []schedule.OverriddenRotation{{Name: "Primary"}}},
		{User: shape.ToNone(), StartDate: moment(23, 0), EndDate: moment(24, 0), Rotations: []schedule.OverriddenRotation{{Name: "Primary"}}},
	} {
		override.Ref = schedule.ByID(id)
		_, err := c.ScheduleOverrides.Create(t.Context(), override)
		require.NoError(t, err)
	}
	got, err := c.Schedules.GetTimeline(t.Context(), schedule.GetTimelineRequest{
		Ref: schedule.ByName("Nights"), Date: moment(18, 0), Interval: 3, IntervalUnit: schedule.Weeks,
		Expand: []schedule.Expand{schedule.ExpandBase, schedule.ExpandOverride, schedule.ExpandForwarding},
	})
	require.NoError(t, err)
	line := got.Value
	assert.Equal(t, schedule.Summary{ID: id, Name: "Nights", Enabled: true}, line.Parent)
	assert.True(t, line.StartDate.Equal(moment(18, 0)) && line.EndDate.Equal(moment(39, 0)))
	require.Len(t, line.Final.Rotations, 2)
	assert.Equal(t, []any{"Primary", 1.0, "Days", 2.0}, []any{line.Final.Rotations[0].Name, line.Final.Rotations[0].Order, line.Final.Rotations[1].Name, line.Final.Rotations[1].Order})
	assert.Equal(t, []string{
		"default 18-06 20-06 ada@example.com", "override 20-06 20-18 alan@example.com", "override 20-18 21-00 edsger@example.com",
		"override 21-00 21-06 alan@example.com", "default 21-06 23-00 ada@example.com", "default 24-00 25-06 ada@example.com", "default 25-06 01-06 grace@example.com",
	}, periods(line.Final.Rotations[0]), "the third week is nobody's")
	assert.Equal(t, []string{
		"default 18-06 20-06 Storage", "default 20-06 22-06 Storage", "default 22-06 22-16 Storage",
		"default 25-06 26-06 Storage", "default 26-06 28-06 Storage", "default 28-06 29-16 Storage",
	}, periods(line.Final.Rotations[1]), "in its hours, which are those of Berlin, and no longer than it lasts")
	assert.Equal(t, []string{"default 18-06 25-06 ada@example.com", "default 25-06 01-06 grace@example.com"}, periods(line.Base.Rotations[0]))
	assert.Equal(t, []string{"override 20-06 20-18 alan@example.com", "override 20-18 21-00 edsger@example.com", "override 21-00 21-06 alan@example.com", "override 23-00 24-00"},
		periods(line.Override.Rotations[0]))
	assert.Empty(t, line.Override.Rotations[1].Periods)
	assert.Empty(t, line.Forwarding.Rotations[0].Periods)

	bare, err := c.Schedules.GetTimeline(t.Context(), schedule.GetTimelineRequest{Ref: schedule.ByID(id), Date: moment(18, 0), Interval: 2, IntervalUnit: schedule.Days})
	require.NoError(t, err)
	assert.Equal(t, []string{"default 18-06 20-00 ada@example.com"}, periods(bare.Value.Final.Rotations[0]))
	assert.Empty(t, bare.Value.Base.Rotations)
	raw := dial(t, s)
	for _, query := range []string{"interval=0", "interval=401", "intervalUnit=years", "date=today"} {
		assert.Equal(t, http.StatusUnprocessableEntity, raw.do("GET", "/v2/schedules/"+id+"/timeline?"+query, "").status, query)
	}
	assert.Equal(t, http.StatusNotFound, raw.do("GET", "/v2/schedules/nothing/timeline", "").status)
}

// What a user forwards goes to another: the timeline and those on call say so.
func TestAForwardingPassesATurnOn(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, raw := connect(t, s), dial(t, s)
	id := nights(t, c)
	rule := `{"fromUser":{"username":"ada@example.com"},"toUser":{"username":"alan@example.com"},"startDate":"2026-05-19T06:00:00Z","endDate":"2026-05-20T06:00:00Z"}`
	require.Equal(t, http.StatusCreated, raw.do("POST", "/v2/forwarding-rules", rule).status)
	got, err := c.Schedules.GetTimeline(t.Context(), schedule.GetTimelineRequest{Ref: schedule.ByID(id), Date: moment(18, 6), Expand: []schedule.Expand{schedule.ExpandForwarding}})
	require.NoError(t, err)
	moved := got.Value.Forwarding.Rotations[0]
	assert.Equal(t, []string{"forwarding 19-06 20-06 alan@example.com"}, periods(moved))
	assert.Equal(t, "ada@example.com", moved.Periods[0].FromUser.Name)
	assert.Equal(t, []string{"default 18-06 19-06 ada@example.com", "forwarding 19-06 20-06 alan@example.com", "default 20-06 25-06 ada@example.com"},
		periods(got.Value.Final.Rotations[0]))
	now, err := c.OnCall.Get(t.Context(), schedule.OnCallRequest{Ref: schedule.ByID(id), Date: moment(19, 12)})
	require.NoError(t, err)
	assert.Equal(t, "alan@example.com", now.Value.Participants[0].Name)
	assert.Equal(t, "ada@example.com", now.Value.Participants[0].ForwardedFrom.Name)
}

// Hours of the day are those of the schedule's zone, on a day that has one less too.
func TestATimelineKeepsHoursOfTheDay(t *testing.T) {
	t.Parallel()
	c := connect(t, opsgenietest.New(t))
	march := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	made, err := c.Schedules.Create(t.Context(), schedule.CreateRequest{Name: "Nights", Timezone: "Europe/Berlin", Rotations: []schedule.NewRotation{{
		Name: "Primary", StartDate: march(20, 11), Type: schedule.Daily, Participants: []shape.Recipient{byUsername("ada@example.com"), byUsername("grace@example.com")},
		TimeRestriction: shape.Daily(shape.DayHours{StartHour: 22, EndHour: 6}),
	}}})
	require.NoError(t, err)
	got, err := c.Schedules.GetTimeline(t.Context(), schedule.GetTimelineRequest{
		Ref: schedule.ByID(made.Value.ID), Date: march(27, 12), Interval: 1, IntervalUnit: schedule.Months,
	})
	require.NoError(t, err)
	assert.True(t, got.Value.EndDate.Equal(time.Date(2026, 4, 27, 11, 0, 0, 0, time.UTC)), "a month on the wall's clock")
	assert.Equal(t, []string{
		"default 27-21 28-05 grace@example.com", "default 28-21 29-04 ada@example.com", "default 29-20 30-04 grace@example.com",
	}, periods(got.Value.Final.Rotations[0])[:3])
}
