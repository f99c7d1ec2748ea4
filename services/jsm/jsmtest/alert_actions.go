package jsmtest

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// An action is an asynchronous change of an alert: its name in the status of the request,
// what the log says of it, the members of its body, and the change.
type action struct {
	method, suffix string
	name, done     string
	fields         []field // none if there is no body
	paid           bool    // the plan Standard does not include it
	apply          func(w *world, c *call, a *Alert, in document) error
}

func alertActions() []action {
	tags := []field{{Name: "tags", Is: sim.List, Required: true}}
	return []action{
		{http.MethodDelete, "", "Delete", "deleted", nil, false, deleteAlert},
		{http.MethodPost, "/acknowledge", "Acknowledge", "acknowledged", nil, false, acknowledge},
		{http.MethodPost, "/unacknowledge", "UnAcknowledge", "unacknowledged", nil, false, unacknowledge},
		{http.MethodPost, "/close", "Close", "closed", nil, false, closeAlert},
		{http.MethodPost, "/assign", "Assign", "assigned", texts("accountId"), true, assign},
		{http.MethodPost, "/snooze", "Snooze", "snoozed", []field{{Name: "endTime", Is: sim.Moment, Required: true}}, true, snooze},
		{http.MethodPost, "/action", "ExecuteCustomAction", "given to an action", texts("actionName"), true, nothing},
		{http.MethodPost, "/escalate", "EscalateToNext", "escalated", texts("escalationId"), false, nothing},
		{http.MethodPost, "/responders", "AddResponder", "given a responder", []field{
			{Name: "id", Is: sim.Text, Required: true},
			{Name: "type", Is: sim.Text, Required: true, Among: []string{"team", "user", "escalation", "schedule"}},
		}, false, addResponder},
		{http.MethodPost, "/tags", "AddTags", "tagged", tags, false, addTags},
		{http.MethodDelete, "/tags", "RemoveTags", "untagged", tags, false, removeTags},
		{http.MethodPost, "/extra-properties", "AddExtraProperties", "given properties",
			[]field{{Name: "extraProperties", Is: sim.Object, Required: true, Inside: checkTexts}}, false, addProperties},
		{http.MethodDelete, "/extra-properties", "RemoveExtraProperties", "relieved of properties",
			[]field{{Name: "keys", Is: sim.List, Required: true}}, false, removeProperties},
		{http.MethodPatch, "/priority", "UpdatePriority", "prioritized",
			[]field{{Name: "priority", Is: sim.Text, Required: true, Among: priorities()}}, false,
			func(_ *world, _ *call, a *Alert, in document) error {
				a.Priority = in.Text("priority")
				return nil
			}},
		{http.MethodPatch, "/message", "UpdateMessage", "renamed",
			[]field{{Name: "message", Is: sim.Text, Required: true, Most: 130}}, false,
			func(_ *world, _ *call, a *Alert, in document) error {
				a.Message = in.Text("message")
				return nil
			}},
		{http.MethodPatch, "/description", "UpdateDescription", "described",
			[]field{{Name: "description", Is: sim.Text, Required: true, Most: 15_000}}, false,
			func(_ *world, _ *call, a *Alert, in document) error {
				a.Description = in.Text("description")
				return nil
			}},
	}
}

// texts returns a required member that is a string.
func texts(name string) []field { return []field{{Name: name, Is: sim.Text, Required: true}} }

// checkTexts adds an error if a member of an object is not a string.
func checkTexts(p problems, name string, value any) {
	in, _ := sim.ObjectOf(value)
	for _, each := range in {
		_, ok := each.(string)
		p.Add(!ok, name, "Each of "+name+" must be a string.")
	}
}

func alertActionRoutes() []route {
	var routes []route
	for _, does := range alertActions() {
		body := noBody // of one that has none, a body is ignored
		if len(does.fields) > 0 {
			body = jsonBody
		}
		routes = append(routes, route{does.method + " " + alertPath + does.suffix, DomainAlert, body, does.accept})
	}
	return routes
}

