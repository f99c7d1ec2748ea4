package jsmtest

import (
	"slices"

	"github.com/tripware/tripware/services/internal/sim"
)

const escalationsPath = teamPath + "/escalations"

// escalationRoutes are those of the lists of rules that say whom an alert notifies and
// when.
func escalationRoutes() []route {
	k := &kind{
		noun: "escalation", path: escalationsPath, param: "id", below: teams(), size: 20, most: 100,
		schema: schema{Fields: []field{
			{Name: "name", Is: sim.Text, Required: true, Most: 100},
			{Name: "description", Is: sim.Text, Most: 200, Absent: ""},
			{Name: "rules", Is: sim.List, Required: true, Inside: checkEscalationRules},
			{Name: "enabled", Is: sim.Flag, Absent: true},
			{Name: "repeat", Is: sim.Object, Inside: checkEach(
				field{Name: "waitInterval", Is: sim.Whole}, field{Name: "count", Is: sim.Whole, Least: 1, Inside: checkCount},
				field{Name: "resetRecipientStates", Is: sim.Flag}, field{Name: "closeAlertAfterAll", Is: sim.Flag},
			)},
		}},
	}
	return k.routes()
}

// checkEscalationRules checks rules. Their delay is a number of minutes. A recipient needs
// no id if the rule notifies for example all of a team.
func checkEscalationRules(p problems, name string, value any) {
	checkEach(
		field{Name: "condition", Is: sim.Text, Required: true, Among: []string{"if-not-acked", "if-not-closed"}},
		field{Name: "notifyType", Is: sim.Text, Required: true, Among: notifyTypes()},
		field{Name: "delay", Is: sim.Whole, Required: true, Least: 1},
		field{Name: "recipient", Is: sim.Object, Required: true},
	)(p, name, value)
	types := []string{"user", "schedule", "team"}
	for _, rule := range (document{name: value}).List(name) {
		var free []string
		if rule.Text("notifyType") != "default" {
			free = slices.Clone(types)
		}
		checkParties(types, free...)(p, name+".recipient", rule["recipient"])
	}
}

func notifyTypes() []string {
	return []string{"default", "next", "previous", "users", "admins", "all", "random"}
}

func checkCount(p problems, name string, value any) {
	n, _ := value.(float64)
	p.Add(n > 20, name, name+" must be at most 20.")
}
