package opsgenietest

import (
	"math"
	"slices"
	"strings"
)

// oneOf adds an error if a member is not one of values. It may be absent.
func oneOf(p problems, in document, field, at string, values ...string) {
	value, given := in[field]
	text, _ := value.(string)
	p.add(given && !slices.Contains(values, text), at, at+" must be one of "+strings.Join(values, ", ")+".")
}

// checkCriteria checks the conditions that alerts must meet.
func checkCriteria(p problems, name string, value any) {
	in, _ := objectOf(value)
	p.add(in.text("type") == "", name+"#type", name+" needs a type.")
	oneOf(p, in, "type", name+"#type", "match-all", "match-any-condition", "match-all-conditions")
	for _, condition := range in.list("conditions") {
		p.add(condition.text("field") == "", name+"#field", "Each condition needs a field.")
		p.add(condition.text("operation") == "", name+"#operation", "Each condition needs an operation.")
	}
}

// checkRestriction checks a time restriction.
func checkRestriction(p problems, name string, value any) {
	in, _ := objectOf(value)
	p.add(in.text("type") == "", name+"#type", name+" needs a type.")
	oneOf(p, in, "type", name+"#type", "time-of-day", "weekday-and-time-of-day")
	if days := in.list("restrictions"); in.text("type") == "weekday-and-time-of-day" {
		p.add(len(days) == 0 || len(days) > 15, name+"#restrictions", "There must be 1 to 15 restrictions.")
	}
}

// checkDuration checks a duration.
func checkDuration(p problems, name string, value any) {
	in, _ := objectOf(value)
	amount, ok := in["timeAmount"].(float64)
	p.add(!ok || amount != math.Trunc(amount) || amount < 0, name+"#timeAmount", "timeAmount must be a whole number that is not negative.")
	oneOf(p, in, "timeUnit", name+"#timeUnit", "days", "hours", "minutes", "seconds", "milliseconds", "miliseconds", "micros", "nanos")
}
