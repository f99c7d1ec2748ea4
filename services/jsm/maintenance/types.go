package maintenance

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Status is the state of a maintenance. Values other than those listed here are kept.
type Status string

// The statuses.
const (
	Planned   Status = "planned"
	Active    Status = "active"
	Past      Status = "past"
	Cancelled Status = "cancelled"
)

// A Maintenance is a period in which rules are in force.
type Maintenance struct {
	services.Other

	ID          string     `json:"id"`
	Status      Status     `json:"status"`
	Description string     `json:"description,omitzero"`
	Start       shape.Time `json:"startDate,omitzero"`
	End         shape.Time `json:"endDate,omitzero"`
	Rules       []Rule     `json:"rules,omitzero"`
	TeamID      string     `json:"teamId,omitzero"` // empty for a global one
}

// Request returns the request that writes the maintenance back as it was read. Change it and pass
// it to [Service.Update], or to [TeamService.Update] with the team.
func (m Maintenance) Request() UpdateRequest {
	request := services.RequestFrom[UpdateRequest](m)
	request.ID = m.ID
	return request
}

// A State is what a rule sets its entity to. Values other than those listed here are kept and sent
// as they are; "noMaintenance" is known from one client.
type State string

// The states.
const (
	Enabled  State = "enabled"
	Disabled State = "disabled"
)

// An EntityType is the type of an [Entity]. Values other than those listed here are kept and sent
// as they are.
type EntityType string

// The types of entities.
const (
	Integration EntityType = "integration"
	Policy      EntityType = "policy"
	Sync        EntityType = "sync"
)

// A Rule enables or disables one entity during the maintenance.
type Rule struct {
	services.Other

	State  State  `json:"state,omitzero"` // an integration or a sync can only be disabled
	Entity Entity `json:"entity"`         // required
}

// An Entity is an integration, a policy or a sync.
type Entity struct {
	services.Other

	ID   string     `json:"id"`   // required
	Type EntityType `json:"type"` // required
}

// MarshalJSON writes the maintenance, with the members that it keeps.
func (m Maintenance) MarshalJSON() ([]byte, error) {
	type plain Maintenance
	return services.MarshalObject(plain(m))
}

// UnmarshalJSON reads a maintenance of any form.
func (m *Maintenance) UnmarshalJSON(raw []byte) error {
	type plain Maintenance
	return services.UnmarshalObject(raw, (*plain)(m))
}

// MarshalJSON writes the rule, with the members that it keeps.
func (r Rule) MarshalJSON() ([]byte, error) {
	type plain Rule
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a rule of any form.
func (r *Rule) UnmarshalJSON(raw []byte) error {
	type plain Rule
	return services.UnmarshalObject(raw, (*plain)(r))
}

// MarshalJSON writes the entity, with the members that it keeps.
func (e Entity) MarshalJSON() ([]byte, error) {
	type plain Entity
	return services.MarshalObject(plain(e))
}

// UnmarshalJSON reads an entity of any form.
func (e *Entity) UnmarshalJSON(raw []byte) error {
	type plain Entity
	return services.UnmarshalObject(raw, (*plain)(e))
}
