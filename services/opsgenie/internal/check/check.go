// Package check refuses requests that the API would refuse, before they are sent. Each
// function returns a [services.ArgumentError] that names the field, or nil.
package check

import (
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// Required refuses an empty text.
func Required[T ~string](field string, value T) error {
	if value == "" {
		return &services.ArgumentError{Field: field, Problem: "is required"}
	}
	return nil
}

// Missing refuses a field that is missing.
func Missing(field string, missing bool) error {
	if missing {
		return &services.ArgumentError{Field: field, Problem: "is required"}
	}
	return nil
}

// Kept reports whether an object has a value under name that its field could not hold. Such a
// value is sent as it came, so that the field is not missing although it is zero.
func Kept(object services.Other, name string) bool {
	for kept, raw := range object.Members() {
		if kept == name {
			return string(raw) != "null"
		}
	}
	return false
}

// NotNegative refuses negative numbers.
func NotNegative(field string, numbers ...int) error {
	for _, n := range numbers {
		if n < 0 {
			return &services.ArgumentError{Field: field, Problem: "must not be negative"}
		}
	}
	return nil
}

// Order refuses a negative position.
func Order(field string, order services.Optional[int]) error {
	n, _ := order.Get()
	return NotNegative(field, n)
}

// NotZero refuses a member that is set to the zero value, which is not a value to the server.
func NotZero[T interface{ IsZero() bool }](field string, value services.Optional[T]) error {
	if v, set := value.Get(); set && v.IsZero() {
		return &services.ArgumentError{Field: field, Problem: "is set to nothing: services.Null clears it"}
	}
	return nil
}

// Responders refuses a responder that is not given.
func Responders(field string, all ...shape.Responder) error {
	for i, r := range all {
		if r.IsZero() {
			return &services.ArgumentError{Field: fmt.Sprintf("%s[%d]", field, i), Problem: "has neither id nor name"}
		}
	}
	return nil
}

// Kind refuses responders of another kind than the API can read there. Zero ones pass.
func Kind(field string, kind shape.Kind, all ...shape.Responder) error {
	for _, r := range all {
		if !r.IsZero() && r.Kind() != kind {
			return &services.ArgumentError{Field: field, Problem: fmt.Sprintf("must be of kind %s", kind)}
		}
	}
	return nil
}

// Recipients refuses a recipient that is not given.
func Recipients(field string, all ...shape.Recipient) error {
	for i, r := range all {
		if r.IsZero() {
			return &services.ArgumentError{Field: fmt.Sprintf("%s[%d]", field, i), Problem: "has neither id nor name"}
		}
	}
	return nil
}

// Filter refuses a filter without its kind or conditions, and conditions without a field or
// operation. A filter that is not given passes.
func Filter(field string, f shape.Filter) error {
	conditional := f.Kind == shape.FilterMatchAnyCondition || f.Kind == shape.FilterMatchAllConditions
	if conditional && len(f.Conditions) == 0 && !Kept(f.Other, "conditions") {
		return &services.ArgumentError{Field: field + ".conditions", Problem: "is required"}
	}
	return errors.Join(
		Missing(field+".type", f.Kind == "" && len(f.Conditions) > 0 && !Kept(f.Other, "type")),
		Conditions(field+".conditions", f.Conditions),
	)
}

// Conditions refuses a condition that lacks its field or operation.
func Conditions(field string, all []shape.Condition) error {
	var faults []error
	for i, c := range all {
		at := fmt.Sprintf("%s[%d]", field, i)
		faults = append(faults,
			Missing(at+".field", c.Field == "" && !Kept(c.Other, "field")),
			Missing(at+".operation", c.Operation == "" && !Kept(c.Other, "operation")))
	}
	return errors.Join(faults...)
}

// TimeRestriction refuses a restriction without its kind or hours, hours without a day, and
// negative numbers. A restriction that is not given passes.
func TimeRestriction(field string, t shape.TimeRestriction) error {
	switch t.Kind {
	case shape.RestrictTimeOfDay:
		day, ok := t.Day.Get()
		if !ok {
			return Missing(field+".restriction", !Kept(t.Other, "restriction"))
		}
		return NotNegative(field+".restriction", day.StartHour, day.StartMin, day.EndHour, day.EndMin)
	case shape.RestrictWeekdayAndTimeOfDay:
		if len(t.Week) == 0 {
			return Missing(field+".restrictions", !Kept(t.Other, "restrictions"))
		}
	}
	_, daily := t.Day.Get()
	faults := []error{Missing(field+".type", t.Kind == "" && (daily || len(t.Week) > 0) && !Kept(t.Other, "type"))}
	for i, w := range t.Week {
		at := fmt.Sprintf("%s.restrictions[%d]", field, i)
		faults = append(faults,
			Missing(at+".startDay", w.StartDay == "" && !Kept(w.Other, "startDay")),
			Missing(at+".endDay", w.EndDay == "" && !Kept(w.Other, "endDay")),
			NotNegative(at, w.StartHour, w.StartMin, w.EndHour, w.EndMin))
	}
	return errors.Join(faults...)
}

// Duration refuses a negative duration.
func Duration(field string, d shape.Duration) error {
	if d.Duration() < 0 {
		return &services.ArgumentError{Field: field, Problem: "must not be negative"}
	}
	return nil
}

// Incident refuses properties without a required member.
func Incident(field string, p shape.IncidentProperties) error {
	return errors.Join(
		Missing(field+".message", p.Message == "" && !Kept(p.Other, "message")),
		Missing(field+".priority", p.Priority == "" && !Kept(p.Other, "priority")),
		Stakeholders(field+".stakeholderProperties", p.Stakeholders),
	)
}

// Stakeholders refuses properties without a message.
func Stakeholders(field string, s shape.Stakeholders) error {
	return Missing(field+".message", s.Message == "" && !Kept(s.Other, "message"))
}

// Renamed returns whether an update is safe to retry. It is not if it refers to its object by a
// name, old, that it changes: a second copy would not find the object.
func Renamed(byName bool, old string, name services.Optional[string]) services.Repeat {
	if next, set := name.Get(); byName && set && next != old {
		return services.RetryIfRefused
	}
	return services.SafeToRetry
}

// Noted returns whether an action is safe to retry: without a note it is, and with one a second
// copy would add the note twice.
func Noted(note string) services.Repeat {
	if note != "" {
		return services.RetryIfRefused
	}
	return services.SafeToRetry
}
