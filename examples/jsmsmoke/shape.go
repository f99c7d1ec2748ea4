package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A shape is what is shown of JSON values: their types, and the names of members, which the API
// chose. Values are not shown.
type shape struct {
	types   map[string]bool
	object  bool
	members map[string]*shape
	items   *shape // of all arrays; nil without any
}

// add adds a value to what is known.
func (s *shape) add(v any) {
	if s.types == nil {
		s.types, s.members = map[string]bool{}, map[string]*shape{}
	}
	switch v := v.(type) {
	case map[string]any:
		s.object = true
		for name, value := range v {
			if !plain.MatchString(name) {
				name = "…"
			}
			if s.members[name] == nil {
				s.members[name] = &shape{}
			}
			if isFree(name) {
				value = free(value)
			}
			s.members[name].add(value)
		}
	case []any:
		if s.items == nil {
			s.items = &shape{}
		}
		for _, item := range v {
			s.items.add(item)
		}
	default:
		s.types[typeOf(v)] = true
	}
}

// String returns the shape on one line, such as {count: number, values: [{alias: text, id: uuid}]}.
func (s *shape) String() string {
	all := slices.Sorted(maps.Keys(s.types))
	if s.object {
		var members []string
		for _, name := range slices.Sorted(maps.Keys(s.members)) {
			members = append(members, name+": "+s.members[name].String())
		}
		all = append(all, "{"+strings.Join(members, ", ")+"}")
	}
	if s.items != nil {
		all = append(all, "["+s.items.String()+"]")
	}
	return strings.Join(all, " or ")
}

// isFree reports whether the names in a member were chosen by the users of the service.
func isFree(member string) bool {
	return member == "details" || strings.HasSuffix(member, "Properties")
}

// free hides the names of the members of an object.
func free(v any) any {
	if object, ok := v.(map[string]any); ok {
		return len(object) // shown as a number
	}
	return v
}

var (
	uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	plain    = regexp.MustCompile(`^_?[a-zA-Z][a-zA-Z0-9]{0,40}$`)
	digits   = regexp.MustCompile(`^\d+$`)
)

// typeOf returns the type of a value, and of a text its form if that is one of an API.
func typeOf(v any) string {
	text, ok := v.(string)
	switch {
	case v == nil:
		return "null"
	case !ok:
		return map[string]string{"bool": "bool", "int": "names", "json.Number": "number"}[fmt.Sprintf("%T", v)]
	case text == "":
		return "empty"
	case uuidForm.MatchString(text):
		return "uuid"
	case digits.MatchString(text):
		return "digits"
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00"} {
		if _, err := time.Parse(form, text); err == nil {
			return "time"
		}
	}
	return "text"
}

// describe returns the shape of a JSON document.
func describe(body []byte) (string, any) {
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return "no JSON, " + strconv.Itoa(len(body)) + " bytes", nil
	}
	var s shape
	s.add(v)
	return s.String(), v
}
