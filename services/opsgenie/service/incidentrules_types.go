package service

import (
	"errors"

	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A IncidentRule is an incident rule as the server shows it.
type IncidentRule struct {
	ID    string `json:"id"`
	Order int    `json:"order"` // its place among the rules of the service, from zero
	IncidentRuleDefinition
}

// A IncidentRuleDefinition is what an incident rule says: which alerts it is about, and what
// incident they open.
type IncidentRuleDefinition struct {
	MatchType  shape.FilterKind         `json:"conditionMatchType,omitzero"` // how the conditions are joined
	Conditions []shape.Condition        `json:"conditions,omitzero"`
	Incident   shape.IncidentProperties `json:"incidentProperties"`
}

// A IncidentRuleSummary is what writes tell of a rule.
type IncidentRuleSummary struct {
	ID string `json:"id"`
}

// Check refuses an incident without what it must say, and conditions without
// field or operation.
func (d IncidentRuleDefinition) Check() error {
	return errors.Join(check.Conditions("conditions", d.Conditions), check.Incident("incidentProperties", d.Incident))
}
