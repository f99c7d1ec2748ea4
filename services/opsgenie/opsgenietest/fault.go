package opsgenietest

import "github.com/tripware/tripware/services/internal/sim"

// A Kind is what a [Fault] does.
type Kind = sim.Kind

// The kinds of faults.
const (
	Slow     = sim.Slow     // sends the correct response after Latency
	Status   = sim.Status   // sends another response: Status, Header and Body
	Reset    = sim.Reset    // resets the connection (TCP RST) at the Point
	Stall    = sim.Stall    // sends nothing after the Point until the client leaves or the server closes
	Truncate = sim.Truncate // sends the whole head and half of the body, and closes the connection
)

// A Point is a point in a response at which a [Reset] or a [Stall] happens.
type Point = sim.Point

// The points of a response.
const (
	BeforeHead = sim.BeforeHead // before the first byte of the response
	AfterHead  = sim.AfterHead  // after the status line and the headers
	MidBody    = sim.MidBody    // after half of the body
)

// Always is a value for the field Times of a [Fault]: the fault happens until it is
// stopped.
const Always = sim.Always

// A Fault describes an error that [Server.Inject] causes. Its fields are
//
//	Kind                      // what it does
//	Method string             // only this method
//	Route  string             // only this route, written as in the field Route of a Request
//	Domain                    // only this domain
//	Match  func(Request) bool // only requests for which it returns true; it must not call the server
//
//	Skip   int     // how many selected requests pass before the first fault
//	Times  int     // how many requests the fault happens to; 0 means 1, Always means no limit
//	Chance float64 // the probability that it happens to a selected request, from the seed; 0 means 1
//
//	Latency       time.Duration // real time to wait after the request was read; Slow requires it
//	Point                       // where Reset and Stall happen
//	AfterApplying bool          // apply the request before the response is lost
//
//	Status int         // only for kind Status: from 200 to 599
//	Header http.Header // only for kind Status: replaces headers of the same name; a nil value removes one
//	Body   string      // only for kind Status: empty means the API's error body; any but a JSON object is sent as text/html
//
// The zero values of Method, Route, Domain and Match select all requests. With AfterApplying,
// a client that sends the request again applies it twice. Slow, Truncate, and Reset and Stall
// at a Point other than BeforeHead always apply the request: they send a part of its response.
type Fault = sim.Fault

// An Injected is a fault that was injected into a server. Its methods are Err, Struck,
// Held and Stop. It is safe for concurrent use.
type Injected = sim.Injected

// A Request is a request that the server received, with the outcome: see
// [Server.Requests]. Its fields are
//
//	ID        string    // the id that the server gave it
//	At        time.Time // when it arrived, by the server's clock
//	Method    string
//	Path      string      // as it arrived, escaped
//	Route     string      // the pattern that matched, such as "POST /v2/alerts/{identifier}/close"; empty if none did
//	Domain                // empty if no route matched
//	Query     url.Values  // the value of apiKey is masked
//	Header    http.Header // Authorization is masked except for its scheme
//	Body      []byte      // at most the first 64 KiB
//	BodyBytes int         // the length of the body; of one that was too long, how much was read
//	Status    int         // of the response; 0 until it is sent, and if a fault prevented it
//	Fault     string      // the kind of the injected fault, such as "reset"; empty if there was none
type Request = sim.Request

// A Time is a time that is encoded as the API does: in UTC, with milliseconds, as in
// "2026-05-26T09:30:00.123Z".
type Time = sim.Time
