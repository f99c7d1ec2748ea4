package integration

import (
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport/redact"
)

// A Type is the type of an integration. Any name that the vendor uses is a Type, such as
// "Datadog".
type Type string

// Some types.
const (
	TypeAPI        Type = "API"
	TypeEmail      Type = "Email"
	TypePrometheus Type = "Prometheus"
)

// A Direction is the direction of data: to the site or from it. Values other than those listed
// here are kept and sent as they are.
type Direction string

// The directions.
const (
	Incoming Direction = "incoming"
	Outgoing Direction = "outgoing"
)

// A Domain is what data is about. Values other than the one listed here are kept and sent as they
// are.
type Domain string

// DomainAlert is the domain of alerts, the only one that is documented.
const DomainAlert Domain = "alert"

// An Integration connects a site with another system. The fields below Properties are those of
// [Service.Get]: other responses leave them out. It prints and is logged without its secrets.
type Integration struct {
	services.Other

	ID          string        `json:"id"`
	Type        Type          `json:"type"`
	Name        string        `json:"name"`
	Description string        `json:"description,omitzero"`
	Enabled     bool          `json:"enabled"`
	TeamID      string        `json:"teamId,omitzero"`                 // the team that owns it; empty for a global one
	APIKey      redact.Secret `json:"apiKey,omitzero"`                 // not documented, and never seen
	Properties  Fields        `json:"typeSpecificProperties,omitzero"` // what depends on the type

	Advanced           bool                `json:"advanced,omitzero"`
	MaintenanceSources []MaintenanceSource `json:"maintenanceSources,omitzero"`
	Directions         []Direction         `json:"directions,omitzero"`
	Domains            []Domain            `json:"domains,omitzero"`
}

// Request returns the request that writes the integration back as it was read. Change it and pass
// it to [Service.Update]. The team of a global integration, which is null in responses, is left
// out: the API does not document what null means in a request.
func (i Integration) Request() UpdateRequest {
	request := services.RequestFrom[UpdateRequest](i)
	request.ID = i.ID
	if _, set := request.TeamID.Get(); !set {
		request.TeamID = services.Optional[string]{}
	}
	return request
}

// A MaintenanceSource is a maintenance that disables an integration, or enables it.
type MaintenanceSource struct {
	MaintenanceID string   `json:"maintenanceId"`
	Enabled       bool     `json:"enabled"` // what the integration is set to
	Interval      Interval `json:"interval"`
}

// An Interval is a period of time.
type Interval struct {
	StartMillis int64 `json:"startTimeMillis"` // since 1970
	EndMillis   int64 `json:"endTimeMillis"`
}

// Start returns when the interval starts.
func (i Interval) Start() time.Time { return time.UnixMilli(i.StartMillis) }

// End returns when the interval ends.
func (i Interval) End() time.Time { return time.UnixMilli(i.EndMillis) }

// A Summary is an integration as lists return it.
type Summary struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Type    Type   `json:"type"`
	Enabled bool   `json:"enabled"`
	TeamID  string `json:"teamId,omitzero"` // the team that owns it; empty for a global one
}

// MarshalJSON writes the integration, with the members that it keeps.
func (i Integration) MarshalJSON() ([]byte, error) {
	type plain Integration
	return services.MarshalObject(plain(i))
}

// UnmarshalJSON reads an integration of any type.
func (i *Integration) UnmarshalJSON(raw []byte) error {
	type plain Integration
	return services.UnmarshalObject(raw, (*plain)(i))
}
