package services

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Other keeps the members of a JSON object that the fields of a struct do not express: names
// that the struct does not have, and known names whose value the field cannot hold exactly,
// such as null for a string, or whose type is not the expected one. They are sent again as
// they came, so that an object that was read can be changed and written back without loss. A
// known member is sent as it came only while its field has the value that was read.
//
// A struct embeds Other and has the two methods
//
//	func (r *Rule) UnmarshalJSON(raw []byte) error { type plain Rule; return services.UnmarshalObject(raw, (*plain)(r)) }
//	func (r Rule) MarshalJSON() ([]byte, error)    { type plain Rule; return services.MarshalObject(plain(r)) }
//
// The zero value keeps nothing. Copies of a struct share what is kept until one of them is
// changed by SetMember, which copies it. See [WithKnownMembersOnly] for not sending it.
type Other struct {
	members map[string]json.RawMessage // nil: the object does not have this known member
	odd     []Mismatch                 // relative to the object
	fault   error                      // why the object cannot be written: see RequestFrom
}

// Members returns the members that are kept, in the order of their names. A known name is
// among them only if its field does not express what came.
func (o Other) Members() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		for _, name := range slices.Sorted(maps.Keys(o.members)) {
			if raw := o.members[name]; raw != nil && !yield(name, slices.Clone(raw)) {
				return
			}
		}
	}
}

// SetMember makes the object send a member that its struct has no field for; with a nil value
// the member is no longer sent. The value must be valid JSON.
func (o *Other) SetMember(name string, value json.RawMessage) {
	o.members = maps.Clone(o.members)
	if value == nil {
		if delete(o.members, name); len(o.members) == 0 {
			o.members = nil
		}
		return
	}
	if o.members == nil {
		o.members = map[string]json.RawMessage{}
	}
	o.members[name] = slices.Clone(value)
}

// Mismatches returns the members of the object whose value is not of the expected type, with
// paths relative to the object. Their values are kept.
func (o Other) Mismatches() []Mismatch { return o.odd }

// UnmarshalObject decodes raw, a JSON object, into a struct that embeds [Other], given by its
// pointer; the pointer's type must not have an UnmarshalJSON method. What the fields cannot
// hold is kept by Other, at this depth; nested structs that embed Other keep theirs. The only
// errors are that raw is not valid JSON or not an object; null changes nothing.
//
// Pointers to further structs, in more, hold other members of the same object.
func UnmarshalObject(raw []byte, into any, more ...any) error {
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return fmt.Errorf("services: read %s: %w", nameOf(into), err)
	}
	unmarshalMembers(members, append([]any{into}, more...)...)
	return nil
}

// unmarshalMembers fills the structs and the [Other] of the first. It owns members.
func unmarshalMembers(members map[string]json.RawMessage, parts ...any) {
	other, _ := otherOf(reflect.ValueOf(parts[0]).Elem())
	if !other.IsValid() {
		panic(fmt.Sprintf("services: read %s: it does not embed services.Other", nameOf(parts[0])))
	}
	var d decoder
	for _, part := range parts {
		part := reflect.ValueOf(part).Elem()
		for m := range membersOf(part) {
			m.value.SetZero()
			raw, came := members[m.name]
			if came {
				d.value(raw, m.value, m.name)
			}
			switch {
			case m.expresses(raw):
				delete(members, m.name)
			case !came:
				members[m.name] = nil
			}
		}
	}
	for name, raw := range members {
		members[name] = slices.Clone(raw) // it is part of a larger text
	}
	if len(members) == 0 {
		members = nil
	}
	other.Set(reflect.ValueOf(Other{members: members, odd: d.odd}))
}

// MarshalObject encodes a struct that embeds [Other], with the members that Other keeps. The
// struct's type must not have a MarshalJSON method. Structs in more add members of the same
// object.
func MarshalObject(from any, more ...any) ([]byte, error) {
	parts := append([]any{from}, more...)
	other, ok := otherOf(reflect.ValueOf(from))
	if !ok {
		panic(fmt.Sprintf("services: write %s: it does not embed services.Other", nameOf(from)))
	}
	kept, _ := reflect.TypeAssert[Other](other)
	if len(kept.members) == 0 && kept.fault == nil && len(more) == 0 {
		return json.Marshal(from)
	}
	var fields []member
	for _, part := range parts {
		fields = slices.AppendSeq(fields, membersOf(reflect.ValueOf(part)))
	}
	return marshalMembers(fields, kept)
}

// marshalMembers writes an object: the fields, then what is kept of unknown names.
func marshalMembers(fields []member, kept Other) ([]byte, error) {
	if kept.fault != nil {
		return nil, kept.fault
	}
	var b bytes.Buffer
	known := make(map[string]bool, len(fields))
	for _, m := range fields {
		known[m.name] = true
		raw, ok := kept.members[m.name]
		if !ok || !m.unchanged(raw) {
			var err error
			if raw, err = m.marshal(); err != nil {
				return nil, err
			}
		}
		appendMember(&b, m.name, raw)
	}
	for _, name := range slices.Sorted(maps.Keys(kept.members)) {
		if !known[name] {
			appendMember(&b, name, kept.members[name])
		}
	}
	return closed(b), nil
}

