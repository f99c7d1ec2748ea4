package opsgenietest

import (
	"iter"
	"slices"
	"time"
)

// A span is a stretch of time from an instant up to, but without, another.
type span struct{ from, to time.Time }

// meet returns what two spans have in common, which may be empty.
func (s span) meet(other span) span {
	if s.from.Before(other.from) {
		s.from = other.from
	}
	if s.to.After(other.to) {
		s.to = other.to
	}
	return s
}

func (s span) empty() bool { return !s.from.Before(s.to) }

// A rotation is the rule by which a number of people take turns.
type rotation struct {
	start  time.Time      // when the first turn begins
	end    time.Time      // when the last one is broken off; zero for never
	unit   string         // hourly, daily or weekly
	length int            // of a turn, in hours, days or weeks
	people int            // how many there are
	zone   *time.Location // of the days, weeks and hours
	hours  []weekHours    // outside of which nobody is on call; none means always
}

const (
	minutesADay  = 24 * 60
	minutesAWeek = 7 * minutesADay
)

// weekHours are hours of each week, in minutes since Monday began, as clocks on
// the wall show them. Those that end in the next week end after minutesAWeek.
type weekHours struct{ from, to int }

// daily returns the same hours of each day. If the end is not after the start,
// they end on the next day.
func daily(from, to int) (all []weekHours) {
	if to <= from {
		to += minutesADay
	}
	for day := range 7 {
		all = append(all, weekHours{day*minutesADay + from, day*minutesADay + to})
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

// A shift is a turn, or what hours leave of it.
type shift struct {
	span

	who int // counted from 0
}

// turns yields the turns of a span in the order of time. A turn that hours
// interrupt comes in parts.
func (r *rotation) turns(within span) iter.Seq[shift] {
	if !r.end.IsZero() {
		within = within.meet(span{within.from, r.end})
	}
	return func(yield func(shift) bool) {
		for n := r.nth(within.from); r.people > 0; n++ {
			whole := span{r.handover(n), r.handover(n + 1)}
			if !whole.from.Before(within.to) {
				return
			}
			for _, part := range r.inForce(whole.meet(within)) {
				if !yield(shift{part, int(n % int64(r.people))}) {
					return
				}
			}
		}
	}
}

// handover is when the nth turn begins, counted from 0. Days and weeks change at
// the same time on the wall's clock, though that be set forward or back.
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

// nth is which turn runs at a time; the first if none did yet.
func (r *rotation) nth(at time.Time) int64 {
	about := map[string]time.Duration{"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour}[r.unit]
	n := (at.Unix()-r.start.Unix())/(int64(r.length)*int64(about/time.Second)) - 1 // a clock that is set moves turns by less than one
	n = max(0, n)
	for !r.handover(n + 1).After(at) {
		n++
	}
	return n
}

// inForce returns the parts of a span in which the rotation's hours let anybody
// be on call, in order and apart from each other.
func (r *rotation) inForce(within span) (parts []span) {
	if within.empty() {
		return nil
	}
	if len(r.hours) == 0 {
		return []span{within}
	}
	first := within.from.In(r.zone)
	monday := first.Day() - (int(first.Weekday())+6)%7 - 7 // of the week before, whose hours may reach here
	midnight := func(minutes int) time.Time {
		return time.Date(first.Year(), first.Month(), monday, 0, minutes, 0, 0, r.zone)
	}
	for ; midnight(0).Before(within.to); monday += 7 {
		for _, h := range r.hours {
			if part := within.meet(span{midnight(h.from), midnight(h.to)}); !part.empty() {
				parts = append(parts, part)
			}
		}
	}
	return joined(parts)
}

// joined returns spans in order, those that touch as one.
func joined(all []span) (out []span) {
	slices.SortFunc(all, func(a, b span) int { return a.from.Compare(b.from) })
	for _, s := range all {
		if last := len(out) - 1; last >= 0 && !s.from.After(out[last].to) {
			if s.to.After(out[last].to) {
				out[last].to = s.to
			}
			continue
		}
		out = append(out, s)
	}
	return out
}
