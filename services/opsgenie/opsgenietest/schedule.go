package opsgenietest

import (
	"maps"
	"slices"
	_ "time/tzdata" // for machines without a time zone database

	"github.com/tripware/tripware/services/internal/sim"
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
			Unique: "name",
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true},
				{Name: "description", Is: sim.Text},
				{Name: "timezone", Is: sim.Text, Absent: "UTC"},
				{Name: "enabled", Is: sim.Flag, Absent: true},
				{Name: "ownerTeam", Is: sim.Object, Inside: checkTeam},
				{Name: "rotations", Is: sim.List},
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
	_, err := sim.Zone(it.Doc)
	p.Add(err != nil, "timezone", "timezone must be one of the time zone database, such as Europe/Berlin.")
	if team := it.Doc.Object("ownerTeam"); team != nil {
		it.Doc["ownerTeam"] = w.named("team", team)
	}
	written, given := it.Doc["rotations"].([]any)
	p.Add(given && len(written) == 0, "rotations", "rotations can not be empty.")
	made := &shelf{}
	for _, each := range it.Doc.List("rotations") {
		wrong := problems{}
		rotation := k.draft(w, it, k.Pick(wrong, each, true))
		if len(wrong) == 0 {
			wrong = w.completeRotation(rotation)
		}
		for field, sentence := range wrong {
			p.Add(true, "rotations#"+field, sentence)
		}
		made.Items = append(made.Items, rotation)
	}
	delete(it.Doc, "rotations")
	if given {
		it.Lists = maps.Clone(it.Lists)
		it.Lists[k.path] = made
	}
	return p.Err()
}

func showSchedule(_ *world, it *item) document {
	out := maps.Clone(it.Doc)
	rotations := []any{}
	for _, each := range it.Lists.Of(rotationsPath).Items {
		rotations = append(rotations, map[string]any(each.Doc))
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
