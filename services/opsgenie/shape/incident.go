package shape

import (
	"errors"

	"github.com/tripware/tripware/services"
)

// IncidentProperties are what an incident of a business service says that a rule
// opens or that is made from a template.
type IncidentProperties struct {
	Message      string            `json:"message"`              // required; at most 130 characters
	Description  string            `json:"description,omitzero"` // at most 10,000 characters
	Tags         []string          `json:"tags,omitzero"`
	Details      map[string]string `json:"details,omitzero"`
	Priority     Priority          `json:"priority"` // required
	Stakeholders Stakeholders      `json:"stakeholderProperties"`
}

// Check refuses properties, sent as field, without what each incident must say.
func (p IncidentProperties) Check(field string) error {
	return errors.Join(
		required(field+".message", p.Message),
		required(field+".priority", string(p.Priority)),
		p.Stakeholders.Check(field+".stakeholderProperties"),
	)
}

// Stakeholders are what those hear of an incident who do not work on it.
type Stakeholders struct {
	Enable      bool   `json:"enable"`               // notifies them
	Message     string `json:"message"`              // required; at most 130 characters
	Description string `json:"description,omitzero"` // at most 10,000 characters
}

// Check refuses stakeholders, sent as field, to whom nothing is said.
func (s Stakeholders) Check(field string) error { return required(field+".message", s.Message) }

func required(field, value string) error {
	if value == "" {
		return &services.ArgumentError{Field: field, Problem: "is required"}
	}
	return nil
}
