package opsgenietest

import (
	"math"
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// oneOf adds an error if a member is not one of values. It may be absent.
func oneOf(p problems, in document, field, at string, values ...string) {
	value, given := in[field]
	text, _ := value.(string)
	p.Add(given && !slices.Contains(values, text), at, at+" must be one of "+strings.Join(values, ", ")+".")
}

// checkCriteria checks the conditions that alerts must meet.
func checkCriteria(p problems, name string, value any) {
	in, _ := sim.ObjectOf(value)
	p.Add(in.Text("type") == "", name+"#type", name+" needs a type.")
	oneOf(p, in, "type", name+"#type", "match-all", "match-any-condition", "match-all-conditions")
	for _, condition := range in.List("conditions") {
		p.Add(condition.Text("field") == "", name+"#field", "Each condition needs a field.")
		p.Add(condition.Text("operation") == "", name+"#operation", "Each condition needs an operation.")
	}
}

// checkRestriction checks a time restriction.
func checkRestriction(p problems, name string, value any) {
	in, _ := sim.ObjectOf(value)
	p.Add(in.Text("type") == "", name+"#type", name+" needs a type.")
	oneOf(p, in, "type", name+"#type", "time-of-day", "weekday-and-time-of-day")
	if days := in.List("restrictions"); in.Text("type") == "weekday-and-time-of-day" {
		p.Add(len(days) == 0 || len(days) > 15, name+"#restrictions", "There must be 1 to 15 restrictions.")
	}
}

// checkDuration checks a duration.
func checkDuration(p problems, name string, value any) {
	in, _ := sim.ObjectOf(value)
	amount, ok := in["timeAmount"].(float64)
	p.Add(!ok || amount != math.Trunc(amount) || amount < 0, name+"#timeAmount", "timeAmount must be a whole number that is not negative.")
	oneOf(p, in, "timeUnit", name+"#timeUnit", "days", "hours", "minutes", "seconds", "milliseconds", "miliseconds", "micros", "nanos")
}
