package opsgenietest

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

const (
	mediaCalendar = "text/calendar"
	mediaText     = "text/plain"
)

// An onCallQuery holds the parameters of a request for on-call participants.
type onCallQuery struct {
	flat bool
	at   time.Time
}

func readOnCall(w *world, c *call) (onCallQuery, error) {
	flat, err := c.Choice("flat", "false", "true")
	if err != nil {
		return onCallQuery{}, err
	}
	p := problems{}
	at := c.Date(p, w.Now())
	return onCallQuery{flat: flat == "true", at: at.Time}, p.Err()
}

// listOnCalls responds with the on-call participants of each schedule. See
// https://docs.opsgenie.com/docs/who-is-on-call-api.
func (w *world) listOnCalls(c *call) (response, error) {
	q, err := readOnCall(w, c)
	if err != nil {
		return response{}, err
	}
	rows := []document{}
	for _, it := range w.lists.Of(schedulesPath).Items {
		rows = append(rows, w.onCalls(it, q))
	}
	return response{data: rows}, nil
}

func (k *kind) getOnCalls(w *world, c *call) (response, error) {
	it, err := k.findBy(w, c, "scheduleIdentifierType")
	if err != nil {
		return response{}, err
	}
	q, err := readOnCall(w, c)
	if err != nil {
		return response{}, err
	}
	return response{data: w.onCalls(it, q)}, nil
}

// onCalls returns who is on call in a schedule. Here the API calls nested ones
// participants and flat ones recipients; in responses about who is next, the names are
// swapped.
func (w *world) onCalls(it *item, q onCallQuery) document {
	out := document{"_parent": it.Doc.Only("id", "name", "enabled")}
	people := w.onCallBy(it, q.at, nil)
	if q.flat {
		out["onCallRecipients"] = usernames(people)
	} else {
		out["onCallParticipants"] = people
	}
	return out
}

// onCallBy returns who is on call in a schedule at a time; nobody is if it is disabled.
// above has the ids of the schedules and escalations that contain it.
func (w *world) onCallBy(schedule *item, at time.Time, above []string) []document {
	people := []document{}
	if !schedule.Doc.Flag("enabled") {
		return people
	}
	for _, each := range schedule.Lists.Of(rotationsPath).Items {
		for _, p := range w.periods(each, sim.Span{From: at, To: at.Add(time.Nanosecond)}).Final {
			people = append(people, w.nested(&p, at, above))
		}
	}
	return people
}

// nested returns who is on call in a period, and from whom a forwarding came.
func (w *world) nested(p *sim.Period, at time.Time, above []string) document {
	out := w.expanded(p.Who, at, above)
	if p.Instead != nil {
		out["forwardedFrom"] = participant(p.Instead)
	}
	return out
}

// expanded returns a recipient with what it contains: the members of a team, the
// recipients of an escalation's rules, or the people on call in a schedule. One that
// the server does not know, or that contains itself, is not expanded.
func (w *world) expanded(who document, at time.Time, above []string) document {
	out, id := participant(who), who.Text("id")
	it := w.lists.Of("/v2/"+who.Text("type")+"s").Find(id, "id")
	if it == nil || slices.Contains(above, id) {
		return out
	}
	above = append(slices.Clip(above), id)
	below := []document{}
	switch who.Text("type") {
	case "team":
		for _, member := range it.Doc.List("members") {
			below = append(below, participant(w.user(member.Object("user"))))
		}
	case "escalation":
		for _, rule := range it.Doc.List("rules") {
			each := w.expanded(w.recipient(rule.Object("recipient")), at, above)
			each["escalationTime"] = int(waitOf(rule.Object("delay")) / time.Minute)
			each["notifyType"] = rule.Text("notifyType")
			below = append(below, each)
		}
	case "schedule":
		below = w.onCallBy(it, at, above)
	default:
		return out
	}
	out["onCallParticipants"] = below
	return out
}

// usernames returns the names of all users among people and in what they contain, each once.
func usernames(people []document) []string {
	names := []string{}
	for _, each := range people {
		if below, _ := each["onCallParticipants"].([]document); len(below) > 0 {
			names = union(names, usernames(below))
		} else if each.Text("type") == "user" {
			names = union(names, []string{label(each)})
		}
	}
	return names
}

