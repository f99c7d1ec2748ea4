package fromopsgenie_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/fromopsgenie"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
	opsgenieschedule "github.com/tripware/tripware/services/opsgenie/schedule"
	opsgenie "github.com/tripware/tripware/services/opsgenie/shape"
)

// read returns an object as Opsgenie's client would.
func read[T any](t *testing.T, text string) (v T) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	return v
}

const oldSchedule = `{"id":"s","name":"Storage on-call","description":"d","timezone":"Europe/Berlin","enabled":false,
	"ownerTeam":{"id":"old-storage","name":"Storage"},"rotations":[{"id":"r","name":"Days","startDate":"2026-11-02T08:00:00Z",
	"endDate":null,"type":"weekly","length":2,"participants":[{"type":"user","id":"` + oldAda + `","username":"ada@example.com"},{"type":"none"}],
	"timeRestriction":{"type":"time-of-day","restriction":{"startHour":8,"startMin":30,"endHour":24,"endMin":0}}}]}`

func TestScheduleIsCarriedOver(t *testing.T) {
	t.Parallel()
	got, lost := fromopsgenie.Schedule(read[opsgenieschedule.Schedule](t, oldSchedule), lookup)
	assert.Nil(t, lost)
	assert.NoError(t, got.Check())
	assert.JSONEq(t, `{"name":"Storage on-call","description":"d","timezone":"Europe/Berlin","enabled":false,"teamId":"`+storage+`",
		"rotations":[{"name":"Days","startDate":"2026-11-02T08:00:00Z","type":"weekly","length":2,
		"participants":[{"type":"user","id":"`+ada+`"},{"type":"noone"}],
		"timeRestriction":{"type":"time-of-day","restriction":{"startHour":8,"startMin":30,"endHour":0,"endMin":0}}}]}`, asJSON(t, got))
}

func TestScheduleTellsWhatIsLost(t *testing.T) {
	t.Parallel()
	in := read[opsgenieschedule.Schedule](t, oldSchedule)
	in.OwnerTeam = opsgenie.OwnerTeam{Name: "Nobody"}
	in.SetMember("colour", json.RawMessage(`"red"`))
	in.Rotations[0].SetMember("order", json.RawMessage(`1`))
	got, lost := fromopsgenie.Schedule(in, nil)
	assert.Equal(t, []fromopsgenie.Loss{
		{"ownerTeam", `a team is identified by an id, and the name "Nobody" needs a lookup`},
		{"rotations[0].participants[0]", "a user is identified by an Atlassian account id, which needs a lookup"},
		{"rotations[0].order", "the member is not known"},
		{"colour", "the member is not known"},
	}, lost)
	assert.Empty(t, got.TeamID)
	assert.Equal(t, []shape.Responder{shape.Nobody(), shape.Nobody()}, got.Rotations[0].Participants, "turns stay where they were")
}

// A time that is written in another way is read, and so it is not lost. One that cannot be read is.
func TestTimesWithMillisecondsAreCarriedOver(t *testing.T) {
	t.Parallel()
	const dates = `{"startDate":"2026-11-02T08:00:00.000Z","endDate":"2026-11-03T08:00:00+0000"}`
	at := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	rotation, lost := fromopsgenie.Rotation(read[opsgenieschedule.Rotation](t, dates), lookup)
	assert.Nil(t, lost)
	assert.True(t, rotation.StartDate.Equal(at))
	override, lost := fromopsgenie.Override(read[opsgenieschedule.Override](t, `{"user":{"type":"none"},`+dates[1:]), "s", lookup)
	assert.Nil(t, lost)
	assert.True(t, override.EndDate.Equal(at.Add(24*time.Hour)))
	_, lost = fromopsgenie.Rotation(read[opsgenieschedule.Rotation](t, `{"startDate":"on Monday"}`), lookup)
	assert.Equal(t, []fromopsgenie.Loss{{"startDate", "the member is not known"}}, lost)
}

