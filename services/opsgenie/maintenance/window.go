package maintenance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A WindowKind says how the time of a maintenance is told. The set is open.
type WindowKind string

// The kinds.
const (
	KindFor5Minutes  WindowKind = "for-5-minutes"
	KindFor30Minutes WindowKind = "for-30-minutes"
	KindFor1Hour     WindowKind = "for-1-hour"
	KindIndefinitely WindowKind = "indefinitely"
	KindSchedule     WindowKind = "schedule"
)

// A Window is the time of a maintenance. [For5Minutes], [For30Minutes],
// [For1Hour], [Indefinitely] and [Between] make one; the zero value is none and
// cannot be sent. What a server sends of a kind that is unknown here is kept, and
// sent back unchanged.
type Window struct {
	kind       WindowKind
	start, end time.Time
	raw        string // of an unknown kind, as the server sent it
}

// For5Minutes returns the five minutes from now on, as the server sees it.
func For5Minutes() Window { return Window{kind: KindFor5Minutes} }

// For30Minutes returns the half hour from now on, as the server sees it.
func For30Minutes() Window { return Window{kind: KindFor30Minutes} }

// For1Hour returns the hour from now on, as the server sees it.
func For1Hour() Window { return Window{kind: KindFor1Hour} }

// Indefinitely returns the time from now on until the maintenance is cancelled.
func Indefinitely() Window { return Window{kind: KindIndefinitely} }

// Between returns the time from start to end.
func Between(start, end time.Time) Window {
	return Window{kind: KindSchedule, start: start, end: end}
}

// Kind returns how the time is told.
func (w Window) Kind() WindowKind { return w.kind }

// Start returns when it begins; zero if that is not told. Answers may tell it of
// all kinds.
func (w Window) Start() time.Time { return w.start }

// End returns when it ends; zero if that is not told. Answers may tell it of all
// kinds.
func (w Window) End() time.Time { return w.end }

// IsZero reports whether w is not given.
func (w Window) IsZero() bool { return w.kind == "" && w.raw == "" }

// check refuses what cannot be.
func (w Window) check() error {
	switch {
	case w.kind != KindSchedule || w.raw != "":
		return nil
	case w.start.IsZero() || w.end.IsZero():
		return &services.ArgumentError{Field: "time", Problem: "needs startDate and endDate"}
	case w.end.Before(w.start):
		return &services.ArgumentError{Field: "time.endDate", Problem: "must not be before startDate"}
	}
	return nil
}

// window is a time on the wire.
type window struct {
	Type      WindowKind `json:"type"`
	StartDate shape.Time `json:"startDate,omitzero"`
	EndDate   shape.Time `json:"endDate,omitzero"`
}

// MarshalJSON writes a time in the form of the API. One that is not given is an
// error. The dates are written of a schedule only: the others begin when the
// server reads them.
func (w Window) MarshalJSON() ([]byte, error) {
	switch {
	case w.raw != "":
		return []byte(w.raw), nil
	case w.IsZero():
		return nil, errors.New("maintenance: write time: it has no type")
	case w.kind == KindSchedule:
		return json.Marshal(window{w.kind, shape.Time{Time: w.start}, shape.Time{Time: w.end}})
	default:
		return json.Marshal(window{Type: w.kind})
	}
}

// UnmarshalJSON reads a time of any kind.
func (w *Window) UnmarshalJSON(raw []byte) error {
	*w = Window{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var read window
	err := json.Unmarshal(raw, &read)
	*w = Window{kind: read.Type, start: read.StartDate.Time, end: read.EndDate.Time}
	switch read.Type {
	case KindFor5Minutes, KindFor30Minutes, KindFor1Hour, KindIndefinitely, KindSchedule:
		if err != nil {
			return fmt.Errorf("maintenance: read time: %w", err)
		}
	default:
		w.raw = string(raw)
	}
	return nil
}
