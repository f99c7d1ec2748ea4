package service

import (
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
)

// A Type is the type of a service. Values other than those listed here are kept and sent as they
// are.
type Type string

// The types.
const (
	Software     Type = "SOFTWARE_SERVICES"
	Business     Type = "BUSINESS_SERVICES"
	Capabilities Type = "CAPABILITIES_SERVICES"
	Applications Type = "APPLICATIONS"
)

// An Entity is a service as the server returns it.
type Entity struct {
	services.Other

	ID              string       `json:"id"`
	Name            string       `json:"name"`
	Description     string       `json:"description"`
	Tier            int          `json:"tier"` // 1, the most important, to 4
	Type            Type         `json:"type"`
	TeamID          string       `json:"owner,omitzero"` // the team that owns it
	ChangeApprovers Approvers    `json:"changeApprovers,omitzero"`
	Responders      Responders   `json:"responders,omitzero"`
	Stakeholders    Stakeholders `json:"stakeholders,omitzero"`
	Projects        Projects     `json:"projects,omitzero"`
}

// Request returns a request that writes the service back as it is.
func (e Entity) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](e)
	in.ID = e.ID
	return in
}

// Approvers are those who approve changes of a service.
type Approvers struct {
	services.Other

	Groups []string `json:"groups,omitzero"` // ids or names of groups, which is not documented
}

// Responders are those who respond to incidents of a service.
type Responders struct {
	services.Other

	Users []string `json:"users,omitzero"` // Atlassian account ids
	Teams []string `json:"teams,omitzero"` // ids
}

// Stakeholders are those who are informed of incidents of a service.
type Stakeholders struct {
	services.Other

	Users []string `json:"users,omitzero"` // Atlassian account ids
}

// Projects are the projects of Jira that a service belongs to.
type Projects struct {
	services.Other

	IDs []string `json:"ids,omitzero"`
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

// MarshalJSON writes the approvers, with the members that they keep.
func (a Approvers) MarshalJSON() ([]byte, error) {
	type plain Approvers
	return services.MarshalObject(plain(a))
}

// UnmarshalJSON reads approvers of any form.
func (a *Approvers) UnmarshalJSON(raw []byte) error {
	type plain Approvers
	return services.UnmarshalObject(raw, (*plain)(a))
}

// MarshalJSON writes the responders, with the members that they keep.
func (r Responders) MarshalJSON() ([]byte, error) {
	type plain Responders
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads responders of any form.
func (r *Responders) UnmarshalJSON(raw []byte) error {
	type plain Responders
	return services.UnmarshalObject(raw, (*plain)(r))
}

// MarshalJSON writes the stakeholders, with the members that they keep.
func (s Stakeholders) MarshalJSON() ([]byte, error) {
	type plain Stakeholders
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads stakeholders of any form.
func (s *Stakeholders) UnmarshalJSON(raw []byte) error {
	type plain Stakeholders
	return services.UnmarshalObject(raw, (*plain)(s))
}

// MarshalJSON writes the projects, with the members that they keep.
func (p Projects) MarshalJSON() ([]byte, error) {
	type plain Projects
	return services.MarshalObject(plain(p))
}

// UnmarshalJSON reads projects of any form.
func (p *Projects) UnmarshalJSON(raw []byte) error {
	type plain Projects
	return services.UnmarshalObject(raw, (*plain)(p))
}

// checkTier refuses a tier that the API does not have.
func checkTier(given bool, tier int) error {
	if given && (tier < 1 || tier > 4) {
		return &services.ArgumentError{Field: "tier", Problem: "must be 1 to 4"}
	}
	return nil
}

// checkUsers refuses users who are not given by an account id.
func checkUsers(field string, users []string) error {
	for i, user := range users {
		at := fmt.Sprintf("%s[%d]", field, i)
		if err := check.Missing(at, user == ""); err != nil {
			return err
		}
		if err := check.AccountID(at, user); err != nil {
			return err
		}
	}
	return nil
}
