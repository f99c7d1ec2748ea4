package archive

import (
	"bytes"
	"encoding/json"
	"strings"
)

// A document is an object of JSON, without the types of this program. Its numbers are as they
// were written.
type document = map[string]any

// parse decodes an object. It returns nil for anything else.
func parse(raw json.RawMessage) document {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var d document
	if dec.Decode(&d) != nil {
		return nil
	}
	return d
}

// A change returns what becomes of a value, or false if it is to be removed.
type change func(value any) (to any, keep bool)

// visit calls a change for each value that a path of a document leads to.
func visit(d document, path string, c change) {
	name, rest, deeper := strings.Cut(path, ".")
	name, list := strings.CutSuffix(name, "[]")
	if deeper {
		last := c
		c = func(value any) (any, bool) {
			if inner, ok := value.(document); ok {
				visit(inner, rest, last)
			}
			return value, true
		}
	}
	value, given := d[name]
	switch items, ok := value.([]any); {
	case !given, list && !ok:
	case list:
		d[name] = changed(items, c)
	default:
		if to, keep := c(value); keep {
			d[name] = to
		} else {
			delete(d, name)
		}
	}
}

func changed(items []any, c change) []any {
	kept := []any{}
	for _, each := range items {
		if to, keep := c(each); keep {
			kept = append(kept, to)
		}
	}
	return kept
}

// A target is what a reference names.
type target struct {
	kinds []string // that it may be of; empty if it names nothing, or something of a kind that is not known
	typ   string   // as the reference says, such as "user"
	id    string
	name  string // for a user the username; may be empty
}

// targetOf returns what the value of a reference names.
func targetOf(r ref, value any) target {
	t := target{}
	switch v := value.(type) {
	case string:
		t.id = v
	case document:
		t.id, _ = v["id"].(string)
		t.typ, _ = v["type"].(string)
		t.name, _ = v["name"].(string)
		if username, ok := v["username"].(string); ok && username != "" {
			t.name = username
		}
	}
	if t.id == "" && t.name == "" {
		return t
	}
	if r.to == userRoles && t.id == t.name {
		return t // a role that every account has, of which the API has no list
	}
	t.kinds = []string{r.to}
	if r.to == "" {
		t.kinds = kindsOf(t.typ)
	}
	return t
}

// targets returns what a resource refers to.
func targets(res resource, d document) (all []target) {
	for _, r := range res.refs {
		visit(d, r.path, func(value any) (any, bool) {
			if t := targetOf(r, value); len(t.kinds) > 0 {
				all = append(all, t)
			}
			return value, true
		})
	}
	return all
}
