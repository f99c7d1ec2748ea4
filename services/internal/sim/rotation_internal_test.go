package sim

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPeopleTakeTurns(t *testing.T) {
	t.Parallel()
	const hour = 60
	office := func(from, to int) (week []weekHours) {
		for day := range 5 {
			week = append(week, weekly(day*MinutesADay+from, day*MinutesADay+to))
		}
		return week
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for _, row := range []struct {
		name   string
		r      rotation
		within string
		want   []string
	}{
		{
			"each week, cut where the Span begins and ends", rotation{start: at("01-05 08"), unit: "weekly", length: 1, people: 2}, "01-07 00/01-20 00",
			[]string{"0 01-07 00/01-12 08", "1 01-12 08/01-19 08", "0 01-19 08/01-20 00"},
		},
		{
			"two days each, from the start on", rotation{start: at("01-05 08"), unit: "daily", length: 2, people: 3}, "01-01 00/01-10 00",
			[]string{"0 01-05 08/01-07 08", "1 01-07 08/01-09 08", "2 01-09 08/01-10 00"},
		},
		{
			"up to the end", rotation{start: at("01-05 08"), end: at("01-06 12"), unit: "daily", length: 1, people: 2}, "01-01 00/02-01 00",
			[]string{"0 01-05 08/01-06 08", "1 01-06 08/01-06 12"},
		},
		{"after the end", rotation{start: at("01-05 08"), end: at("01-06 12"), unit: "daily", length: 1, people: 2}, "01-07 00/02-01 00", nil},
		{"before the start", rotation{start: at("01-05 08"), unit: "daily", length: 1, people: 2}, "01-01 00/01-05 08", nil},
		{"of nobody", rotation{start: at("01-05 08"), unit: "daily", length: 1}, "01-05 08/02-01 00", nil},
		{
			"at the same hour, though the clock is set forward", rotation{start: at("03-28 07"), unit: "daily", length: 1, people: 2, zone: berlin}, "03-28 00/03-30 00",
			[]string{"0 03-28 07/03-29 06", "1 03-29 06/03-30 00"},
		},
		{
			"for as long, though the clock is set forward", rotation{start: at("03-28 07"), unit: "hourly", length: 24, people: 2, zone: berlin}, "03-28 00/03-30 00",
			[]string{"0 03-28 07/03-29 07", "1 03-29 07/03-30 00"},
		},
		{
			"at the same hour, though the clock was set back long ago", rotation{start: at("10-24 06"), unit: "weekly", length: 1, people: 2, zone: berlin}, "12-01 00/12-06 00",
			[]string{"1 12-01 00/12-05 07", "0 12-05 07/12-06 00"},
		},
		{
			"at night", rotation{start: at("01-05 12"), unit: "daily", length: 1, people: 2, hours: daily(22*hour, 6*hour)}, "01-05 00/01-07 12",
			[]string{"0 01-05 22/01-06 06", "1 01-06 22/01-07 06"},
		},
		{
			"at night, begun the day before", rotation{start: at("01-04 12"), unit: "daily", length: 2, people: 2, hours: daily(22*hour, 6*hour)}, "01-05 00/01-07 00",
			[]string{"0 01-05 00/01-05 06", "0 01-05 22/01-06 06", "1 01-06 22/01-07 00"},
		},
		{
			"at all hours of the day, unbroken", rotation{start: at("01-05 12"), unit: "daily", length: 3, people: 2, hours: daily(0, 24*hour)}, "01-05 00/01-09 00",
			[]string{"0 01-05 12/01-08 12", "1 01-08 12/01-09 00"},
		},
		{
			"at hours of the schedule's zone", rotation{start: at("03-27 23"), unit: "weekly", length: 1, people: 1, zone: berlin, hours: daily(8*hour, 9*hour)}, "03-28 00/03-30 00",
			[]string{"0 03-28 07/03-28 08", "0 03-29 06/03-29 07"},
		},
		{
			"in office hours", rotation{start: at("01-08 00"), unit: "weekly", length: 1, people: 1, hours: office(8*hour, 17*hour+30)}, "01-08 00/01-13 00",
			[]string{"0 01-08 08/01-08 17:30", "0 01-09 08/01-09 17:30", "0 01-12 08/01-12 17:30"},
		},
		{
			"over the weekend, into the next week", rotation{start: at("01-01 00"), unit: "weekly", length: 4, people: 1, hours: []weekHours{weekly(4*MinutesADay+18*hour, 8*hour)}}, "01-12 00/01-20 00",
			[]string{"0 01-12 00/01-12 08", "0 01-16 18/01-19 08"},
		},
		{
			"in hours that overlap, once", rotation{start: at("01-05 00"), unit: "weekly", length: 1, people: 1, hours: []weekHours{weekly(600, 900), weekly(60, 700), weekly(120, 180)}}, "01-05 00/01-06 00",
			[]string{"0 01-05 01/01-05 15"},
		},
		{
			"as long as can be said", rotation{start: at("01-05 00"), unit: "weekly", length: MaxTurn, people: 2}, "01-06 00/01-07 00",
			[]string{"0 01-06 00/01-07 00"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.r.zone = cmp.Or(row.r.zone, time.UTC)
			from, to, _ := strings.Cut(row.within, "/")
			assert.Equal(t, row.want, written(&row.r, Span{at(from), at(to)}))
		})
	}
}

// at is an hour of the year 2026 in UTC, as in "01-05 08" or "01-05 08:30".
func at(text string) time.Time {
	layout := "2006-01-02 15:04"
	t, err := time.Parse(layout[:min(len(layout), len("2026-")+len(text))], "2026-"+text)
	if err != nil {
		panic(err)
	}
	return t
}

func written(r *rotation, within Span) (all []string) {
	text := func(t time.Time) string { return strings.TrimSuffix(t.UTC().Format("01-02 15:04"), ":00") }
	for s := range r.turns(within) {
		all = append(all, fmt.Sprintf("%d %s/%s", s.who, text(s.From), text(s.To)))
	}
	return all
}

// Whatever the rotation: its turns lie in the Span, in order and apart; without
// hours they leave no gap; and who is asked about one instant says the same.
func TestTurnsFollowOneAnother(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	dice := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		r := rotation{
			start: at("01-01 00").Add(time.Duration(dice.IntN(200*48)) * 30 * time.Minute), zone: berlin,
			unit: []string{"hourly", "daily", "weekly"}[dice.IntN(3)], length: 1 + dice.IntN(9), people: 1 + dice.IntN(4),
		}
		for range dice.IntN(4) {
			r.hours = append(r.hours, weekly(dice.IntN(minutesAWeek), dice.IntN(minutesAWeek)))
		}
		from := at("01-01 00").Add(time.Duration(dice.IntN(330*24*60)) * time.Minute)
		within := Span{from, from.AddDate(0, 0, 1+dice.IntN(30))}
		end := within.From
		if r.start.After(end) {
			end = r.start
		}
		for s := range r.turns(within) {
			require.False(t, s.Empty() || s.From.Before(end) || s.To.After(within.To), "%+v within %v: %v after %v", r, within, s, end)
			if len(r.hours) == 0 {
				require.True(t, s.From.Equal(end), "%+v within %v: a gap before %v", r, within, s)
			}
			end = s.To
			middle := s.From.Add(s.To.Sub(s.From) / 2)
			for now := range r.turns(Span{middle, middle.Add(1)}) {
				require.Equal(t, s.who, now.who, "%+v at %v", r, middle)
			}
		}
		if len(r.hours) == 0 && r.start.Before(within.To) {
			require.True(t, end.Equal(within.To), "%+v within %v: ends at %v", r, within, end)
		}
	}
}
