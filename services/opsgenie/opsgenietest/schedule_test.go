package opsgenietest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// moment is a time in May of 2026, in UTC.
func moment(day, hour int) time.Time { return time.Date(2026, 5, day, hour, 0, 0, 0, time.UTC) }

func byUsername(name string) shape.Recipient { return shape.To(shape.UserByName(name)) }

// names are those of recipients, and that they have ids.
func names(t *testing.T, all []shape.Recipient) (names []string) {
	t.Helper()
	for _, r := range all {
		assert.Equal(t, r.Kind() == shape.KindNone, r.ID() == "", "%v", r)
		names = append(names, string(r.Kind())+" "+r.Name())
	}
	return names
}

// nights is a schedule with two rotations: ada, grace and nobody by the week, and
// the team Storage on weekdays.
func nights(t *testing.T, c *opsgenie.Client) string {
	t.Helper()
	made, err := c.Schedules.Create(t.Context(), schedule.CreateRequest{
		Name: "Nights", Description: "d", Timezone: "Europe/Berlin", Enabled: services.Set(true), OwnerTeam: shape.OwnerTeam{Name: "Storage"},
		Rotations: []schedule.NewRotation{
			{Name: "Primary", StartDate: moment(18, 6), Type: schedule.Weekly, Participants: []shape.Recipient{byUsername("ada@example.com"), byUsername("grace@example.com"), shape.ToNone()}},
			{
				Name: "Days", StartDate: moment(18, 6), EndDate: moment(30, 6), Type: schedule.Daily, Length: 2, Participants: []shape.Recipient{shape.To(shape.TeamByName("Storage"))},
				TimeRestriction: shape.Weekly(shape.WeekHours{StartDay: shape.Monday, StartHour: 8, EndDay: shape.Friday, EndHour: 18, EndMin: 30}),
			},
		},
	})
	require.NoError(t, err)
	assert.Equal(t, schedule.Summary{ID: made.Value.ID, Name: "Nights", Enabled: true}, made.Value)
	return made.Value.ID
}

func TestAScheduleIsKeptWithItsRotations(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := connect(t, s)
	id := nights(t, c)
	got, err := c.Schedules.Get(t.Context(), schedule.ByName("Nights"))
	require.NoError(t, err)
	assert.Equal(t, []string{id, "Nights", "d", "Europe/Berlin", "Storage"},
		[]string{got.Value.ID, got.Value.Name, got.Value.Description, got.Value.Timezone, got.Value.OwnerTeam.Name})
	assert.True(t, got.Value.Enabled)
	assert.NotEmpty(t, got.Value.OwnerTeam.ID)
	require.Len(t, got.Value.Rotations, 2)
	first, second := got.Value.Rotations[0], got.Value.Rotations[1]
	assert.Equal(t, []string{"user ada@example.com", "user grace@example.com", "none "}, names(t, first.Participants))
	assert.Equal(t, []string{"team Storage"}, names(t, second.Participants))
	assert.NotEqual(t, first.ID, second.ID)
	first.ID, second.ID, first.Participants, second.Participants = "", "", nil, nil
	first.Other, second.Other = services.Other{}, services.Other{} // the form of times
	assert.Equal(t, schedule.Rotation{Name: "Primary", StartDate: shape.Time{Time: moment(18, 6)}, Type: schedule.Weekly, Length: 1}, first)
	assert.Equal(t, schedule.Rotation{
		Name: "Days", StartDate: shape.Time{Time: moment(18, 6)}, EndDate: shape.Time{Time: moment(30, 6)}, Type: schedule.Daily, Length: 2,
		TimeRestriction: shape.Weekly(shape.WeekHours{StartDay: shape.Monday, StartHour: 8, EndDay: shape.Friday, EndHour: 18, EndMin: 30}),
	}, second)

	for rotations, expand := range map[int][]schedule.Expand{0: nil, 2: {schedule.ExpandRotation}} {
		all, err := c.Schedules.List(t.Context(), schedule.ListRequest{Expand: expand})
		require.NoError(t, err)
		require.Len(t, all.Value, 1)
		assert.Len(t, all.Value[0].Rotations, rotations)
	}
	assert.Contains(t, string(dial(t, s).do("GET", "/v2/schedules", "").raw), `"expandable":["rotation"]`)
}

func TestAScheduleIsChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c, raw := connect(t, s), dial(t, s)
	id := nights(t, c)
	_, err := c.Schedules.Update(t.Context(), schedule.UpdateRequest{Ref: schedule.ByName("Nights"), Name: services.Set("Days"), Enabled: services.Set(false)})
	require.NoError(t, err)
	got, err := c.Schedules.Get(t.Context(), schedule.ByID(id))
	require.NoError(t, err)
	assert.Equal(t, "Days d Europe/Berlin", got.Value.Name+" "+got.Value.Description+" "+got.Value.Timezone, "what is not named stays")
	assert.False(t, got.Value.Enabled)
	require.Len(t, got.Value.Rotations, 2)

	_, err = c.Schedules.Update(t.Context(), schedule.UpdateRequest{Ref: schedule.ByID(id), Rotations: services.Set([]schedule.NewRotation{
		{Name: "Only", StartDate: moment(1, 0), Type: schedule.Hourly, Participants: []shape.Recipient{byUsername("ada@example.com")}},
	})})
	require.NoError(t, err)
	rotations, err := c.ScheduleRotations.List(t.Context(), schedule.ByName("Days"))
	require.NoError(t, err)
	require.Len(t, rotations.Value, 1)
	one, err := c.ScheduleRotations.Get(t.Context(), schedule.ByID(id), rotations.Value[0].ID)
	require.NoError(t, err)
	assert.Equal(t, schedule.Summary{ID: id, Name: "Days"}, one.Value.Parent, "a rotation that came with a change lies below what was changed")
	_, err = c.Schedules.Update(t.Context(), schedule.UpdateRequest{Ref: schedule.ByID(id), Name: services.Set("Renamed")})
	require.NoError(t, err)
	one, err = c.ScheduleRotations.Get(t.Context(), schedule.ByID(id), rotations.Value[0].ID)
	require.NoError(t, err)
	assert.Equal(t, "Renamed", one.Value.Parent.Name)

	assert.Equal(t, http.StatusOK, raw.do("PATCH", "/v2/schedules/"+id, `{"description":null,"timezone":null,"ownerTeam":null}`).status)
	var plain map[string]any
	raw.get("/v2/schedules/"+id, &plain)
	assert.NotContains(t, plain, "description")
	assert.NotContains(t, plain, "ownerTeam")
	assert.Equal(t, "UTC", plain["timezone"])

	_, err = c.Schedules.Delete(t.Context(), schedule.ByName("Renamed"))
	require.NoError(t, err)
	_, err = c.Schedules.Get(t.Context(), schedule.ByID(id))
	require.ErrorIs(t, err, services.ErrNotFound)
	_, err = c.ScheduleRotations.List(t.Context(), schedule.ByID(id))
	require.ErrorIs(t, err, services.ErrNotFound)
}

func TestASchedulesFaultsAreNamedByField(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	const at = "/v2/schedules"
	require.Equal(t, http.StatusCreated, c.do("POST", at, `{"name":"Nights"}`).status)
	require.Equal(t, http.StatusCreated, c.do("POST", at, `{"name":"Days"}`).status)
	assert.Equal(t, http.StatusConflict, c.do("POST", at, `{"name":"Nights"}`).status)
	assert.Equal(t, http.StatusConflict, c.do("PATCH", at+"/Days?identifierType=name", `{"name":"Nights"}`).status)
	assert.Equal(t, http.StatusBadRequest, c.do("POST", at, `{`).status)
	rotation := func(change string) string {
		return `{"name":"x","rotations":[{"startDate":"2026-05-18T06:00:00Z","type":"weekly","participants":[{"type":"none"}],` + change + `}]}`
	}
	for field, body := range map[string]string{
		"name":                                `{}`,
		"timezone":                            `{"name":"x","timezone":"Local"}`,
		"enabled":                             `{"name":"x","enabled":"yes"}`,
		"ownerTeam":                           `{"name":"x","ownerTeam":{}}`,
		"rotations":                           `{"name":"x","rotations":[]}`,
		"rotations#startDate":                 `{"name":"x","rotations":[{"type":"weekly","participants":[{"type":"none"}]}]}`,
		"rotations#type":                      rotation(`"type":"yearly"`),
		"rotations#length":                    rotation(`"length":0`),
		"rotations#endDate":                   rotation(`"endDate":"2026-05-17T06:00:00Z"`),
		"rotations#participants":              rotation(`"participants":[]`),
		"rotations#participants#type":         rotation(`"participants":[{"type":"group","id":"g"}]`),
		"rotations#participants#id":           rotation(`"participants":[{"type":"user"}]`),
		"rotations#timeRestriction#type":      rotation(`"timeRestriction":{}`),
		"rotations#timeRestriction#startHour": rotation(`"timeRestriction":{"type":"time-of-day","restriction":{"startHour":25}}`),
		"rotations#timeRestriction#endDay":    rotation(`"timeRestriction":{"type":"weekday-and-time-of-day","restrictions":[{"startDay":"monday","endDay":"today"}]}`),
	} {
		r := c.do("POST", at, body)
		assert.Equal(t, http.StatusUnprocessableEntity, r.status, "%s: %s", field, r.raw)
		assert.Contains(t, r.body.Errors, field, "%s", r.raw)
	}
	var all []map[string]any
	c.get(at, &all)
	assert.Len(t, all, 2, "what is refused is not kept")
	r := c.do("POST", at, rotation(`"length":2147483648`))
	assert.Contains(t, r.body.Errors, "rotations#length", "%s", r.raw)
	assert.Equal(t, http.StatusNotFound, c.do("PATCH", at+"/nothing", `{"name":"y"}`).status)
	assert.Equal(t, http.StatusUnprocessableEntity, c.do("GET", at+"/Days?identifierType=tiny", "").status)
}

