package jsmtest

import (
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	_ "time/tzdata" // for machines without a time zone database

	"github.com/tripware/tripware/services/internal/sim"
)

const (
	schedulesPath = "/v1/schedules"
	schedulePath  = schedulesPath + "/{scheduleId}"
	rotationsPath = schedulePath + "/rotations"
	overridesPath = schedulePath + "/overrides"
)

// schedules are the on-call schedules. A creation and a change may write rotations as a
// member of their schedule; here they are items below it.
func schedules() *kind {
	k := &kind{
		noun: "schedule", path: schedulesPath, param: "id", size: 25, most: 50, conflict: http.StatusConflict,
		schema: schema{Unique: "name", Fields: []field{
			{Name: "name", Is: sim.Text, Required: true},
			{Name: "description", Is: sim.Text, Absent: ""},
			{Name: "timezone", Is: sim.Text, Absent: "America/New_York"},
			{Name: "enabled", Is: sim.Flag, Absent: true},
			{Name: "teamId", Is: sim.Text},
			{Name: "rotations", Is: sim.List, Most: 500},
		}},
	}
	rotations := rotations(k)
	k.complete = func(w *world, it *item) error { return completeSchedule(w, rotations, it) }
	return k
}

func scheduleRoutes() []route {
	k := schedules()
	routes := k.routes()
	routes[0].serve = k.listSchedules
	return append(routes, timelineRoutes(k)...)
}

// completeSchedule checks the time zone. Rotations in the request replace the current
// ones, and an empty team makes the schedule global.
func completeSchedule(w *world, k *kind, it *item) error {
	p := problems{}
	_, err := sim.Zone(it.Doc)
	p.Add(err != nil, "timezone", "timezone must be one of the time zone database, such as Europe/Berlin.")
	if it.Doc.Text("teamId") == "" {
		delete(it.Doc, "teamId")
	}
	written, given := it.Doc["rotations"].([]any)
	p.Add(given && len(written) == 0, "rotations", "rotations can not be empty.")
	made := &shelf{}
	for _, each := range it.Doc.List("rotations") {
		rotation := k.draft(w, it, k.Pick(p, each, true))
		made.Items = append(made.Items, rotation)
		if len(p) == 0 {
			maps.Copy(p, completeRotation(rotation))
		}
	}
	delete(it.Doc, "rotations")
	if given {
		it.Lists[k.path] = made
	}
	return p.Err()
}

// listSchedules selects by name and shows rotations if the request expands them.
func (k *kind) listSchedules(w *world, c *call) (response, error) {
	all := *k
	expand := c.Query.Get("expand") == "rotation"
	if expand {
		all.show = showWithRotations
	}
	a, err := all.rows(w, c, slices.DeleteFunc(slices.Clone(w.lists.Of(k.path).Items), func(it *item) bool {
		return !matches(c.Query.Get("query"), it.Doc.Text("name"))
	}))
	if out, ok := a.data.(*page); ok && expand {
		out.Expands = []string{"rotation"}
	}
	return a, err
}

// matches reports whether a query is the name, or with a final star its beginning. Case is
// ignored, and an empty query matches all.
func matches(query, name string) bool {
	query, name = strings.ToLower(query), strings.ToLower(name)
	start, star := strings.CutSuffix(query, "*")
	return query == "" || query == name || star && strings.HasPrefix(name, start)
}

func showWithRotations(_ *world, it *item) document {
	out, rotations := maps.Clone(it.Doc), []document{}
	for _, each := range it.Lists.Of(rotationsPath).Items {
		rotations = append(rotations, each.Doc)
	}
	out["rotations"] = rotations
	return out
}

// rotations are the rotations of a schedule. Their times are stored as they are written.
func rotations(below *kind) *kind {
	participants := []string{"user", "team", "escalation", "noone"}
	return &kind{
		noun: "rotation", path: rotationsPath, param: "id", below: below, size: 25, most: 50,
		schema: schema{Fields: []field{
			{Name: "name", Is: sim.Text},
			{Name: "startDate", Is: sim.Moment, Required: true},
			{Name: "endDate", Is: sim.Moment},
			{Name: "type", Is: sim.Text, Required: true, Among: []string{"daily", "weekly", "hourly"}},
			{Name: "length", Is: sim.Whole, Least: 1, Absent: float64(1), Inside: checkTurn},
			{Name: "participants", Is: sim.List, Absent: []any{}, Inside: checkParties(participants, "noone")},
			{Name: "timeRestriction", Is: sim.Object, Inside: checkHours},
		}},
		complete: func(_ *world, it *item) error { return completeRotation(it).Err() },
	}
}

