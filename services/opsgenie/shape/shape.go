// Package shape holds what several services of Opsgenie share: who responds,
// priorities, times, notes and logs, and the outcome of a request that the
// server worked on later.
package shape

import (
	"reflect"

	"github.com/tripware/tripware/services"
)

// A Priority is how urgent an alert or incident is. The set is open: a priority
// that is unknown here is kept and sent as it is.
type Priority string

// The priorities, the most urgent first. Who sends none gets [P3].
const (
	P1 Priority = "P1" // critical
	P2 Priority = "P2" // high
	P3 Priority = "P3" // moderate
	P4 Priority = "P4" // low
	P5 Priority = "P5" // informational
)

// An Order is how a list is sorted. Each list has a default of its own: those of
// what happened begin with the newest, [Descending], that of users is [Ascending].
type Order string

// The orders.
const (
	Ascending  Order = "asc"
	Descending Order = "desc"
)

// A Direction is where a [Cursor] leads to. The server's default is [Next].
type Direction string

// The directions.
const (
	Next     Direction = "next"
	Previous Direction = "prev"
)

// A Cursor is a place in a list that is paged by opaque offsets. Its zero value
// is the beginning.
type Cursor struct {
	Offset    string    `query:"offset"` // that of an item; the page begins behind it
	Direction Direction `query:"direction"`
	Limit     int       `query:"limit" check:"min=0"` // items per page, at most 100; zero means the server's default, 20
	Order     Order     `query:"order"`
}

// An OwnerTeam is the team that something belongs to. One that is sent needs an
// id or a name.
type OwnerTeam struct {
	services.Other

	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
}

// IsZero reports whether no team is given.
func (t OwnerTeam) IsZero() bool { return reflect.ValueOf(t).IsZero() }

// MarshalJSON writes the value, with the members that it keeps.
func (t OwnerTeam) MarshalJSON() ([]byte, error) {
	type plain OwnerTeam
	return services.MarshalObject(plain(t))
}

// UnmarshalJSON reads a value of any form.
func (t *OwnerTeam) UnmarshalJSON(raw []byte) error {
	type plain OwnerTeam
	return services.UnmarshalObject(raw, (*plain)(t))
}

// A User is a user as answers name one.
type User struct {
	services.Other

	ID       string `json:"id,omitzero"`
	Username string `json:"username,omitzero"` // an e-mail address
}

// MarshalJSON writes the value, with the members that it keeps.
func (u User) MarshalJSON() ([]byte, error) {
	type plain User
	return services.MarshalObject(plain(u))
}

// UnmarshalJSON reads a value of any form.
func (u *User) UnmarshalJSON(raw []byte) error {
	type plain User
	return services.UnmarshalObject(raw, (*plain)(u))
}

// A Note is a note on an alert or incident.
type Note struct {
	Note      string `json:"note"`
	Owner     string `json:"owner"` // who wrote it
	CreatedAt Time   `json:"createdAt,omitzero"`
	Offset    string `json:"offset"` // for [Cursor]
}

// A Log is a line in the history of an alert or incident.
type Log struct {
	Log       string `json:"log"`
	Type      string `json:"type"`  // such as "system"; the set is open
	Owner     string `json:"owner"` // who did it
	CreatedAt Time   `json:"createdAt,omitzero"`
	Offset    string `json:"offset"` // for [Cursor]
}
