package sim

import (
	"iter"
	"math"
	"slices"
	"time"
)

// A Span is the time from one instant up to, but not including, another.
type Span struct{ From, To time.Time }

// Meet returns the intersection of two spans, which may be empty.
func (s Span) Meet(other Span) Span {
	if s.From.Before(other.From) {
		s.From = other.From
	}
	if s.To.After(other.To) {
		s.To = other.To
	}
	return s
}

// Empty reports whether the span contains no instant.
func (s Span) Empty() bool { return !s.From.Before(s.To) }

// A rotation says how people take turns.
type rotation struct {
	start  time.Time      // when the first turn starts
	end    time.Time      // when the rotation ends; zero means never
	unit   string         // hourly, daily or weekly
	length int            // of a turn, in hours, days or weeks
	people int            // how many there are
	zone   *time.Location // of the days, weeks and hours
	hours  []weekHours    // when somebody is on call; none means always
}

// The lengths of a day and a week in minutes of local time.
const (
	MinutesADay  = 24 * 60
	minutesAWeek = 7 * MinutesADay
)

// MaxTurn is the maximum length of a turn, which the API's description limits to 32 bits.
const MaxTurn = math.MaxInt32

// weekHours are hours of each week in minutes of local time since the start of Monday.
// Hours that end in the next week end after MinutesAWeek.
type weekHours struct{ from, to int }

// daily returns the same hours of each day. If the end is not after the start,
// they end on the next day.
func daily(from, to int) (all []weekHours) {
	if to <= from {
		to += MinutesADay
	}
	for day := range 7 {
		all = append(all, weekHours{day*MinutesADay + from, day*MinutesADay + to})
	}
	return all
}

// weekly returns hours of the week. If the end is not after the start, they end
// in the next week.
func weekly(from, to int) weekHours {
	if to <= from {
		to += minutesAWeek
	}
	return weekHours{from, to}
}

// A shift is a turn, or the part of it within the hours.
type shift struct {
	Span

	who int // counted from 0
}

// turns yields the turns in a span in order. It yields a turn in parts if the hours
// interrupt it.
func (r *rotation) turns(within Span) iter.Seq[shift] {
	if !r.end.IsZero() {
		within = within.Meet(Span{within.From, r.end})
	}
	return func(yield func(shift) bool) {
		for n := r.nth(within.From); r.people > 0; n++ {
			whole := Span{r.handover(n), r.handover(n + 1)}
			if !whole.From.Before(within.To) {
				return
			}
			for _, part := range r.inForce(whole.Meet(within)) {
				if !yield(shift{part, int(n % int64(r.people))}) {
					return
				}
			}
		}
	}
}

// handover returns when turn n starts, counted from 0. Daily and weekly turns change at
// the same local time, also when daylight saving time starts or ends.
func (r *rotation) handover(n int64) time.Time {
	n *= int64(r.length)
	switch r.unit {
	case "hourly":
		return time.Unix(r.start.Unix()+n*int64(time.Hour/time.Second), int64(r.start.Nanosecond())).In(r.zone)
	case "weekly":
		n *= 7
	}
	return r.start.In(r.zone).AddDate(0, 0, int(n))
}

// nth returns the number of the turn at a time, which is 0 before the first.
func (r *rotation) nth(at time.Time) int64 {
	about := map[string]time.Duration{"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour}[r.unit]
	n := (at.Unix()-r.start.Unix())/(int64(r.length)*int64(about/time.Second)) - 1 // less one, because clock changes move turns
	n = max(0, n)
	for !r.handover(n + 1).After(at) {
		n++
	}
	return n
}

// inForce returns the parts of a span that are within the rotation's hours, in order and
// without overlaps.
func (r *rotation) inForce(within Span) (parts []Span) {
	if within.Empty() {
		return nil
	}
	if len(r.hours) == 0 {
		return []Span{within}
	}
	first := within.From.In(r.zone)
	monday := first.Day() - (int(first.Weekday())+6)%7 - 7 // of the week before, whose hours may end in this week
	midnight := func(minutes int) time.Time {
		return time.Date(first.Year(), first.Month(), monday, 0, minutes, 0, 0, r.zone)
	}
	for ; midnight(0).Before(within.To); monday += 7 {
		for _, h := range r.hours {
			if part := within.Meet(Span{midnight(h.from), midnight(h.to)}); !part.Empty() {
				parts = append(parts, part)
			}
		}
	}
	return joined(parts)
}

// joined sorts spans and merges those that touch.
func joined(all []Span) (out []Span) {
	slices.SortFunc(all, func(a, b Span) int { return a.From.Compare(b.From) })
	for _, s := range all {
		if last := len(out) - 1; last >= 0 && !s.From.After(out[last].To) {
			if s.To.After(out[last].To) {
				out[last].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}
