package opsgenietest

import (
	"encoding/json"
	"slices"
)

// incidentRules say which alerts open an incident for a service. See
// https://docs.opsgenie.com/docs/service-incident-rules-api.
func incidentRules() *kind {
	return &kind{
		noun: "incident rule", path: "/v1/services/{serviceId}/incident-rules", param: "incidentRuleId", domain: DomainOther,
		keys: []string{"id"}, below: businessServices("serviceId"), replace: true, ordered: true, brief: []string{"id"},
		made: []string{"order"},
		fields: []field{
			{name: "conditionMatchType", is: textValue, among: matchTypes(), absent: "match-all"},
			{name: "conditions", is: listValue, inside: checkConditions},
			{name: "incidentProperties", is: objectValue, required: true, inside: checkIncident},
		},
	}
}

// serviceTemplates say what an incident of a service says to begin with. See
// https://docs.opsgenie.com/docs/service-incident-templates-api.
func serviceTemplates() *kind {
	return &kind{
		noun: "incident template", path: "/v1/services/{serviceId}/incident-templates", param: "incidentTemplateId", domain: DomainOther,
		keys: []string{"id"}, below: businessServices("serviceId"), replace: true, brief: []string{"id"},
		fields: []field{
			{name: "name", is: textValue, required: true},
			{name: "incidentProperties", is: objectValue, required: true, inside: checkIncident},
		},
	}
}

func serviceIncidentRoutes() []route {
	rules, templates := incidentRules().routes(), serviceTemplates().routes()
	for i := range templates { // the API wraps them in a creation, and not in a change
		templates[i].serve = unwrapping("incidentTemplate", templates[i].serve)
	}
	none := func(r route) bool { return r.pattern[:4] == "GET " && r.pattern[len(r.pattern)-1] == '}' } // they are only listed
	return slices.DeleteFunc(slices.Concat(rules, templates), none)
}

// unwrapping returns a handler that takes the body out of a member, if it is in it.
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

// incidentTextFields are the fields of what an incident says, and how long they may be.
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
