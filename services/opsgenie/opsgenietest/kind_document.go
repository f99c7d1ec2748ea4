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

// A document is a resource of the API as the members of its JSON. What a request
// writes is kept as it came, so that a read gives it back unchanged.
type document map[string]any

// UnmarshalJSON reads numbers as float64, but for those that it cannot hold.
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

// numbers turns the numbers in a value into float64. A whole number with more than
// 15 digits stays as it was written: float64 would change it.
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

// number returns a field that is a number; 0 if it is none.
func (d document) number(field string) float64 {
	n, _ := d[field].(float64)
	return n
}

// flag returns a field that is true or false; false if it is neither.
func (d document) flag(field string) bool {
	b, _ := d[field].(bool)
	return b
}

// moment returns a field that is a time; zero if it is none.
func (d document) moment(field string) Time {
	if t, ok := d[field].(Time); ok {
		return t
	}
	t, _ := parseTime(d.text(field))
	return t
}

// object returns a field that is an object, or an empty document.
func (d document) object(field string) document {
	o, _ := objectOf(d[field])
	return o
}

// objectOf returns a value that is an object.
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

// list returns the objects of a field that is a list.
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

// utc turns fields that are times into such as the API shows.
func (d document) utc(fields ...string) {
	for _, name := range fields {
		if t := d.moment(name); !t.IsZero() {
			d[name] = t
		}
	}
}

// only returns the fields that are named and there.
func (d document) only(fields ...string) document {
	out := document{}
	for _, name := range fields {
		if value, ok := d[name]; ok {
			out[name] = value
		}
	}
	return out
}

// clone returns a document that shares nothing with d. It is never nil.
func (d document) clone() document {
	out := make(document, len(d)+2) // those who clone mostly add an id and a name
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

// objects turns documents into the value of a field.
func objects(all []document) []any {
	out := make([]any, len(all))
	for i, each := range all {
		out[i] = map[string]any(each)
	}
	return out
}

// A valueKind is what a field of a document holds.
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

// A field says what a request may write into a field of a document, as far as
// the API's own description states it.
type field struct {
	name     string
	is       valueKind
	required bool     // may not be absent from a creation, null or empty
	most     int      // characters of a text, members of a list; 0 means any number
	least    int      // of a whole number
	among    []string // the values that a text may have; none means any
	absent   any      // what it is if nothing is written; nil leaves it out
	fixed    bool     // only a creation writes it; a change ignores it

	// inside notes what is wrong within an object or a list, or about a text.
	inside func(p problems, name string, value any)
}

// check notes what is wrong with a value that a request gave.
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

// missing notes the required fields that a creation lacks.
func (p problems) missing(d document, fields []field) {
	for _, f := range fields {
		p.add(f.required && d[f.name] == nil, f.name, f.name+" can not be empty.")
	}
}

// within notes what is wrong with an object inside a document, whose fields are
// called by the path to it.
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
