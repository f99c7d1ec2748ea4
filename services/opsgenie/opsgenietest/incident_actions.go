package opsgenietest

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// incidentActor is the actor in the history of incidents, whose requests name none.
const incidentActor = "Incident API"

// newResponders is the body of adding responders, whose key is singular.
type newResponders struct {
	actor
	Responder []recipient `json:"responder"`
}

func (r *newResponders) check(p problems) {
	p.Add(len(r.Responder) == 0, "responder", "Responder can not be empty.")
	checkRecipients(p, "responder", r.Responder, "user", "team")
}

func incidentActionRoutes() []route {
	const at = "/v1/incidents/{identifier}"
	return []route{
		{"DELETE " + at, DomainIncident, noBody, incidentAction("Delete", "deleted",
			func(w *world, i *Incident, _ *plain) { w.incidents.Remove(i) })},
		{"POST " + at + "/close", DomainIncident, optionalBody, incidentAction("Close", "closed", turn("closed"))},
		{"POST " + at + "/resolve", DomainIncident, optionalBody, incidentAction("Resolve", "resolved", turn("resolved"))},
		{"POST " + at + "/reopen", DomainIncident, optionalBody, incidentAction("Reopen", "reopened", turn("open"))},
		{"POST " + at + "/message", DomainIncident, jsonBody, incidentAction("UpdateMessage", "renamed",
			func(_ *world, i *Incident, in *newMessage) { i.Message = in.Message })},
		{"POST " + at + "/description", DomainIncident, jsonBody, incidentAction("UpdateDescription", "described",
			func(_ *world, i *Incident, in *newDescription) { i.Description = in.Description })},
		{"PUT " + at + "/priority", DomainIncident, jsonBody, incidentAction("UpdatePriority", "prioritized",
			func(_ *world, i *Incident, in *newPriority) { i.Priority = in.Priority })},
		{"POST " + at + "/notes", DomainIncident, jsonBody, incidentAction("AddNote", "given a note",
			func(*world, *Incident, *newNote) {})},
		{"POST " + at + "/tags", DomainIncident, jsonBody, incidentAction("AddTags", "tagged",
			func(_ *world, i *Incident, in *tagging) { i.Tags = union(i.Tags, in.Tags) })},
		{"DELETE " + at + "/tags", DomainIncident, noBody, incidentAction("RemoveTags", "untagged",
			func(_ *world, i *Incident, in *tagging) { i.Tags = without(i.Tags, in.Tags) })},
		{"POST " + at + "/details", DomainIncident, jsonBody, incidentAction("AddDetails", "given details",
			func(_ *world, i *Incident, in *detailing) { maps.Copy(i.ExtraProperties, in.Details) })},
		{"DELETE " + at + "/details", DomainIncident, noBody, incidentAction("RemoveDetails", "relieved of details",
			func(_ *world, i *Incident, in *detailing) {
				maps.DeleteFunc(i.ExtraProperties, func(key, _ string) bool { return slices.Contains(in.keys, key) })
			})},
		{"POST " + at + "/responders", DomainIncident, jsonBody, incidentAction("AddResponder", "given responders",
			func(w *world, i *Incident, in *newResponders) { w.involve(i, in.Responder...) })},
	}
}

// incidentAction returns the handler that accepts an action and applies it later.
// The log says "Incident <done>".
func incidentAction[B any, P interface {
	*B
	action
}](name, done string, apply func(w *world, i *Incident, in P)) handler {
	return func(w *world, c *call) (response, error) {
		in := P(new(B))
		if err := readAction(c, in); err != nil {
			return response{}, err
		}
		key, err := c.ref("identifierType", "id", "tiny")
		if err != nil {
			return response{}, err
		}
		return w.accept(c, incidentFamily, name, func() (sim.Subject, error) {
			i, ok := w.incidents.Find(key)
			if !ok {
				return sim.Subject{}, errors.New("Incident does not exist")
			}
			apply(w, i, in)
			who := cmp.Or(in.by().User, incidentActor)
			w.history(&i.Logs, who, "Incident "+done)
			w.annotate(&i.Notes, actor{User: who, Note: in.by().Note})
			i.UpdatedAt = w.Now()
			return sim.Subject{Status: strings.ToUpper(done[:1]) + done[1:] + " incident", ID: i.ID}, nil
		})
	}
}

// turn returns the action that sets the status of an incident. Any status may follow
// any other: it is not documented which of them the service allows.
func turn(status string) func(*world, *Incident, *plain) {
	return func(w *world, i *Incident, _ *plain) {
		i.Status, i.ImpactEndDate = status, Time{}
		if status != "open" {
			i.ImpactEndDate = w.Now()
		}
	}
}

// involve adds responders to an incident and creates an alert for each new one. The
// API lists the ids of these alerts.
func (w *world) involve(i *Incident, all ...recipient) {
	for _, r := range all {
		before := len(i.Responders)
		i.Responders = w.join(i.Responders, r)
		if len(i.Responders) == before {
			continue
		}
		if r.Type == "team" {
			i.OwnerTeam = cmp.Or(i.OwnerTeam, w.idOf(r.Type, r))
		}
		a := w.raise(&newAlert{
			actor:    actor{User: incidentActor, Source: incidentActor},
			Message:  "[Incident] " + i.Message,
			Priority: i.Priority, Tags: i.Tags, Details: map[string]string{"incident-id": i.ID},
			Responders: []recipient{r},
		})
		i.ResponderAlerts = append(i.ResponderAlerts, a.ID)
	}
}
