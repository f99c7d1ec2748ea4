package services

import (
	"cmp"
	"reflect"
	"strconv"
	"strings"
)

// checkOptionals refuses each [Optional] in the JSON of the request that encoding/json would
// write as null while it is absent, at any depth: it would clear a member on the server that
// the caller did not mention.
func (p *plan) checkOptionals() {
	seen := map[reflect.Type]bool{}
	for _, f := range p.json {
		p.checkOptional(f.goName, f.name, f.tag.Get("json"), f.typ)
		p.checkOptionalsIn(f.goName, f.typ, seen)
	}
	for _, f := range p.whole {
		p.checkOptionalsIn(f.goName, f.typ, seen)
	}
}

// checkOptional refuses the field at path if it is an Optional without omitzero. Its member has
// the given name.
func (p *plan) checkOptional(path, name, tag string, t reflect.Type) {
	_, options, _ := strings.Cut(tag, ",")
	for option := range strings.SplitSeq(options, ",") {
		if option == "omitzero" {
			return
		}
	}
	if _, optional := optionalOf(behind(t)); optional {
		p.faults.add(path, "is an Optional without omitzero, so that an absent one would be sent as null: write json:%s",
			strconv.Quote(name+",omitzero"))
	}
}

// checkOptionalsIn does so for the structs that values of t are made of, each type once. A type
// that writes itself is left alone unless it embeds [Other], since only those use the tags.
func (p *plan) checkOptionalsIn(path string, t reflect.Type, seen map[reflect.Type]bool) {
	t = behind(t)
	if of, optional := optionalOf(t); optional {
		p.checkOptionalsIn(path, of, seen)
		return
	}
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		p.checkOptionalsIn(path, t.Elem(), seen)
		return
	case reflect.Struct:
	default: // it has no fields that its type tells of
		return
	}
	if writesItself(t) && !embedsOther(t) {
		return
	}
	for f := range t.Fields() {
		tag := f.Tag.Get("json")
		if tag == "-" || !f.IsExported() && !f.Anonymous || f.Type == reflect.TypeFor[Other]() {
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		p.checkOptional(path+"."+f.Name, cmp.Or(name, f.Name), tag, f.Type)
		p.checkOptionalsIn(path+"."+f.Name, f.Type, seen)
	}
}

// behind looks behind pointers.
func behind(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// optionalOf reports whether t is an [Optional], and returns the type of its value.
func optionalOf(t reflect.Type) (of reflect.Type, optional bool) {
	if t.Kind() != reflect.Struct || !t.Implements(reflect.TypeFor[interface{ held() any }]()) {
		return nil, false
	}
	value, optional := t.FieldByName("value")
	return value.Type, optional
}

// embedsOther reports whether [otherOf] finds the Other of a struct of type t.
func embedsOther(t reflect.Type) bool {
	for f := range t.Fields() {
		if f.Type == reflect.TypeFor[Other]() || f.Anonymous && f.Type.Kind() == reflect.Struct && embedsOther(f.Type) {
			return true
		}
	}
	return false
}
