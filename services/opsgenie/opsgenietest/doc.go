// Package opsgenietest runs an Opsgenie inside the process, on a loopback
// socket, for examples and for tests of programs that call the Opsgenie API:
//
//	s := opsgenietest.New(t) // closes itself when the test ends
//	client, err := opsgenie.New(s.Key, opsgenie.WithBaseURL(s.URL))
//	s.Throttle(opsgenietest.DomainAlert, 2)                         // two answers of 429
//	s.Inject(opsgenietest.Fault{Kind: opsgenietest.Reset, Skip: 1}) // one connection reset
//	... call; then look at s.Alerts(), s.Incidents(), s.Requests()
//
// A program without a test uses [Start] and [Server.Close]. Any HTTP client in
// any language may be pointed at [Server.URL].
//
// # What it does
//
// It keeps alerts with their notes, logs and attachments, saved searches,
// heartbeats and incidents in memory; checks the key; refuses what the API
// refuses (400, 401, 402, 403, 404, 405, 406, 409, 415, 422 with the errors by
// field); de-duplicates alerts by alias; pages by number and by cursor; and
// answers in the API's envelope with its headers. Limits of length are enforced
// where the API's own description states them and tolerated elsewhere, because
// nobody has written down what the service does with a value that is too long.
//
// # Asynchronous writes
//
// Alerts and incidents are written asynchronously: the write is answered 202,
// and the status of its request tells later what became of it. With
// [WithProcessingPolls](n), the default with n = 2, there is no clock in it:
//
//   - The first n questions for the status of a request are answered 404 with
//     the error type RequestNotProcessed, every later one with the outcome.
//   - A write takes effect when n more requests, of any kind and from anyone,
//     have been served after it and another comes, which sees it: a read that
//     follows too closely misses it, and a write that is never asked for takes
//     effect all the same.
//   - Writes take effect in the order in which they arrived.
//
// [WithProcessingDelay] uses the clock instead, and [Server.Settle] processes
// what waits at once. A request that is refused, throttled or hit by a fault
// before it was applied does not count.
//
// An action on an alert or an incident that is not there is accepted, as by the
// service, and fails when it is processed. Acknowledging, unacknowledging or
// snoozing a closed alert fails too; closing it again changes nothing and
// succeeds. Teams, users, schedules and escalations are named by requests
// without being known here: a name without an id gets an id derived from it.
//
// # Determinism
//
// Ids and the draws of [Fault.Chance] come from [WithSeed]. For a client that
// sends one request after the other, two servers with the same seed and the
// same [WithClock] answer byte for byte the same.
//
// A Server is safe for concurrent use.
package opsgenietest
