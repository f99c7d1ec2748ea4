package opsgenietest

import (
	"net/http"
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
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
			out, steps := it.Doc.Clone(), []document{}
			for _, step := range it.Lists.Of(notificationStepPath).Items {
				steps = append(steps, step.Doc)
			}
			out["steps"] = sim.Objects(steps)
			return out
		},
		schema: schema{
			Ordered: true, Within: "actionType",
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true},
				{Name: "actionType", Is: sim.Text, Required: true, Among: notificationActions(), Fixed: true},
				{Name: "criteria", Is: sim.Object, Absent: map[string]any{"type": "match-all"}, Inside: checkCriteria},
				{Name: "notificationTime", Is: sim.List, Absent: []any{}, Inside: checkLeads},
				{Name: "timeRestriction", Is: sim.Object, Inside: checkRestriction},
				{Name: "schedules", Is: sim.List, Absent: []any{}, Inside: recipientsOf("schedule")},
				{Name: "order", Is: sim.Whole},
				{Name: "steps", Is: sim.List, Inside: checkSteps},
				{Name: "repeat", Is: sim.Object, Absent: map[string]any{"loopAfter": float64(0), "enabled": false}, Inside: checkLoop},
				{Name: "enabled", Is: sim.Flag, Required: true},
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
		p.Add(!slices.Contains([]string{"just-before", "15-minutes-ago", "1-hour-ago", "1-day-ago"}, text), name,
			"Each of "+name+" must be one of just-before, 15-minutes-ago, 1-hour-ago, 1-day-ago.")
	}
}

func checkSteps(p problems, name string, value any) {
	all, _ := value.([]any)
	steps := notificationSteps(nil)
	for _, each := range all {
		in, ok := sim.ObjectOf(each)
		p.Add(!ok, name, "Each of "+name+" must be an object.")
		steps.Pick(p, in, true)
	}
}

func checkLoop(p problems, name string, value any) {
	in, _ := sim.ObjectOf(value)
	minutes := field{Name: name + "#loopAfter", Is: sim.Whole}
	if in["loopAfter"] != nil {
		minutes.Check(p, in["loopAfter"])
	}
}

// kept replaces the steps in the document of a rule, because they are items below it. It
// distinguishes a change without steps from one that removes them.
type kept struct{}

func (w *world) completeNotificationRule(_ *call, it *item) error {
	schedules := it.Doc.List("schedules")
	for i, each := range schedules {
		schedules[i] = w.recipient(each)
	}
	it.Doc["schedules"] = sim.Objects(schedules)
	if it.Doc["steps"] == (kept{}) {
		return nil
	}
	steps, all := notificationSteps(nil), it.Lists.Of(notificationStepPath)
	all.Items = nil
	for _, in := range it.Doc.List("steps") {
		step := steps.draft(w, it, steps.Pick(problems{}, in, true))
		if err := steps.complete(w, nil, step); err != nil {
			return err
		}
		all.Items = append(all.Items, step)
	}
	it.Doc["steps"] = kept{}
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
	fields := []field{{Name: "toUsers", Is: sim.List, Required: true}, {Name: "ruleTypes", Is: sim.List, Required: true}}
	p.Missing(in, fields)
	for _, f := range fields {
		if in[f.Name] != nil {
			f.Check(p, in[f.Name])
		}
	}
	to, types := w.copyTargets(p, in), copyTypes(p, in)
	if err := p.Err(); err != nil {
		return response{}, err
	}
	for _, rule := range slices.Clone(from.Lists.Of(k.path).Items) {
		if !slices.Contains(types, rule.Doc.Text("actionType")) {
			continue
		}
		for _, user := range to {
			shelf := user.Lists.Of(k.path)
			shelf.Items = append(shelf.Items, copied(w, rule, user))
			k.Number(shelf)
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
		user := w.lists.Of(userPath).Find(name, "id", "username")
		p.Add(user == nil, "toUsers", "No user exists with username ["+name+"].")
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
			p.Add(!slices.Contains(notificationActions(), name), "ruleTypes", "There is no rule type ["+name+"].")
			actions = append(actions, name)
		}
	}
	return actions
}

// copied returns a copy of an item with new ids, below another item.
func copied(w *world, i, above *item) *item {
	out := &item{Doc: i.Doc.Clone(), Above: above, Lists: shelves{}}
	out.Doc["id"] = w.Dice.UUID()
	steps := out.Lists.Of(notificationStepPath)
	for _, step := range i.Lists.Of(notificationStepPath).Items {
		steps.Items = append(steps.Items, copied(w, step, out))
	}
	return out
}
