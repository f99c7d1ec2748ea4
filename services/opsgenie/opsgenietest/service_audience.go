package opsgenietest

import (
	"maps"

	"github.com/tripware/tripware/services/internal/sim"
)

// An audience template lists the responders and stakeholders of a service's incidents.
// Each service has one, which is empty at first. See
// https://docs.opsgenie.com/docs/service-audience-template-api.
func audienceTemplateRoutes() []route {
	k := businessServices("serviceId")
	const at = "/audience-templates"
	return []route{k.on("GET", at, getAudience), k.on("PATCH", at, changeAudience)}
}

func audienceFields() map[string][]field {
	return map[string][]field{
		"responder": {{Name: "teams", Is: sim.List, Most: 50}, {Name: "individuals", Is: sim.List, Most: 50}},
		"stakeholder": {
			{Name: "individuals", Is: sim.List},
			{Name: "conditionMatchType", Is: sim.Text, Among: matchTypes()},
			{Name: "conditions", Is: sim.List, Inside: checkAudienceConditions},
		},
	}
}

func checkAudienceConditions(p problems, name string, value any) {
	for _, each := range (document{name: value}).List(name) {
		p.Within(name, each, []field{
			{Name: "matchField", Is: sim.Text, Required: true, Among: profileFields()},
			{Name: "key", Is: sim.Text, Required: each.Text("matchField") == "customProperty"},
			{Name: "value", Is: sim.Text, Required: true},
		})
	}
}

func profileFields() []string {
	return []string{"country", "state", "city", "zipCode", "line", "tag", "customProperty"}
}

// audience returns the audience template of a service.
func audienceOf(i *item) document {
	shelf := i.Lists.Of("audience")
	if len(shelf.Items) == 0 {
		shelf.Items = []*item{{Above: i, Doc: document{
			"responder":   map[string]any{"teams": []any{}, "individuals": []any{}},
			"stakeholder": map[string]any{"individuals": []any{}, "conditions": []any{}},
		}}}
	}
	return shelf.Items[0].Doc
}

func getAudience(_ *world, _ *call, it *item) (response, error) {
	return response{data: audienceOf(it)}, nil
}

// changeAudience merges a request into a template and its two parts.
func changeAudience(_ *world, c *call, it *item) (response, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	drafts := audienceOf(it).Clone()
	for name, value := range in {
		fields, known := audienceFields()[name]
		switch {
		case !known:
			drafts[name] = value
		case value != nil:
			(&field{Name: name, Is: sim.Object}).Check(p, value)
			p.Within(name, in.Object(name), fields)
			(&kind{schema: schema{Fields: fields}}).Write(drafts.Object(name), in.Object(name))
		}
	}
	if err := p.Err(); err != nil {
		return response{}, err
	}
	maps.Copy(audienceOf(it), drafts)
	return response{result: "Updated", data: it.Doc.Only("id", "name")}, nil
}
