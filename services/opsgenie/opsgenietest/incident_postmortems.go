package opsgenietest

import (
	"maps"
	"net/http"
	"slices"
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
			out := maps.Clone(it.doc)
			delete(out, "incidentId")
			return out
		},
		schema: schema{
			made: []string{"postmortemId", "createdAtTime", "timeline", "rootIncident"},
			fields: []field{
				{name: "incidentId", is: textValue, required: true, fixed: true},
				{name: "title", is: textValue}, {name: "severity", is: textValue},
				{name: "status", is: textValue, absent: "draft"},
				{name: "executiveSummary", absent: emptyText()}, {name: "content", absent: emptyText()},
				{name: "jiraIssues", absent: []any{}}, {name: "relatedIncidents", absent: []any{}},
				{name: "affectedServices", absent: []any{}}, {name: "iccSessions", absent: []any{}},
				{name: "responderTeams", absent: []any{}}, {name: "responders", absent: []any{}},
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
	doc, id := it.doc, it.doc.text("incidentId")
	if doc["rootIncident"] != nil {
		return nil
	}
	doc["postmortemId"], doc["createdAtTime"] = doc["id"], w.now()
	doc["timeline"] = map[string]any{"id": derivedID("timeline", id), "metadataId": w.dice.uuid()}
	root := map[string]any{"id": id, "metadataId": w.dice.uuid()}
	doc["rootIncident"] = root
	incident, known := w.incidents.find(ref{"id", id})
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
	out := maps.Clone(it.doc)
	delete(out, "id")
	delete(out, "incidentId")
	return out
}
