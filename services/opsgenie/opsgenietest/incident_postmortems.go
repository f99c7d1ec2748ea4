package opsgenietest

import (
	"maps"
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// postmortems are reports on incidents. The documentation describes only how to read
// one. See
// https://docs.opsgenie.com/docs/postmortem-api.
func postmortems() *kind {
	return &kind{
		noun: "postmortem", path: "/v2/postmortem", param: "postmortemId", domain: DomainOther,
		keys:     []string{"id"},
		complete: completePostmortem, show: showPostmortem,
		summary: func(_ *world, it *item) document {
			out := maps.Clone(it.Doc)
			delete(out, "incidentId")
			return out
		},
		schema: schema{
			Made: []string{"postmortemId", "createdAtTime", "timeline", "rootIncident"},
			Fields: []field{
				{Name: "incidentId", Is: sim.Text, Required: true, Fixed: true},
				{Name: "title", Is: sim.Text}, {Name: "severity", Is: sim.Text},
				{Name: "status", Is: sim.Text, Absent: "draft"},
				{Name: "executiveSummary", Absent: emptyText()}, {Name: "content", Absent: emptyText()},
				{Name: "jiraIssues", Absent: []any{}}, {Name: "relatedIncidents", Absent: []any{}},
				{Name: "affectedServices", Absent: []any{}}, {Name: "iccSessions", Absent: []any{}},
				{Name: "responderTeams", Absent: []any{}}, {Name: "responders", Absent: []any{}},
			},
		},
	}
}

func postmortemRoutes() []route {
	k := postmortems()
	return []route{
		k.created(), k.on(http.MethodGet, "", k.got), k.on(http.MethodPut, "", k.changed), k.on(http.MethodDelete, "", k.deleted),
	}
}

// emptyText returns an empty document in Atlassian's document format.
func emptyText() map[string]any {
	return map[string]any{"type": "doc", "version": 1, "content": []any{}}
}

// completePostmortem copies members of the incident, if the server has it.
func completePostmortem(w *world, _ *call, it *item) error {
	doc, id := it.Doc, it.Doc.Text("incidentId")
	if doc["rootIncident"] != nil {
		return nil
	}
	doc["postmortemId"], doc["createdAtTime"] = doc["id"], w.Now()
	doc["timeline"] = map[string]any{"id": sim.DerivedID("timeline", id), "metadataId": w.Dice.UUID()}
	root := map[string]any{"id": id, "metadataId": w.Dice.UUID()}
	doc["rootIncident"] = root
	incident, known := w.incidents.Find(sim.Ref{Kind: "id", Value: id})
	if !known {
		return nil
	}
	maps.Copy(root, map[string]any{
		"tinyId": incident.TinyID, "message": incident.Message, "priority": incident.Priority,
		"status": incident.Status, "creationTime": incident.CreatedAt, "tags": slices.Clone(incident.Tags),
	})
	for name, value := range map[string]string{"title": incident.Message, "severity": incident.Priority} {
		if doc[name] == nil {
			doc[name] = value
		}
	}
	doc["startTime"] = incident.ImpactStartDate
	if !incident.ImpactEndDate.IsZero() {
		doc["endTime"] = incident.ImpactEndDate
	}
	return nil
}

func showPostmortem(_ *world, it *item) document {
	out := maps.Clone(it.Doc)
	delete(out, "id")
	delete(out, "incidentId")
	return out
}
