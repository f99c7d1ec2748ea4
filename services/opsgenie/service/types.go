package service

import "github.com/tripware/tripware/services"

// A Visibility says who can see a business service. Other values are possible.
type Visibility string

// The visibilities.
const (
	TeamMembers   Visibility = "TEAM_MEMBERS"
	OpsgenieUsers Visibility = "OPSGENIE_USERS"
)

// An Entity is a business service as the server returns it.
type Entity struct {
	services.Other

	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Visibility  Visibility `json:"visibility"`
	TeamID      string     `json:"teamId"` // the team that owns it
	Tags        []string   `json:"tags"`
}

// Request returns a request that writes the service back as it is.
func (e Entity) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](e)
	in.ID = e.ID
	return in
}

// MarshalJSON writes the service, with the members that it keeps.
func (e Entity) MarshalJSON() ([]byte, error) {
	type plain Entity
	return services.MarshalObject(plain(e))
}

// UnmarshalJSON reads a service of any form.
func (e *Entity) UnmarshalJSON(raw []byte) error {
	type plain Entity
	return services.UnmarshalObject(raw, (*plain)(e))
}

// A Summary identifies a business service, an incident rule or an incident template that was
// created or updated.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"` // of a business service
}
