package contact

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Contact is a contact of a user as the server returns it.
type Contact struct {
	services.Other

	ID         string                 `json:"id"`
	Method     shape.ContactMethod    `json:"method"`
	To         string                 `json:"to"` // an e-mail address, a number, or the name of a device
	Status     Status                 `json:"status"`
	ApplyOrder services.Optional[int] `json:"applyOrder,omitzero"` // position among the user's contacts, from 0; only in lists
}

// Request returns a request that writes the contact back, to be changed before it is sent.
// Members that the type does not know are sent as they came.
func (c Contact) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](c)
	in.ID = c.ID
	return in
}

// MarshalJSON writes the contact, with the members that it keeps.
func (c Contact) MarshalJSON() ([]byte, error) {
	type plain Contact
	return services.MarshalObject(plain(c))
}

// UnmarshalJSON reads a contact of any form.
func (c *Contact) UnmarshalJSON(raw []byte) error {
	type plain Contact
	return services.UnmarshalObject(raw, (*plain)(c))
}

// A Status says whether a contact is enabled.
type Status struct {
	services.Other

	Enabled        bool   `json:"enabled"`
	DisabledReason string `json:"disabledReason,omitzero"`
}

// MarshalJSON writes the status, with the members that it keeps.
func (s Status) MarshalJSON() ([]byte, error) {
	type plain Status
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads a status of any form.
func (s *Status) UnmarshalJSON(raw []byte) error {
	type plain Status
	return services.UnmarshalObject(raw, (*plain)(s))
}

// A Summary is the response to the creation or change of a contact. Its ID is that of the
// contact.
type Summary struct {
	Reference `json:"data"`

	Message string `json:"message"` // such as "Created"
}

// A Reference identifies a contact.
type Reference struct {
	ID string `json:"id"` // empty if the server sent none
}
