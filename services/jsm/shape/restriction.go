package shape

import (
	"reflect"

	"github.com/tripware/tripware/services"
)

// A RestrictionKind is the kind of a [TimeRestriction]. Kinds other than those listed here can
// occur in responses.
type RestrictionKind string

// The kinds that have a constructor.
const (
	RestrictTimeOfDay           RestrictionKind = "time-of-day"
	RestrictWeekdayAndTimeOfDay RestrictionKind = "weekday-and-time-of-day"
)

// A TimeRestriction limits something to the same hours of each day, or to hours of the week.
// [Daily] and [Weekly] return one; the zero value means that no restriction is given.
type TimeRestriction struct {
	services.Other

	Kind RestrictionKind             `json:"type"`
	Day  services.Optional[DayHours] `json:"restriction,omitzero"`  // for RestrictTimeOfDay
	Week []WeekHours                 `json:"restrictions,omitzero"` // for RestrictWeekdayAndTimeOfDay: at least one
}

// IsZero reports whether no restriction is given.
func (t TimeRestriction) IsZero() bool { return reflect.ValueOf(t).IsZero() }

// MarshalJSON writes the restriction with the members that [services.Other] keeps.
func (t TimeRestriction) MarshalJSON() ([]byte, error) {
	type plain TimeRestriction
	return services.MarshalObject(plain(t))
}

// UnmarshalJSON reads a restriction of any kind; members that it does not expect are kept.
func (t *TimeRestriction) UnmarshalJSON(raw []byte) error {
	type plain TimeRestriction
	return services.UnmarshalObject(raw, (*plain)(t))
}

// DayHours are hours of a day. If the end is not after the start, it is on the next day.
type DayHours struct {
	services.Other

	StartHour int `json:"startHour"` // 0 to 23
	StartMin  int `json:"startMin"`  // 0 to 59
	EndHour   int `json:"endHour"`
	EndMin    int `json:"endMin"`
}

// WeekHours are hours of a week, from a time on one day to a time on the same or another day.
type WeekHours struct {
	services.Other

	StartDay  Weekday `json:"startDay"`
	StartHour int     `json:"startHour"` // 0 to 23
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

// Daily returns a restriction to the same hours of each day.
func Daily(hours DayHours) TimeRestriction {
	return TimeRestriction{Kind: RestrictTimeOfDay, Day: services.Set(hours)}
}

// Weekly returns a restriction to hours of the week. For notification rules the API documents 1
// to 15.
func Weekly(hours ...WeekHours) TimeRestriction {
	return TimeRestriction{Kind: RestrictWeekdayAndTimeOfDay, Week: hours}
}

// MarshalJSON writes the hours with the members that [services.Other] keeps.
func (h DayHours) MarshalJSON() ([]byte, error) {
	type plain DayHours
	return services.MarshalObject(plain(h))
}

// UnmarshalJSON reads hours; members that it does not expect are kept.
func (h *DayHours) UnmarshalJSON(raw []byte) error {
	type plain DayHours
	return services.UnmarshalObject(raw, (*plain)(h))
}

// MarshalJSON writes the hours with the members that [services.Other] keeps.
func (h WeekHours) MarshalJSON() ([]byte, error) {
	type plain WeekHours
	return services.MarshalObject(plain(h))
}

// UnmarshalJSON reads hours; members that it does not expect are kept.
func (h *WeekHours) UnmarshalJSON(raw []byte) error {
	type plain WeekHours
	return services.UnmarshalObject(raw, (*plain)(h))
}
