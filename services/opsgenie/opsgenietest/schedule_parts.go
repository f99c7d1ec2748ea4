package opsgenietest

import (
	"cmp"
	"maps"
	"time"
)

// scheduleRotations are the rotations of a schedule. See
// https://docs.opsgenie.com/docs/schedule-rotation-api.
func scheduleRotations(below *kind) *kind {
	return &kind{
		noun: "rotation", path: rotationsPath, param: "id", domain: DomainConfiguration,
		keys: []string{"id"}, below: below, from: "scheduleIdentifierType",
		complete: func(w *world, _ *call, it *item) error { return w.completeRotation(it).err() },
		show:     showBelowSchedule,
		schema: schema{
			made: []string{"_parent"},
			fields: []field{
				{name: "name", is: textValue},
				{name: "startDate", is: timeValue, required: true},
				{name: "endDate", is: timeValue},
				{name: "type", is: textValue, required: true, among: []string{"hourly", "daily", "weekly"}},
				{name: "length", is: wholeValue, least: 1, absent: float64(1), inside: checkTurn},
				{name: "participants", is: listValue, required: true, inside: recipientsOf("user", "team", "escalation", "none")},
				{name: "timeRestriction", is: objectValue, inside: checkHours},
			},
		},
	}
}

// showBelowSchedule returns an item of a schedule with a summary of the schedule.
func showBelowSchedule(_ *world, it *item) document {
	out := maps.Clone(it.doc)
	out["_parent"] = it.above.doc.only("id", "name", "enabled")
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
	p.add(length > maxTurn, name, name+" is too large.")
}

// checkHours is checkRestriction that also checks the hours and days.
func checkHours(p problems, name string, value any) {
	checkRestriction(p, name, value)
	in := document{name: value}.object(name)
	all := in.list("restrictions")
	if in.text("type") == timeOfDay {
		all = []document{in.object("restriction")}
	}
	for _, hours := range all {
		for _, at := range []string{"start", "end"} {
			hour, minute := hours.number(at+"Hour"), hours.number(at+"Min")
			p.add(!(hour >= 0 && hour <= 24), name+"#"+at+"Hour", "Hours are from 0 to 24.")
			p.add(!(minute >= 0 && minute <= 59), name+"#"+at+"Min", "Minutes are from 0 to 59.")
			p.add(in.text("type") != timeOfDay && weekday(hours.text(at+"Day")) < 0, name+"#"+at+"Day", "Must be a day of the week.")
		}
	}
}

// completeRotation looks up the participants and rounds times to the nearest half hour,
// as the API's description says.
func (w *world) completeRotation(it *item) problems {
	start, end := it.doc.moment("startDate"), it.doc.moment("endDate")
	p := problems{}
	p.add(!end.IsZero() && end.Before(start.Time), "endDate", "endDate must not be before startDate.")
	if len(p) > 0 {
		return p
	}
	it.doc["startDate"] = Time{start.Round(30 * time.Minute)}
	if !end.IsZero() {
		it.doc["endDate"] = Time{end.Round(30 * time.Minute)}
	}
	var people []document
	for _, each := range it.doc.list("participants") {
		people = append(people, w.recipient(each))
	}
	it.doc["participants"] = objects(people)
	if hours := it.doc.object("timeRestriction"); hours != nil {
		for _, each := range append(hours.list("restrictions"), hours.object("restriction")) {
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
	minutes := min((d.minutes(at)+15)/30*30, minutesADay)
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
			unique: "alias", replace: true, made: []string{"_parent"},
			fields: []field{
				{name: "alias", is: textValue, fixed: true},
				{name: "user", is: objectValue, required: true, inside: recipientsOf("user", "none")},
				{name: "startDate", is: timeValue, required: true},
				{name: "endDate", is: timeValue, required: true},
				{name: "rotations", is: listValue},
			},
		},
	}
}

// completeOverride looks up the user and the rotations, which must exist.
func (w *world) completeOverride(_ *call, it *item) error {
	start, end := it.doc.moment("startDate"), it.doc.moment("endDate")
	p := problems{}
	p.add(end.Before(start.Time), "endDate", "endDate must not be before startDate.")
	var about []document
	for _, each := range it.doc.list("rotations") {
		found := it.above.lists.of(rotationsPath).find(cmp.Or(each.text("id"), each.text("name")), "id", "name")
		p.add(found == nil, "rotations", "Each of rotations must be one of the schedule.")
		if found != nil {
			maps.Copy(each, found.doc.only("id", "name"))
			about = append(about, each)
		}
	}
	if err := p.err(); err != nil {
		return err
	}
	it.doc["startDate"], it.doc["endDate"] = start, end
	it.doc["user"] = w.recipient(it.doc.object("user"))
	it.doc["rotations"] = objects(about)
	if it.doc.text("alias") == "" {
		it.doc["alias"] = w.dice.uuid()
	}
	return nil
}
