package sim

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// A Document is a resource of the API as the members of its JSON object. It stores what
// a request wrote, so that a read returns it unchanged.
type Document map[string]any

// UnmarshalJSON decodes numbers as float64, except for those that it would change.
func (d *Document) UnmarshalJSON(text []byte) error {
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

// Text returns a member that is a string, or the empty string.
func (d Document) Text(field string) string {
	s, _ := d[field].(string)
	return s
}

// Number returns a member that is a number, or 0.
func (d Document) Number(field string) float64 {
	n, _ := d[field].(float64)
	return n
}

// Flag returns a member that is a boolean, or false.
func (d Document) Flag(field string) bool {
	b, _ := d[field].(bool)
	return b
}

// Moment returns a member that is a time, or the zero Time.
func (d Document) Moment(field string) Time {
	if t, ok := d[field].(Time); ok {
		return t
	}
	t, _ := ParseTime(d.Text(field))
	return t
}

// Object returns a member that is an object, or nil.
func (d Document) Object(field string) Document {
	o, _ := ObjectOf(d[field])
	return o
}

// ObjectOf returns a value that is an object and reports whether it is one.
func ObjectOf(value any) (Document, bool) {
	switch v := value.(type) {
	case map[string]any:
		return v, true
	case Document:
		return v, true
	default:
		return nil, false
	}
}

// List returns the objects in a member that is a list.
func (d Document) List(field string) []Document {
	all, _ := d[field].([]any)
	out := make([]Document, 0, len(all))
	for _, each := range all {
		if o, ok := ObjectOf(each); ok {
			out = append(out, o)
		}
	}
	return out
}

// UTC converts members that are times to UTC.
func (d Document) UTC(fields ...string) {
	for _, name := range fields {
		if t := d.Moment(name); !t.IsZero() {
			d[name] = t
		}
	}
}

// Only returns a document with those of the named members that exist.
func (d Document) Only(fields ...string) Document {
	out := Document{}
	for _, name := range fields {
		if value, ok := d[name]; ok {
			out[name] = value
		}
	}
	return out
}

// Clone returns a copy that shares no memory with d. It is never nil.
func (d Document) Clone() Document {
	out := make(Document, len(d)+2) // most callers add an id and a name
	for name, each := range d {
		out[name] = cloned(each)
	}
	return out
}

func cloned(value any) any {
	switch v := value.(type) {
	case map[string]any:
		return map[string]any(Document(v).Clone())
	case Document:
		return map[string]any(v.Clone())
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

// Objects converts documents to a list.
func Objects(all []Document) []any {
	out := make([]any, len(all))
	for i, each := range all {
		out[i] = map[string]any(each)
	}
	return out
}
