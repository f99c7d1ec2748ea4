package archive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
)

// A Node is a resource, or a part of one, as the API returned it.
type Node struct {
	Listed json.RawMessage   `json:"listed,omitempty"` // the row of the list, as it came
	Data   json.RawMessage   `json:"data,omitempty"`   // the response of the request for this one, as it came
	File   string            `json:"file,omitempty"`   // the name of its file below the folder, such as an attachment
	Parts  map[string][]Node `json:"parts,omitempty"`
}

// Value returns the resource with all members that were read: Data, or Listed if there is no
// more.
func (n Node) Value() json.RawMessage {
	if n.Data != nil {
		return n.Data
	}
	return n.Listed
}

// A Row is a resource of an export, with what is known of it.
type Row struct {
	Kind string `json:"kind"` // one of [Kinds]
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Node

	Missing []Missing `json:"missing,omitempty"` // the parts that could not be read
}

// A Missing is something that could not be read.
type Missing struct {
	Kind   string `json:"kind"`
	ID     string `json:"id,omitempty"`   // of the row; empty if the list could not be read
	Name   string `json:"name,omitempty"` // of the row
	Part   string `json:"part,omitempty"` // of the row; empty if the row itself could not be read
	Status int    `json:"status,omitempty"`
	Reason string `json:"reason"`
}

// String returns such as "teams/Ops: routing-rules: 403 forbidden".
func (m Missing) String() string {
	at := m.Kind
	if m.ID != "" {
		at += "/" + title(m.Name, m.ID)
	}
	if m.Part != "" {
		at += ": " + m.Part
	}
	return at + ": " + m.Reason
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func title(name, id string) string {
	if name == "" || name == id {
		return id
	}
	return fmt.Sprintf("%s (%s)", name, id)
}

// encode returns the content of a row's file. The JSON of the API is in it byte for byte,
// which json.Marshal would not keep.
func (r Row) encode() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"kind":`)
	writeJSON(&b, r.Kind)
	b.WriteString(`,"id":`)
	writeJSON(&b, r.ID)
	if r.Name != "" {
		b.WriteString(`,"name":`)
		writeJSON(&b, r.Name)
	}
	r.Node.write(&b)
	if len(r.Missing) > 0 {
		b.WriteString(",\n\"missing\":")
		writeJSON(&b, r.Missing)
	}
	b.WriteString("\n}\n")
	if !json.Valid(b.Bytes()) {
		return nil, fmt.Errorf("archive: %s/%s: the response is not valid JSON", r.Kind, r.ID)
	}
	return b.Bytes(), nil
}

// write writes the members of a node, each after a comma.
func (n Node) write(b *bytes.Buffer) {
	for _, m := range []struct {
		name string
		raw  json.RawMessage
	}{{"listed", n.Listed}, {"data", n.Data}} {
		if m.raw != nil {
			fmt.Fprintf(b, ",\n%q:", m.name)
			b.Write(m.raw)
		}
	}
	if n.File != "" {
		b.WriteString(",\n\"file\":")
		writeJSON(b, n.File)
	}
	if len(n.Parts) == 0 {
		return
	}
	b.WriteString(",\n\"parts\":{")
	for i, name := range slices.Sorted(maps.Keys(n.Parts)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n")
		writeJSON(b, name)
		b.WriteString(":[")
		for j, part := range n.Parts[name] {
			if j > 0 {
				b.WriteByte(',')
			}
			var inner bytes.Buffer
			part.write(&inner)
			b.WriteByte('{')
			b.Write(bytes.TrimPrefix(inner.Bytes(), []byte(",")))
			b.WriteByte('}')
		}
		b.WriteByte(']')
	}
	b.WriteByte('}')
}

// writeJSON writes a value that can always be encoded.
func writeJSON(b *bytes.Buffer, v any) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) //nolint:errchkjson // texts and numbers only
	b.Truncate(b.Len() - 1)
}

// each returns the node and its parts, at any depth, with their rows of the table.
func (n Node) each(res resource) iter.Seq2[resource, Node] {
	return func(yield func(resource, Node) bool) { n.walk(res, yield) }
}

func (n Node) walk(res resource, yield func(resource, Node) bool) bool {
	if !yield(res, n) {
		return false
	}
	for _, p := range res.parts {
		for _, part := range n.Parts[p.name] {
			if !part.walk(p, yield) {
				return false
			}
		}
	}
	return true
}

// files returns the names of all files of the node.
func (n Node) files(res resource) (all []string) {
	for _, each := range n.each(res) {
		if each.File != "" {
			all = append(all, each.File)
		}
	}
	return all
}

// counts returns how many parts the node has of each name. Parts of parts are named like
// "notification-rules/steps".
func (n Node) counts() map[string]int {
	all := map[string]int{}
	n.count(all, "")
	return all
}

func (n Node) count(all map[string]int, prefix string) {
	for name, parts := range n.Parts {
		all[prefix+name] += len(parts)
		for _, p := range parts {
			p.count(all, prefix+name+"/")
		}
	}
}
