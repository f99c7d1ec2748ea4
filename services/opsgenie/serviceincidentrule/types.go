package serviceincidentrule

import (
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Rule is an incident rule as the server shows it.
type Rule struct {
	ID    string `json:"id"`
	Order int    `json:"order"` // its place among the rules of the service, from zero
	Definition
}

// A Definition is what an incident rule says: which alerts it is about, and what
// incident they open.
type Definition struct {
	MatchType  shape.FilterKind   `json:"conditionMatchType,omitzero"` // how the conditions are joined
	Conditions []shape.Condition  `json:"conditions,omitzero"`
	Incident   IncidentProperties `json:"incidentProperties"`
}

// IncidentProperties are what an incident says that a rule opens.
type IncidentProperties struct {
	Message      string            `json:"message"`              // required; at most 130 characters
	Description  string            `json:"description,omitzero"` // at most 10,000 characters
	Tags         []string          `json:"tags,omitzero"`
	Details      map[string]string `json:"details,omitzero"`
	Priority     shape.Priority    `json:"priority"` // required
	Stakeholders Stakeholders      `json:"stakeholderProperties"`
}

// Stakeholders are what those hear of an incident who do not work on it.
type Stakeholders struct {
	Enable      bool   `json:"enable"`               // notifies them
	Message     string `json:"message"`              // required; at most 130 characters
	Description string `json:"description,omitzero"` // at most 10,000 characters
}

// A Summary is what writes tell of a rule.
type Summary struct {
	ID string `json:"id"`
}

// Check refuses an incident without what it must say, and conditions without
// field or operation.
func (d Definition) Check() error {
	var faults []error
	require := func(field, value string) {
		if value == "" {
			faults = append(faults, &services.ArgumentError{Field: field, Problem: "is required"})
		}
	}
	for i, c := range d.Conditions {
		require(fmt.Sprintf("conditions[%d].field", i), string(c.Field))
		require(fmt.Sprintf("conditions[%d].operation", i), string(c.Operation))
	}
	require("incidentProperties.message", d.Incident.Message)
	require("incidentProperties.priority", string(d.Incident.Priority))
	require("incidentProperties.stakeholderProperties.message", d.Incident.Stakeholders.Message)
	return errors.Join(faults...)
}
