package opsgenietest

import (
	"cmp"
	"maps"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

// scheduleRotations are the rotations of a schedule. See
// https://docs.opsgenie.com/docs/schedule-rotation-api.
func scheduleRotations(below *kind) *kind {
	return &kind{
		noun: "rotation", path: rotationsPath, param: "id", domain: DomainConfiguration,
		keys: []string{"id"}, below: below, from: "scheduleIdentifierType",
		complete: func(w *world, _ *call, it *item) error { return w.completeRotation(it).Err() },
		show:     showBelowSchedule,
		schema: schema{
			Made: []string{"_parent"},
			Fields: []field{
				{Name: "name", Is: sim.Text},
				{Name: "startDate", Is: sim.Moment, Required: true},
				{Name: "endDate", Is: sim.Moment},
				{Name: "type", Is: sim.Text, Required: true, Among: []string{"hourly", "daily", "weekly"}},
				{Name: "length", Is: sim.Whole, Least: 1, Absent: float64(1), Inside: checkTurn},
				{Name: "participants", Is: sim.List, Required: true, Inside: recipientsOf("user", "team", "escalation", "none")},
				{Name: "timeRestriction", Is: sim.Object, Inside: checkHours},
			},
		},
	}
}

// showBelowSchedule returns an item of a schedule with a summary of the schedule.
func showBelowSchedule(_ *world, it *item) document {
	out := maps.Clone(it.Doc)
	out["_parent"] = it.Above.Doc.Only("id", "name", "enabled")
	return out
}

// listRotations responds with rotations without the summary of their schedule.
func (k *kind) listRotations(w *world, c *call) (response, error) {
	a, err := k.readAll(w, c)
	rows, _ := a.data.([]document)
	for _, row := range rows {
		delete(row, "_parent")
	}
	return a, err
}

func checkTurn(p problems, name string, value any) {
	length, _ := value.(float64)
	p.Add(length > sim.MaxTurn, name, name+" is too large.")
}

// checkHours is checkRestriction that also checks the hours and days.
func checkHours(p problems, name string, value any) {
	checkRestriction(p, name, value)
	in := document{name: value}.Object(name)
	all := in.List("restrictions")
	if in.Text("type") == sim.TimeOfDay {
		all = []document{in.Object("restriction")}
	}
	for _, hours := range all {
		for _, at := range []string{"start", "end"} {
			hour, minute := hours.Number(at+"Hour"), hours.Number(at+"Min")
			p.Add(!(hour >= 0 && hour <= 24), name+"#"+at+"Hour", "Hours are from 0 to 24.")
			p.Add(!(minute >= 0 && minute <= 59), name+"#"+at+"Min", "Minutes are from 0 to 59.")
			days := in.Text("type") != sim.TimeOfDay
			p.Add(days && sim.Weekday(hours.Text(at+"Day")) < 0, name+"#"+at+"Day", "Must be a day of the week.")
		}
	}
}

// completeRotation looks up the participants and rounds times to the nearest half hour,
// as the API's description says.
func (w *world) completeRotation(it *item) problems {
	start, end := it.Doc.Moment("startDate"), it.Doc.Moment("endDate")
	p := problems{}
	p.Add(!end.IsZero() && end.Before(start.Time), "endDate", "endDate must not be before startDate.")
	if len(p) > 0 {
		return p
	}
	it.Doc["startDate"] = Time{Time: start.Round(30 * time.Minute)}
	if !end.IsZero() {
		it.Doc["endDate"] = Time{Time: end.Round(30 * time.Minute)}
	}
	var people []document
	for _, each := range it.Doc.List("participants") {
		people = append(people, w.recipient(each))
	}
	it.Doc["participants"] = sim.Objects(people)
	if hours := it.Doc.Object("timeRestriction"); hours != nil {
		for _, each := range append(hours.List("restrictions"), hours.Object("restriction")) {
			toHalfHour(each, "start")
			toHalfHour(each, "end")
		}
	}
	return p
}

// toHalfHour rounds a time of day to the nearest half hour.
func toHalfHour(d document, at string) {
	if _, given := d[at+"Hour"]; !given {
		return
	}
	minutes := min((d.Minutes(at)+15)/30*30, sim.MinutesADay)
	d[at+"Hour"], d[at+"Min"] = float64(minutes/60), float64(minutes%60)
}

// scheduleOverrides put somebody else on call for a while. See
// https://docs.opsgenie.com/docs/schedule-override-api.
func scheduleOverrides(below *kind) *kind {
	return &kind{
		noun: "override", path: overridesPath, param: "alias", domain: DomainConfiguration,
		keys: []string{"alias"}, below: below, from: "scheduleIdentifierType",
		brief: []string{"alias"}, complete: (*world).completeOverride,
		show: func(w *world, it *item) document {
			out := showBelowSchedule(w, it)
			delete(out, "id")
			return out
		},
		schema: schema{
			Unique: "alias", Replace: true, Made: []string{"_parent"},
			Fields: []field{
				{Name: "alias", Is: sim.Text, Fixed: true},
				{Name: "user", Is: sim.Object, Required: true, Inside: recipientsOf("user", "none")},
				{Name: "startDate", Is: sim.Moment, Required: true},
				{Name: "endDate", Is: sim.Moment, Required: true},
				{Name: "rotations", Is: sim.List},
			},
		},
	}
}

// completeOverride looks up the user and the rotations, which must exist.
func (w *world) completeOverride(_ *call, it *item) error {
	start, end := it.Doc.Moment("startDate"), it.Doc.Moment("endDate")
	p := problems{}
	p.Add(end.Before(start.Time), "endDate", "endDate must not be before startDate.")
	var about []document
	for _, each := range it.Doc.List("rotations") {
		found := it.Above.Lists.Of(rotationsPath).Find(cmp.Or(each.Text("id"), each.Text("name")), "id", "name")
		p.Add(found == nil, "rotations", "Each of rotations must be one of the schedule.")
		if found != nil {
			maps.Copy(each, found.Doc.Only("id", "name"))
			about = append(about, each)
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	it.Doc["startDate"], it.Doc["endDate"] = start, end
	it.Doc["user"] = w.recipient(it.Doc.Object("user"))
	it.Doc["rotations"] = sim.Objects(about)
	if it.Doc.Text("alias") == "" {
		it.Doc["alias"] = w.Dice.UUID()
	}
	return nil
}
