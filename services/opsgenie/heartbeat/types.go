package heartbeat

import (
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Unit is the unit of an interval.
type Unit string

// The units. The API takes no others.
const (
	Minutes Unit = "minutes"
	Hours   Unit = "hours"
	Days    Unit = "days"
)

// A Heartbeat is a heartbeat as the server returns it.
type Heartbeat struct {
	services.Other

	Name          string          `json:"name"`
	Description   string          `json:"description,omitzero"`
	Interval      int             `json:"interval,omitzero"`
	IntervalUnit  Unit            `json:"intervalUnit,omitzero"`
	Enabled       bool            `json:"enabled"`
	Expired       bool            `json:"expired"`
	OwnerTeam     shape.OwnerTeam `json:"ownerTeam,omitzero"`
	AlertTags     []string        `json:"alertTags,omitzero"`
	AlertPriority shape.Priority  `json:"alertPriority,omitzero"`
	AlertMessage  string          `json:"alertMessage,omitzero"`
	LastPingTime  shape.Time      `json:"lastPingTime,omitzero"` // zero before the first ping
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

// Request returns the request that writes the heartbeat back without loss.
func (h Heartbeat) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](h)
	in.Name = h.Name
	return in
}

// Every returns the interval. It is zero if the response had none, or one in an unknown unit.
func (h Heartbeat) Every() time.Duration {
	units := map[Unit]time.Duration{Minutes: time.Minute, Hours: time.Hour, Days: 24 * time.Hour}
	return time.Duration(h.Interval) * units[h.IntervalUnit]
}

// A State is the state of a heartbeat after a change.
type State struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Expired bool   `json:"expired"`
}
