package shape

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/party"
)

// A Kind is the kind of a [Responder]. Kinds other than those listed here can occur in
// responses.
type Kind string

// The kinds of responders.
const (
	KindTeam       Kind = "team"
	KindUser       Kind = "user"
	KindEscalation Kind = "escalation"
	KindSchedule   Kind = "schedule"
	KindNone       Kind = "noone" // in a rotation, a turn during which nobody is on call
)

// A Responder is a team, a user, an escalation or a schedule, identified by its id, or nobody.
// The functions of this package return one; the zero value is not given and cannot be sent. A
// responder that was read is sent back as it came, whatever its kind. Responders can be
// compared with ==.
type Responder struct{ party party.Party }

// TeamByID returns the team with an id.
func TeamByID(id string) Responder { return responder(KindTeam, id) }

// UserByID returns the user with an Atlassian account id.
func UserByID(accountID string) Responder { return responder(KindUser, accountID) }

// EscalationByID returns the escalation with an id.
func EscalationByID(id string) Responder { return responder(KindEscalation, id) }

// ScheduleByID returns the schedule with an id.
func ScheduleByID(id string) Responder { return responder(KindSchedule, id) }

// Nobody returns the responder of kind [KindNone].
func Nobody() Responder { return responder(KindNone, "") }

func responder(kind Kind, id string) Responder {
	return Responder{party.Party{Kind: string(kind), ID: id}}
}

// Kind returns the kind of the responder.
func (r Responder) Kind() Kind { return Kind(r.party.Kind) }

// ID returns the id. It is empty for nobody.
func (r Responder) ID() string { return r.party.ID }

// IsZero reports whether no responder is given. [Nobody] is given.
func (r Responder) IsZero() bool { return r.party.IsZero() }

// MarshalJSON writes the kind with the id. A responder that was read is written as it came. A
// responder that is not given is an error.
func (r Responder) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return nil, errors.New("shape: write responder: it has no id")
	}
	return r.party.Write()
}

// UnmarshalJSON reads a responder of any kind. Where the server sends an id alone, the responder
// has no kind. It fails only for a value that is neither an object nor a text.
func (r *Responder) UnmarshalJSON(raw []byte) error {
	read := party.Read
	if len(raw) > 0 && raw[0] == '"' {
		read = party.ReadID
	}
	p, err := read(raw)
	*r = Responder{p}
	return err
}

// Mismatches returns the members whose values are not of the expected type.
func (r Responder) Mismatches() []services.Mismatch { return r.party.Mismatches() }
