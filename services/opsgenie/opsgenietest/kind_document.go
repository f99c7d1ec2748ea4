package opsgenietest

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
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

// A valueKind is the kind of value of a member.
type valueKind int

const (
	anyValue valueKind = iota
	textValue
	flagValue  // true or false
	wholeValue // a whole number
	listValue
	objectValue
	timeValue // as text
)

// A field describes a known member of a document, as far as the API's description does.
type field struct {
	name     string
	is       valueKind
	required bool     // a creation must have it, and it must not be null or empty
	most     int      // the maximum number of characters or list elements; 0 means no limit
	least    int      // the minimum of a whole number
	among    []string // the allowed strings; empty means any
	absent   any      // the default; nil means none
	fixed    bool     // only a creation can set it; a change ignores it

	// inside further checks an object, a list or a string; nil means no further checks.
	inside func(p problems, name string, value any)
}

// check adds errors for a value in a request.
func (f *field) check(p problems, value any) {
	fits := true
	switch v := value.(type) {
	case string:
		fits = f.is == textValue || f.is == timeValue
		f.checkText(p, v)
	case bool:
		fits = f.is == flagValue
	case float64:
		fits = f.is == wholeValue
		p.add(v != math.Trunc(v) || v < float64(f.least), f.name,
			f.name+" must be a whole number of at least "+strconv.Itoa(f.least)+".")
	case json.Number:
		fits = false // too large
	case []any:
		fits = f.is == listValue
		p.add(f.required && len(v) == 0, f.name, f.name+" can not be empty.")
		p.add(f.most > 0 && len(v) > f.most, f.name, "Can not be more than "+strconv.Itoa(f.most)+".")
	case map[string]any:
		fits = f.is == objectValue
	}
	p.add(!fits && f.is != anyValue, f.name, "Value of ["+f.name+"] has the wrong type.")
	if fits && f.inside != nil && value != nil {
		f.inside(p, f.name, value)
	}
}

func (f *field) checkText(p problems, text string) {
	p.add(f.required && strings.TrimSpace(text) == "", f.name, f.name+" can not be empty.")
	p.add(f.most > 0 && utf8.RuneCountInString(text) > f.most, f.name, "Can not be longer than "+strconv.Itoa(f.most)+" characters.")
	p.add(len(f.among) > 0 && !slices.Contains(f.among, text), f.name, f.name+" must be one of "+strings.Join(f.among, ", ")+".")
	if f.is == timeValue {
		_, ok := parseTime(text)
		p.add(!ok, f.name, f.name+" must be a time in ISO 8601.")
	}
}

// missing adds errors for the required members that d lacks.
func (p problems) missing(d document, fields []field) {
	for _, f := range fields {
		p.add(f.required && d[f.name] == nil, f.name, f.name+" can not be empty.")
	}
}

// within checks an object inside a document. The errors name members by their path.
func (p problems) within(path string, d document, fields []field) {
	for _, f := range fields {
		value := d[f.name]
		if path != "" {
			f.name = path + "." + f.name
		}
		if value != nil {
			f.check(p, value)
		} else {
			p.add(f.required, f.name, f.name+" can not be empty.")
		}
	}
}
