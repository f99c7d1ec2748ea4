package services

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// An Optional is a field that is absent, set, or null, for members where these mean different
// things to the server. The zero value is absent; [Set] and [Null] make the others. Tag the
// field with omitzero, without which an absent one would be sent as null: a request with such a
// field, at any depth, is refused. As the T of a [Result] it accepts that a response has no data.
type Optional[T any] struct {
	value T
	state optionalState
}

type optionalState int

const (
	unsetOptional optionalState = iota
	nullOptional
	setOptional
)

// Set returns a field that sends v, even if v is zero.
func Set[T any](v T) Optional[T] { return Optional[T]{value: v, state: setOptional} }

// Null returns a field that sends null, which clears the value if the API allows it.
func Null[T any]() Optional[T] { return Optional[T]{state: nullOptional} }

// IsZero reports whether the field is absent.
func (o Optional[T]) IsZero() bool { return o.state == unsetOptional }

// Get returns the value, and whether the field is set.
func (o Optional[T]) Get() (T, bool) { return o.value, o.state == setOptional }

// String returns the value as package fmt prints it, or "null", or "absent".
func (o Optional[T]) String() string {
	switch o.state {
	case unsetOptional:
		return "absent"
	case nullOptional:
		return "null"
	case setOptional:
	}
	return fmt.Sprint(o.value)
}

// MarshalJSON writes the value, or null.
func (o Optional[T]) MarshalJSON() ([]byte, error) {
	if o.state != setOptional {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// Mismatches returns the mismatches that the value kept.
func (o Optional[T]) Mismatches() []Mismatch {
	return mismatchesIn(reflect.ValueOf(&o.value).Elem(), "")
}

func (o Optional[T]) held() any { return o.value }

// UnmarshalJSON reads a value, or null.
func (o *Optional[T]) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*o = Null[T]()
		return nil
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	*o = Set(v)
	return nil
}
