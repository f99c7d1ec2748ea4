package services

import (
	"encoding"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/transport/redact"
)

// readable reports whether a value of t can be read from a field that is not exported: reflect
// returns numbers and strings, but does not call methods on them.
func readable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return !t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
	default:
		return false
	}
}

// integral reports whether the check "min" applies to t.
func integral(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64
}

// textual reports whether appendText can write every value of t.
func textual(t reflect.Type) bool {
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return true
	}
	switch t.Kind() {
	case reflect.Pointer:
		return t.Elem().Kind() != reflect.Pointer && textual(t.Elem())
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Slice && textual(t.Elem())
	case reflect.Float32, reflect.Float64:
		return true
	default:
		return readable(t)
	}
}

// unset reports whether a field is left out: a nil pointer, a zero time, an empty list, and any
// other zero value unless keepZero is set.
func unset(v reflect.Value, keepZero bool) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Struct:
		return empty(v)
	default:
		return !keepZero && v.IsZero()
	}
}

// empty reports whether v is zero, by its IsZero method if it has one, as encoding/json's omitzero
// does: a time may be zero and have a location.
func empty(v reflect.Value) bool {
	if v.CanInterface() {
		if z, ok := reflect.TypeAssert[interface{ IsZero() bool }](v); ok {
			return z.IsZero()
		}
	}
	return v.IsZero()
}

// text writes a value for a path, a query, a header or a form.
func text(v reflect.Value) (string, error) {
	if v.Kind() == reflect.Pointer && !v.IsNil() && !v.Type().Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		v = v.Elem()
	}
	if secret, ok := secretOf(v); ok {
		return secret.Reveal(), nil
	}
	if v.CanInterface() && v.Type().Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return marshaled(v)
	}
	switch v.Kind() {
	case reflect.Slice:
		return list(v)
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), nil
	default:
		return v.String(), nil
	}
}

// secretOf returns the secret in a field, which as text would be ***.
func secretOf(v reflect.Value) (redact.Secret, bool) {
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Type() != reflect.TypeFor[redact.Secret]() || !v.CanInterface() {
		return redact.Secret{}, false
	}
	return reflect.TypeAssert[redact.Secret](v)
}

func marshaled(v reflect.Value) (string, error) {
	switch m := v.Interface().(type) {
	case time.Time:
		if year := m.Year(); year < 0 || year > 9999 {
			return "", errors.New("has a year that RFC 3339 cannot hold")
		}
		return m.Format(time.RFC3339Nano), nil
	case encoding.TextMarshaler:
		b, err := m.MarshalText()
		if err != nil {
			return "", errors.New("cannot be written as text: " + err.Error())
		}
		return string(b), nil
	}
	return "", errors.New("cannot be written as text")
}

// texts writes the elements of a list. An empty one is refused.
func texts(v reflect.Value) ([]string, error) {
	parts := make([]string, v.Len())
	for i := range parts {
		if v.Index(i).Kind() == reflect.Pointer && v.Index(i).IsNil() {
			return nil, errors.New("has an empty element")
		}
		var err error
		if parts[i], err = text(v.Index(i)); err != nil {
			return nil, err
		}
	}
	if slices.Contains(parts, "") {
		return nil, errors.New("has an empty element")
	}
	return parts, nil
}

// list joins elements with commas. An element that contains a comma would arrive as several.
func list(v reflect.Value) (string, error) {
	parts, err := texts(v)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(part, ",") }) {
		return "", errors.New("has an element with a comma, which separates elements on the wire")
	}
	return strings.Join(parts, ","), nil
}