// getNextOnCalls responds with who is on call next after a time: in the turns of each
// rotation, without overrides; and exactly, which means whose period starts first,
// including overrides and forwardings.
func (k *kind) getNextOnCalls(w *world, c *call) (response, error) {
	it, err := k.findBy(w, c, "scheduleIdentifierType")
	if err != nil {
		return response{}, err
	}
	q, err := readOnCall(w, c)
	if err != nil {
		return response{}, err
	}
	next, exact := []document{}, []document{}
	if it.Doc.Flag("enabled") {
		next, exact = w.nextBy(it, q.at), w.exactNextBy(it, q.at)
	}
	out := document{"_parent": it.Doc.Only("id", "name", "enabled")}
	if q.flat {
		out["nextOnCallParticipants"], out["exactNextOnCallParticipants"] = usernames(next), usernames(exact)
	} else {
		out["nextOnCallRecipients"], out["exactNextOnCallRecipients"] = next, exact
	}
	return response{data: out}, nil
}

func (w *world) nextBy(schedule *item, at time.Time) []document {
	people := []document{}
	for _, each := range schedule.Lists.Of(rotationsPath).Items {
		if p, ok := sim.Next(each, at); ok {
			people = append(people, w.nested(&p, p.At.From, nil))
		}
	}
	return people
}

func (w *world) exactNextBy(schedule *item, at time.Time) []document {
	for ahead := 7 * 24 * time.Hour; ; ahead = min(ahead*8, sim.LookAhead) {
		var first time.Time
		people := []document{}
		for _, each := range schedule.Lists.Of(rotationsPath).Items {
			for _, p := range w.periods(each, sim.Span{From: at, To: at.Add(ahead)}).Final {
				if !p.At.From.After(at) || !first.IsZero() && p.At.From.After(first) {
					continue
				}
				if p.At.From.Before(first) {
					people = people[:0]
				}
				first = p.At.From
				people = append(people, w.nested(&p, first, nil))
				break
			}
		}
		if len(people) > 0 || ahead == sim.LookAhead {
			return people
		}
	}
}

// exported is the length of calendars.
const exported = 3 // months

// exportSchedule responds with the calendar of a schedule.
func (k *kind) exportSchedule(w *world, c *call) (response, error) {
	it, err := k.find(w, c)
	if err != nil {
		return response{}, err
	}
	events := w.events(it, func(p *sim.Period) string { return label(p.Who) })
	return response{file: &file{mediaType: mediaCalendar, content: sim.Calendar("opsgenietest", w.Now().Time, events)}}, nil
}

// exportUser responds with the calendar of a user, named by id or username: the periods
// in which the user is on call in any enabled schedule.
func (w *world) exportUser(c *call) (response, error) {
	user := c.Path["identifier"]
	kept := w.lists.Of("/v2/users").Find(user, "id", "username")
	if kept != nil {
		user = kept.Doc.Text("username")
	}
	var events []sim.Event
	for _, it := range w.lists.Of(schedulesPath).Items {
		if !it.Doc.Flag("enabled") {
			continue
		}
		events = append(events, w.events(it, func(p *sim.Period) string {
			who := w.nested(p, p.At.From, nil)
			if who.Text("id") != user && !slices.Contains(usernames([]document{who}), user) {
				return ""
			}
			return it.Doc.Text("name")
		})...)
	}
	if kept == nil && len(events) == 0 {
		return response{}, sim.Refuse(http.StatusNotFound, "No user exists with username ["+user+"]")
	}
	return response{file: &file{mediaType: mediaCalendar, content: sim.Calendar("opsgenietest", w.Now().Time, events)}}, nil
}

// events returns the periods of a schedule from now on that have a summary.
func (w *world) events(schedule *item, summary func(*sim.Period) string) (all []sim.Event) {
	now := w.Now().Time
	for _, each := range schedule.Lists.Of(rotationsPath).Items {
		for _, p := range w.periods(each, sim.Span{From: now, To: now.AddDate(0, exported, 0)}).Final {
			if text := summary(&p); text != "" {
				uid := each.ID() + "-" + strconv.FormatInt(p.At.From.Unix(), 10) + "@opsgenietest"
				all = append(all, sim.Event{UID: uid, Summary: text, Span: p.At})
			}
		}
	}
	return all
}
