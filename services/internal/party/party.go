// Package party holds what the vendors' types of responders and recipients share: who is
// notified, by kind and id or name.
package party

import (
	"bytes"
	"cmp"
	"encoding/json"

	"github.com/tripware/tripware/services"
)

// The kinds that need distinction here. There are others.
const (
	user = "user"
	all  = "all"
)

// A Party is a team, a user or another recipient of notifications. Parties can be compared
// with ==.
type Party struct {
	Kind string
	ID   string
	Name string // for a user, the username
	raw  string // as the server sent it, if the fields above do not express it
}

// object is a party as JSON.
type object struct {
	services.Other

	Type     string `json:"type"`
	ID       string `json:"id,omitzero"`
	Name     string `json:"name,omitzero"`
	Username string `json:"username,omitzero"`
}

// Read reads a party of any kind and form; null is the zero Party.
func Read(raw []byte) (Party, error) {
	var plain struct {
		Type     string `json:"type"`
		ID       string `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
	}
	if json.Unmarshal(raw, &plain) == nil { // the usual form
		p := Party{Kind: kindOf(plain.Type), ID: plain.ID, Name: plain.Name}
		if p.Kind == user {
			p.Name = plain.Username
		}
		if p.expresses(raw) {
			return p, nil
		}
	}
	var o object
	if err := services.UnmarshalObject(raw, &o); err != nil || string(raw) == "null" {
		return Party{}, err
	}
	name := cmp.Or(o.Name, o.Username)
	if o.Type == user {
		name = cmp.Or(o.Username, o.Name)
	}
	return Party{Kind: o.Type, ID: o.ID, Name: name, raw: string(raw)}, nil
}

// ReadID reads an id that stands alone instead of an object. The party has no kind, and is written
// as it came.
func ReadID(raw []byte) (Party, error) {
	p := Party{raw: string(raw)}
	if err := json.Unmarshal(raw, &p.ID); err != nil {
		return Party{}, err
	}
	return p, nil
}

// kindOf returns the constant for a kind that has one, so that values do not keep a copy.
func kindOf(text string) string {
	for _, kind := range [...]string{"team", user, "escalation", "schedule", "group", all, "none", "noone"} {
		if text == kind {
			return kind
		}
	}
	return text
}

// expresses reports whether p, which raw was read as, is written as the same JSON. Each member of
// p puts four quotation marks into raw, and anything else would put more.
func (p Party) expresses(raw []byte) bool {
	nameOf := "name"
	if p.Kind == user {
		nameOf = "username"
	}
	marks := 0
	for _, member := range [...]struct{ name, value string }{{"type", p.Kind}, {"id", p.ID}, {nameOf, p.Name}} {
		switch member.value {
		case "":
			continue
		case "type", "id", "name", "username": // would be found as the name of a member below
			return false
		}
		if !bytes.Contains(raw, []byte(`"`+member.name+`"`)) { // encoding/json also accepts another case
			return false
		}
		marks += 4
	}
	given := p.ID != "" || p.Name != "" || nameless(p.Kind)
	return p.Kind != "" && given && bytes.Count(raw, []byte{'"'}) == marks && !bytes.Contains(raw, []byte{'\\'})
}

// nameless reports whether parties of the kind have neither id nor name.
func nameless(kind string) bool { return kind == all || kind == "none" || kind == "noone" }

// IsZero reports whether no party is given.
func (p Party) IsZero() bool { return p.ID == "" && p.Name == "" && p.raw == "" && !nameless(p.Kind) }

// Write writes the kind with the id or the name. A party that was read is written as it came.
func (p Party) Write() ([]byte, error) {
	switch {
	case p.raw != "":
		return []byte(p.raw), nil
	case p.Kind == user:
		return json.Marshal(object{Type: p.Kind, ID: p.ID, Username: p.Name})
	default:
		return json.Marshal(object{Type: p.Kind, ID: p.ID, Name: p.Name})
	}
}

// Mismatches returns the members whose values are not of the expected type.
func (p Party) Mismatches() []services.Mismatch {
	if p.raw == "" {
		return nil
	}
	var o object
	_ = services.UnmarshalObject([]byte(p.raw), &o) // it was read before
	return o.Mismatches()
}
