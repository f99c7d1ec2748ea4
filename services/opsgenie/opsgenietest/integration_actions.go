package opsgenietest

import (
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

// actionTypes returns the types of the actions of an integration.
func actionTypes() []string { return []string{"ignore", "create", "close", "acknowledge", "addNote"} }

// actionFields returns the members that actions of all types have.
func actionFields() []field {
	return []field{
		{Name: "type", Is: sim.Text, Required: true, Among: actionTypes()},
		{Name: "name", Is: sim.Text, Required: true},
		{Name: "filter", Is: sim.Object, Required: true, Inside: checkActionFilter},
		{Name: "order", Is: sim.Whole},
		{Name: "priority", Is: sim.Text, Among: priorities()},
	}
}

func checkActionFilter(p problems, name string, value any) {
	filter, _ := value.(map[string]any)
	oneOf(p, filter, "conditionMatchType", name+".conditionMatchType", matchTypes()...)
	checkConditions(p, name+".conditions", filter["conditions"])
}

// matchTypes returns the ways to combine conditions.
func matchTypes() []string {
	return []string{"match-all", "match-any-condition", "match-all-conditions"}
}

// checkConditions adds an error if a condition lacks its field or operation.
func checkConditions(p problems, name string, value any) {
	for _, each := range (document{name: value}).List(name) {
		p.Add(each.Text("field") == "" || each.Text("operation") == "", name, "Each of "+name+" needs a field and an operation.")
	}
}

// actions returns the actions of an integration by their types. The caller may modify it.
func actionsOf(i *item) document {
	shelf := i.Lists.Of("actions")
	if len(shelf.Items) == 0 {
		none := document{}
		for _, sort := range actionTypes() {
			none[sort] = []any{}
		}
		shelf.Items = []*item{{Doc: none, Above: i}}
	}
	return shelf.Items[0].Doc
}

// shownActions returns all actions of an integration, with a summary of it.
func shownActions(w *world, it *item) document {
	out := actionsOf(it).Clone()
	out["_parent"] = summariseIntegration(w, it)
	return out
}

func listActions(w *world, _ *call, it *item) (response, error) {
	return response{data: shownActions(w, it)}, nil
}

func createAction(w *world, c *call, it *item) (response, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	p.Within("", in, actionFields())
	if err := p.Err(); err != nil {
		return response{}, err
	}
	actions, sort := actionsOf(it), in.Text("type")
	list, _ := actions[sort].([]any)
	w.completeAction(in, len(list))
	actions[sort] = append(slices.Clip(list), map[string]any(in))
	return response{status: http.StatusCreated, result: "Created", data: shownActions(w, it)}, nil
}

// replaceActions replaces all actions of an integration, including those of unknown
// types.
func replaceActions(w *world, c *call, it *item) (response, error) {
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	for _, sort := range actionTypes() {
		if in[sort] == nil {
			in[sort] = []any{}
		}
		(&field{Name: sort, Is: sim.List}).Check(p, in[sort])
		for n, each := range in.List(sort) {
			p.Within(sort, each, actionFields())
			p.Add(each.Text("type") != sort, sort+".type", "Each of "+sort+" must have this type.")
			w.completeAction(each, n)
		}
	}
	if err := p.Err(); err != nil {
		return response{}, err
	}
	it.Lists["actions"] = &shelf{Items: []*item{{Doc: in, Above: it}}}
	return response{result: "Updated", data: shownActions(w, it)}, nil
}

// completeAction adds the members that responses have for each action.
func (w *world) completeAction(action document, order int) {
	if action["order"] == nil {
		action["order"] = order
	}
	w.identify(action, "responders", "recipients")
	if action.Text("type") == "ignore" {
		return
	}
	for _, name := range []string{"user", "note", "alias"} {
		if action[name] == nil {
			action[name] = ""
		}
	}
}
