package opsgenietest

import (
	"maps"
	"slices"
	_ "time/tzdata" // for machines without a time zone database
)

const (
	schedulesPath = "/v2/schedules"
	rotationsPath = schedulesPath + "/{identifier}/rotations"
	overridesPath = schedulesPath + "/{identifier}/overrides"
)

// schedules are the on-call schedules. Requests write rotations as a member of their
// schedule; here they are items below it. See https://docs.opsgenie.com/docs/schedule-api.
func schedules() *kind {
	k := &kind{
		noun: "schedule", path: schedulesPath, param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "name"}, named: "identifierType", usedBy: notifiers(),
		brief: []string{"id", "name", "enabled"}, show: showSchedule,
		schema: schema{
			unique: "name",
			fields: []field{
				{name: "name", is: textValue, required: true},
				{name: "description", is: textValue},
				{name: "timezone", is: textValue, absent: "UTC"},
				{name: "enabled", is: flagValue, absent: true},
				{name: "ownerTeam", is: objectValue, inside: checkTeam},
				{name: "rotations", is: listValue},
			},
		},
	}
	rotations := scheduleRotations(k)
	k.complete = func(w *world, _ *call, it *item) error { return w.completeSchedule(rotations, it) }
	return k
}

func scheduleRoutes() []route {
	k := schedules()
	rotations := scheduleRotations(k)
	routes := slices.Concat(k.routes(), rotations.routes()[1:], scheduleOverrides(k).routes())
	routes[0].serve = k.listSchedules
	return append(routes,
		route{"GET " + rotations.path, k.domain, noBody, rotations.listRotations},
		route{"GET " + schedulesPath + "/{identifier}/timeline", k.domain, noBody, k.getTimeline},
		route{"GET " + schedulesPath + "/{identifier}.ics", k.domain, noBody, k.exportSchedule},
		route{"GET " + schedulesPath + "/on-calls", DomainScheduleOnCall, noBody, (*world).listOnCalls},
		route{"GET " + schedulesPath + "/{identifier}/on-calls", DomainScheduleOnCall, noBody, k.getOnCalls},
		route{"GET " + schedulesPath + "/{identifier}/next-on-calls", DomainScheduleOnCall, noBody, k.getNextOnCalls},
		route{"GET " + schedulesPath + "/on-calls/{identifier}.ics", DomainOther, noBody, (*world).exportUser},
	)
}

// completeSchedule looks up the team and the time zone. Rotations in the request
// replace the current ones.
func (w *world) completeSchedule(k *kind, it *item) error {
	p := problems{}
	_, err := zone(it.doc)
	p.add(err != nil, "timezone", "timezone must be one of the time zone database, such as Europe/Berlin.")
	if team := it.doc.object("ownerTeam"); team != nil {
		it.doc["ownerTeam"] = w.named("team", team)
	}
	written, given := it.doc["rotations"].([]any)
	p.add(given && len(written) == 0, "rotations", "rotations can not be empty.")
	made := &shelf{}
	for _, each := range it.doc.list("rotations") {
		wrong := problems{}
		rotation := k.draft(w, it, k.pick(wrong, each, true))
		if len(wrong) == 0 {
			wrong = w.completeRotation(rotation)
		}
		for field, sentence := range wrong {
			p.add(true, "rotations#"+field, sentence)
		}
		made.items = append(made.items, rotation)
	}
	delete(it.doc, "rotations")
	if given {
		it.lists = maps.Clone(it.lists)
		it.lists[k.path] = made
	}
	return p.err()
}

func showSchedule(_ *world, it *item) document {
	out := maps.Clone(it.doc)
	rotations := []any{}
	for _, each := range it.lists.of(rotationsPath).items {
		rotations = append(rotations, map[string]any(each.doc))
	}
	out["rotations"] = rotations
	return out
}

// listSchedules responds with rotations only if the request expands them.
func (k *kind) listSchedules(w *world, c *call) (response, error) {
	a, err := k.readAll(w, c)
	if rows, ok := a.data.([]document); ok && !expands(c, "rotation") {
		for _, row := range rows {
			row["rotations"] = []any{}
		}
	}
	a.expandable = []string{"rotation"}
	return a, err
}
