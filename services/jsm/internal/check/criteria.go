package check

import (
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// Missing refuses a field that is missing.
func Missing(field string, missing bool) error {
	if missing {
		return refuse(field, "is required")
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
			return refuse(field, "must not be negative")
		}
	}
	return nil
}

// Order refuses a negative position, or another number that may be absent and not be negative.
func Order(field string, order services.Optional[int]) error {
	n, _ := order.Get()
	return NotNegative(field, n)
}

// NotZero refuses a member that is set to the zero value, which is not a value to the server.
func NotZero[T interface{ IsZero() bool }](field string, value services.Optional[T]) error {
	if v, set := value.Get(); set && v.IsZero() {
		return refuse(field, "is set to nothing: services.Null clears it")
	}
	return nil
}

// Filter refuses a filter without its kind or conditions, and conditions without a field or
// operation. A filter that is not given passes.
func Filter(field string, f shape.Filter) error {
	conditional := f.Kind == shape.FilterMatchAnyCondition || f.Kind == shape.FilterMatchAllConditions
	if conditional && len(f.Conditions) == 0 && !Kept(f.Other, "conditions") {
		return refuse(field+".conditions", "is required")
	}
	faults := []error{Missing(field+".type", f.Kind == "" && len(f.Conditions) > 0 && !Kept(f.Other, "type"))}
	for i, c := range f.Conditions {
		at := fmt.Sprintf("%s.conditions[%d]", field, i)
		faults = append(faults,
			Missing(at+".field", c.Field == "" && !Kept(c.Other, "field")),
			Missing(at+".operation", c.Operation == "" && !Kept(c.Other, "operation")))
	}
	return errors.Join(faults...)
}

// TimeRestriction refuses a restriction without its kind or hours, hours without a day, and
// times that no day has, such as 24:00. A restriction that is not given passes.
func TimeRestriction(field string, t shape.TimeRestriction) error {
	switch t.Kind {
	case shape.RestrictTimeOfDay:
		day, ok := t.Day.Get()
		if !ok {
			return Missing(field+".restriction", !Kept(t.Other, "restriction"))
		}
		return timeOfDay(field+".restriction", day.StartHour, day.StartMin, day.EndHour, day.EndMin)
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
			timeOfDay(at, w.StartHour, w.StartMin, w.EndHour, w.EndMin))
	}
	return errors.Join(faults...)
}

// timeOfDay refuses times that no day has. The API documents these limits.
func timeOfDay(field string, startHour, startMin, endHour, endMin int) error {
	hour, minute := max(startHour, endHour), max(startMin, endMin)
	if min(startHour, startMin, endHour, endMin) < 0 || hour > 23 || minute > 59 {
		return refuse(field, "must have hours from 0, which is midnight, to 23 and minutes from 0 to 59")
	}
	return nil
}
