package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Change is a difference between two exports.
type Change struct {
	Kind  string   // of the row
	Name  string   // of the row, or its id if it has no name
	How   string   // "added", "removed" or "changed"
	Paths []string // if changed: the members that differ, such as "rotations[0].length"
}

// String returns such as "changed schedules/Ops: rotations[0].length".
func (c Change) String() string {
	text := c.How + " " + c.Kind + "/" + c.Name
	if len(c.Paths) > 0 {
		text += ": " + strings.Join(c.Paths, ", ")
	}
	return text
}

// Diff compares the resources of two finished exports by their names, and returns what
// differs in the second. Ids do not count: a reference is equal if both name a resource of
// the same name. What the server writes by itself, such as times of creation, does not count
// either, nor what says only what was at the moment of reading.
func Diff(ctx context.Context, before, after string) ([]Change, error) {
	was, err := readable(ctx, before)
	if err != nil {
		return nil, err
	}
	is, err := readable(ctx, after)
	if err != nil {
		return nil, err
	}
	var all []Change
	for _, kind := range Kinds() {
		keys := maps.Clone(was[kind])
		maps.Copy(keys, is[kind])
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			a, gone := was[kind][key]
			b, came := is[kind][key]
			c := Change{Kind: kind, Name: key}
			switch {
			case !gone:
				c.How = "added"
			case !came:
				c.How = "removed"
			default:
				if c.How, c.Paths = "changed", differences("", a, b); len(c.Paths) == 0 {
					continue
				}
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// readable returns the rows of an export by kind and key, without what differs between
// equal ones.
func readable(ctx context.Context, name string) (map[string]map[string]any, error) {
	a, err := Open(name)
	if err != nil {
		return nil, err
	}
	defer a.Close() //nolint:errcheck // only read
	names := a.names()
	rows := map[string]map[string][]any{}
	for _, e := range a.Entries {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("archive: compare: %w", err)
		}
		res, known := kindNamed(e.Kind)
		row, err := a.Read(e)
		if err != nil {
			return nil, err
		}
		if !known {
			continue
		}
		name := names[e.ID]
		if rows[e.Kind] == nil {
			rows[e.Kind] = map[string][]any{}
		}
		rows[e.Kind][name] = append(rows[e.Kind][name], plainNode(res, row.Node, names))
	}
	return keyed(rows), nil
}

// keyed returns the rows of each name, of which those after the first have a number, in the
// order of their contents: their ids say nothing.
func keyed(rows map[string]map[string][]any) map[string]map[string]any {
	all := map[string]map[string]any{}
	for kind, byName := range rows {
		all[kind] = map[string]any{}
		for name, same := range byName {
			slices.SortFunc(same, byContent)
			all[kind][name] = same[0]
			for i, each := range same[1:] {
				all[kind][fmt.Sprintf("%s (%d)", name, i+2)] = each
			}
		}
	}
	return all
}

func byContent(a, b any) int {
	x, _ := json.Marshal(a) //nolint:errchkjson // it was decoded from JSON
	y, _ := json.Marshal(b) //nolint:errchkjson // the same
	return bytes.Compare(x, y)
}

// names returns the names of all rows by their ids. That of a team's policy begins with the team.
func (a *Archive) names() map[string]string {
	all := map[string]string{}
	teamNames := map[string]string{}
	for _, e := range a.Entries {
		if e.Kind == teams {
			teamNames[e.ID] = e.Name
		}
	}
	for _, e := range a.Entries {
		name := e.Name
		if name == "" {
			name = e.ID
		}
		if res, _ := kindNamed(e.Kind); res.perTeam {
			if row, err := a.Read(e); err == nil {
				name = teamNames[textOf(member(row.Data, "teamId"))] + ": " + name
			}
		}
		all[e.ID] = name
	}
	return all
}

// plainNode returns a node as one document, without ids and without what differs by itself:
// the members of the data, those that only the list has, and the parts.
func plainNode(res resource, n Node, names map[string]string) any {
	own := ownOf(res)
	whole := reduced(parseAny(n.Value()), names, own)
	d, is := whole.(document)
	if !is {
		return whole // such as the id of an alert
	}
	if listed, is := reduced(parseAny(n.Listed), names, own).(document); is {
		maps.Copy(listed, d)
		d = listed
	}
	for _, p := range res.parts {
		if p.moment || p.twin {
			continue
		}
		parts := []any{}
		for _, each := range n.Parts[p.name] {
			parts = append(parts, plainNode(p, each, names))
		}
		if _, given := n.Parts[p.name]; given {
			d[p.name] = parts
		}
	}
	return d
}

// ownOf returns the members in which equal resources differ.
func ownOf(res resource) map[string]bool {
	own := map[string]bool{"id": true}
	for name := range strings.FieldsSeq(res.own) {
		own[name] = true
	}
	return own
}

// parseAny decodes any JSON. Its numbers are as they were written.
func parseAny(raw json.RawMessage) any {
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	var v any
	_ = dec.Decode(&v) // the file was checked when it was written
	return v
}

// reduced returns a value without the members in own and without those that are empty, which
// a server may leave out, and with names in place of the ids of rows.
func reduced(value any, names map[string]string, own map[string]bool) any {
	switch v := value.(type) {
	case document:
		out := document{}
		for name, each := range v {
			if id, is := each.(string); own[name] && (!is || names[id] == "") {
				continue
			}
			each = reduced(each, names, own)
			if each != "" && each != nil {
				out[name] = each
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, each := range v {
			out[i] = reduced(each, names, own)
		}
		return out
	case string:
		if name := names[v]; name != "" {
			return name
		}
	}
	return value
}

// differences returns the paths of the members in which two values differ.
func differences(at string, a, b any) (paths []string) {
	switch was := a.(type) {
	case document:
		is, same := b.(document)
		if !same {
			return []string{at}
		}
		if was["id"] != is["id"] {
			return []string{at} // it names another resource
		}
		names := maps.Clone(was)
		maps.Copy(names, is)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			paths = append(paths, differences(strings.TrimPrefix(at+"."+name, "."), was[name], is[name])...)
		}
		return paths
	case []any:
		is, same := b.([]any)
		if !same || len(was) != len(is) {
			return []string{at}
		}
		for i := range was {
			paths = append(paths, differences(fmt.Sprintf("%s[%d]", at, i), was[i], is[i])...)
		}
		return paths
	}
	if a != b {
		return []string{at}
	}
	return nil
}
