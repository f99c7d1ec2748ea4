package contact

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Contact is a contact of a user in a response.
type Contact struct {
	services.Other

	ID         string                 `json:"id"`
	Method     shape.ContactMethod    `json:"method"`
	To         string                 `json:"to"` // an e-mail address, or a number such as "1-5551234567"
	Status     Status                 `json:"status"`
	ApplyOrder services.Optional[int] `json:"applyOrder,omitzero"` // position among the user's contacts, from 0; only from List
}

// MarshalJSON writes the contact with the members that [services.Other] keeps.
func (c Contact) MarshalJSON() ([]byte, error) {
	type plain Contact
	return services.MarshalObject(plain(c))
}

// UnmarshalJSON reads a contact; members that it does not expect are kept.
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

// MarshalJSON writes the status with the members that [services.Other] keeps.
func (s Status) MarshalJSON() ([]byte, error) {
	type plain Status
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads a status; members that it does not expect are kept.
func (s *Status) UnmarshalJSON(raw []byte) error {
	type plain Status
	return services.UnmarshalObject(raw, (*plain)(s))
}

// A Summary identifies a contact that was created or changed.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}
