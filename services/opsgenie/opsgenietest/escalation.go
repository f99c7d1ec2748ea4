package opsgenietest

import "time"

const escalationPath = "/v2/escalations"

// escalations are lists of rules that say whom an alert notifies and when. See
// https://docs.opsgenie.com/docs/escalation-api.
func escalations() *kind {
	return &kind{
		noun: "escalation", path: escalationPath, param: "identifier", domain: DomainConfiguration,
		keys: []string{"id", "name"}, named: "identifierType", usedBy: notifiers(),
		complete: (*world).completeEscalation,
		schema: schema{
			unique: "name",
			fields: []field{
				{name: "name", is: textValue, required: true},
				{name: "description", is: textValue},
				{name: "rules", is: listValue, required: true, inside: checkEscalationRules},
				{name: "ownerTeam", is: objectValue, inside: checkTeam},
				{name: "repeat", is: objectValue, inside: checkRepeat},
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
	for _, rule := range (document{name: value}).list(name) {
		for _, field := range []string{"condition", "notifyType", "delay", "recipient"} {
			p.add(rule[field] == nil, name+"#"+field, "Each rule needs a "+field+".")
		}
		oneOf(p, rule, "condition", name+"#condition", "if-not-acked", "if-not-closed")
		oneOf(p, rule, "notifyType", name+"#notifyType", "default", "next", "previous", "users", "admins", "all", "random")
		checkDuration(p, name+"#delay", rule["delay"])
		recipientsOf("all", "none", "user", "team", "schedule", "escalation", "group")(p, name+"#recipient", rule["recipient"])
	}
}

func checkRepeat(p problems, name string, value any) {
	in := document{name: value}.object(name)
	for _, each := range []field{
		{name: "waitInterval", is: wholeValue},
		{name: "count", is: wholeValue},
		{name: "resetRecipientStates", is: flagValue},
		{name: "closeAlertAfterAll", is: flagValue},
	} {
		if given := in[each.name]; given != nil {
			each.name = name + "#" + each.name
			each.check(p, given)
		}
	}
}

// completeEscalation looks up the team and the recipients.
func (w *world) completeEscalation(_ *call, it *item) error {
	if team := it.doc.object("ownerTeam"); team != nil {
		it.doc["ownerTeam"] = w.named("team", team)
	}
	rules := it.doc.list("rules")
	for _, rule := range rules {
		rule["recipient"] = w.recipient(rule.object("recipient"))
		if delay := rule.object("delay"); delay.text("timeUnit") == "" {
			delay["timeUnit"] = "minutes"
		}
	}
	it.doc["rules"] = objects(rules)
	return nil
}

// waitOf converts a duration of the API.
func waitOf(d document) time.Duration {
	unit := map[string]time.Duration{
		"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute, "seconds": time.Second,
		"milliseconds": time.Millisecond, "miliseconds": time.Millisecond, "micros": time.Microsecond, "nanos": time.Nanosecond,
	}[d.text("timeUnit")]
	return time.Duration(d.number("timeAmount")) * unit
}
