package services

import (
	"bytes"
	"encoding/json"
	"iter"
	"reflect"
	"slices"
)

// knownMembers returns raw, which v was written as, without the members that only an [Other]
// keeps. Values that write themselves are left whole.
func knownMembers(raw json.RawMessage, v reflect.Value) json.RawMessage {
	v = heldBy(v)
	switch v.Kind() {
	case reflect.Struct:
		if _, keeps := otherOf(v); keeps || !writesItself(v.Type()) {
			return knownOfObject(raw, v)
		}
	case reflect.Slice, reflect.Array:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) == nil && len(items) == v.Len() {
			for i := range items {
				items[i] = knownMembers(items[i], v.Index(i))
			}
			return written(items, raw)
		}
	case reflect.Map:
		var items map[string]json.RawMessage
		if v.Type().Key().Kind() == reflect.String && json.Unmarshal(raw, &items) == nil {
			for _, key := range v.MapKeys() {
				items[key.String()] = knownMembers(items[key.String()], v.MapIndex(key))
			}
			return written(items, raw)
		}
	default: // it has no members
	}
	return raw
}

func knownOfObject(raw json.RawMessage, v reflect.Value) json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return raw
	}
	var b bytes.Buffer
	keep := func(m member) {
		if sent, ok := members[m.name]; ok {
			appendMember(&b, m.name, knownMembers(sent, m.value))
		}
	}
	for m := range membersOf(v) {
		keep(m)
	}
	for part := range partsOf(v) {
		switch part = heldBy(part); part.Kind() {
		case reflect.Struct:
			for m := range membersOf(part) {
				keep(m)
			}
		case reflect.Map:
			for _, name := range sortedKeys(part) {
				appendMember(&b, name, members[name])
			}
		default: // there is no part
		}
	}
	return closed(b)
}

// partsOf returns the fields of the struct v that are not members of its object but hold
// further ones: interfaces and maps that their tags exclude from encoding/json.
func partsOf(v reflect.Value) iter.Seq[reflect.Value] {
	return func(yield func(reflect.Value) bool) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			holds := f.Type.Kind() == reflect.Interface || f.Type.Kind() == reflect.Map && f.Type.Key().Kind() == reflect.String
			if f.IsExported() && f.Tag.Get("json") == "-" && holds && !yield(v.Field(i)) {
				return
			}
		}
	}
}

func sortedKeys(m reflect.Value) (names []string) {
	for _, key := range m.MapKeys() {
		names = append(names, key.String())
	}
	slices.Sort(names)
	return names
}

// heldBy looks behind pointers, interfaces and [Optional].
func heldBy(v reflect.Value) reflect.Value {
	for {
		switch {
		case (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && !v.IsNil():
			v = v.Elem()
		case v.Kind() == reflect.Struct && v.CanInterface():
			held, ok := reflect.TypeAssert[interface{ held() any }](v)
			if !ok {
				return v
			}
			v = reflect.ValueOf(held.held())
		default:
			return v
		}
	}
}

func writesItself(t reflect.Type) bool { return t.Implements(reflect.TypeFor[json.Marshaler]()) }

// written returns items as JSON, and raw if they cannot be written.
func written(items any, raw json.RawMessage) json.RawMessage {
	if text, err := json.Marshal(items); err == nil {
		return text
	}
	return raw
}
