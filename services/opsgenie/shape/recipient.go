package shape

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
)

// The kinds that only a [Recipient] can be.
const (
	KindAll   Kind = "all"
	KindNone  Kind = "none"
	KindGroup Kind = "group"
)

// A Recipient is who an escalation, a rotation or a rule turns to: what a
// [Responder] can be, a group, everybody or nobody at all. [To], [ToGroupByID],
// [ToGroupByName], [ToAll] and [ToNone] make one; the zero value is none of them
// and cannot be sent. What a server sends of a kind that is unknown here is
// kept, and sent back unchanged. Recipients can be compared.
type Recipient struct {
	kind Kind
	id   string
	name string
	raw  string // of an unknown kind or form, as the server sent it
}

// To returns the recipient that is a team, user, escalation or schedule.
func To(r Responder) Recipient { return Recipient(r) }

// ToGroupByID returns the group with an id.
func ToGroupByID(id string) Recipient { return Recipient{kind: KindGroup, id: id} }

// ToGroupByName returns the group with a name.
func ToGroupByName(name string) Recipient { return Recipient{kind: KindGroup, name: name} }

// ToAll returns everybody whom the place knows, such as all members of a team.
func ToAll() Recipient { return Recipient{kind: KindAll} }

// ToNone returns nobody: in a rotation it is a turn that nobody takes.
func ToNone() Recipient { return Recipient{kind: KindNone} }

// Kind returns what r is.
func (r Recipient) Kind() Kind { return r.kind }

// ID returns the id; empty if r is known by its name only, or has none.
func (r Recipient) ID() string { return r.id }

// Name returns the name, of a user the username; empty if r is known by its id
// only, or has none.
func (r Recipient) Name() string { return r.name }

// IsZero reports whether r is not given. [ToNone] is given.
func (r Recipient) IsZero() bool {
	return r.id == "" && r.name == "" && r.raw == "" && !r.nameless()
}

// nameless reports whether r is of a kind that has neither id nor name.
func (r Recipient) nameless() bool { return r.kind == KindAll || r.kind == KindNone }

// MarshalJSON writes type and id or name. A recipient that is not given is an error.
func (r Recipient) MarshalJSON() ([]byte, error) {
	switch {
	case r.raw != "":
		return []byte(r.raw), nil
	case r.IsZero():
		return nil, errors.New("shape: write recipient: it has neither id nor name")
	case r.kind == KindUser:
		return json.Marshal(members{Type: r.kind, ID: r.id, Username: r.name})
	default:
		return json.Marshal(members{Type: r.kind, ID: r.id, Name: r.name})
	}
}

// UnmarshalJSON reads a recipient of any kind. One of a known kind in an unknown
// form, such as a number for an id, is kept as it came as well.
func (r *Recipient) UnmarshalJSON(raw []byte) error {
	*r = Recipient{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	m, err := readMembers(raw)
	*r = Recipient{kind: m.Type, id: m.ID, name: m.Name}
	if m.Type == KindUser {
		r.name = m.Username
	}
	switch m.Type {
	case KindTeam, KindEscalation, KindSchedule, KindUser, KindGroup, KindAll, KindNone:
		if err == nil {
			return nil
		}
	}
	r.raw = string(raw)
	return nil
}

// CheckRecipients refuses a list, sent as field, in which a recipient is not
// given. Where one is not required, it may be left out by omitzero instead.
func CheckRecipients(field string, all ...Recipient) error {
	for i, r := range all {
		if r.IsZero() {
			return &services.ArgumentError{Field: fmt.Sprintf("%s[%d]", field, i), Problem: "has neither id nor name"}
		}
	}
	return nil
}