// closed returns the object whose members were appended to b.
func closed(b bytes.Buffer) []byte {
	if b.Len() == 0 {
		return []byte("{}")
	}
	return append(b.Bytes(), '}')
}

// appendMember appends a member and what precedes it; nothing if raw is nil.
func appendMember(b *bytes.Buffer, name string, raw json.RawMessage) {
	if raw == nil {
		return
	}
	before := byte(',')
	if b.Len() == 0 {
		before = '{'
	}
	b.WriteByte(before)
	key, _ := json.Marshal(name) //nolint:errchkjson // a string can always be written
	b.Write(key)
	b.WriteByte(':')
	b.Write(raw)
}

// A member is a field of a struct that is a member of a JSON object.
type member struct {
	name      string
	omitZero  bool
	omitEmpty bool
	value     reflect.Value
}

// membersOf returns the members that the struct v has fields for, those of embedded structs
// included.
func membersOf(v reflect.Value) iter.Seq[member] {
	return func(yield func(member) bool) { walkMembers(v, yield) }
}

func walkMembers(v reflect.Value, yield func(member) bool) bool {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case f.Type == reflect.TypeFor[Other](), name == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			if !walkMembers(v.Field(i), yield) {
				return false
			}
		case f.IsExported() && (tagged || f.Tag == ""): // other tags are for other parts of a request
			m := member{name, strings.Contains(options, "omitzero"), strings.Contains(options, "omitempty"), v.Field(i)}
			if m.name == "" {
				m.name = f.Name
			}
			if !yield(m) {
				return false
			}
		}
	}
	return true
}

// otherOf returns the [Other] that the struct v embeds.
func otherOf(v reflect.Value) (reflect.Value, bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Type == reflect.TypeFor[Other]() {
			return v.Field(i), true
		}
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			if other, ok := otherOf(v.Field(i)); ok {
				return other, true
			}
		}
	}
	return reflect.Value{}, false
}

// marshal returns the member as it is sent; nil if it is left out.
func (m member) marshal() (json.RawMessage, error) {
	if m.omitted() {
		return nil, nil
	}
	return json.Marshal(m.value.Interface())
}

func (m member) omitted() bool {
	if m.omitZero && empty(m.value) {
		return true
	}
	switch m.value.Kind() {
	case reflect.Map, reflect.Slice, reflect.String, reflect.Array:
		return m.omitEmpty && m.value.Len() == 0
	case reflect.Struct:
		return false
	default:
		return m.omitEmpty && m.value.IsZero()
	}
}

// expresses reports whether the field, read from raw, is sent as raw; nil raw means that it is
// left out.
func (m member) expresses(raw json.RawMessage) bool {
	sent, err := m.marshal()
	return err == nil && (sent == nil) == (raw == nil) && sameJSON(sent, raw)
}

// unchanged reports whether the field still has the value that was read from raw.
func (m member) unchanged(raw json.RawMessage) bool {
	read := reflect.New(m.value.Type()).Elem()
	if raw != nil {
		new(decoder).value(raw, read, "")
	}
	return reflect.DeepEqual(read.Interface(), m.value.Interface())
}

// sameJSON reports whether two texts are the same JSON, numbers by their digits.
func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var left, right any
	return decodeNumbers(a, &left) == nil && decodeNumbers(b, &right) == nil && reflect.DeepEqual(left, right)
}

func decodeNumbers(raw []byte, into *any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(into)
}

func nameOf(v any) string {
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return strings.ToLower(t.Name())
}

// RequestFrom returns a request that writes back what was read: from is the value that was
// read, and Q a request that embeds [Other]. Members that from and Q both know are set, those
// that only from knows, such as its id, are left out, and all others are kept. If from cannot
// be written as JSON, sending the request fails with the reason.
func RequestFrom[Q any](from any) Q {
	var request Q
	members, err := writtenBy(from)
	if err != nil {
		other, _ := otherOf(reflect.ValueOf(&request).Elem())
		other.Set(reflect.ValueOf(Other{fault: err}))
		return request
	}
	wanted := map[string]bool{}
	for m := range membersOf(reflect.ValueOf(request)) {
		wanted[m.name] = true
	}
	for m := range membersOf(reflect.ValueOf(from)) {
		if !wanted[m.name] {
			delete(members, m.name)
		}
	}
	unmarshalMembers(members, &request)
	return request
}

func writtenBy(from any) (members map[string]json.RawMessage, err error) {
	raw, err := json.Marshal(from)
	if err != nil {
		return nil, err
	}
	return members, json.Unmarshal(raw, &members)
}
