package shape

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"time"

	"github.com/tripware/tripware/services"
)

// A Duration is a duration as the API represents it, an amount of a unit. [For] returns one;
// the zero value is not given, which differs from For(0), and cannot be sent. A duration that
// was read is sent back as it came. To compare durations, compare [Duration.Duration]: values
// that were read in different units, such as 60 minutes and 1 hour, differ.
type Duration struct {
	span  time.Duration
	given bool
	raw   string // as the server sent it, if MarshalJSON would write it in another form
}

// For returns d as a duration of the API.
func For(d time.Duration) Duration { return Duration{span: d, given: true} }

// Duration returns d as a time.Duration. It is zero if d is not given, or if the server sent
// something that a time.Duration cannot represent.
func (d Duration) Duration() time.Duration { return d.span }

// IsZero reports whether d is not given. For(0) is given.
func (d Duration) IsZero() bool { return !d.given }

// String returns the duration in the form of [time.Duration], such as "1h30m0s". If the
// duration is zero but the server sent another form, it returns the JSON that came.
func (d Duration) String() string {
	if d.raw != "" && d.span == 0 {
		return d.raw
	}
	return d.span.String()
}

// defaultUnit is the unit of a duration without one.
const defaultUnit = "minutes"

// A unit is a unit of durations.
type unit struct {
	name string
	span time.Duration
}

// units returns the units of the API, the longest first. The API's description spells
// milliseconds with one l: that is written, and both are read.
func units() [8]unit {
	return [...]unit{
		{"days", 24 * time.Hour},
		{"hours", time.Hour},
		{"minutes", time.Minute},
		{"seconds", time.Second},
		{"miliseconds", time.Millisecond},
		{"milliseconds", time.Millisecond},
		{"micros", time.Microsecond},
		{"nanos", time.Nanosecond},
	}
}

// amount is a duration as JSON.
type amount struct {
	services.Other

	TimeAmount int64  `json:"timeAmount"`
	TimeUnit   string `json:"timeUnit"`
}

// MarshalJSON writes d in the longest unit that is exact, and zero in minutes. A duration that
// was read is written as it came. A duration that is not given is an error.
func (d Duration) MarshalJSON() ([]byte, error) {
	switch {
	case !d.given:
		return nil, errors.New("shape: write duration: it is not given")
	case d.raw != "":
		return []byte(d.raw), nil
	}
	u := exactUnit(d.span)
	return json.Marshal(amount{TimeAmount: int64(d.span / u.span), TimeUnit: u.name})
}

// exactUnit returns the longest unit of which d is a multiple; for zero, the default unit.
func exactUnit(d time.Duration) unit {
	all := units()
	for _, u := range all {
		if d%u.span == 0 && (d != 0 || u.name == defaultUnit) {
			return u
		}
	}
	return all[len(all)-1]
}

// UnmarshalJSON reads a duration in any unit; the default is minutes. It fails only for a value
// that is not an object.
func (d *Duration) UnmarshalJSON(raw []byte) error {
	*d = Duration{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var a amount
	if err := services.UnmarshalObject(raw, &a); err != nil {
		return err
	}
	d.given = true
	name, known := cmp.Or(a.TimeUnit, defaultUnit), false
	for _, u := range units() {
		if u.name == name && fits(a.TimeAmount, u.span) {
			d.span, known = time.Duration(a.TimeAmount)*u.span, true
		}
	}
	if !known || name != exactUnit(d.span).name || !reflect.ValueOf(a.Other).IsZero() {
		d.raw = string(raw)
	}
	return nil
}

// Mismatches returns the members whose values are not of the expected type.
func (d Duration) Mismatches() []services.Mismatch {
	if d.raw == "" {
		return nil
	}
	var a amount
	_ = services.UnmarshalObject([]byte(d.raw), &a) // it was an object
	return a.Mismatches()
}

// fits reports whether a time.Duration can hold n times span.
func fits(n int64, span time.Duration) bool {
	most := math.MaxInt64 / int64(span)
	return -most <= n && n <= most
}
