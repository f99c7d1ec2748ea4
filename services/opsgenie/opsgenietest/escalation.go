package opsgenietest

import (
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

const escalationPath = "/v2/escalations"

// escalations are lists of rules that say whom an alert notifies and when. See
// https://docs.opsgenie.com/docs/escalation-api.
func escalations() *kind {
	return &kind{
		noun: "escalation", path: escalationPath, param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "name"}, named: "identifierType", usedBy: notifiers(),
		complete: (*world).completeEscalation,
		schema: schema{
			Unique: "name",
			Fields: []field{
				{Name: "name", Is: sim.Text, Required: true},
				{Name: "description", Is: sim.Text},
				{Name: "rules", Is: sim.List, Required: true, Inside: checkEscalationRules},
				{Name: "ownerTeam", Is: sim.Object, Inside: checkTeam},
				{Name: "repeat", Is: sim.Object, Inside: checkRepeat},
			},
		},
	}
}

// notifiers are the lists whose items name schedules and escalations.
func notifiers() map[string]string {
	return map[string]string{schedulesPath: "schedule", escalationPath: "escalation", teamPath: "a routing rule of team"}
}

func escalationRoutes() []route { return escalations().routes() }

func checkEscalationRules(p problems, name string, value any) {
	for _, rule := range (document{name: value}).List(name) {
		for _, field := range []string{"condition", "notifyType", "delay", "recipient"} {
			p.Add(rule[field] == nil, name+"#"+field, "Each rule needs a "+field+".")
		}
		oneOf(p, rule, "condition", name+"#condition", "if-not-acked", "if-not-closed")
		oneOf(p, rule, "notifyType", name+"#notifyType", "default", "next", "previous", "users", "admins", "all", "random")
		checkDuration(p, name+"#delay", rule["delay"])
		recipientsOf("all", "none", "user", "team", "schedule", "escalation", "group")(p, name+"#recipient", rule["recipient"])
	}
}

func checkRepeat(p problems, name string, value any) {
	in := document{name: value}.Object(name)
	for _, each := range []field{
		{Name: "waitInterval", Is: sim.Whole},
		{Name: "count", Is: sim.Whole},
		{Name: "resetRecipientStates", Is: sim.Flag},
		{Name: "closeAlertAfterAll", Is: sim.Flag},
	} {
		if given := in[each.Name]; given != nil {
			each.Name = name + "#" + each.Name
			each.Check(p, given)
		}
	}
}

// completeEscalation looks up the team and the recipients.
func (w *world) completeEscalation(_ *call, it *item) error {
	if team := it.Doc.Object("ownerTeam"); team != nil {
		it.Doc["ownerTeam"] = w.named("team", team)
	}
	rules := it.Doc.List("rules")
	for _, rule := range rules {
		rule["recipient"] = w.recipient(rule.Object("recipient"))
		if delay := rule.Object("delay"); delay.Text("timeUnit") == "" {
			delay["timeUnit"] = "minutes"
		}
	}
	it.Doc["rules"] = sim.Objects(rules)
	return nil
}

// waitOf converts a duration of the API.
func waitOf(d document) time.Duration {
	unit := map[string]time.Duration{
		"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute, "seconds": time.Second,
		"milliseconds": time.Millisecond, "miliseconds": time.Millisecond, "micros": time.Microsecond, "nanos": time.Nanosecond,
	}[d.Text("timeUnit")]
	return time.Duration(d.Number("timeAmount")) * unit
}
