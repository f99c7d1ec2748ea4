package shape

import (
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
	var texts map[string]string
	if json.Unmarshal(raw, &texts) == nil {
		p := party{kind: kindOf(texts["type"]), id: texts["id"], name: texts["name"]}
		if p.kind == KindUser {
			p.name = texts["username"]
		}
		if p.says(texts) {
			return p, nil
		}
	}
	var o partyObject
	if err := services.UnmarshalObject(raw, &o); err != nil {
		return party{}, err
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

// says reports whether p is sent as an object with these members.
func (p party) says(texts map[string]string) bool {
	members := 0
	for _, member := range [...]string{string(p.kind), p.id, p.name} {
		if member != "" {
			members++
		}
	}
	given := p.id != "" || p.name != "" || Recipient(p).nameless()
	return p.kind != "" && given && members == len(texts)
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
