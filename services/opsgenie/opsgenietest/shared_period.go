package opsgenietest

import (
	"iter"
	"slices"
	"time"
)

// A period is a span in which somebody is on call in a rotation.
type period struct {
	at      span
	kind    string   // default, override or forwarding
	who     document // as a recipient
	instead document // for a forwarding, whose turn it was
}

// nobody reports whether the turn is left empty, for which each vendor has a word.
func (p *period) nobody() bool {
	kind := p.who.text("type")
	return kind == "none" || kind == "noone"
}

// replace inserts a period in place of the periods, or parts of them, that it overlaps.
func replace(all []period, with period) (out []period) {
	for _, p := range all {
		before, after := p, p
		before.at = p.at.meet(span{p.at.from, with.at.from})
		after.at = p.at.meet(span{with.at.to, p.at.to})
		for _, rest := range []period{before, after} {
			if !rest.at.empty() {
				out = append(out, rest)
			}
		}
	}
	out = append(out, with)
	slices.SortStableFunc(out, func(a, b period) int { return a.at.from.Compare(b.at.from) })
	return out
}

const timeOfDay = "time-of-day"

// hoursOf returns the hours of a time restriction.
func hoursOf(restriction document) (all []weekHours) {
	if day := restriction.object("restriction"); restriction.text("type") == timeOfDay && day != nil {
		return daily(day.minutes("start"), day.minutes("end"))
	}
	for _, week := range restriction.list("restrictions") {
		from := weekday(week.text("startDay"))*minutesADay + week.minutes("start")
		all = append(all, weekly(from, weekday(week.text("endDay"))*minutesADay+week.minutes("end")))
	}
	return all
}

// minutes returns a time of day, such as that of "startHour" and "startMin".
func (d document) minutes(at string) int {
	return int(d.number(at+"Hour"))*60 + int(d.number(at+"Min"))
}

// weekday returns the number of a day, where monday is 0, or -1 if it is unknown.
func weekday(name string) int {
	return slices.Index([]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}, name)
}

// whose yields the turns in a span, without those of nobody.
func whose(it *item, within span) iter.Seq[period] {
	people := it.doc.list("participants")
	in, err := zone(it.above.doc)
	if err != nil { // completeSchedule refuses such a zone
		in = time.UTC
	}
	r := rotation{
		start: it.doc.moment("startDate").Time, end: it.doc.moment("endDate").Time,
		unit: it.doc.text("type"), length: int(it.doc.number("length")), people: len(people),
		zone: in, hours: hoursOf(it.doc.object("timeRestriction")),
	}
	return func(yield func(period) bool) {
		for t := range r.turns(within) {
			p := period{at: t.span, kind: "default", who: people[t.who]}
			if !p.nobody() && !yield(p) {
				return
			}
		}
	}
}

// zone returns the time zone of a schedule.
func zone(schedule document) (*time.Location, error) {
	name := schedule.text("timezone")
	if name == "Local" { // package time would use the zone of the machine
		name = "/"
	}
	return time.LoadLocation(name)
}
