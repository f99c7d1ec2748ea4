package shape

import (
	"reflect"

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

// A Filter selects alerts, or whatever a rule is about. [MatchAll], [MatchAnyCondition] and
// [MatchAllConditions] make one; the zero value means that no filter is given.
type Filter struct {
	services.Other

	Kind       FilterKind  `json:"type"`
	Conditions []Condition `json:"conditions,omitzero"` // at least one, except for FilterMatchAll
}

// MatchAll returns the filter that matches everything.
func MatchAll() Filter { return Filter{Kind: FilterMatchAll} }

// MatchAnyCondition returns the filter that matches what meets at least one of the conditions.
func MatchAnyCondition(conditions ...Condition) Filter {
	return Filter{Kind: FilterMatchAnyCondition, Conditions: conditions}
}

// MatchAllConditions returns the filter that matches what meets each of the conditions.
func MatchAllConditions(conditions ...Condition) Filter {
	return Filter{Kind: FilterMatchAllConditions, Conditions: conditions}
}

// IsZero reports whether no filter is given.
func (f Filter) IsZero() bool { return reflect.ValueOf(f).IsZero() }

// MarshalJSON writes the filter, with the members that it keeps.
func (f Filter) MarshalJSON() ([]byte, error) {
	type plain Filter
	return services.MarshalObject(plain(f))
}

// UnmarshalJSON reads a filter of any kind.
func (f *Filter) UnmarshalJSON(raw []byte) error {
	type plain Filter
	return services.UnmarshalObject(raw, (*plain)(f))
}

// A Condition is what a [Filter] asks of one field.
type Condition struct {
	services.Other

	Field         Field                  `json:"field"`
	Key           string                 `json:"key,omitzero"` // of FieldExtraProperties and FieldDetails: which property
	Not           bool                   `json:"not,omitzero"` // inverts the operation
	Operation     Operation              `json:"operation"`
	ExpectedValue string                 `json:"expectedValue,omitzero"` // what the field is compared with
	Order         services.Optional[int] `json:"order,omitzero"`         // place among the conditions, from zero; by default the server chooses
}

// MarshalJSON writes the condition, with the members that it keeps.
func (c Condition) MarshalJSON() ([]byte, error) {
	type plain Condition
	return services.MarshalObject(plain(c))
}

// UnmarshalJSON reads a condition.
func (c *Condition) UnmarshalJSON(raw []byte) error {
	type plain Condition
	return services.UnmarshalObject(raw, (*plain)(c))
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
