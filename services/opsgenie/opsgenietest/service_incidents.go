package opsgenietest

import (
	"encoding/json"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// incidentRules select the alerts that create an incident of a service. See
// https://docs.opsgenie.com/docs/service-incident-rules-api.
func incidentRules() *kind {
	return &kind{
		noun: "incident rule", path: "/v1/services/{serviceId}/incident-rules", param: "incidentRuleId", domain: DomainOther,
		keys: []string{"id"}, below: businessServices("serviceId"), brief: []string{"id"},
		schema: schema{
			Replace: true, Ordered: true, Made: []string{"order"},
			Fields: []field{
				{Name: "conditionMatchType", Is: sim.Text, Among: matchTypes(), Absent: "match-all"},
				{Name: "conditions", Is: sim.List, Inside: checkConditions},
				{Name: "incidentProperties", Is: sim.Object, Required: true, Inside: checkIncident},
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
			Replace: true,
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true},
				{Name: "incidentProperties", Is: sim.Object, Required: true, Inside: checkIncident},
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
		if json.Unmarshal(c.Body, &wrapped) != nil || wrapped[member] == nil {
			return serve(w, c)
		}
		inner := *c
		inner.Body = wrapped[member]
		return serve(w, &inner)
	}
}

// incidentTextFields returns the members that templates set in an incident.
func incidentTextFields() []field {
	return []field{
		{Name: "message", Is: sim.Text, Required: true, Most: 130},
		{Name: "description", Is: sim.Text, Most: 10_000},
		{Name: "tags", Is: sim.List, Most: 20},
		{Name: "details", Is: sim.Object},
		{Name: "priority", Is: sim.Text, Required: true, Among: priorities()},
		{Name: "stakeholderProperties", Is: sim.Object, Required: true, Inside: checkStakeholders},
	}
}

func checkIncident(p problems, name string, value any) {
	incident, _ := value.(map[string]any)
	p.Within(name, incident, incidentTextFields())
}

func checkStakeholders(p problems, name string, value any) {
	stakeholders, _ := value.(map[string]any)
	p.Within(name, stakeholders, []field{
		{Name: "enable", Is: sim.Flag},
		{Name: "message", Is: sim.Text, Required: true, Most: 130},
		{Name: "description", Is: sim.Text, Most: 10_000},
	})
}
