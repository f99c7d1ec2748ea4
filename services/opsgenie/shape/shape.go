// Package shape holds the types that several services of Opsgenie share: responders and
// recipients, filters, time restrictions, durations, times, priorities, notes and logs, and the
// status of an asynchronous request.
package shape

import (
	"reflect"

	"github.com/tripware/tripware/services"
)

// A Priority is the priority of an alert or incident. Values other than those listed here are
// kept and sent as they are.
type Priority string

// The priorities, the most urgent first. The server's default is [P3].
const (
	P1 Priority = "P1" // critical
	P2 Priority = "P2" // high
	P3 Priority = "P3" // moderate
	P4 Priority = "P4" // low
	P5 Priority = "P5" // informational
)

// An Order is the direction in which a list is sorted. The default is [Descending], and for
// users [Ascending].
type Order string

// The orders.
const (
	Ascending  Order = "asc"
	Descending Order = "desc"
)

// A Direction says on which side of a [Cursor] the page is. The server's default is [Next].
type Direction string

// The directions.
const (
	Next     Direction = "next"
	Previous Direction = "prev"
)

// A Cursor is a position in a list that is paged by opaque offsets. The zero value is the
// beginning.
type Cursor struct {
	Offset    string    `query:"offset"` // of an item; the page begins after that item
	Direction Direction `query:"direction"`
	Limit     int       `query:"limit" check:"min=0"` // items per page, at most 100; zero means the server's default, 20
	Order     Order     `query:"order"`
}

// An OwnerTeam is the team that owns something. In requests it needs an id or a name.
type OwnerTeam struct {
	services.Other

	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
}

// IsZero reports whether no team is given.
func (t OwnerTeam) IsZero() bool { return reflect.ValueOf(t).IsZero() }

// MarshalJSON writes the team with the members that [services.Other] keeps.
func (t OwnerTeam) MarshalJSON() ([]byte, error) {
	type plain OwnerTeam
	return services.MarshalObject(plain(t))
}

// UnmarshalJSON reads a team; members that it does not expect are kept.
func (t *OwnerTeam) UnmarshalJSON(raw []byte) error {
	type plain OwnerTeam
	return services.UnmarshalObject(raw, (*plain)(t))
}

// A User identifies a user. In requests it needs an id or a username.
type User struct {
	services.Other

	ID       string `json:"id,omitzero"`
	Username string `json:"username,omitzero"` // an e-mail address
}

// IsZero reports whether no user is given.
func (u User) IsZero() bool { return reflect.ValueOf(u).IsZero() }

// MarshalJSON writes the user with the members that [services.Other] keeps.
func (u User) MarshalJSON() ([]byte, error) {
	type plain User
	return services.MarshalObject(plain(u))
}

// UnmarshalJSON reads a user; members that it does not expect are kept.
func (u *User) UnmarshalJSON(raw []byte) error {
	type plain User
	return services.UnmarshalObject(raw, (*plain)(u))
}

// A Note is a note on an alert or incident.
type Note struct {
	Note      string `json:"note"`
	Owner     string `json:"owner"` // the author
	CreatedAt Time   `json:"createdAt,omitzero"`
	Offset    string `json:"offset"` // for [Cursor]
}

// A Log is an entry in the activity log of an alert or incident.
type Log struct {
	Log       string `json:"log"`
	Type      string `json:"type"`  // such as "system"
	Owner     string `json:"owner"` // the user or integration that acted
	CreatedAt Time   `json:"createdAt,omitzero"`
	Offset    string `json:"offset"` // for [Cursor]
}
