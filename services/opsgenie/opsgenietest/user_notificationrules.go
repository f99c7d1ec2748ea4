package opsgenietest

import (
	"net/http"
	"slices"
)

const (
	notificationRulePath = userPath + "/{identifier}/notification-rules"
	notificationStepPath = notificationRulePath + "/{ruleId}/steps"
)

func notificationActions() []string {
	return []string{
		"create-alert", "acknowledged-alert", "closed-alert", "renotified-alert", "assigned-alert", "add-note",
		"schedule-start", "schedule-end", "incoming-call-routing",
	}
}

// notificationRules say how and when a user is notified. Their order is counted among
// the rules with the same action. See
// https://docs.opsgenie.com/docs/notification-rule-api.
func notificationRules(above *kind) *kind {
	return &kind{
		noun: "notification rule", path: notificationRulePath, param: "ruleId", domain: DomainConfiguration,
		keys: []string{"id"}, below: above,
		brief: []string{"id", "name", "actionType", "order", "enabled"}, row: []string{"id", "name", "actionType", "order", "enabled"},
		complete: (*world).completeNotificationRule,
		show: func(_ *world, it *item) document {
			out, steps := it.doc.clone(), []document{}
			for _, step := range it.lists.of(notificationStepPath).items {
				steps = append(steps, step.doc)
			}
			out["steps"] = objects(steps)
			return out
		},
		schema: schema{
			ordered: true, within: "actionType",
			fields: []field{
				{name: "name", is: textValue, required: true},
				{name: "actionType", is: textValue, required: true, among: notificationActions(), fixed: true},
				{name: "criteria", is: objectValue, absent: map[string]any{"type": "match-all"}, inside: checkCriteria},
				{name: "notificationTime", is: listValue, absent: []any{}, inside: checkLeads},
				{name: "timeRestriction", is: objectValue, inside: checkRestriction},
				{name: "schedules", is: listValue, absent: []any{}, inside: recipientsOf("schedule")},
				{name: "order", is: wholeValue},
				{name: "steps", is: listValue, inside: checkSteps},
				{name: "repeat", is: objectValue, absent: map[string]any{"loopAfter": float64(0), "enabled": false}, inside: checkLoop},
				{name: "enabled", is: flagValue, required: true},
			},
		},
	}
}

func notificationRuleRoutes() []route {
	all := notificationRules(users())
	return slices.Concat(all.routes(), all.switches(http.StatusOK), []route{
		all.on(http.MethodPost, "/change-order", all.reordered),
		{"POST " + all.path + "/copy-to", all.domain, jsonBody, all.copyTo},
	})
}

func checkLeads(p problems, name string, value any) {
	all, _ := value.([]any)
	for _, each := range all {
		text, _ := each.(string)
		p.add(!slices.Contains([]string{"just-before", "15-minutes-ago", "1-hour-ago", "1-day-ago"}, text), name,
			"Each of "+name+" must be one of just-before, 15-minutes-ago, 1-hour-ago, 1-day-ago.")
	}
}

func checkSteps(p problems, name string, value any) {
	all, _ := value.([]any)
	steps := notificationSteps(nil)
	for _, each := range all {
		in, ok := objectOf(each)
		p.add(!ok, name, "Each of "+name+" must be an object.")
		steps.pick(p, in, true)
	}
}

func checkLoop(p problems, name string, value any) {
	in, _ := objectOf(value)
	minutes := field{name: name + "#loopAfter", is: wholeValue}
	if in["loopAfter"] != nil {
		minutes.check(p, in["loopAfter"])
	}
}

// kept replaces the steps in the document of a rule, because they are items below it. It
// distinguishes a change without steps from one that removes them.
type kept struct{}

func (w *world) completeNotificationRule(_ *call, it *item) error {
	schedules := it.doc.list("schedules")
	for i, each := range schedules {
		schedules[i] = w.recipient(each)
	}
	it.doc["schedules"] = objects(schedules)
	if it.doc["steps"] == (kept{}) {
		return nil
	}
	steps, all := notificationSteps(nil), it.lists.of(notificationStepPath)
	all.items = nil
	for _, in := range it.doc.list("steps") {
		step := steps.draft(w, it, steps.pick(problems{}, in, true))
		if err := steps.complete(w, nil, step); err != nil {
			return err
		}
		all.items = append(all.items, step)
	}
	it.doc["steps"] = kept{}
	return nil
}

// copyTo adds copies of a user's rules to the end of the rules of other users.
func (k *kind) copyTo(w *world, c *call) (response, error) {
	from, err := k.parent(w, c)
	if err != nil {
		return response{}, err
	}
	in, p := document{}, problems{}
	if err := c.decode(&in); err != nil {
		return response{}, err
	}
	fields := []field{{name: "toUsers", is: listValue, required: true}, {name: "ruleTypes", is: listValue, required: true}}
	p.missing(in, fields)
	for _, f := range fields {
		if in[f.name] != nil {
			f.check(p, in[f.name])
		}
	}
	to, types := w.copyTargets(p, in), copyTypes(p, in)
	if err := p.err(); err != nil {
		return response{}, err
	}
	for _, rule := range slices.Clone(from.lists.of(k.path).items) {
		if !slices.Contains(types, rule.doc.text("actionType")) {
			continue
		}
		for _, user := range to {
			shelf := user.lists.of(k.path)
			shelf.items = append(shelf.items, copied(w, rule, user))
			k.number(shelf)
		}
	}
	return response{result: "Copied"}, nil
}

// copyTargets returns the users to copy to, who must exist.
func (w *world) copyTargets(p problems, in document) []*item {
	var to []*item
	names, _ := in["toUsers"].([]any)
	for _, each := range names {
		name, _ := each.(string)
		user := w.lists.of(userPath).find(name, "id", "username")
		p.add(user == nil, "toUsers", "No user exists with username ["+name+"].")
		to = append(to, user)
	}
	return to
}

// copyTypes returns the actions of the rules to copy.
func copyTypes(p problems, in document) []string {
	var actions []string
	types, _ := in["ruleTypes"].([]any)
	for _, each := range types {
		switch name, _ := each.(string); name {
		case "all":
			actions = append(actions, notificationActions()...)
		case "new-alert":
			actions = append(actions, "create-alert")
		default:
			p.add(!slices.Contains(notificationActions(), name), "ruleTypes", "There is no rule type ["+name+"].")
			actions = append(actions, name)
		}
	}
	return actions
}

// copied returns a copy of an item with new ids, below another item.
func copied(w *world, i, above *item) *item {
	out := &item{doc: i.doc.clone(), above: above, lists: shelves{}}
	out.doc["id"] = w.dice.uuid()
	steps := out.lists.of(notificationStepPath)
	for _, step := range i.lists.of(notificationStepPath).items {
		steps.items = append(steps.items, copied(w, step, out))
	}
	return out
}
