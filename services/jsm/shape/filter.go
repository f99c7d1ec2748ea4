package shape

import (
	"reflect"

	"github.com/tripware/tripware/services"
)

// A FilterKind says how the conditions of a [Filter] are combined. Kinds other than those listed
// here can occur in responses.
type FilterKind string

// The kinds that have a constructor.
const (
	FilterMatchAll           FilterKind = "match-all"
	FilterMatchAnyCondition  FilterKind = "match-any-condition"
	FilterMatchAllConditions FilterKind = "match-all-conditions"
)

// A Filter selects the alerts or events that a rule applies to. [MatchAll],
// [MatchAnyCondition] and [MatchAllConditions] return one; the zero value means that no filter
// is given.
type Filter struct {
	services.Other

	Kind       FilterKind  `json:"type"`
	Conditions []Condition `json:"conditions,omitzero"` // at least one, except for FilterMatchAll
}

// MatchAll returns the filter that matches everything.
func MatchAll() Filter { return Filter{Kind: FilterMatchAll} }

// MatchAnyCondition returns the filter that matches objects that meet at least one of the
// conditions.
func MatchAnyCondition(conditions ...Condition) Filter {
	return Filter{Kind: FilterMatchAnyCondition, Conditions: conditions}
}

// MatchAllConditions returns the filter that matches objects that meet each of the conditions.
func MatchAllConditions(conditions ...Condition) Filter {
	return Filter{Kind: FilterMatchAllConditions, Conditions: conditions}
}

// IsZero reports whether no filter is given.
func (f Filter) IsZero() bool { return reflect.ValueOf(f).IsZero() }

// MarshalJSON writes the filter with the members that [services.Other] keeps.
func (f Filter) MarshalJSON() ([]byte, error) {
	type plain Filter
	return services.MarshalObject(plain(f))
}

// UnmarshalJSON reads a filter of any kind; members that it does not expect are kept.
func (f *Filter) UnmarshalJSON(raw []byte) error {
	type plain Filter
	return services.UnmarshalObject(raw, (*plain)(f))
}

// A Condition compares one field with a value.
type Condition struct {
	services.Other

	Field         Field                  `json:"field"`
	Key           string                 `json:"key,omitzero"` // the property, for FieldExtraProperties and FieldDetails
	Not           bool                   `json:"not"`          // inverts the operation
	Operation     Operation              `json:"operation"`
	ExpectedValue string                 `json:"expectedValue,omitzero"` // the value to compare with
	Order         services.Optional[int] `json:"order,omitzero"`         // position, from 0; the server chooses it if absent
}

// MarshalJSON writes the condition with the members that [services.Other] keeps.
func (c Condition) MarshalJSON() ([]byte, error) {
	type plain Condition
	return services.MarshalObject(plain(c))
}

// UnmarshalJSON reads a condition; members that it does not expect are kept.
func (c *Condition) UnmarshalJSON(raw []byte) error {
	type plain Condition
	return services.UnmarshalObject(raw, (*plain)(c))
}

// A Field is the field that a [Condition] compares. Which fields are allowed depends on the
// rule; fields other than those listed here are sent as they are.
type Field string

// The fields of alerts that the API documents.
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
	FieldResponders      Field = "responders"
	FieldPriority        Field = "priority"
)

// An Operation is the way in which a [Condition] compares. Which operations are allowed depends
// on the field; operations other than those listed here are sent as they are.
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
