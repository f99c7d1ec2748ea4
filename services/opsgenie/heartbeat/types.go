package heartbeat

import (
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Unit is what an interval is counted in.
type Unit string

// The units. The set is closed in requests.
const (
	Minutes Unit = "minutes"
	Hours   Unit = "hours"
	Days    Unit = "days"
)

// A Heartbeat raises an alert when no ping came for an interval.
type Heartbeat struct {
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

// Every returns the interval; zero if the answer had none, or one of an unknown unit.
func (h Heartbeat) Every() time.Duration {
	units := map[Unit]time.Duration{Minutes: time.Minute, Hours: time.Hour, Days: 24 * time.Hour}
	return time.Duration(h.Interval) * units[h.IntervalUnit]
}

// A State is what a change tells of the heartbeat that it changed.
type State struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Expired bool   `json:"expired"`
}

// CreateRequest asks for a heartbeat.
type CreateRequest struct {
	Name          string          `json:"name" check:"required"`  // at most 200 characters; identifies it
	Description   string          `json:"description,omitzero"`   // at most 10,000 characters
	Interval      int             `json:"interval" check:"min=1"` // how many units may pass without a ping
	IntervalUnit  Unit            `json:"intervalUnit" check:"required"`
	Enabled       bool            `json:"enabled"` // a disabled one does not expire
	OwnerTeam     shape.OwnerTeam `json:"ownerTeam,omitzero"`
	AlertMessage  string          `json:"alertMessage,omitzero"`  // at most 130 characters; "<name> is expired" if empty
	AlertTags     []string        `json:"alertTags,omitzero"`     // at most 20 of 50 characters
	AlertPriority shape.Priority  `json:"alertPriority,omitzero"` // P3 if empty
}

// GetRequest asks for one heartbeat.
type GetRequest struct {
	Name string `path:"name"`
}

// ListRequest asks for the heartbeats; there is nothing to choose.
type ListRequest struct{}

// UpdateRequest asks to change one heartbeat. What is nil or zero stays as it is.
type UpdateRequest struct {
	Name          string          `path:"name"`
	Description   *string         `json:"description,omitzero"`            // at most 10,000 characters
	Interval      int             `json:"interval,omitzero" check:"min=0"` // zero leaves it
	IntervalUnit  Unit            `json:"intervalUnit,omitzero"`
	Enabled       *bool           `json:"enabled,omitzero"`
	OwnerTeam     shape.OwnerTeam `json:"ownerTeam,omitzero"`
	AlertMessage  *string         `json:"alertMessage,omitzero"` // at most 130 characters
	AlertTags     []string        `json:"alertTags,omitzero"`    // at most 20 of 50 characters; an empty list removes all, nil leaves them
	AlertPriority shape.Priority  `json:"alertPriority,omitzero"`
}

// repeat says that a repeat is harmless.
func (r UpdateRequest) repeat() services.Repeat { return services.SafeToRetry }

// DeleteRequest asks to delete one heartbeat.
type DeleteRequest struct {
	Name string `path:"name"`
}

// EnableRequest asks to enable one heartbeat.
type EnableRequest struct {
	Name string `path:"name"`
}

// repeat says that a repeat is harmless.
func (r EnableRequest) repeat() services.Repeat { return services.SafeToRetry }

// DisableRequest asks to disable one heartbeat.
type DisableRequest struct {
	Name string `path:"name"`
}

// repeat says that a repeat is harmless.
func (r DisableRequest) repeat() services.Repeat { return services.SafeToRetry }

// PingRequest is a sign of life.
type PingRequest struct {
	Name string `path:"name"`
}
