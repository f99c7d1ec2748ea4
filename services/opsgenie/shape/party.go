package shape

import (
	"bytes"
	"encoding/json"

	"github.com/tripware/tripware/services"
)

// A party is a [Responder] or a [Recipient].
type party struct {
	kind Kind
	id   string
	name string
	raw  string
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
	if json.Unmarshal(raw, &plain) == nil {
		p := party{kind: kindOf(plain.Type), id: plain.ID, name: plain.Name}
		if p.kind == KindUser {
			p.name = plain.Username
		}
		if p.says(raw) {
			return p, nil
		}
	}
	var o partyObject
	if err := services.UnmarshalObject(raw, &o); err != nil {
		return party{}, err
	}
	if string(raw) == "null" {
		return party{}, nil
	}
	p := party{kind: o.Type, id: o.ID, name: o.Name, raw: string(raw)}
	if p.kind == KindUser {
		p.name = o.Username
	}
	return p, nil
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

// says reports whether p, which raw was read as, says all that raw does. Each member that p has
// puts four quotation marks into raw, and anything else would put more.
func (p party) says(raw []byte) bool {
	nameOf := "name"
	if p.kind == KindUser {
		nameOf = "username"
	}
	marks := 0
	for _, member := range [...]struct{ name, value string }{{"type", string(p.kind)}, {"id", p.id}, {nameOf, p.name}} {
		switch member.value {
		case "":
			continue
		case "type", "id", "name", "username": // would be taken for the name of a member below
			return false
		}
		if !bytes.Contains(raw, []byte(`"`+member.name+`"`)) { // encoding/json takes another case, too
			return false
		}
		marks += 4
	}
	given := p.id != "" || p.name != "" || Recipient(p).nameless()
	return p.kind != "" && given && bytes.Count(raw, []byte{'"'}) == marks && !bytes.Contains(raw, []byte{'\\'})
}

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

// mismatches returns what is not of the expected type in a party that was kept as it came.
func mismatches(raw string) []services.Mismatch {
	if raw == "" {
		return nil
	}
	var o partyObject
	_ = services.UnmarshalObject([]byte(raw), &o) // it was read before
	return o.Mismatches()
}
