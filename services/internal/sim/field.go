package sim

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A ValueKind is the kind of value of a member.
type ValueKind int

// The kinds of values. The zero value is any.
const (
	anyValue ValueKind = iota
	Text
	Flag  // true or false
	Whole // a whole number
	List
	Object
	Moment // as text
)

// A Field describes a known member of a document, as far as the API's description does.
type Field struct {
	Name     string
	Is       ValueKind
	Required bool     // a creation must have it, and it must not be null or empty
	Most     int      // the maximum number of characters or list elements; 0 means no limit
	Least    int      // the minimum of a whole number
	Among    []string // the allowed strings; empty means any
	Absent   any      // the default; nil means none
	Fixed    bool     // only a creation can set it; a change ignores it

	// inside further checks an object, a list or a string; nil means no further checks.
	Inside func(p Problems, name string, value any)
}

// Check adds errors for a value in a request.
func (f *Field) Check(p Problems, value any) {
	fits := true
	switch v := value.(type) {
	case string:
		fits = f.Is == Text || f.Is == Moment
		f.checkText(p, v)
	case bool:
		fits = f.Is == Flag
	case float64:
		fits = f.Is == Whole
		p.Add(v != math.Trunc(v) || v < float64(f.Least), f.Name,
			f.Name+" must be a whole number of at least "+strconv.Itoa(f.Least)+".")
	case json.Number:
		fits = false // too large
	case []any:
		fits = f.Is == List
		p.Add(f.Required && len(v) == 0, f.Name, f.Name+" can not be empty.")
		p.Add(f.Most > 0 && len(v) > f.Most, f.Name, "Can not be more than "+strconv.Itoa(f.Most)+".")
	case map[string]any:
		fits = f.Is == Object
	}
	p.Add(!fits && f.Is != anyValue, f.Name, "Value of ["+f.Name+"] has the wrong type.")
	if fits && f.Inside != nil && value != nil {
		f.Inside(p, f.Name, value)
	}
}

func (f *Field) checkText(p Problems, text string) {
	p.Add(f.Required && strings.TrimSpace(text) == "", f.Name, f.Name+" can not be empty.")
	p.Add(f.Most > 0 && utf8.RuneCountInString(text) > f.Most, f.Name, "Can not be longer than "+strconv.Itoa(f.Most)+" characters.")
	p.Add(len(f.Among) > 0 && !slices.Contains(f.Among, text), f.Name, f.Name+" must be one of "+strings.Join(f.Among, ", ")+".")
	if f.Is == Moment {
		_, ok := ParseTime(text)
		p.Add(!ok, f.Name, f.Name+" must be a time in ISO 8601.")
	}
}

// Missing adds errors for the required members that d lacks.
func (p Problems) Missing(d Document, fields []Field) {
	for _, f := range fields {
		p.Add(f.Required && d[f.Name] == nil, f.Name, f.Name+" can not be empty.")
	}
}

// Within checks an object inside a document. The errors name members by their path.
func (p Problems) Within(path string, d Document, fields []Field) {
	for _, f := range fields {
		value := d[f.Name]
		if path != "" {
			f.Name = path + "." + f.Name
		}
		if value != nil {
			f.Check(p, value)
		} else {
			p.Add(f.Required, f.Name, f.Name+" can not be empty.")
		}
	}
}
