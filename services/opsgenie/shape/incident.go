package shape

import "github.com/tripware/tripware/services"

// IncidentProperties describe the incident that a rule opens, or that is made from a
// template of a business service.
type IncidentProperties struct {
	services.Other

	Message      string            `json:"message"`              // required; at most 130 characters
	Description  string            `json:"description,omitzero"` // at most 10,000 characters
	Tags         []string          `json:"tags,omitzero"`
	Details      map[string]string `json:"details,omitzero"`
	Priority     Priority          `json:"priority"` // required
	Stakeholders Stakeholders      `json:"stakeholderProperties"`
}

// MarshalJSON writes the properties, with the members that they keep.
func (p IncidentProperties) MarshalJSON() ([]byte, error) {
	type plain IncidentProperties
	return services.MarshalObject(plain(p))
}

// UnmarshalJSON reads properties of any form.
func (p *IncidentProperties) UnmarshalJSON(raw []byte) error {
	type plain IncidentProperties
	return services.UnmarshalObject(raw, (*plain)(p))
}

// Stakeholders describe the message about an incident to the people who are informed of it
// but do not respond to it. If Enable is left out, the server decides whether to send it; its
// default is not documented.
type Stakeholders struct {
	services.Other

	Enable      services.Optional[bool] `json:"enable,omitzero"`      // whether the message is sent
	Message     string                  `json:"message"`              // required; at most 130 characters
	Description string                  `json:"description,omitzero"` // at most 10,000 characters
}

// MarshalJSON writes the message, with the members that it keeps.
func (s Stakeholders) MarshalJSON() ([]byte, error) {
	type plain Stakeholders
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads a message of any form.
func (s *Stakeholders) UnmarshalJSON(raw []byte) error {
	type plain Stakeholders
	return services.UnmarshalObject(raw, (*plain)(s))
}
