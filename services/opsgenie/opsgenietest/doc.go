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
// It answers every operation of the API. Alerts with their notes, logs and
// attachments, incidents and heartbeats have a life of their own; teams, users,
// schedules, escalations, policies, integrations, services and all else that is
// configured is kept in memory as it was written and given back: lists nest,
// names resolve, orders move, switches switch, what is deleted is gone. It checks
// the key; refuses what the API refuses (400, 401, 402, 403, 404, 405, 406, 409,
// 415, 422 with the errors by field); de-duplicates alerts by alias; pages by
// number and by cursor; and answers in the API's envelope with its headers.
// Limits of length are enforced where the API's own description states them and
// tolerated elsewhere, because nobody has written down what the service does
// with a value that is too long. [Server.Peek] shows what is kept without a
// request.
//
// A request may name a team, a user, a schedule or an escalation that is not
// here: a name without an id gets an id derived from it.
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
// succeeds. Deployments are asynchronous too.
//
// # People
//
//   - A user whom nobody added is not there: there are none at first, and new ones
//     have no contacts and no notification rules. The account counts its owner
//     while there are no users.
//   - Deleting a user takes the user out of all teams; forwarding rules, schedules
//     and escalations that name the user stay.
//   - Users are sorted by username; a word without a field in a query is looked for
//     in both names. Searches for users are saved by [Server.SaveUserSearch].
//   - Each team has a default routing rule, last, which notifies nobody; it can be
//     changed but neither moved nor deleted (403). Each change of a team, its
//     members, roles or rules writes a line to its logs.
//   - Notification rules are ordered among those with their action. Copied rules
//     come after those that the other user has.
//
// # Schedules
//
// Who is on call is worked out, not recorded: from the rotations (turns change by
// the clock on the wall of the schedule's zone, hourly ones by elapsed time), their
// hours, overrides (the one created last wins) and forwarding rules. There is no
// history: a past date is answered by what is configured now.
//
//   - A participant "none" leaves a gap. By a disabled schedule nobody is on call.
//   - Start and end of a rotation are moved to the nearest half hour.
//   - A timeline begins at its date, now by default, with one week by default and
//     at most 400 units; periods are cut at its ends. Calendars reach three months.
//   - Below a team on call stand its members, below an escalation the recipients of
//     its rules, below a schedule those on call by it; only users are in flat answers.
//   - Next on call is each rotation's next turn with somebody in it, overrides aside;
//     exactly next is whoever begins first.
//
// # Rules and the rest
//
//   - Integrations are kept with all their fields. The key of one is told once and
//     opens nothing here. No integration is born with actions.
//   - A team's policy is found only by requests that name its team, and places count
//     within a type. Policies and maintenances change no alert; a maintenance's
//     status follows the server's clock.
//   - Services and incident templates are listed with the newest first. A timeline
//     holds what requests told it; a postmortem what was written, of any incident.
//   - Log files belong to the plan Enterprise: one for each of the last 24 full hours.
//     A link to one needs no key and lasts five minutes.
//
// # Determinism
//
// Ids and the draws of [Fault.Chance] come from [WithSeed]. For a client that
// sends one request after the other, two servers with the same seed and the
// same [WithClock] answer byte for byte the same.
//
// A Server is safe for concurrent use.
package opsgenietest
