package opsgenietest

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

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
