package customrole

import "github.com/tripware/tripware/services"

// A Role is a custom role as the server returns it.
type Role struct {
	services.Other

	ID               string   `json:"id"`
	Name             string   `json:"name"`
	Extends          string   `json:"extendedRole,omitzero"`     // the role that it extends, such as "user"; it cannot be changed
	GrantedRights    []string `json:"grantedRights,omitzero"`    // such as "alert-view"
	DisallowedRights []string `json:"disallowedRights,omitzero"` // such as "profile-edit"
}

// Request returns a request that writes the role back, to be changed before it is sent. Members
// that the type does not know are sent as they came.
func (r Role) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](r)
	in.Ref = ByID(r.ID)
	return in
}

// MarshalJSON writes the role, with the members that it keeps.
func (r Role) MarshalJSON() ([]byte, error) {
	type plain Role
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a role of any form.
func (r *Role) UnmarshalJSON(raw []byte) error {
	type plain Role
	return services.UnmarshalObject(raw, (*plain)(r))
}

// A Reference identifies a custom role.
type Reference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Summary is the response to the creation, change or assignment of a role. Its ID and Name are
// those of the role, or empty if the server sent none.
type Summary struct {
	Reference `json:"data"`

	Message string `json:"message"` // such as "Created"
}
