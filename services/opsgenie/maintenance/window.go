package maintenance

import (
	"errors"
	"reflect"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A WindowKind says how the time of a maintenance is given. Values other than those listed here
// are kept and sent as they are.
type WindowKind string

// The kinds.
const (
	WindowFor5Minutes  WindowKind = "for-5-minutes"
	WindowFor30Minutes WindowKind = "for-30-minutes"
	WindowFor1Hour     WindowKind = "for-1-hour"
	WindowIndefinitely WindowKind = "indefinitely"
	WindowSchedule     WindowKind = "schedule"
)

// A Window is the period of a maintenance. [For5Minutes], [For30Minutes], [For1Hour],
// [Indefinitely] and [Between] return one; the zero value cannot be sent.
type Window struct {
	services.Other

	Kind  WindowKind `json:"type"`
	Start shape.Time `json:"startDate,omitzero"` // required for WindowSchedule; the server sets it for the other kinds
	End   shape.Time `json:"endDate,omitzero"`   // as Start; zero for WindowIndefinitely
}

// For5Minutes returns the next five minutes, by the server's clock.
func For5Minutes() Window { return Window{Kind: WindowFor5Minutes} }

// For30Minutes returns the next 30 minutes, by the server's clock.
func For30Minutes() Window { return Window{Kind: WindowFor30Minutes} }

// For1Hour returns the next hour, by the server's clock.
func For1Hour() Window { return Window{Kind: WindowFor1Hour} }

// Indefinitely returns the time from now until the maintenance is cancelled.
func Indefinitely() Window { return Window{Kind: WindowIndefinitely} }

// Between returns the time from start to end.
func Between(start, end time.Time) Window {
	return Window{Kind: WindowSchedule, Start: shape.Time{Time: start}, End: shape.Time{Time: end}}
}

// MarshalJSON writes the time, with the members that it keeps.
func (w Window) MarshalJSON() ([]byte, error) {
	type plain Window
	return services.MarshalObject(plain(w))
}

// UnmarshalJSON reads a time of any kind.
func (w *Window) UnmarshalJSON(raw []byte) error {
	type plain Window
	return services.UnmarshalObject(raw, (*plain)(w))
}

func (w Window) isZero() bool { return reflect.ValueOf(w).IsZero() }

// check refuses a time without a kind, a schedule without its dates, and one that ends before it
// starts. The zero value passes.
func (w Window) check() error {
	switch {
	case w.isZero():
		return nil
	case w.Kind == "":
		return check.Missing("time.type", !check.Kept(w.Other, "type"))
	case w.Kind != WindowSchedule:
		return nil
	}
	late := !w.End.IsZero() && w.End.Before(w.Start.Time)
	return errors.Join(
		check.Missing("time.startDate", w.Start.IsZero() && !check.Kept(w.Other, "startDate")),
		check.Missing("time.endDate", w.End.IsZero() && !check.Kept(w.Other, "endDate")),
		refuse(late, "time.endDate", "must not be before startDate"),
	)
}

func refuse(wrong bool, field, problem string) error {
	if wrong {
		return &services.ArgumentError{Field: field, Problem: problem}
	}
	return nil
}
