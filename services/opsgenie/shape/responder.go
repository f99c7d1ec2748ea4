package shape

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/party"
)

// A Kind is the kind of a [Responder] or [Recipient]. Kinds other than those listed here can
// occur in responses.
type Kind string

// The kinds of responders.
const (
	KindTeam       Kind = "team"
	KindUser       Kind = "user"
	KindEscalation Kind = "escalation"
	KindSchedule   Kind = "schedule"
)

// A Responder is a team, a user, an escalation or a schedule, identified by its id or name. It
// is notified of an alert or incident, or owns something. The functions of this package return
// one; the zero value is not given and cannot be sent. A responder that was read is sent back
// as it came, whatever its kind. Responders can be compared with ==.
type Responder struct{ party party.Party }

// TeamByID returns the team with an id.
func TeamByID(id string) Responder { return Responder{party.Party{Kind: string(KindTeam), ID: id}} }

// TeamByName returns the team with a name.
func TeamByName(name string) Responder {
	return Responder{party.Party{Kind: string(KindTeam), Name: name}}
}

// UserByID returns the user with an id.
func UserByID(id string) Responder { return Responder{party.Party{Kind: string(KindUser), ID: id}} }

// UserByName returns the user with a username, which is an e-mail address.
func UserByName(username string) Responder {
	return Responder{party.Party{Kind: string(KindUser), Name: username}}
}

// EscalationByID returns the escalation with an id.
func EscalationByID(id string) Responder {
	return Responder{party.Party{Kind: string(KindEscalation), ID: id}}
}

// EscalationByName returns the escalation with a name.
func EscalationByName(name string) Responder {
	return Responder{party.Party{Kind: string(KindEscalation), Name: name}}
}

// ScheduleByID returns the schedule with an id.
func ScheduleByID(id string) Responder {
	return Responder{party.Party{Kind: string(KindSchedule), ID: id}}
}

// ScheduleByName returns the schedule with a name.
func ScheduleByName(name string) Responder {
	return Responder{party.Party{Kind: string(KindSchedule), Name: name}}
}

// Kind returns the kind of the responder.
func (r Responder) Kind() Kind { return Kind(r.party.Kind) }

// ID returns the id. It is empty if only the name is known; responses contain it.
func (r Responder) ID() string { return r.party.ID }

// Name returns the name; for a user, the username. It is empty if only the id is known.
func (r Responder) Name() string { return r.party.Name }

// IsZero reports whether no responder is given.
func (r Responder) IsZero() bool { return r.party.IsZero() }

// MarshalJSON writes the kind with the id or the name. A responder that was read is written as
// it came. A responder that is not given is an error.
func (r Responder) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return nil, errors.New("shape: write responder: it has neither id nor name")
	}
	return r.party.Write()
}

// UnmarshalJSON reads a responder of any kind. It fails only for a value that is not an object.
func (r *Responder) UnmarshalJSON(raw []byte) error {
	p, err := party.Read(raw)
	*r = Responder{p}
	return err
}

// Mismatches returns the members whose values are not of the expected type.
func (r Responder) Mismatches() []services.Mismatch { return r.party.Mismatches() }
