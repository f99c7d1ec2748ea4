package shape_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/jsm/shape"
)

func TestARestrictionHasOneHoursOfTheDayOrSeveralOfTheWeek(t *testing.T) {
	t.Parallel()
	night := shape.DayHours{StartHour: 22, EndHour: 6, EndMin: 30}
	weekend := shape.WeekHours{StartDay: shape.Friday, StartHour: 18, EndDay: shape.Monday, EndHour: 8}
	for _, row := range []struct {
		in   shape.TimeRestriction
		kind shape.RestrictionKind
		day  shape.DayHours
		week []shape.WeekHours
		want string
	}{
		{shape.Daily(night), shape.RestrictTimeOfDay, night, nil, `{"type":"time-of-day","restriction":{"startHour":22,"startMin":0,"endHour":6,"endMin":30}}`},
		{
			shape.Weekly(weekend), shape.RestrictWeekdayAndTimeOfDay, shape.DayHours{}, []shape.WeekHours{weekend},
			`{"type":"weekday-and-time-of-day","restrictions":[{"startDay":"friday","startHour":18,"startMin":0,"endDay":"monday","endHour":8,"endMin":0}]}`,
		},
	} {
		sent, err := json.Marshal(row.in)
		require.NoError(t, err)
		assert.Equal(t, row.want, string(sent))
		var back shape.TimeRestriction
		require.NoError(t, json.Unmarshal(sent, &back))
		assert.Equal(t, row.in, back)
		assert.Equal(t, row.kind, back.Kind)
		day, _ := back.Day.Get()
		assert.Equal(t, row.day, day)
		assert.Equal(t, row.week, back.Week)
	}
}

// S7, S8: kinds, members and values that are unknown or odd are kept, and sent back as they came.
func TestARestrictionKeepsWhatItDoesNotExpect(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		`{"type":"lunar","phase":"full"}`, `{"type":"time-of-day","restrictions":[{"startHour":1,"endMin":null,"moon":true}]}`,
		`{"type":"weekday-and-time-of-day","restrictions":[]}`, `{}`, `{"type":"time-of-day","restriction":7}`,
		`{"type":"time-of-day","restriction":{"startHour":"8","startMin":0,"endHour":18,"endMin":0,"zone":"UTC"}}`,
	} {
		var r shape.TimeRestriction
		require.NoError(t, json.Unmarshal([]byte(raw), &r), raw)
		assert.False(t, r.IsZero(), raw)
		back, err := json.Marshal(r)
		require.NoError(t, err)
		assert.JSONEq(t, raw, string(back))
	}
	var r shape.TimeRestriction
	require.NoError(t, json.Unmarshal([]byte(`null`), &r))
	assert.True(t, r.IsZero())
}

func ExampleTimeRestriction() {
	for _, r := range []shape.TimeRestriction{
		shape.Daily(shape.DayHours{StartHour: 9, EndHour: 17, EndMin: 30}),
		shape.Weekly(shape.WeekHours{StartDay: shape.Saturday, EndDay: shape.Sunday, EndHour: 23}),
	} {
		text, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
	// Output:
	// {"type":"time-of-day","restriction":{"startHour":9,"startMin":0,"endHour":17,"endMin":30}}
	// {"type":"weekday-and-time-of-day","restrictions":[{"startDay":"saturday","startHour":0,"startMin":0,"endDay":"sunday","endHour":23,"endMin":0}]}
}
