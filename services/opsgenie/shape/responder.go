package shape

import (
	"errors"

	"github.com/tripware/tripware/services"
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
	raw  string // as the server sent it, if the fields above do not say all
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
func (r Responder) IsZero() bool { return Recipient(r).IsZero() }

// MarshalJSON writes type and id or name, or what came. A responder that names nobody is an
// error.
func (r Responder) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return nil, errors.New("shape: write responder: it has neither id nor name")
	}
	return party(r).write()
}

// UnmarshalJSON reads a responder of any kind. What cannot be told by kind, id and name is
// kept as it came.
func (r *Responder) UnmarshalJSON(raw []byte) error {
	p, err := readParty(raw)
	*r = Responder(p)
	return err
}

// Mismatches returns the members whose values are not of the expected type.
func (r Responder) Mismatches() []services.Mismatch { return mismatches(r.raw) }
