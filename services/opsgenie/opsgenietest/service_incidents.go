package opsgenietest

import (
	"encoding/json"
	"slices"
)

// incidentRules select the alerts that create an incident of a service. See
// https://docs.opsgenie.com/docs/service-incident-rules-api.
func incidentRules() *kind {
	return &kind{
		noun: "incident rule", path: "/v1/services/{serviceId}/incident-rules", param: "incidentRuleId", domain: DomainOther,
		keys: []string{"id"}, below: businessServices("serviceId"), brief: []string{"id"},
		schema: schema{
			replace: true, ordered: true, made: []string{"order"},
			fields: []field{
				{name: "conditionMatchType", is: textValue, among: matchTypes(), absent: "match-all"},
				{name: "conditions", is: listValue, inside: checkConditions},
				{name: "incidentProperties", is: objectValue, required: true, inside: checkIncident},
			},
		},
	}
}

// serviceTemplates are the texts with which incidents of a service start. See
// https://docs.opsgenie.com/docs/service-incident-templates-api.
func serviceTemplates() *kind {
	return &kind{
		noun: "incident template", path: "/v1/services/{serviceId}/incident-templates", param: "incidentTemplateId", domain: DomainOther,
		keys: []string{"id"}, below: businessServices("serviceId"), brief: []string{"id"},
		schema: schema{
			replace: true,
			fields: []field{
				{name: "name", is: textValue, required: true},
				{name: "incidentProperties", is: objectValue, required: true, inside: checkIncident},
			},
		},
	}
}

func serviceIncidentRoutes() []route {
	rules, templates := incidentRules().routes(), serviceTemplates().routes()
	for i := range templates { // only the body of a creation wraps the template
		templates[i].serve = unwrapping("incidentTemplate", templates[i].serve)
	}
	none := func(r route) bool { return r.pattern[:4] == "GET " && r.pattern[len(r.pattern)-1] == '}' } // the API has no GET of one
	return slices.DeleteFunc(slices.Concat(rules, templates), none)
}

// unwrapping returns a handler that reads the body from a member of it, if there is one.
func unwrapping(member string, serve handler) handler {
	return func(w *world, c *call) (response, error) {
		var wrapped map[string]json.RawMessage
		if json.Unmarshal(c.body, &wrapped) != nil || wrapped[member] == nil {
			return serve(w, c)
		}
		inner := *c
		inner.body = wrapped[member]
		return serve(w, &inner)
	}
}

// incidentTextFields returns the members that templates set in an incident.
func incidentTextFields() []field {
	return []field{
		{name: "message", is: textValue, required: true, most: 130},
		{name: "description", is: textValue, most: 10_000},
		{name: "tags", is: listValue, most: 20},
		{name: "details", is: objectValue},
		{name: "priority", is: textValue, required: true, among: priorities()},
		{name: "stakeholderProperties", is: objectValue, required: true, inside: checkStakeholders},
	}
}

func checkIncident(p problems, name string, value any) {
	incident, _ := value.(map[string]any)
	p.within(name, incident, incidentTextFields())
}

func checkStakeholders(p problems, name string, value any) {
	stakeholders, _ := value.(map[string]any)
	p.within(name, stakeholders, []field{
		{name: "enable", is: flagValue},
		{name: "message", is: textValue, required: true, most: 130},
		{name: "description", is: textValue, most: 10_000},
	})
}
