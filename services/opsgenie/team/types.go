package team

import (
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Team is a team in a response.
type Team struct {
	services.Other

	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Members     []Member `json:"members,omitzero"` // only from Get
}

// MarshalJSON writes the team with the members that [services.Other] keeps.
func (t Team) MarshalJSON() ([]byte, error) {
	type plain Team
	return services.MarshalObject(plain(t))
}

// UnmarshalJSON reads a team; members that it does not expect are kept.
func (t *Team) UnmarshalJSON(raw []byte) error {
	type plain Team
	return services.UnmarshalObject(raw, (*plain)(t))
}

// A Summary identifies a team, a role or a rule that was created or changed.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// The roles that every team has. For other roles see [RoleService].
const (
	MemberUser  = "user"
	MemberAdmin = "admin"
)

// A Member is a user in a team. In requests it needs the user's id or username.
type Member struct {
	services.Other

	User shape.User `json:"user"`
	Role string     `json:"role,omitzero"` // [MemberUser], [MemberAdmin] or the name of another role; user if empty
}

// MarshalJSON writes the member with the members of JSON that [services.Other] keeps.
func (m Member) MarshalJSON() ([]byte, error) {
	type plain Member
	return services.MarshalObject(plain(m))
}

// UnmarshalJSON reads a member; members that it does not expect are kept.
func (m *Member) UnmarshalJSON(raw []byte) error {
	type plain Member
	return services.UnmarshalObject(raw, (*plain)(m))
}

func checkMembers(all []Member) error {
	for i, m := range all {
		if m.User.IsZero() && !check.Kept(m.Other, "user") {
			return &services.ArgumentError{Field: fmt.Sprintf("members[%d].user", i), Problem: "is required"}
		}
	}
	return nil
}

// A Role is a set of rights of members of a team.
type Role struct {
	services.Other

	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Rights []Right `json:"rights"`
}

// MarshalJSON writes the role with the members that [services.Other] keeps.
func (r Role) MarshalJSON() ([]byte, error) {
	type plain Role
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a role; members that it does not expect are kept.
func (r *Role) UnmarshalJSON(raw []byte) error {
	type plain Role
	return services.UnmarshalObject(raw, (*plain)(r))
}

// A Right says whether a role grants a right.
type Right struct {
	services.Other

	Right   string `json:"right"` // such as "manage-members" or "edit-team-roles"
	Granted bool   `json:"granted"`
}

// MarshalJSON writes the right with the members that [services.Other] keeps.
func (r Right) MarshalJSON() ([]byte, error) {
	type plain Right
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a right; members that it does not expect are kept.
func (r *Right) UnmarshalJSON(raw []byte) error {
	type plain Right
	return services.UnmarshalObject(raw, (*plain)(r))
}

// A RoutingRule says which recipient is notified of an alert of a team. The first rule that
// matches an alert applies; the default rule is the last and matches all alerts.
type RoutingRule struct {
	services.Other

	ID              string                `json:"id"`
	Name            string                `json:"name"`
	IsDefault       bool                  `json:"isDefault"`
	Order           int                   `json:"order"` // position among the rules, from 0
	Criteria        shape.Filter          `json:"criteria,omitzero"`
	Timezone        string                `json:"timezone,omitzero"`
	TimeRestriction shape.TimeRestriction `json:"timeRestriction,omitzero"`
	Notify          shape.Recipient       `json:"notify,omitzero"`
}

// MarshalJSON writes the rule with the members that [services.Other] keeps.
func (r RoutingRule) MarshalJSON() ([]byte, error) {
	type plain RoutingRule
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a rule; members that it does not expect are kept.
func (r *RoutingRule) UnmarshalJSON(raw []byte) error {
	type plain RoutingRule
	return services.UnmarshalObject(raw, (*plain)(r))
}
