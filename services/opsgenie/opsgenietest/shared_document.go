package opsgenietest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// A document is a resource of the API as the members of its JSON object. It stores what
// a request wrote, so that a read returns it unchanged.
type document map[string]any

// UnmarshalJSON decodes numbers as float64, except for those that it would change.
func (d *document) UnmarshalJSON(text []byte) error {
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	var members map[string]any
	if err := in.Decode(&members); err != nil {
		return err
	}
	object, _ := numbers(members).(map[string]any)
	*d = object
	return nil
}

// numbers converts the numbers in a value to float64, except for whole numbers with more
// than 15 digits, which float64 may not represent exactly.
func numbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, each := range v {
			v[name] = numbers(each)
		}
	case []any:
		for i, each := range v {
			v[i] = numbers(each)
		}
	case json.Number:
		if whole := !strings.ContainsAny(v.String(), ".eE"); whole && len(v) > 15 {
			return v
		}
		if n, err := v.Float64(); err == nil {
			return n
		}
	}
	return value
}

func (d document) text(field string) string {
	s, _ := d[field].(string)
	return s
}

// number returns a member that is a number, or 0.
func (d document) number(field string) float64 {
	n, _ := d[field].(float64)
	return n
}

// flag returns a member that is a boolean, or false.
func (d document) flag(field string) bool {
	b, _ := d[field].(bool)
	return b
}

// moment returns a member that is a time, or the zero Time.
func (d document) moment(field string) Time {
	if t, ok := d[field].(Time); ok {
		return t
	}
	t, _ := parseTime(d.text(field))
	return t
}

// object returns a member that is an object, or nil.
func (d document) object(field string) document {
	o, _ := objectOf(d[field])
	return o
}

// objectOf returns a value that is an object and reports whether it is one.
func objectOf(value any) (document, bool) {
	switch v := value.(type) {
	case map[string]any:
		return v, true
	case document:
		return v, true
	default:
		return nil, false
	}
}

// list returns the objects in a member that is a list.
func (d document) list(field string) []document {
	all, _ := d[field].([]any)
	out := make([]document, 0, len(all))
	for _, each := range all {
		if o, ok := objectOf(each); ok {
			out = append(out, o)
		}
	}
	return out
}

// utc converts members that are times to UTC.
func (d document) utc(fields ...string) {
	for _, name := range fields {
		if t := d.moment(name); !t.IsZero() {
			d[name] = t
		}
	}
}

// only returns a document with those of the named members that exist.
func (d document) only(fields ...string) document {
	out := document{}
	for _, name := range fields {
		if value, ok := d[name]; ok {
			out[name] = value
		}
	}
	return out
}

// clone returns a copy that shares no memory with d. It is never nil.
func (d document) clone() document {
	out := make(document, len(d)+2) // most callers add an id and a name
	for name, each := range d {
		out[name] = cloned(each)
	}
	return out
}

func cloned(value any) any {
	switch v := value.(type) {
	case map[string]any:
		return map[string]any(document(v).clone())
	case document:
		return map[string]any(v.clone())
	case []any:
		out := slices.Clone(v)
		for i, each := range out {
			out[i] = cloned(each)
		}
		return out
	default:
		return v
	}
}

// objects converts documents to a list.
func objects(all []document) []any {
	out := make([]any, len(all))
	for i, each := range all {
		out[i] = map[string]any(each)
	}
	return out
}
