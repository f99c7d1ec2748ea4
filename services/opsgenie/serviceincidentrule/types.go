package serviceincidentrule

import (
	"errors"

	"github.com/tripware/tripware/services/opsgenie/internal/check"
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
	MatchType  shape.FilterKind         `json:"conditionMatchType,omitzero"` // how the conditions are joined
	Conditions []shape.Condition        `json:"conditions,omitzero"`
	Incident   shape.IncidentProperties `json:"incidentProperties"`
}

// A Summary is what writes tell of a rule.
type Summary struct {
	ID string `json:"id"`
}

// Check refuses an incident without what it must say, and conditions without
// field or operation.
func (d Definition) Check() error {
	return errors.Join(check.Conditions("conditions", d.Conditions), check.Incident("incidentProperties", d.Incident))
}