func rotationRoutes() []route { return rotations(schedules()).routes() }

// completeRotation names a rotation that has no name.
func completeRotation(it *item) problems {
	start, end, p := it.Doc.Moment("startDate"), it.Doc.Moment("endDate"), problems{}
	p.Add(!end.IsZero() && end.Before(start.Time), "endDate", "endDate must not be before startDate.")
	if it.Doc.Text("name") == "" {
		it.Doc["name"] = "Rota " + it.ID()[:8]
	}
	return p
}

func checkTurn(p problems, name string, value any) {
	length, _ := value.(float64)
	p.Add(length > sim.MaxTurn, name, name+" is too large.")
}

// checkHours checks a time restriction, which has one of two shapes.
func checkHours(p problems, name string, value any) {
	in, _ := sim.ObjectOf(value)
	kind := in.Text("type")
	p.Add(kind != sim.TimeOfDay && kind != "weekday-and-time-of-day", name, name+" has an invalid type '"+kind+"'")
	all := in.List("restrictions")
	if one := in.Object("restriction"); kind == sim.TimeOfDay {
		p.Add(one == nil, name, name+" needs a restriction.")
		all = []document{one}
	}
	p.Add(len(all) == 0 || len(all) > 15, name, name+" needs 1 to 15 restrictions.")
	for _, hours := range all {
		for _, at := range []string{"start", "end"} {
			for part, most := range map[string]float64{"Hour": 23, "Min": 59} {
				n, ok := hours[at+part].(float64)
				p.Add(!ok || n < 0 || n > most, name, at+part+" is missing or out of range.")
			}
			p.Add(kind != sim.TimeOfDay && sim.Weekday(hours.Text(at+"Day")) < 0, name, at+"Day must be a day of the week.")
		}
	}
}

// overrides put somebody else on call for a while. Their alias is made by the server.
func overrides(below *kind) *kind {
	return &kind{
		noun: "override", path: overridesPath, param: "alias", key: "alias", below: below, size: 25, most: 50,
		schema: schema{Replace: true, Fields: []field{
			{Name: "responder", Is: sim.Object, Required: true, Inside: checkParties([]string{"user", "noone"}, "noone")},
			{Name: "startDate", Is: sim.Moment, Required: true},
			{Name: "endDate", Is: sim.Moment, Required: true},
			{Name: "rotationIds", Is: sim.List},
		}},
		complete: completeOverride,
		show: func(_ *world, it *item) document {
			out := maps.Clone(it.Doc)
			delete(out, "id")
			return out
		},
	}
}

func overrideRoutes() []route {
	k := overrides(schedules())
	routes := k.routes()
	routes[0].serve = k.listOverrides
	return routes
}

// completeOverride checks the rotations, which must exist.
func completeOverride(_ *world, it *item) error {
	p := problems{}
	p.Add(!it.Doc.Moment("startDate").Before(it.Doc.Moment("endDate").Time), "endDate", "endDate must be after startDate.")
	for _, id := range stringsOf(it.Doc["rotationIds"]) {
		p.Add(it.Above.Lists.Of(rotationsPath).Find(id, "id") == nil, "rotationIds", "Each of rotationIds must be one of the schedule.")
	}
	it.Doc["alias"] = it.ID()
	return p.Err()
}

// listOverrides shows the current and future overrides.
func (k *kind) listOverrides(w *world, c *call) (response, error) {
	items, err := k.listed(w, c)
	if err != nil {
		return response{}, err
	}
	return k.rows(w, c, slices.DeleteFunc(items, func(it *item) bool {
		return !w.Now().Before(it.Doc.Moment("endDate").Time)
	}))
}

// periods computes who is on call in a rotation in a span.
func periods(rotation *item, within sim.Span) sim.Layers {
	var replaced []sim.Period
	for _, it := range rotation.Above.Lists.Of(overridesPath).Items {
		about := stringsOf(it.Doc["rotationIds"])
		if len(about) > 0 && !slices.Contains(about, rotation.ID()) {
			continue
		}
		at := sim.Span{From: it.Doc.Moment("startDate").Time, To: it.Doc.Moment("endDate").Time}
		replaced = append(replaced, sim.Period{At: at, Kind: "override", Who: it.Doc.Object("responder")})
	}
	return sim.Layer(rotation, within, replaced...)
}

// collection returns the path of the list that has the items of a type.
func collection(noun string) string { return path.Join("/v1", noun+"s") }
