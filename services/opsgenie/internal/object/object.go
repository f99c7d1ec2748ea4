// Package object reads and writes JSON objects of which not all members are
// known by name: what is unknown is kept, and sent back as it came.
package object

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Members are members of a JSON object by their names.
type Members map[string]json.RawMessage

// Split decodes raw into known, a pointer to a struct, and returns the members
// for which the struct has no field; nil if there are none.
func Split(raw []byte, known any) (Members, error) {
	var rest Members
	if err := json.Unmarshal(raw, &rest); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, known); err != nil {
		return nil, err
	}
	for _, name := range names(reflect.TypeOf(known).Elem()) {
		delete(rest, name)
	}
	if len(rest) == 0 {
		rest = nil
	}
	return rest, nil
}

// Join encodes known, a struct, and behind its members those of rest, in the
// order of their names. A member that the struct has a field for is the struct's.
func Join(known any, rest Members) ([]byte, error) {
	text, err := json.Marshal(known)
	if err != nil || len(rest) == 0 {
		return text, err
	}
	own := names(reflect.TypeOf(known))
	joined := bytes.NewBuffer(text[:len(text)-1])
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		if slices.Contains(own, name) {
			continue
		}
		if joined.Len() > 1 {
			joined.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		joined.Write(key)
		joined.WriteByte(':')
		joined.Write(rest[name])
	}
	joined.WriteByte('}')
	return joined.Bytes(), nil
}

// names returns the names that the fields of the struct t have in JSON.
func names(t reflect.Type) (all []string) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			all = append(all, names(f.Type)...)
		case name != "" && name != "-":
			all = append(all, name)
		}
	}
	return all
}
