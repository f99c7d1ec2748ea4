package jsmtest

import "github.com/tripware/tripware/services/internal/sim"

// A Domain is a group of operations: those of alerts and those of the configuration,
// which need different scopes, and those that take the key of an integration.
type Domain = sim.Domain

// The domains of the operations.
const (
	DomainAlert  Domain = "alert"  // alerts, with their notes, logs and attachments
	DomainConfig Domain = "config" // schedules, teams, escalations, heartbeats and the rest
	DomainEvents Domain = "events" // the events of integrations
)

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

// A Fault describes an error that [Server.Inject] causes. Kind says which. Method,
// Route, Domain and Match select requests; Skip, Times and Chance say which of those it
// happens to; Latency, Point and AfterApplying say when. Status, Header and Body are the
// response of kind Status. Method, Route, Domain and Match select all requests if they are
// zero.
type Fault = sim.Fault

// An Injected is a fault that was injected into a server. Its methods are Err, Struck,
// Held and Stop. It is safe for concurrent use.
type Injected = sim.Injected

// A Request is a request that the server received, with the outcome: see
// [Server.Requests]. Its Route is without the prefix, as in "POST /v1/alerts".
type Request = sim.Request

// A Time is a time that is encoded as the API does: in UTC, with milliseconds, as in
// "2026-05-26T09:30:00.123Z".
type Time = sim.Time
