package shape

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/object"
)

// A Kind says what a [Responder] is. The set is open.
type Kind string

// The kinds that have a constructor.
const (
	KindTeam       Kind = "team"
	KindUser       Kind = "user"
	KindEscalation Kind = "escalation"
	KindSchedule   Kind = "schedule"
)

// A Responder is who an alert or incident goes to, or belongs to: a team, a
// user, an escalation or a schedule, by id or by name. The functions of this
// package make one; the zero value is nobody and cannot be sent. What a server
// sends of a kind that is unknown here is kept, and sent back unchanged.
// Responders can be compared.
type Responder struct {
	kind Kind
	id   string
	name string
	raw  string // of an unknown kind, as the server sent it
}

// TeamByID returns the team with an id.
func TeamByID(id string) Responder { return Responder{kind: KindTeam, id: id} }

// TeamByName returns the team with a name.
func TeamByName(name string) Responder { return Responder{kind: KindTeam, name: name} }

// UserByID returns the user with an id.
func UserByID(id string) Responder { return Responder{kind: KindUser, id: id} }

// UserByName returns the user with a username, which is an e-mail address.
func UserByName(username string) Responder { return Responder{kind: KindUser, name: username} }

// EscalationByID returns the escalation with an id.
func EscalationByID(id string) Responder { return Responder{kind: KindEscalation, id: id} }

// EscalationByName returns the escalation with a name.
func EscalationByName(name string) Responder { return Responder{kind: KindEscalation, name: name} }

// ScheduleByID returns the schedule with an id.
func ScheduleByID(id string) Responder { return Responder{kind: KindSchedule, id: id} }

// ScheduleByName returns the schedule with a name.
func ScheduleByName(name string) Responder { return Responder{kind: KindSchedule, name: name} }

// Kind returns what r is.
func (r Responder) Kind() Kind { return r.kind }

// ID returns the id; empty if r is known by its name only. Answers have it.
func (r Responder) ID() string { return r.id }

// Name returns the name, of a user the username; empty if r is known by its id only.
func (r Responder) Name() string { return r.name }

// IsZero reports whether r names nobody.
func (r Responder) IsZero() bool { return r.id == "" && r.name == "" && r.raw == "" }

// members is a responder on the wire.
type members struct {
	Type     Kind   `json:"type"`
	ID       string `json:"id,omitzero"`
	Name     string `json:"name,omitzero"`
	Username string `json:"username,omitzero"`
}

// readMembers reads all that is of its type, also where something is not.
func readMembers(raw []byte) (members, error) {
	var m members
	if object.Flat(raw, m.read) {
		return m, nil
	}
	var other members // since encoding/json takes it off the stack
	err := json.Unmarshal(raw, &other)
	return other, err
}

// read takes a member of an object that is written as most are.
func (m *members) read(name, value []byte, quoted bool) bool {
	switch string(name) {
	case "type":
		m.Type = kindOf(value)
	case "id":
		m.ID = string(value)
	case "name":
		m.Name = string(value)
	case "username":
		m.Username = string(value)
	default:
		return false
	}
	return quoted
}

// kindOf returns the constant for a kind that has one, which is no new string.
func kindOf(text []byte) Kind {
	for _, kind := range [...]Kind{KindTeam, KindUser, KindEscalation, KindSchedule, KindGroup, KindAll, KindNone} {
		if string(text) == string(kind) {
			return kind
		}
	}
	return Kind(text)
}

// MarshalJSON writes type and id or name. A responder that names nobody is an error.
func (r Responder) MarshalJSON() ([]byte, error) {
	switch {
	case r.raw != "":
		return []byte(r.raw), nil
	case r.IsZero():
		return nil, errors.New("shape: write responder: it has neither id nor name")
	case r.kind == KindUser:
		return json.Marshal(members{Type: r.kind, ID: r.id, Username: r.name})
	default:
		return json.Marshal(members{Type: r.kind, ID: r.id, Name: r.name})
	}
}

// UnmarshalJSON reads a responder of any kind.
func (r *Responder) UnmarshalJSON(raw []byte) error {
	*r = Responder{}
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	m, err := readMembers(raw)
	switch m.Type {
	case KindTeam, KindEscalation, KindSchedule, KindUser:
		if err != nil {
			return fmt.Errorf("shape: read responder: %w", err)
		}
		*r = Responder{kind: m.Type, id: m.ID, name: m.Name}
		if m.Type == KindUser {
			r.name = m.Username
		}
	default:
		*r = Responder{kind: m.Type, id: m.ID, name: m.Name, raw: string(raw)}
	}
	return nil
}

// CheckAll refuses a list, sent as field, in which a responder names nobody.
func CheckAll(field string, all []Responder) error {
	for i, r := range all {
		if r.IsZero() {
			return &services.ArgumentError{Field: fmt.Sprintf("%s[%d]", field, i), Problem: "has neither id nor name"}
		}
	}
	return nil
}

// CheckKind refuses responders, sent as field, that are of another kind than
// the API can read there.
func CheckKind(field string, kind Kind, all ...Responder) error {
	for _, r := range all {
		if !r.IsZero() && r.kind != kind {
			return &services.ArgumentError{Field: field, Problem: fmt.Sprintf("must be of kind %s", kind)}
		}
	}
	return nil
}