// accept checks an action and applies it later. If the alert does not exist, that
// fails.
func (d *action) accept(w *world, c *call) (response, error) {
	in, p := document{}, problems{}
	if len(d.fields) > 0 {
		if err := c.Decode(&in); err != nil {
			return response{}, err
		}
		p.Within("", in, d.fields)
	}
	if err := p.Err(); err != nil {
		return response{}, err
	}
	key := sim.Ref{Kind: "id", Value: c.Path["id"]}
	w.Queue.Add(c.ID, alertFamily, d.name, func() (subject, error) { return w.act(c, key, d, in) })
	return w.accepted(c, http.StatusAccepted), nil
}

// act applies an action to the alert that key finds.
func (w *world) act(c *call, key sim.Ref, does *action, in document) (subject, error) {
	a, ok := w.alerts.Find(key)
	if !ok {
		return subject{}, errors.New("Alert does not exist")
	}
	of := subject{Status: sentence(does.done) + " alert", ID: a.ID, Alias: a.Alias}
	if does.paid && w.cfg.plan == "Standard" {
		return of, sim.Refuse(http.StatusPaymentRequired, "Your account plan does not support this action")
	}
	if err := does.apply(w, c, a, in); err != nil {
		return of, err
	}
	w.history(a, c.actor, "Alert "+does.done)
	a.UpdatedAt = w.Now()
	return of, nil
}

func nothing(*world, *call, *Alert, document) error { return nil }

func deleteAlert(w *world, _ *call, a *Alert, _ document) error {
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

func acknowledge(w *world, c *call, a *Alert, _ document) error {
	if err := errClosed(a); err != nil || a.Acknowledged {
		return err
	}
	a.Acknowledged, a.Seen, a.AckTime = true, true, w.Now()
	a.Owner = cmp.Or(a.Owner, c.actor)
	return nil
}

func unacknowledge(_ *world, _ *call, a *Alert, _ document) error {
	if err := errClosed(a); err != nil {
		return err
	}
	a.Acknowledged, a.AckTime = false, Time{}
	return nil
}

func closeAlert(w *world, _ *call, a *Alert, _ document) error {
	if a.Status != "closed" {
		a.Status, a.SnoozedUntil, a.CloseTime = "closed", Time{}, w.Now()
	}
	return nil
}

func assign(_ *world, _ *call, a *Alert, in document) error {
	a.Owner = in.Text("accountId")
	return nil
}

func snooze(_ *world, _ *call, a *Alert, in document) error {
	if err := errClosed(a); err != nil {
		return err
	}
	a.SnoozedUntil = in.Moment("endTime")
	return nil
}

func addResponder(_ *world, _ *call, a *Alert, in document) error {
	if r := (Party{ID: in.Text("id"), Type: in.Text("type")}); !slices.Contains(a.Responders, r) {
		a.Responders = append(a.Responders, r)
	}
	return nil
}

func addTags(_ *world, _ *call, a *Alert, in document) error {
	a.Tags = union(a.Tags, stringsOf(in["tags"]))
	return nil
}

func removeTags(_ *world, _ *call, a *Alert, in document) error {
	a.Tags = slices.DeleteFunc(union(nil, a.Tags), func(tag string) bool { return slices.Contains(stringsOf(in["tags"]), tag) })
	return nil
}

func addProperties(_ *world, _ *call, a *Alert, in document) error {
	for name, value := range in.Object("extraProperties") {
		a.ExtraProperties[name], _ = value.(string) // it was checked
	}
	return nil
}

func removeProperties(_ *world, _ *call, a *Alert, in document) error {
	keys := stringsOf(in["keys"])
	maps.DeleteFunc(a.ExtraProperties, func(name, _ string) bool { return slices.Contains(keys, name) })
	return nil
}

// stringsOf returns the strings in a list.
func stringsOf(value any) (out []string) {
	all, _ := value.([]any)
	for _, each := range all {
		if text, ok := each.(string); ok {
			out = append(out, text)
		}
	}
	return out
}
