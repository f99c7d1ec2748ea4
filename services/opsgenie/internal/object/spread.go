package object

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"github.com/tripware/tripware/services"
)

// Spread returns what to hand to [services.Do] for a request with a field that
// is tagged `json:"..."`: the members of that field's JSON object, whatever
// their names, become the members of the body. The other fields go where their
// tags say.
//
// A request that its own Check refuses, or that cannot be written, is returned
// as it is, for the call to refuse it. Each set of member names makes a type that
// is kept for as long as the program runs; there are about as many as the API has
// kinds.
func Spread(in any) any {
	if c, ok := in.(interface{ Check() error }); ok && c.Check() != nil {
		return in
	}
	b := builder{}
	b.add(reflect.ValueOf(in))
	if b.fault != nil {
		return refused{fault: b.fault}
	}
	made := reflect.New(reflect.StructOf(b.fields)).Elem()
	for i, v := range b.values {
		made.Field(i).Set(v)
	}
	return made.Interface()
}

// refused is a request that cannot be sent.
type refused struct{ fault error }

// Check says why.
func (r refused) Check() error {
	return &services.ArgumentError{Field: "body", Problem: "cannot be written as JSON: " + r.fault.Error()}
}

// builder collects the fields of a struct that is to be made.
type builder struct {
	fields []reflect.StructField
	values []reflect.Value
	fault  error
}

func (b *builder) add(in reflect.Value) {
	for i := range in.NumField() {
		f := in.Type().Field(i)
		if tag, _ := f.Tag.Lookup("json"); tag != "..." {
			b.put(f.Type, f.Tag, in.Field(i))
			continue
		}
		if err := b.inline(in.Field(i).Interface()); err != nil {
			b.fault = fmt.Errorf("%s: %w", strings.ToLower(f.Name), err)
		}
	}
}

// put adds a field under a name that no other has; it does not reach the wire.
func (b *builder) put(t reflect.Type, tag reflect.StructTag, v reflect.Value) {
	b.fields = append(b.fields, reflect.StructField{Name: fmt.Sprintf("F%d", len(b.fields)), Type: t, Tag: tag})
	b.values = append(b.values, v)
}

// inline adds the members of v's JSON object.
func (b *builder) inline(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.New("is no object")
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		key, _ := name.(string)
		if key == "" || strings.ContainsAny(key, "\"'\\`,") || strings.ContainsFunc(key, unprintable) {
			return fmt.Errorf("the member %q cannot be sent", key)
		}
		b.put(reflect.TypeFor[json.RawMessage](), reflect.StructTag(`json:`+strconv.Quote(key+",")), reflect.ValueOf(value))
	}
	return nil
}

// unprintable reports what encoding/json does not take in a tag.
func unprintable(r rune) bool {
	return (r < ' ' || r > '~') && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}
