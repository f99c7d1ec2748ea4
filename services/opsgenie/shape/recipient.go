package shape

import (
	"errors"

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
	raw  string // as the server sent it, if the fields above do not say all
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

// MarshalJSON writes type and id or name, or what came. A recipient that is not given is an
// error.
func (r Recipient) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return nil, errors.New("shape: write recipient: it has neither id nor name")
	}
	return party(r).write()
}

// UnmarshalJSON reads a recipient of any kind. What cannot be told by kind, id and name is
// kept as it came.
func (r *Recipient) UnmarshalJSON(raw []byte) error {
	p, err := readParty(raw)
	*r = Recipient(p)
	return err
}

// Mismatches returns the members whose values are not of the expected type.
func (r Recipient) Mismatches() []services.Mismatch { return mismatches(r.raw) }
