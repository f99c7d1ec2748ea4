package userrole

import "github.com/tripware/tripware/services"

// A Base is the role that a custom role extends. Values other than those listed here can occur
// in responses.
type Base string

// The roles that can be extended.
const (
	BaseUser        Base = "user"
	BaseObserver    Base = "observer"
	BaseStakeholder Base = "stakeholder"
)

// A Role is a custom role in a response.
type Role struct {
	services.Other

	ID               string   `json:"id"`
	Name             string   `json:"name"`
	Extends          Base     `json:"extendedRole,omitzero"`
	GrantedRights    []string `json:"grantedRights,omitzero"`    // such as "logs-page-access"
	DisallowedRights []string `json:"disallowedRights,omitzero"` // such as "profile-edit"
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

// A Summary identifies a role that was created or changed.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}
