package shape

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/tripware/tripware/services"
)

// A RestrictionKind says what a [TimeRestriction] repeats over. The set is open.
type RestrictionKind string

// The kinds that have a constructor.
const (
	RestrictTimeOfDay           RestrictionKind = "time-of-day"
	RestrictWeekdayAndTimeOfDay RestrictionKind = "weekday-and-time-of-day"
)

// A TimeRestriction says when something is in force: at the same hours of each
// day, or at hours of the week. [Daily] and [Weekly] make one; the zero value is
// none and cannot be sent. What a server sends of a kind that is unknown here is
// kept, and sent back unchanged.
type TimeRestriction struct {
	kind RestrictionKind
	day  DayHours
	week []WeekHours
	raw  string // of an unknown kind, as the server sent it
}

// DayHours are hours of a day. If the end is not after the start, they end on
// the next day. The server rounds minutes to 0 or 30.
type DayHours struct {
	StartHour int `json:"startHour"` // 0 to 24
	StartMin  int `json:"startMin"`  // 0 to 59
	EndHour   int `json:"endHour"`
	EndMin    int `json:"endMin"`
}

// WeekHours are hours of a week, from a time of one day to a time of the same or
// another. The server rounds minutes to 0 or 30.
type WeekHours struct {
	StartDay  Weekday `json:"startDay"`
	StartHour int     `json:"startHour"` // 0 to 24
	StartMin  int     `json:"startMin"`  // 0 to 59
	EndDay    Weekday `json:"endDay"`
	EndHour   int     `json:"endHour"`
	EndMin    int     `json:"endMin"`
}

// A Weekday is a day of the week.
type Weekday string

// The days.
const (
	Monday    Weekday = "monday"
	Tuesday   Weekday = "tuesday"
	Wednesday Weekday = "wednesday"
	Thursday  Weekday = "thursday"
	Friday    Weekday = "friday"
	Saturday  Weekday = "saturday"
	Sunday    Weekday = "sunday"
)

// Daily returns the restriction to the same hours of each day.
func Daily(hours DayHours) TimeRestriction {
	return TimeRestriction{kind: RestrictTimeOfDay, day: hours}
}

// Weekly returns the restriction to hours of the week: 1 to 15 of them.
func Weekly(hours ...WeekHours) TimeRestriction {
	return TimeRestriction{kind: RestrictWeekdayAndTimeOfDay, week: slices.Clone(hours)}
}

// Kind returns what t repeats over.
func (t TimeRestriction) Kind() RestrictionKind { return t.kind }

// Day returns the hours of a restriction of kind [RestrictTimeOfDay], else none.
func (t TimeRestriction) Day() DayHours { return t.day }

// Week returns the hours of a restriction of kind [RestrictWeekdayAndTimeOfDay],
// else none. They are the caller's to change.
func (t TimeRestriction) Week() []WeekHours { return slices.Clone(t.week) }

// IsZero reports whether t is not given.
func (t TimeRestriction) IsZero() bool { return t.kind == "" && t.raw == "" }

// Check refuses a restriction, sent as field, that has no hours, hours without a
// day, and negative numbers. A restriction that is not given passes.
func (t TimeRestriction) Check(field string) error {
	if t.IsZero() || t.raw != "" {
		return nil
	}
	if t.kind == RestrictTimeOfDay {
		return checkClock(field+".restriction", t.day.StartHour, t.day.StartMin, t.day.EndHour, t.day.EndMin)
	}
	if len(t.week) == 0 {
		return &services.ArgumentError{Field: field + ".restrictions", Problem: "is required"}
	}
	var faults []error
	for i, w := range t.week {
		at := fmt.Sprintf("%s.restrictions[%d]", field, i)
		if w.StartDay == "" || w.EndDay == "" {
			faults = append(faults, &services.ArgumentError{Field: at, Problem: "needs startDay and endDay"})
		}
		faults = append(faults, checkClock(at, w.StartHour, w.StartMin, w.EndHour, w.EndMin))
	}
	return errors.Join(faults...)
}

func checkClock(field string, numbers ...int) error {
	if slices.Min(numbers) < 0 {
		return &services.ArgumentError{Field: field, Problem: "must not be negative"}
	}
	return nil
}

// hours is a restriction on the wire: the key is singular for hours of the day,
// and plural for hours of the week.
type hours struct {
	Type         RestrictionKind `json:"type"`
	Restriction  *DayHours       `json:"restriction,omitzero"`
	Restrictions []WeekHours     `json:"restrictions,omitzero"`
}

// MarshalJSON writes type and hours. A restriction that is not given is an error.
func (t TimeRestriction) MarshalJSON() ([]byte, error) {
	switch {
	case t.raw != "":
		return []byte(t.raw), nil
	case t.IsZero():
		return nil, errors.New("shape: write time restriction: it has no type")
	case t.kind == RestrictTimeOfDay:
		return json.Marshal(hours{Type: t.kind, Restriction: &t.day})
	default:
		return json.Marshal(hours{Type: t.kind, Restrictions: t.week})
	}
}

// UnmarshalJSON reads a restriction of any kind. One without the hours that its
// kind should have is kept as it came, like an unknown one.
func (t *TimeRestriction) UnmarshalJSON(raw []byte) error {
	*t = TimeRestriction{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var h hours
	err := json.Unmarshal(raw, &h)
	known := h.Type == RestrictTimeOfDay || h.Type == RestrictWeekdayAndTimeOfDay
	switch {
	case known && err != nil:
		return fmt.Errorf("shape: read time restriction: %w", err)
	case h.Type == RestrictTimeOfDay && h.Restriction != nil:
		*t = TimeRestriction{kind: h.Type, day: *h.Restriction}
	case h.Type == RestrictWeekdayAndTimeOfDay && len(h.Restrictions) > 0:
		*t = TimeRestriction{kind: h.Type, week: h.Restrictions}
	default:
		*t = TimeRestriction{kind: h.Type, raw: string(raw)}
	}
	return nil
}
