package shape

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/tripware/tripware/services"
)

// A FilterKind says how the conditions of a [Filter] are joined. The set is open.
type FilterKind string

// The kinds that have a constructor.
const (
	FilterMatchAll           FilterKind = "match-all"
	FilterMatchAnyCondition  FilterKind = "match-any-condition"
	FilterMatchAllConditions FilterKind = "match-all-conditions"
)

// A Filter chooses alerts, or whatever a rule is about. [MatchAll],
// [MatchAnyCondition] and [MatchAllConditions] make one; the zero value is none
// and cannot be sent. What a server sends of a kind that is unknown here is
// kept, and sent back unchanged.
type Filter struct {
	kind       FilterKind
	conditions []Condition
	raw        string // of an unknown kind, as the server sent it
}

// MatchAll returns the filter that everything passes.
func MatchAll() Filter { return Filter{kind: FilterMatchAll} }

// MatchAnyCondition returns the filter that is passed by what meets one of the
// conditions, of which there must be one at least.
func MatchAnyCondition(conditions ...Condition) Filter {
	return Filter{kind: FilterMatchAnyCondition, conditions: slices.Clone(conditions)}
}

// MatchAllConditions returns the filter that is passed by what meets each of the
// conditions, of which there must be one at least.
func MatchAllConditions(conditions ...Condition) Filter {
	return Filter{kind: FilterMatchAllConditions, conditions: slices.Clone(conditions)}
}

// Kind returns how the conditions are joined.
func (f Filter) Kind() FilterKind { return f.kind }

// Conditions returns the conditions, which are the caller's to change.
func (f Filter) Conditions() []Condition { return slices.Clone(f.conditions) }

// IsZero reports whether f is not given.
func (f Filter) IsZero() bool { return f.kind == "" && f.raw == "" }

// conditional reports whether f is of a kind that has conditions.
func (f Filter) conditional() bool {
	return f.kind == FilterMatchAnyCondition || f.kind == FilterMatchAllConditions
}

// Check refuses a filter, sent as field, that lacks its conditions, and
// conditions that lack what each must have. A filter that is not given passes.
func (f Filter) Check(field string) error {
	if f.conditional() && f.raw == "" && len(f.conditions) == 0 {
		return &services.ArgumentError{Field: field + ".conditions", Problem: "is required"}
	}
	return CheckConditions(field+".conditions", f.conditions)
}

// CheckConditions refuses a list, sent as field, in which a condition lacks its
// field or operation.
func CheckConditions(field string, all []Condition) error {
	var faults []error
	for i, c := range all {
		at := fmt.Sprintf("%s[%d]", field, i)
		faults = append(faults, required(at+".field", string(c.Field)), required(at+".operation", string(c.Operation)))
	}
	return errors.Join(faults...)
}

// clauses is a filter on the wire.
type clauses struct {
	Type       FilterKind  `json:"type"`
	Conditions []Condition `json:"conditions,omitzero"`
}

// MarshalJSON writes type and conditions. A filter that is not given is an error.
func (f Filter) MarshalJSON() ([]byte, error) {
	switch {
	case f.raw != "":
		return []byte(f.raw), nil
	case f.IsZero():
		return nil, errors.New("shape: write filter: it has no type")
	default:
		return json.Marshal(clauses{Type: f.kind, Conditions: f.conditions})
	}
}

// UnmarshalJSON reads a filter of any kind.
func (f *Filter) UnmarshalJSON(raw []byte) error {
	*f = Filter{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var c clauses
	err := json.Unmarshal(raw, &c)
	*f = Filter{kind: c.Type, conditions: c.Conditions}
	switch {
	case c.Type != FilterMatchAll && !f.conditional():
		*f = Filter{kind: c.Type, raw: string(raw)}
	case err != nil:
		*f = Filter{}
		return fmt.Errorf("shape: read filter: %w", err)
	}
	return nil
}

// A Condition is what a [Filter] asks of one field.
type Condition struct {
	Field         Field     `json:"field"`
	Key           string    `json:"key,omitzero"` // of FieldExtraProperties and FieldDetails: of which property
	Not           bool      `json:"not,omitzero"` // turns the operation round
	Operation     Operation `json:"operation"`
	ExpectedValue string    `json:"expectedValue,omitzero"` // what the field is compared with
	Order         *int      `json:"order,omitzero"`         // its place among the conditions, from zero; nil leaves it to the server
}

// A Field is what a [Condition] looks at. The set is open, and not each field is
// known at each place.
type Field string

// The fields of alerts.
const (
	FieldMessage         Field = "message"
	FieldAlias           Field = "alias"
	FieldDescription     Field = "description"
	FieldSource          Field = "source"
	FieldEntity          Field = "entity"
	FieldTags            Field = "tags"
	FieldActions         Field = "actions"
	FieldDetails         Field = "details"
	FieldExtraProperties Field = "extra-properties"
	FieldRecipients      Field = "recipients"
	FieldResponders      Field = "responders"
	FieldTeams           Field = "teams"
	FieldPriority        Field = "priority"
)

// An Operation is how a [Condition] compares. The set is open, and not each
// operation goes with each field.
type Operation string

// The operations.
const (
	Matches                Operation = "matches" // a regular expression
	Contains               Operation = "contains"
	StartsWith             Operation = "starts-with"
	EndsWith               Operation = "ends-with"
	Equals                 Operation = "equals"
	EqualsIgnoreWhitespace Operation = "equals-ignore-whitespace"
	ContainsKey            Operation = "contains-key"
	ContainsValue          Operation = "contains-value"
	GreaterThan            Operation = "greater-than"
	LessThan               Operation = "less-than"
	IsEmpty                Operation = "is-empty"
)
