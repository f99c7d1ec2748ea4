// Package shape holds the types that several services of JSM Operations share: responders,
// times, priorities, filters, time restrictions, and the error of an asynchronous request.
package shape

import "github.com/tripware/tripware/services"

// A Time is a time in a response. It is zero if the server sent none, an empty text, or
// something that is not a time.
type Time = services.Time

// A Priority is the priority of an alert. Values other than those listed here are kept and
// sent as they are.
type Priority string

// The priorities, the most urgent first. The server's default is [P3].
const (
	P1 Priority = "P1" // critical
	P2 Priority = "P2" // high
	P3 Priority = "P3" // moderate
	P4 Priority = "P4" // low
	P5 Priority = "P5" // informational
)

// An Order is the direction in which a list is sorted.
type Order string

// The orders.
const (
	Ascending  Order = "asc"
	Descending Order = "desc"
)

// A Page is a position in a list that is paged by numbers. The zero value is the beginning.
type Page struct {
	Offset int `query:"offset" check:"min=0"` // of the first item
	Limit  int `query:"size" check:"min=0"`   // items per page; zero means the server's default
}

// A Cursor is a position in a list that is paged by opaque texts. The zero value is the
// beginning.
type Cursor struct {
	After string `query:"after"`              // an id or text from the server; the page begins after it
	Limit int    `query:"size" check:"min=0"` // items per page, at most 100; zero means the server's default, 20
}
