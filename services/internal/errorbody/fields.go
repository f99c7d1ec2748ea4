package errorbody

import (
	"cmp"
	"encoding/json"
	"strings"
)

// fields returns the problems with fields of the request by the names of the fields, or nil
// if there are none. They are an object, or a list of objects that name their field.
func (m members) fields() map[string]string {
	fields := map[string]string{}
	var named map[string]json.RawMessage // its names keep their case
	read(m["errors"], &named)
	for name, problem := range named {
		fields[name] = cmp.Or(sentence(problem, 0), scalar(problem))
	}
	for _, member := range [...]string{"errors", "invalid-params", "violations", "detail"} {
		var items []json.RawMessage
		read(m[member], &items)
		for _, item := range items {
			if field, what := problem(item); field != "" {
				fields[field] = what
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return fields
}

// problem returns the field of the request that an item of a list is about, and what is wrong
// with it. The field is empty if the item does not name one.
func problem(item json.RawMessage) (field, what string) {
	m := object(item)
	source := object(m["source"]) // JSON:API
	for _, name := range []json.RawMessage{
		m["field"], m["name"], m["param"], m["property"], m["propertypath"], m["pointer"], m["path"], m["loc"],
		source["pointer"], source["parameter"],
	} {
		if field = cmp.Or(text(name), joined(name)); field != "" {
			break
		}
	}
	what = cmp.Or(m.sentence(1), text(m["reason"]), text(m["code"]))
	if what == "" {
		return "", ""
	}
	return strings.TrimPrefix(field, "#"), what
}

// joined returns the parts of a path as one name.
func joined(raw json.RawMessage) string {
	var parts []json.RawMessage
	read(raw, &parts)
	names := make([]string, len(parts))
	for i, part := range parts {
		names[i] = cmp.Or(text(part), scalar(part))
	}
	return strings.Join(names, ".")
}
