package shape

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"time"

	"github.com/tripware/tripware/services"
)

// A Duration is a span of time as the API has it, an amount of a unit. [For]
// makes one; the zero value is none, which is not the same as For(0), and cannot
// be sent. What a server sends is sent back unchanged, in its unit. Durations can be
// compared, but one that was read in another unit than For would choose, such as 60
// minutes, differs from For(time.Hour): compare [Duration.Duration] instead.
type Duration struct {
	span  time.Duration
	given bool
	raw   string // as the server sent it, if MarshalJSON would write something else
}

// For returns d as a duration of the API.
func For(d time.Duration) Duration { return Duration{span: d, given: true} }

// Duration returns d as Go has it: zero if it is not given, or kept as it came.
func (d Duration) Duration() time.Duration { return d.span }

// IsZero reports whether d is not given. For(0) is given.
func (d Duration) IsZero() bool { return !d.given }

// String returns such as "1h30m0s"; for what is kept as it came, its JSON.
func (d Duration) String() string {
	if d.raw != "" {
		return d.raw
	}
	return d.span.String()
}

// defaultUnit is meant where none is given.
const defaultUnit = "minutes"

// A unit is what a duration is counted in.
type unit struct {
	name string
	span time.Duration
}

// units are those of the API, the longest first. Its description spells
// milliseconds with one l; that is written, and both are read.
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

// amount is a duration on the wire.
type amount struct {
	services.Other

	TimeAmount int64  `json:"timeAmount"`
	TimeUnit   string `json:"timeUnit"`
}

// MarshalJSON writes d in the longest unit that is exact, and zero in minutes. A
// duration that is not given is an error.
func (d Duration) MarshalJSON() ([]byte, error) {
	switch {
	case !d.given:
		return nil, errors.New("shape: write duration: it is not given")
	case d.raw != "":
		return []byte(d.raw), nil
	case d.span == 0:
		return json.Marshal(amount{TimeUnit: defaultUnit})
	}
	all := units()
	exact := all[len(all)-1]
	for _, u := range all {
		if d.span%u.span == 0 {
			exact = u
			break
		}
	}
	return json.Marshal(amount{TimeAmount: int64(d.span / exact.span), TimeUnit: exact.name})
}

// UnmarshalJSON reads a duration in any unit; in minutes if there is none.
func (d *Duration) UnmarshalJSON(raw []byte) error {
	*d = Duration{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	a, err := readAmount(raw)
	if err != nil {
		return err
	}
	d.given = true
	for _, u := range units() {
		if u.name == a.TimeUnit && fits(a.TimeAmount, u.span) {
			d.span = time.Duration(a.TimeAmount) * u.span
			break
		}
	}
	if sent, err := d.MarshalJSON(); err != nil || !sameAmount(sent, a) {
		d.raw = string(raw)
	}
	return nil
}

// readAmount reads an amount; what it keeps besides shows that it is not as we write it.
func readAmount(raw []byte) (amount, error) {
	a := amount{TimeUnit: defaultUnit}
	if err := services.UnmarshalObject(raw, &a); err != nil {
		return a, err
	}
	if a.TimeUnit == "" {
		a.TimeUnit = defaultUnit
	}
	return a, nil
}

// sameAmount reports whether sent says what was read as a, and nothing else was there.
func sameAmount(sent []byte, a amount) bool {
	again, err := readAmount(sent)
	return err == nil && reflect.DeepEqual(again, a)
}

// Mismatches returns the members whose values are not of the expected type.
func (d Duration) Mismatches() []services.Mismatch {
	if d.raw == "" {
		return nil
	}
	a, _ := readAmount([]byte(d.raw))
	return a.Mismatches()
}

// fits reports whether n spans are a time.Duration.
func fits(n int64, span time.Duration) bool {
	most := math.MaxInt64 / int64(span)
	return -most <= n && n <= most
}
