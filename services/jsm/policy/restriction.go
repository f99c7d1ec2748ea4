package policy

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
)

// A TimeRestriction limits a policy to some hours of each day. It has another form than that of
// other rules, which is [shape.TimeRestriction]. [Within] returns one.
//
// [shape.TimeRestriction]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/shape#TimeRestriction
type TimeRestriction struct {
	services.Other

	Enabled  services.Optional[bool] `json:"enabled,omitzero"`         // required
	Hours    []Hours                 `json:"timeRestrictions"`         // required
	TimeZone string                  `json:"appliedTimeZone,omitzero"` // such as "Europe/Berlin"; the API documents it as required
}

// Within returns the restriction to hours of each day in a time zone, such as "Europe/Berlin". It
// is enabled.
func Within(timeZone string, hours ...Hours) TimeRestriction {
	return TimeRestriction{Enabled: services.Set(true), Hours: hours, TimeZone: timeZone}
}

// Hours are hours of a day.
type Hours struct {
	services.Other

	StartHour   int `json:"startHour"`   // 0 to 23
	StartMinute int `json:"startMinute"` // 0 to 59
	EndHour     int `json:"endHour"`     // 0 to 23
	EndMinute   int `json:"endMinute"`   // 0 to 59
}

// IsZero reports whether no restriction is given.
func (t TimeRestriction) IsZero() bool { return reflect.ValueOf(t).IsZero() }

// check refuses a restriction without a required member, and numbers that are no time of day. A
// restriction that is not given passes.
func (t TimeRestriction) check(field string) error {
	if t.IsZero() {
		return nil
	}
	_, decided := t.Enabled.Get()
	faults := []error{
		check.Missing(field+".enabled", !decided && !check.Kept(t.Other, "enabled")),
		check.Missing(field+".timeRestrictions", len(t.Hours) == 0 && !check.Kept(t.Other, "timeRestrictions")),
	}
	for i, h := range t.Hours {
		at := fmt.Sprintf("%s.timeRestrictions[%d].", field, i)
		faults = append(faults,
			upTo(at+"startHour", h.StartHour, 23), upTo(at+"startMinute", h.StartMinute, 59),
			upTo(at+"endHour", h.EndHour, 23), upTo(at+"endMinute", h.EndMinute, 59))
	}
	return errors.Join(faults...)
}

func upTo(field string, n, most int) error {
	if n < 0 || n > most {
		return &services.ArgumentError{Field: field, Problem: fmt.Sprintf("must be from 0 to %d", most)}
	}
	return nil
}

// MarshalJSON writes the restriction, with the members that it keeps.
func (t TimeRestriction) MarshalJSON() ([]byte, error) {
	type plain TimeRestriction
	return services.MarshalObject(plain(t))
}

// UnmarshalJSON reads a restriction of any form.
func (t *TimeRestriction) UnmarshalJSON(raw []byte) error {
	type plain TimeRestriction
	return services.UnmarshalObject(raw, (*plain)(t))
}

// MarshalJSON writes the hours, with the members that they keep.
func (h Hours) MarshalJSON() ([]byte, error) {
	type plain Hours
	return services.MarshalObject(plain(h))
}

// UnmarshalJSON reads hours of any form.
func (h *Hours) UnmarshalJSON(raw []byte) error {
	type plain Hours
	return services.UnmarshalObject(raw, (*plain)(h))
}