func TestRotationHasHours(t *testing.T) {
	t.Parallel()
	in := opsgenieschedule.Rotation{
		Name: "n", Type: opsgenieschedule.Daily, Length: 1, Participants: []opsgenie.Recipient{opsgenie.To(opsgenie.TeamByID("old-storage"))},
		TimeRestriction: opsgenie.Weekly(
			opsgenie.WeekHours{StartDay: opsgenie.Sunday, StartHour: 24, EndDay: opsgenie.Friday, EndHour: 17, EndMin: 30},
			opsgenie.WeekHours{StartDay: opsgenie.Saturday, StartHour: 8, EndDay: opsgenie.Sunday, EndHour: 24},
		),
	}
	got, lost := fromopsgenie.Rotation(in, lookup)
	assert.Nil(t, lost)
	restriction, lost := fromopsgenie.TimeRestriction(in.TimeRestriction)
	assert.Nil(t, lost)
	assert.Equal(t, got.TimeRestriction, restriction)
	assert.Equal(t, shape.Weekly(
		shape.WeekHours{StartDay: shape.Monday, StartHour: 0, EndDay: shape.Friday, EndHour: 17, EndMin: 30},
		shape.WeekHours{StartDay: shape.Saturday, StartHour: 8, EndDay: shape.Monday, EndHour: 0},
	), restriction)
	assert.Equal(t, schedule.Daily, got.Type)
	assert.Equal(t, []shape.Responder{shape.TeamByID(storage)}, got.Participants)
}

// A converted request is what a read of it gives, and converting back by hand finds the same
// hours.
func TestRestrictionsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"type":"time-of-day","restriction":{"startHour":0,"startMin":0,"endHour":9,"endMin":30}}`,
		`{"type":"weekday-and-time-of-day","restrictions":[{"startDay":"monday","startHour":8,"startMin":0,"endDay":"tuesday","endHour":18,"endMin":30}]}`,
	} {
		got, lost := fromopsgenie.TimeRestriction(read[opsgenie.TimeRestriction](t, text))
		assert.Nil(t, lost)
		assert.JSONEq(t, text, asJSON(t, got))
		assert.Equal(t, got, read[shape.TimeRestriction](t, asJSON(t, got)))
	}
	none, lost := fromopsgenie.TimeRestriction(opsgenie.TimeRestriction{})
	assert.True(t, none.IsZero())
	assert.Nil(t, lost)
}

func TestOverrideIsCarriedOver(t *testing.T) {
	t.Parallel()
	in := read[opsgenieschedule.Override](t, `{"alias":"a","user":{"type":"user","username":"ada@example.com"},
		"startDate":"2026-12-24T08:00:00Z","endDate":"2026-12-26T08:00:00Z","rotations":[{"id":"old-days","name":"Days"},{"name":"Nights"}]}`)
	in.User = opsgenie.To(opsgenie.UserByName("ada@example.com"))
	in.Rotations[0].Name = ""
	got, lost := fromopsgenie.Override(in, "new-on-call", lookup)
	assert.Equal(t, []fromopsgenie.Loss{{"alias", "there is no such member"}}, lost)
	assert.NoError(t, got.Check())
	start := time.Date(2026, time.December, 24, 8, 0, 0, 0, time.UTC)
	assert.Equal(t, schedule.CreateOverrideRequest{
		Ref: schedule.ByID("new-on-call"), Responder: shape.UserByID(ada), StartDate: start, EndDate: start.AddDate(0, 0, 2),
		RotationIDs: []string{"new-days", "new-nights"},
	}, got)

	in.Rotations[1].Name = "Weekends"
	in.User = opsgenie.To(opsgenie.UserByName("bob@example.com"))
	got, lost = fromopsgenie.Override(in, "new-on-call", lookup)
	assert.Len(t, lost, 3)
	assert.ErrorContains(t, got.Check(), "rotationIds[1]", "it would put somebody on call for other rotations")
	assert.True(t, got.Responder.IsZero(), "the client refuses it")
}
