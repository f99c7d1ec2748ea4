package events

import (
	"errors"

	"github.com/tripware/tripware/services/internal/party"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Responder is a team, a user, an escalation or a schedule, identified by its id or name, who
// is notified of an alert. The functions of this package return one; the zero value is not
// given and cannot be sent. Responders can be compared with ==.
type Responder struct{ party party.Party }

// TeamByID returns the team with an id.
func TeamByID(id string) Responder { return byID(shape.KindTeam, id) }

// TeamByName returns the team with a name.
func TeamByName(name string) Responder { return byName(shape.KindTeam, name) }

// UserByID returns the user with an id.
func UserByID(id string) Responder { return byID(shape.KindUser, id) }

// UserByName returns the user with a username, which is an e-mail address.
func UserByName(username string) Responder { return byName(shape.KindUser, username) }

// EscalationByID returns the escalation with an id.
func EscalationByID(id string) Responder { return byID(shape.KindEscalation, id) }

// EscalationByName returns the escalation with a name.
func EscalationByName(name string) Responder { return byName(shape.KindEscalation, name) }

// ScheduleByID returns the schedule with an id.
func ScheduleByID(id string) Responder { return byID(shape.KindSchedule, id) }

// ScheduleByName returns the schedule with a name.
func ScheduleByName(name string) Responder { return byName(shape.KindSchedule, name) }

func byID(kind shape.Kind, id string) Responder {
	return Responder{party.Party{Kind: string(kind), ID: id}}
}

func byName(kind shape.Kind, name string) Responder {
	return Responder{party.Party{Kind: string(kind), Name: name}}
}

// Kind returns the kind of the responder.
func (r Responder) Kind() shape.Kind { return shape.Kind(r.party.Kind) }

// IsZero reports whether no responder is given.
func (r Responder) IsZero() bool { return r.party.IsZero() }

// MarshalJSON writes the kind with the id or the name. A responder that is not given is an
// error.
func (r Responder) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return nil, errors.New("events: write responder: it has neither id nor name")
	}
	return r.party.Write()
}
