package opsgenietest

import (
	"cmp"
	"errors"
	"maps"
	"strconv"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

const alertFamily = "alert"

// alertAction returns the handler that accepts an action and applies it later.
// The log says "Alert <done>".
func alertAction[B any, P interface {
	*B
	action
}](name, done string, apply func(w *world, a *Alert, in P) error) handler {
	return func(w *world, c *call) (response, error) {
		in := P(new(B))
		if err := readAction(c, in); err != nil {
			return response{}, err
		}
		key, err := c.ref("identifierType", "id", "alias", "tiny")
		if err != nil {
			return response{}, err
		}
		return w.accept(c, alertFamily, name, func() (sim.Subject, error) {
			a, ok := w.alerts.Find(key)
			if !ok {
				return sim.Subject{}, errors.New("Alert does not exist")
			}
			if err := apply(w, a, in); err != nil {
				return sim.Subject{}, err
			}
			w.history(&a.Logs, in.by().name(), "Alert "+done)
			w.annotate(&a.Notes, in.by())
			a.UpdatedAt = w.Now()
			return sim.Subject{Status: strings.ToUpper(done[:1]) + done[1:] + " alert", ID: a.ID, Alias: a.Alias}, nil
		})
	}
}

func alertActionRoutes() []route {
	const at = "/v2/alerts/{identifier}"
	return []route{
		{"DELETE " + at, DomainAlert, noBody, alertAction("Delete", "deleted", deleteAlert)},
		{"POST " + at + "/acknowledge", DomainAlert, optionalBody, alertAction("Acknowledge", "acknowledged", acknowledge)},
		{"POST " + at + "/unacknowledge", DomainAlert, optionalBody, alertAction("UnAcknowledge", "unacknowledged", unacknowledge)},
		{"POST " + at + "/close", DomainAlert, optionalBody, alertAction("Close", "closed", closeAlert)},
		{"POST " + at + "/snooze", DomainAlert, jsonBody, alertAction("Snooze", "snoozed", snoozeAlert)},
		{"POST " + at + "/assign", DomainAlert, jsonBody, alertAction("Assign", "assigned", assign)},
		{"POST " + at + "/escalate", DomainAlert, jsonBody, alertAction("EscalateToNext", "escalated", escalate)},
		{"POST " + at + "/actions/{actionName}", DomainAlert, optionalBody, (*world).executeAction},
		{"POST " + at + "/responders", DomainAlert, jsonBody, alertAction("AddResponder", "given a responder", addResponder)},
		{"POST " + at + "/teams", DomainAlert, jsonBody, alertAction("AddTeam", "given a team", addTeam)},
		{"POST " + at + "/tags", DomainAlert, jsonBody, alertAction("AddTags", "tagged", addTags)},
		{"DELETE " + at + "/tags", DomainAlert, noBody, alertAction("RemoveTags", "untagged", removeTags)},
		{"POST " + at + "/details", DomainAlert, jsonBody, alertAction("AddDetails", "given details", addDetails)},
		{"DELETE " + at + "/details", DomainAlert, noBody, alertAction("RemoveDetails", "relieved of details", removeDetails)},
		{"POST " + at + "/notes", DomainAlert, jsonBody, alertAction("AddNote", "given a note",
			func(*world, *Alert, *newNote) error { return nil })},
		{"PUT " + at + "/message", DomainAlert, jsonBody, alertAction("UpdateMessage", "renamed",
			func(_ *world, a *Alert, in *newMessage) error {
				a.Message = in.Message
				return nil
			})},
		{"PUT " + at + "/description", DomainAlert, jsonBody, alertAction("UpdateDescription", "described",
			func(_ *world, a *Alert, in *newDescription) error {
				a.Description = in.Description
				return nil
			})},
		{"PUT " + at + "/priority", DomainAlert, jsonBody, alertAction("UpdatePriority", "prioritized",
			func(_ *world, a *Alert, in *newPriority) error {
				a.Priority = in.Priority
				return nil
			})},
	}
}

func deleteAlert(w *world, a *Alert, _ *plain) error {
	w.alerts.Remove(a)
	for _, f := range a.files {
		delete(w.files, f.token)
	}
	for _, older := range w.alerts.Rows { // the alias falls back to the latest that is left
		if older.Alias == a.Alias {
			w.alerts.Point(older, sim.Ref{Kind: "alias", Value: a.Alias})
		}
	}
	return nil
}

// errClosed returns an error if an alert is closed.
func errClosed(a *Alert) error {
	if a.Status == "closed" {
		return errors.New("Alert is already closed")
	}
	return nil
}

func acknowledge(w *world, a *Alert, in *plain) error {
	if err := errClosed(a); err != nil || a.Acknowledged {
		return err
	}
	now := w.Now()
	a.Acknowledged, a.IsSeen, a.Seen = true, true, true
	a.Owner = cmp.Or(a.Owner, in.User)
	a.report().AckTime, a.report().AcknowledgedBy = now.Sub(a.CreatedAt.Time).Milliseconds(), in.name()
	for i := range a.recipients {
		if r := &a.recipients[i]; r.User.Username == in.User {
			r.State, r.Method, r.UpdatedAt = "action", "Acknowledge", now
		}
	}
	return nil
}

func (a *Alert) report() *Report {
	if a.Report == nil {
		a.Report = &Report{}
	}
	return a.Report
}

func unacknowledge(_ *world, a *Alert, _ *plain) error {
	if err := errClosed(a); err != nil {
		return err
	}
	a.Acknowledged = false
	return nil
}

func closeAlert(w *world, a *Alert, in *plain) error {
	if a.Status == "closed" {
		return nil
	}
	a.Status, a.Snoozed, a.SnoozedUntil = "closed", false, Time{}
	a.report().CloseTime, a.report().ClosedBy = w.Now().Sub(a.CreatedAt.Time).Milliseconds(), in.name()
	return nil
}

func snoozeAlert(_ *world, a *Alert, in *snooze) error {
	if err := errClosed(a); err != nil {
		return err
	}
	a.Snoozed = true
	a.SnoozedUntil, _ = sim.ParseTime(in.EndTime) // it was checked
	return nil
}

func assign(w *world, a *Alert, in *assignment) error {
	a.Owner = in.Owner.label()
	in.Owner.Type = "user"
	w.respond(a, in.Owner)
	return nil
}

func escalate(w *world, a *Alert, in *escalation) error {
	in.Escalation.Type = "escalation"
	w.respond(a, in.Escalation)
	return nil
}

func addResponder(w *world, a *Alert, in *newResponder) error {
	w.respond(a, in.Responder)
	return nil
}

func addTeam(w *world, a *Alert, in *newTeam) error {
	in.Team.Type = "team"
	w.respond(a, in.Team)
	return nil
}

// respond adds responders to an alert. Users also become recipients, and the first
// team becomes the owner.
func (w *world) respond(a *Alert, all ...recipient) {
	now := w.Now()
	for _, r := range all {
		before := len(a.Responders)
		a.Responders = w.join(a.Responders, r)
		if len(a.Responders) == before {
			continue
		}
		switch r.Type {
		case "team":
			a.OwnerTeamID = cmp.Or(a.OwnerTeamID, w.idOf(r.Type, r))
		case "user":
			a.recipients = append(a.recipients, alertRecipient{
				User:  alertUser{ID: w.idOf(r.Type, r), Username: r.Username},
				State: "active", CreatedAt: now, UpdatedAt: now,
			})
		}
	}
}

func addTags(_ *world, a *Alert, in *tagging) error {
	a.Tags = union(a.Tags, in.Tags)
	return nil
}

func removeTags(_ *world, a *Alert, in *tagging) error {
	a.Tags = without(a.Tags, in.Tags)
	return nil
}

func addDetails(_ *world, a *Alert, in *detailing) error {
	maps.Copy(a.Details, in.Details)
	return nil
}

func removeDetails(_ *world, a *Alert, in *detailing) error {
	for _, key := range in.keys {
		delete(a.Details, key)
	}
	return nil
}

// executeAction accepts an action of any name. It is not documented whether the
// service refuses actions that the alert does not have.
func (w *world) executeAction(c *call) (response, error) {
	name := c.Path["actionName"]
	do := alertAction(name, "worked on by "+strconv.Quote(name), func(*world, *Alert, *plain) error { return nil })
	return do(w, c)
}
