package jsmtest

import (
	"net/http"
	"slices"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

// The members that contain the people on call now, and those on call next.
const (
	participantsWord = "onCallParticipants"
	nextWord         = "nextOnCallParticipants"
)

func onCallRoutes() []route {
	k := schedules()
	k.param = "scheduleId"
	return []route{
		k.on("GET", "/on-calls", func(w *world, c *call, it *item) (response, error) {
			return w.onCalls(c, it, participantsWord, "onCallUsers", w.onCallBy)
		}),
		k.on("GET", "/next-on-calls", func(w *world, c *call, it *item) (response, error) {
			return w.onCalls(c, it, nextWord, "nextOnCallUsers", w.nextBy)
		}),
		{"GET " + schedulesPath + "/on-calls/{userIdentifier}.ics", DomainConfig, noBody, exportUser},
	}
}

// A finder returns the people on call in a schedule at a time, or after it, as a tree below
// the member word. above has the ids of the schedules and escalations that contain the
// schedule.
type finder func(schedule *item, at time.Time, word string, above []string) []document

// onCalls responds with the people that find returns for the date of a request: as a tree
// below the member nested, or as the ids of users in the member flat.
func (w *world) onCalls(c *call, it *item, nested, flat string, find finder) (response, error) {
	wanted, err := c.Choice("flat", "false", "true")
	if err != nil {
		return response{}, err
	}
	p := problems{}
	at := c.Date(p, w.Now())
	if err := p.Err(); err != nil {
		return response{}, err
	}
	people := find(it, at.Time, nested, nil)
	if wanted == "true" {
		return response{data: document{flat: w.usersOf(people)}}, nil
	}
	return response{data: document{nested: people}}, nil
}

// onCallBy returns who is on call in a schedule at a time; nobody is if it is disabled.
func (w *world) onCallBy(schedule *item, at time.Time, word string, above []string) []document {
	people := []document{}
	if !schedule.Doc.Flag("enabled") {
		return people
	}
	for _, each := range schedule.Lists.Of(rotationsPath).Items {
		for _, p := range periods(each, sim.Span{From: at, To: at.Add(time.Nanosecond)}).Final {
			people = append(people, w.expanded(p.Who, at, word, above))
		}
	}
	return people
}

// nextBy returns who is on call in the next turn of each rotation, without overrides.
func (w *world) nextBy(schedule *item, at time.Time, word string, _ []string) []document {
	people := []document{}
	if !schedule.Doc.Flag("enabled") {
		return people
	}
	for _, each := range schedule.Lists.Of(rotationsPath).Items {
		if p, ok := sim.Next(each, at); ok {
			people = append(people, w.expanded(p.Who, p.At.From, word, nil))
		}
	}
	return people
}

// expanded returns a participant with what it contains: the members of a team, the
// recipients of an escalation's rules, or the people on call in a schedule. One that the
// server does not know, or that contains itself, is not expanded.
func (w *world) expanded(who document, at time.Time, word string, above []string) document {
	out, id := who.Only("id", "type"), who.Text("id")
	it := w.known(who.Text("type"), id)
	if it == nil || slices.Contains(above, id) {
		return out
	}
	above = append(slices.Clip(above), id)
	below := []document{}
	switch who.Text("type") {
	case "team":
		for _, member := range stringsOf(it.Doc["members"]) {
			below = append(below, document{"id": member, "type": "user"})
		}
	case "escalation":
		for _, rule := range it.Doc.List("rules") {
			below = append(below, w.expanded(rule.Object("recipient"), at, word, above))
		}
	case "schedule":
		below = w.onCallBy(it, at, word, above)
	}
	out[word] = below
	return out
}

// known returns the team, schedule or escalation with an id, or nil.
func (w *world) known(noun, id string) *item {
	if noun != "escalation" {
		return w.lists.Of(collection(noun)).Find(id, "id")
	}
	for _, team := range w.lists.Of(teamsPath).Items { // escalations belong to teams
		if it := team.Lists.Of(escalationsPath).Find(id, "id"); it != nil {
			return it
		}
	}
	return nil
}

// usersOf returns the ids of all users among people and in what they contain, each once.
func (w *world) usersOf(people []document) []string {
	ids := []string{}
	for _, each := range people {
		for _, word := range []string{participantsWord, nextWord} {
			below, _ := each[word].([]document)
			ids = union(ids, w.usersOf(below))
		}
		if each.Text("type") == "user" {
			ids = union(ids, []string{each.Text("id")})
		}
	}
	return ids
}

// exportUser responds with the calendar of a user: the periods in which the user is on
// call in any enabled schedule.
func exportUser(w *world, c *call) (response, error) {
	user := c.Path["userIdentifier"]
	var all []sim.Event
	for _, it := range w.lists.Of(schedulesPath).Items {
		if !it.Doc.Flag("enabled") {
			continue
		}
		all = append(all, w.events(it, func(p *sim.Period) string {
			if slices.Contains(w.usersOf([]document{w.expanded(p.Who, p.At.From, participantsWord, nil)}), user) {
				return it.Doc.Text("name")
			}
			return ""
		})...)
	}
	if len(all) == 0 {
		return response{}, sim.Refuse(http.StatusNotFound, "No user is on call with id ["+user+"]")
	}
	return w.calendar(all), nil
}
