package opsgenietest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// An actor holds the members of all action bodies, which say who acts and why.
type actor struct {
	User   string `json:"user"`
	Note   string `json:"note"`
	Source string `json:"source"`
}

func (a actor) by() actor { return a }

// name returns the name of the actor in the history.
func (a actor) name() string { return cmp.Or(a.User, "Alert API") }

// An action is the body of an action, or the query of a DELETE.
type action interface {
	by() actor
	check(problems)
	fromQuery(url.Values)
}

// plain is the body of an action that has only an actor.
type plain struct{ actor }

func (*plain) check(problems) {}

func (a *actor) fromQuery(q url.Values) {
	a.User, a.Note, a.Source = q.Get("user"), q.Get("note"), q.Get("source")
}

type assignment struct {
	actor
	Owner recipient `json:"owner"`
}

func (a *assignment) check(p problems) { p.Add(a.Owner.isZero(), "owner", "Owner can not be empty.") }

type escalation struct {
	actor
	Escalation recipient `json:"escalation"`
}

func (e *escalation) check(p problems) {
	p.Add(e.Escalation.isZero(), "escalation", "Escalation can not be empty.")
}

type newResponder struct {
	actor
	Responder recipient `json:"responder"`
}

func (r *newResponder) check(p problems) {
	checkRecipients(p, "responder", []recipient{r.Responder}, "user", "team", "escalation", "schedule")
}

type newTeam struct {
	actor
	Team recipient `json:"team"`
}

func (t *newTeam) check(p problems) { p.Add(t.Team.isZero(), "team", "Team can not be empty.") }

type snooze struct {
	actor
	EndTime string `json:"endTime"`
}

func (s *snooze) check(p problems) {
	_, ok := sim.ParseTime(s.EndTime)
	p.Add(!ok, "endTime", "End time must be a date and time of ISO 8601.")
}

// tagging carries tags to add or, in the query, to remove.
type tagging struct {
	actor
	Tags []string `json:"tags"`
}

func (t *tagging) check(p problems) { p.Add(len(t.Tags) == 0, "tags", "Tags can not be empty.") }
func (t *tagging) fromQuery(q url.Values) {
	t.actor.fromQuery(q)
	t.Tags = commaList(q, "tags")
}

// detailing carries details to add or, in the query, the keys of details to remove.
type detailing struct {
	actor
	Details map[string]string `json:"details"`
	keys    []string
}

func (d *detailing) check(p problems) {
	p.Add(len(d.Details)+len(d.keys) == 0, "details", "Details can not be empty.")
}

func (d *detailing) fromQuery(q url.Values) {
	d.actor.fromQuery(q)
	d.keys = commaList(q, "keys")
}

// commaList reads a comma-separated list, or one that repeats the parameter.
func commaList(q url.Values, name string) (out []string) {
	for part := range strings.SplitSeq(strings.Join(q[name], ","), ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// text is the body of an action that sets one text or adds a note.
type text struct {
	actor
	Message     string `json:"message"`
	Description string `json:"description"`
	Priority    string `json:"priority"`
}

type newNote struct{ text }

func (n *newNote) check(p problems) { p.Add(n.Note == "", "note", "Note can not be empty.") }

type newMessage struct{ text }

func (m *newMessage) check(p problems) {
	p.Add(m.Message == "", "message", "Message can not be empty.")
}

type newDescription struct{ text }

func (d *newDescription) check(p problems) {
	p.Add(d.Description == "", "description", "Description can not be empty.")
}

type newPriority struct{ text }

func (n *newPriority) check(p problems) {
	p.Add(!isPriority(n.Priority), "priority", "Priority must be one of P1, P2, P3, P4, P5.")
}

// readAction reads and checks an action.
func readAction(c *call, in action) error {
	if c.Method == http.MethodDelete {
		in.fromQuery(c.Query)
	} else if err := c.decode(in); err != nil {
		return err
	}
	p := problems{}
	in.check(p)
	return p.Err()
}

// history adds a line to a history.
func (w *world) history(logs *[]Log, owner, line string) {
	now := w.Now()
	*logs = append(*logs, Log{Log: line, Type: "system", Owner: owner, CreatedAt: now, Offset: w.cursor(now)})
}

// annotate adds the actor's note to the notes, if there is one.
func (w *world) annotate(notes *[]Note, by actor) {
	if by.Note != "" {
		now := w.Now()
		*notes = append(*notes, Note{Note: by.Note, Owner: by.name(), CreatedAt: now, Offset: w.cursor(now)})
	}
}

// cursor returns the opaque offset of a new note or log.
func (w *world) cursor(now Time) string {
	ms := now.UnixMilli()
	return fmt.Sprintf("%d_%d", ms, ms*1_000_000+w.Next())
}

// union returns a with the elements of b that it lacks. The result is never nil.
func union(a, b []string) []string {
	out := append([]string{}, a...)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// without returns a without the elements of b. The result is never nil.
func without(a, b []string) []string {
	return slices.DeleteFunc(append([]string{}, a...), func(s string) bool { return slices.Contains(b, s) })
}
