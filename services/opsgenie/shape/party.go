package shape

import (
	"bytes"
	"cmp"
	"encoding/json"

	"github.com/tripware/tripware/services"
)

// A party is a [Responder] or a [Recipient].
type party struct {
	kind Kind
	id   string
	name string
	raw  string // as the server sent it, if the fields above do not express it
}

// partyObject is a party as JSON.
type partyObject struct {
	services.Other

	Type     Kind   `json:"type"`
	ID       string `json:"id,omitzero"`
	Name     string `json:"name,omitzero"`
	Username string `json:"username,omitzero"`
}

// readParty reads a party of any kind and form; null is the zero party.
func readParty(raw []byte) (party, error) {
	var plain struct {
		Type     string `json:"type"`
		ID       string `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
	}
	if json.Unmarshal(raw, &plain) == nil { // the usual form
		p := party{kind: kindOf(plain.Type), id: plain.ID, name: plain.Name}
		if p.kind == KindUser {
			p.name = plain.Username
		}
		if p.expresses(raw) {
			return p, nil
		}
	}
	var o partyObject
	if err := services.UnmarshalObject(raw, &o); err != nil || string(raw) == "null" {
		return party{}, err
	}
	name := cmp.Or(o.Name, o.Username)
	if o.Type == KindUser {
		name = cmp.Or(o.Username, o.Name)
	}
	return party{kind: o.Type, id: o.ID, name: name, raw: string(raw)}, nil
}

// kindOf returns the constant for a kind that has one, so that values do not keep a copy.
func kindOf(text string) Kind {
	for _, kind := range [...]Kind{KindTeam, KindUser, KindEscalation, KindSchedule, KindGroup, KindAll, KindNone} {
		if text == string(kind) {
			return kind
		}
	}
	return Kind(text)
}

// expresses reports whether p, which raw was read as, is written as the same JSON. Each member of
// p puts four quotation marks into raw, and anything else would put more.
func (p party) expresses(raw []byte) bool {
	nameOf := "name"
	if p.kind == KindUser {
		nameOf = "username"
	}
	marks := 0
	for _, member := range [...]struct{ name, value string }{{"type", string(p.kind)}, {"id", p.id}, {nameOf, p.name}} {
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
	given := p.id != "" || p.name != "" || p.kind.nameless()
	return p.kind != "" && given && bytes.Count(raw, []byte{'"'}) == marks && !bytes.Contains(raw, []byte{'\\'})
}

// nameless reports whether parties of the kind have neither id nor name.
func (k Kind) nameless() bool { return k == KindAll || k == KindNone }

func (p party) write() ([]byte, error) {
	switch {
	case p.raw != "":
		return []byte(p.raw), nil
	case p.kind == KindUser:
		return json.Marshal(partyObject{Type: p.kind, ID: p.id, Username: p.name})
	default:
		return json.Marshal(partyObject{Type: p.kind, ID: p.id, Name: p.name})
	}
}

// mismatches returns the members of a party, kept as raw, that are not of the expected type.
func mismatches(raw string) []services.Mismatch {
	if raw == "" {
		return nil
	}
	var o partyObject
	_ = services.UnmarshalObject([]byte(raw), &o) // it was read before
	return o.Mismatches()
}
