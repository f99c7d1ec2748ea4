package contract_test

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/tripware/tripware/services"
)

// A builder makes the value of a request.
type builder struct {
	choices choices
	full    bool // all fields; else those that are required and those that are always sent
	round   int  // which of several choices
}

// request returns a value of a request type.
func (b builder) request(t reflect.Type) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	return v, b.fill(v)
}

// fill sets the fields of a struct.
func (b builder) fill(v reflect.Value) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		part := f.Type.Kind() == reflect.Interface // of the object, though it is not a member
		if f.Type == reflect.TypeFor[services.Other]() || f.Tag.Get("json") == "-" && !part || !f.Anonymous && !b.wanted(f) {
			continue
		}
		if !f.IsExported() {
			return fmt.Errorf("%s has the field %s, which is not exported: the table of values needs one of it", v.Type(), f.Name)
		}
		value, err := b.value(f.Type, v.Type().String()+"."+f.Name)
		if err != nil {
			return err
		}
		v.Field(i).Set(value)
	}
	return nil
}

// wanted reports whether a field is to be set.
func (b builder) wanted(f reflect.StructField) bool {
	if b.full || strings.Contains(f.Tag.Get("check"), "required") || f.Tag.Get("path") != "" || f.Tag.Get("body") != "" {
		return true
	}
	tag, ok := f.Tag.Lookup("json")
	return ok && !strings.Contains(tag, ",omit") && f.Type.Kind() != reflect.Bool
}

// value returns a value of a type, for the field that is named "package.Type.Field".
func (b builder) value(t reflect.Type, field string) (reflect.Value, error) {
	if least, ok := b.choices.least[t]; ok && !b.full {
		return reflect.ValueOf(least), nil
	}
	inner, isOptional := innerOf(t)
	for _, list := range [][]any{b.choices.fields[field], b.choices.types[t], b.choices.constants[t]} {
		if len(list) == 0 {
			continue
		}
		choice := reflect.ValueOf(list[b.round%len(list)])
		if choice.Type() == t {
			return choice, nil
		}
		if isOptional {
			break // the choice is of what it holds
		}
		if t.Kind() != reflect.Slice || choice.Type() != t.Elem() {
			return choice, fmt.Errorf("%s: the table of values has a %s for a %s", field, choice.Type(), t)
		}
		return reflect.Append(reflect.New(t).Elem(), choice), nil
	}
	if list := b.choices.kinds[t]; len(list) > 0 {
		return b.value(list[b.round%len(list)], field)
	}
	v := reflect.New(t).Elem()
	if isOptional {
		return b.optional(v, inner, field)
	}
	return b.plain(v, field)
}

// innerOf returns the type that a services.Optional holds.
func innerOf(t reflect.Type) (inner reflect.Type, isOptional bool) {
	get, ok := t.MethodByName("Get")
	if !ok || !strings.HasPrefix(t.Name(), "Optional[") {
		return nil, false
	}
	return get.Type.Out(0), true
}

// optional sets a services.Optional.
func (b builder) optional(v reflect.Value, inner reflect.Type, field string) (reflect.Value, error) {
	value, err := b.value(inner, field)
	if err != nil {
		return v, err
	}
	text, err := json.Marshal(value.Interface())
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(text, v.Addr().Interface())
}

// plain sets a value by its kind.
func (b builder) plain(v reflect.Value, field string) (reflect.Value, error) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text(field, b.choices.texts))
	case reflect.Bool:
		v.SetBool(b.full)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Struct:
		return v, b.fill(v)
	case reflect.Pointer:
		inner, err := b.value(v.Type().Elem(), field)
		if err != nil {
			return v, err
		}
		v.Set(reflect.New(v.Type().Elem()))
		v.Elem().Set(inner)
	case reflect.Slice:
		inner, err := b.value(v.Type().Elem(), field)
		if err != nil {
			return v, err
		}
		v.Set(reflect.Append(v, inner))
	case reflect.Map:
		return v, b.entry(v, field)
	default:
		return v, fmt.Errorf("%s: the table of values has none for a %s", field, v.Type())
	}
	return v, nil
}

// entry sets a map with one entry.
func (b builder) entry(v reflect.Value, field string) error {
	key, err := b.value(v.Type().Key(), field)
	if err != nil {
		return err
	}
	value, err := b.value(v.Type().Elem(), field)
	if err != nil {
		return err
	}
	v.Set(reflect.MakeMap(v.Type()))
	v.SetMapIndex(key, value)
	return nil
}

// A naming is the text for fields whose name has a part, in lower case.
type naming struct{ part, text string }

// text returns a string that fits what a field is called, by the vendor's namings before
// those of both.
func text(field string, own []naming) string {
	name := strings.ToLower(field[strings.LastIndexByte(field, '.')+1:])
	for _, known := range append(slices.Clip(own), []naming{
		{"timezone", "Europe/Berlin"}, {"locale", "en_GB"}, {"user", "ada@example.com"}, {"email", "ada@example.com"},
		{"link", "https://ci.example.com/812"}, {"url", "https://hooks.example.com/opsgenie"},
		{"marker", "2026-05-26-07-52-17_123"}, {"query", "status: open"}, {"country", "DE"}, {"id", "4513b7ea-3b91-438f-b7e4-e3e54af9147c"},
	}...) {
		if strings.Contains(name, known.part) {
			return known.text
		}
	}
	return "some " + name
}

// start and end are times in their order.
var (
	start = time.Date(2026, 5, 26, 8, 0, 0, 0, time.UTC)
	end   = start.Add(36 * time.Hour)
)

// file returns a file that can be sent, any number of times.
func file() services.File {
	return services.File{Name: "df.txt", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("/dev/sda1 100%\n")), nil
	}}
}
