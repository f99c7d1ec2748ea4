package sim

import (
	"iter"
	"slices"
	"time"
)

// A Period is a span in which somebody is on call in a rotation.
type Period struct {
	At      Span
	Kind    string   // default, override or forwarding
	Who     Document // as a recipient
	Instead Document // for a forwarding, whose turn it was
}

// Nobody reports whether the turn is left empty, for which each vendor has a word.
func (p *Period) Nobody() bool {
	kind := p.Who.Text("type")
	return kind == "none" || kind == "noone"
}

// Replace inserts a period in place of the periods, or parts of them, that it overlaps.
func Replace(all []Period, with Period) (out []Period) {
	for _, p := range all {
		before, after := p, p
		before.At = p.At.Meet(Span{p.At.From, with.At.From})
		after.At = p.At.Meet(Span{with.At.To, p.At.To})
		for _, rest := range []Period{before, after} {
			if !rest.At.Empty() {
				out = append(out, rest)
			}
		}
	}
	out = append(out, with)
	slices.SortStableFunc(out, func(a, b Period) int { return a.At.From.Compare(b.At.From) })
	return out
}

// Layers are the periods of one rotation in a span.
type Layers struct{ Base, Override, Forwarding, Final []Period }

// Layer computes who is on call in a rotation in a span: by turns and then by overrides,
// of which the last one counts. There is no period where nobody is on call.
func Layer(rotation *Item, within Span, overrides ...Period) (l Layers) {
	l.Base = slices.Collect(Whose(rotation, within))
	l.Final = l.Base
	for _, p := range overrides {
		if p.At = p.At.Meet(within); !p.At.Empty() {
			l.Override = Replace(l.Override, p)
			l.Final = Replace(l.Final, p)
		}
	}
	l.Final = slices.DeleteFunc(l.Final, func(p Period) bool { return p.Nobody() })
	return l
}

// LookAhead is the longest time to the next turn that is found.
const LookAhead = 400 * 24 * time.Hour

// Next returns the first turn of a rotation that starts after a time.
func Next(rotation *Item, after time.Time) (p Period, ok bool) {
	for p := range Whose(rotation, Span{after, after.Add(LookAhead)}) {
		if p.At.From.After(after) {
			return p, true
		}
	}
	return Period{}, false
}

// TimeOfDay is the type of a time restriction that is the same on each day.
const TimeOfDay = "time-of-day"

// hoursOf returns the hours of a time restriction.
func hoursOf(restriction Document) (all []weekHours) {
	if day := restriction.Object("restriction"); restriction.Text("type") == TimeOfDay && day != nil {
		return daily(day.Minutes("start"), day.Minutes("end"))
	}
	for _, week := range restriction.List("restrictions") {
		from := Weekday(week.Text("startDay"))*MinutesADay + week.Minutes("start")
		all = append(all, weekly(from, Weekday(week.Text("endDay"))*MinutesADay+week.Minutes("end")))
	}
	return all
}

// Minutes returns a time of day, such as that of "startHour" and "startMin".
func (d Document) Minutes(at string) int {
	return int(d.Number(at+"Hour"))*60 + int(d.Number(at+"Min"))
}

// Weekday returns the number of a day, where monday is 0, or -1 if it is unknown.
func Weekday(name string) int {
	return slices.Index([]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}, name)
}

// Whose yields the turns in a span, without those of nobody.
func Whose(it *Item, within Span) iter.Seq[Period] {
	people := it.Doc.List("participants")
	in, err := Zone(it.Above.Doc)
	if err != nil { // schedules with such a zone are refused
		in = time.UTC
	}
	r := rotation{
		start: it.Doc.Moment("startDate").Time, end: it.Doc.Moment("endDate").Time,
		unit: it.Doc.Text("type"), length: int(it.Doc.Number("length")), people: len(people),
		zone: in, hours: hoursOf(it.Doc.Object("timeRestriction")),
	}
	return func(yield func(Period) bool) {
		for t := range r.turns(within) {
			p := Period{At: t.Span, Kind: "default", Who: people[t.who]}
			if !p.Nobody() && !yield(p) {
				return
			}
		}
	}
}

// Zone returns the time zone of a schedule.
func Zone(schedule Document) (*time.Location, error) {
	name := schedule.Text("timezone")
	if name == "Local" { // package time would use the zone of the machine
		name = "/"
	}
	return time.LoadLocation(name)
}