func TestARotationIsAddedChangedAndRemoved(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := connect(t, s)
	id, ref := nights(t, c), schedule.ByName("Nights")
	made, err := c.ScheduleRotations.Create(t.Context(), schedule.CreateRotationRequest{Ref: ref, NewRotation: schedule.NewRotation{
		Name: "Late", StartDate: moment(20, 22).Add(20 * time.Minute), EndDate: moment(29, 22), Type: schedule.Hourly, Length: 12,
		Participants:    []shape.Recipient{byUsername("ada@example.com"), shape.To(shape.EscalationByName("E"))},
		TimeRestriction: shape.Daily(shape.DayHours{StartHour: 22, StartMin: 20, EndHour: 6, EndMin: 50}),
	}})
	require.NoError(t, err)
	get := func() schedule.Rotation {
		got, err := c.ScheduleRotations.Get(t.Context(), ref, made.Value.ID)
		require.NoError(t, err)
		return got.Value
	}
	got := get()
	assert.Equal(t, schedule.Summary{ID: id, Name: "Nights", Enabled: true}, got.Parent)
	assert.Equal(t, []string{"user ada@example.com", "escalation E"}, names(t, got.Participants))
	assert.Equal(t, moment(20, 22).Add(30*time.Minute), got.StartDate.Time, "moved to the nearest half hour")
	assert.Equal(t, moment(29, 22), got.EndDate.Time)
	assert.Equal(t, services.Set(shape.DayHours{StartHour: 22, StartMin: 30, EndHour: 7}), got.TimeRestriction.Day, "moved to the nearest half hour")
	assert.Equal(t, "Late", got.Name)

	_, err = c.ScheduleRotations.Update(t.Context(), schedule.UpdateRotationRequest{
		Ref: ref, ID: made.Value.ID, Length: services.Set(6), EndDate: services.Null[time.Time](), TimeRestriction: services.Null[shape.TimeRestriction](),
	})
	require.NoError(t, err)
	got = get()
	assert.True(t, got.EndDate.IsZero() && got.TimeRestriction.IsZero(), "null takes away")
	assert.Equal(t, 6, got.Length)
	assert.Equal(t, []string{"user ada@example.com", "escalation E"}, names(t, got.Participants), "what is not named stays")

	_, err = c.ScheduleRotations.Update(t.Context(), schedule.UpdateRotationRequest{Ref: ref, ID: made.Value.ID, EndDate: services.Set(moment(1, 0))})
	require.ErrorIs(t, err, services.ErrInvalid)
	_, err = c.ScheduleRotations.Delete(t.Context(), ref, made.Value.ID)
	require.NoError(t, err)
	_, err = c.ScheduleRotations.Get(t.Context(), ref, made.Value.ID)
	require.ErrorIs(t, err, services.ErrNotFound)
	all, err := c.ScheduleRotations.List(t.Context(), ref)
	require.NoError(t, err)
	assert.Len(t, all.Value, 2)
}
