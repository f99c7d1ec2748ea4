package shape

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/party"
)

// The kinds that only a [Recipient] can have.
const (
	KindAll   Kind = "all"
	KindNone  Kind = "none"
	KindGroup Kind = "group"
)

// A Recipient is the target of an escalation, a rotation or a rule: a [Responder], a group,
// everybody or nobody. [To], [ToGroupByID], [ToGroupByName], [ToAll] and [ToNone] return one;
// the zero value is not given and cannot be sent. A recipient that was read is sent back as it
// came, whatever its kind. Recipients can be compared with ==.
type Recipient struct{ party party.Party }

// To returns the recipient that is a team, user, escalation or schedule.
func To(r Responder) Recipient { return Recipient(r) }

// ToGroupByID returns the group with an id.
func ToGroupByID(id string) Recipient { return Recipient{party.Party{Kind: string(KindGroup), ID: id}} }

// ToGroupByName returns the group with a name.
func ToGroupByName(name string) Recipient {
	return Recipient{party.Party{Kind: string(KindGroup), Name: name}}
}

// ToAll returns the recipient for everybody concerned, such as all members of a team.
func ToAll() Recipient { return Recipient{party.Party{Kind: string(KindAll)}} }

// ToNone returns the recipient for nobody. In a rotation it is a turn during which nobody is on
// call.
func ToNone() Recipient { return Recipient{party.Party{Kind: string(KindNone)}} }

// Kind returns the kind of the recipient.
func (r Recipient) Kind() Kind { return Kind(r.party.Kind) }

// ID returns the id. It is empty if only the name is known, and for everybody and nobody.
func (r Recipient) ID() string { return r.party.ID }

// Name returns the name; for a user, the username. It is empty if only the id is known, and
// for everybody and nobody.
func (r Recipient) Name() string { return r.party.Name }

// IsZero reports whether no recipient is given. [ToNone] is given.
func (r Recipient) IsZero() bool { return r.party.IsZero() }

// MarshalJSON writes the kind with the id or the name. A recipient that was read is written as
// it came. A recipient that is not given is an error.
func (r Recipient) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return nil, errors.New("shape: write recipient: it has neither id nor name")
	}
	return r.party.Write()
}

// UnmarshalJSON reads a recipient of any kind. It fails only for a value that is not an object.
func (r *Recipient) UnmarshalJSON(raw []byte) error {
	p, err := party.Read(raw)
	*r = Recipient{p}
	return err
}

// Mismatches returns the members whose values are not of the expected type.
func (r Recipient) Mismatches() []services.Mismatch { return r.party.Mismatches() }
