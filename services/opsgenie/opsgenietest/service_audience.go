package opsgenietest

import "maps"

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
		"responder": {{name: "teams", is: listValue, most: 50}, {name: "individuals", is: listValue, most: 50}},
		"stakeholder": {
			{name: "individuals", is: listValue},
			{name: "conditionMatchType", is: textValue, among: matchTypes()},
			{name: "conditions", is: listValue, inside: checkAudienceConditions},
		},
	}
}

func checkAudienceConditions(p problems, name string, value any) {
	for _, each := range (document{name: value}).list(name) {
		p.within(name, each, []field{
			{name: "matchField", is: textValue, required: true, among: profileFields()},
			{name: "key", is: textValue, required: each.text("matchField") == "customProperty"},
			{name: "value", is: textValue, required: true},
		})
	}
}

func profileFields() []string {
	return []string{"country", "state", "city", "zipCode", "line", "tag", "customProperty"}
}

// audience returns the audience template of a service.
func audienceOf(i *item) document {
	shelf := i.lists.of("audience")
	if len(shelf.items) == 0 {
		shelf.items = []*item{{above: i, doc: document{
			"responder":   map[string]any{"teams": []any{}, "individuals": []any{}},
			"stakeholder": map[string]any{"individuals": []any{}, "conditions": []any{}},
		}}}
	}
	return shelf.items[0].doc
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
	drafts := audienceOf(it).clone()
	for name, value := range in {
		fields, known := audienceFields()[name]
		switch {
		case !known:
			drafts[name] = value
		case value != nil:
			(&field{name: name, is: objectValue}).check(p, value)
			p.within(name, in.object(name), fields)
			(&kind{schema: schema{fields: fields}}).write(drafts.object(name), in.object(name))
		}
	}
	if err := p.err(); err != nil {
		return response{}, err
	}
	maps.Copy(audienceOf(it), drafts)
	return response{result: "Updated", data: it.doc.only("id", "name")}, nil
}
