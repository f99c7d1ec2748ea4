package shape

import "github.com/tripware/tripware/services"

// IncidentProperties are what an incident of a business service says that a rule
// opens or that is made from a template.
type IncidentProperties struct {
	services.Other

	Message      string            `json:"message"`              // required; at most 130 characters
	Description  string            `json:"description,omitzero"` // at most 10,000 characters
	Tags         []string          `json:"tags,omitzero"`
	Details      map[string]string `json:"details,omitzero"`
	Priority     Priority          `json:"priority"` // required
	Stakeholders Stakeholders      `json:"stakeholderProperties"`
}

// MarshalJSON writes the value, with the members that it keeps.
func (p IncidentProperties) MarshalJSON() ([]byte, error) {
	type plain IncidentProperties
	return services.MarshalObject(plain(p))
}

// UnmarshalJSON reads a value of any form.
func (p *IncidentProperties) UnmarshalJSON(raw []byte) error {
	type plain IncidentProperties
	return services.UnmarshalObject(raw, (*plain)(p))
}

// Stakeholders are what those hear of an incident who do not work on it.
type Stakeholders struct {
	services.Other

	Enable      bool   `json:"enable"`               // notifies them
	Message     string `json:"message"`              // required; at most 130 characters
	Description string `json:"description,omitzero"` // at most 10,000 characters
}

// MarshalJSON writes the value, with the members that it keeps.
func (s Stakeholders) MarshalJSON() ([]byte, error) {
	type plain Stakeholders
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads a value of any form.
func (s *Stakeholders) UnmarshalJSON(raw []byte) error {
	type plain Stakeholders
	return services.UnmarshalObject(raw, (*plain)(s))
}
