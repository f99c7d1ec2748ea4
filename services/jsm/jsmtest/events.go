package jsmtest

import (
	"cmp"
	"net/http"

	"github.com/tripware/tripware/services/internal/sim"
)

// eventFamily has the asynchronous requests of integrations, whose status no operation returns.
const eventFamily = "event"

// eventRoutes are the operations that take the key of an integration. Their bodies are
// those of Opsgenie.
func eventRoutes() []route {
	const one = "/v2/alerts/{identifier}"
	return []route{
		{"POST /v2/alerts", DomainEvents, jsonBody, createByEvent},
		{"POST " + one + "/acknowledge", DomainEvents, jsonBody, event("Acknowledge", "acknowledged", acknowledge)},
		{"POST " + one + "/close", DomainEvents, jsonBody, event("Close", "closed", closeAlert)},
		{"POST " + one + "/notes", DomainEvents, jsonBody, event("AddNote", "given a note", nothing)},
	}
}

// createByEvent accepts a creation. Responders may have names instead of ids.
func createByEvent(w *world, c *call) (response, error) {
	in := &newAlert{}
	if err := readAlert(c, in); err != nil {
		return response{}, err
	}
	doc := document{}
	_ = c.Decode(&doc) // it was decoded before
	p := problems{}
	for i, each := range doc.List("responders") {
		name := cmp.Or(each.Text("id"), each.Text("name"), each.Text("username"))
		p.Add(name == "", "responders", "Each of responders needs an id or a name.")
		in.Responders[i].ID = cmp.Or(each.Text("id"), sim.DerivedID(each.Text("type"), name))
	}
	if err := p.Err(); err != nil {
		return response{}, err
	}
	in.User = cmp.Or(in.User, c.actor)
	return w.createLater(c, in, eventFamily, http.StatusAccepted)
}

// event returns the handler of an event that changes an alert, which keeps its user and
// note.
func event(name, done string, apply func(*world, *call, *Alert, document) error) handler {
	return func(w *world, c *call) (response, error) {
		in := document{}
		if len(c.Body) > 0 {
			if err := c.Decode(&in); err != nil {
				return response{}, err
			}
		}
		kind, err := c.Choice("identifierType", "id", "tiny", "alias")
		if err != nil {
			return response{}, err
		}
		p := problems{}
		p.Within("", in, []field{
			{Name: "note", Is: sim.Text, Required: name == "AddNote", Most: 25_000},
			{Name: "user", Is: sim.Text},
			{Name: "source", Is: sim.Text},
		})
		if err := p.Err(); err != nil {
			return response{}, err
		}
		by := *c
		by.actor = cmp.Or(in.Text("user"), c.actor)
		does := &action{name: name, done: done, apply: apply}
		key := sim.Ref{Kind: kind, Value: c.Path["identifier"]}
		w.Queue.Add(c.ID, eventFamily, name, func() (subject, error) {
			of, err := w.act(&by, key, does, in)
			if a, ok := w.alerts.Find(key); ok && err == nil {
				w.annotate(a, by.actor, in.Text("note"))
			}
			return of, err
		})
		return w.accepted(c, http.StatusAccepted), nil
	}
}
