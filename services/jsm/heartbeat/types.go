package heartbeat

import (
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/enum"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Unit is the unit of an interval. It is read in any case, since responses write "Minutes";
// values other than those listed here are kept.
type Unit string

// The units.
const (
	Minutes Unit = "minutes"
	Hours   Unit = "hours"
	Days    Unit = "days"
)

// UnmarshalText reads a unit.
func (u *Unit) UnmarshalText(text []byte) error {
	*u = enum.Read(text, Minutes, Hours, Days)
	return nil
}

// A Status says whether the pings of a heartbeat arrive. It is read in any case; values other than
// those listed here can occur.
type Status string

// The states. The API does not document their meaning.
const (
	Responsive   Status = "Responsive"
	Unresponsive Status = "Unresponsive" // expired, in the words of Opsgenie
	Pending      Status = "Pending"
	Off          Status = "Off"
)

// UnmarshalText reads a status.
func (s *Status) UnmarshalText(text []byte) error {
	*s = enum.Read(text, Responsive, Unresponsive, Pending, Off)
	return nil
}

// A Heartbeat is a heartbeat as the server returns it.
type Heartbeat struct {
	services.Other

	Name          string         `json:"name"`
	Description   string         `json:"description,omitzero"`
	Interval      int            `json:"interval,omitzero"`
	IntervalUnit  Unit           `json:"intervalUnit,omitzero"`
	Enabled       bool           `json:"enabled"`
	Status        Status         `json:"status,omitzero"`
	OwnerTeamID   string         `json:"ownerTeamId,omitzero"`
	AlertMessage  string         `json:"alertMessage,omitzero"`
	AlertTags     []string       `json:"alertTags,omitzero"`
	AlertPriority shape.Priority `json:"alertPriority,omitzero"`
}

// MarshalJSON writes the heartbeat, with the members that it keeps.
func (h Heartbeat) MarshalJSON() ([]byte, error) {
	type plain Heartbeat
	return services.MarshalObject(plain(h))
}

// UnmarshalJSON reads a heartbeat of any form.
func (h *Heartbeat) UnmarshalJSON(raw []byte) error {
	type plain Heartbeat
	return services.UnmarshalObject(raw, (*plain)(h))
}

// Request returns a request that writes the heartbeat back, to be changed before it is sent.
// Members that the type does not know are sent as they came, and the unit as requests write it.
func (h Heartbeat) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](h)
	in.Ref = Ref{TeamID: h.OwnerTeamID, Name: h.Name}
	if h.IntervalUnit != "" {
		in.SetMember("intervalUnit", nil) // the spelling that came
	}
	return in
}

// Every returns the interval. It is zero if the response had none, or one in an unknown unit.
func (h Heartbeat) Every() time.Duration {
	units := map[Unit]time.Duration{Minutes: time.Minute, Hours: time.Hour, Days: 24 * time.Hour}
	return time.Duration(h.Interval) * units[h.IntervalUnit]
}
