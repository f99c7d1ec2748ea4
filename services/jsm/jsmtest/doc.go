// Package jsmtest provides a simulated JSM Operations for tests and examples of programs
// that call its API. It runs inside the process and listens on a loopback socket, so that
// any HTTP client in any language can call it.
//
// For most uses call [New] from a test and pass the server's address and credential to the
// client:
//
//	s := jsmtest.New(t) // closed when the test ends
//	token := redact.NewSecret(s.Token)
//	client, err := jsm.New(jsm.Site(s.Site), auth.Basic(s.Email, token), jsm.WithBaseURL(s.URL))
//
// The test can then cause errors, and look at what the program did:
//
//	s.Throttle(jsmtest.DomainAlert, 2)                    // two 429 responses
//	s.Inject(jsmtest.Fault{Kind: jsmtest.Reset, Skip: 1}) // one connection reset
//	... call the program ...
//	fmt.Println(s.Alerts(), s.Requests())
//
// A program that is not a test calls [Start] and [Server.Close].
//
// It was written from the vendor's document of September 2026 and from public code, and was
// never compared with the service by its authors. Where sources disagree it does what the
// document says, and [WithVariants] selects the other form.
//
// # What it does
//
// The server implements alerts with their notes, logs and attachments; schedules with
// rotations, overrides, timelines and calendars; who is on call; teams with roles, routing
// rules, escalations and heartbeats; and the events of integrations. It serves them below
// the direct prefix, below the prefix of the OAuth gateway, which refuses basic
// authentication, and below that of Compass. It also serves the cloud id, as a site does.
//
// It checks credentials and scopes, refuses bodies that the document excludes, and sends
// errors in the forms of the service. Everything that is configured is stored as a request
// wrote it and returned by reads. This includes empty values and, at every depth, members
// that the server does not know. A PUT replaces the resource and a PATCH merges the request
// into it; a null clears a member that the server knows, which is assumed. The server ignores
// members of a request that only the server writes, such as an id.
//
// Lists have pages: by offset, and by the position after an item for notes, logs and
// attachments, which start with the oldest. The link to the next page has no prefix. The
// number count of a list of alerts is that of the page, and a page of alerts beyond the
// first 20,000 gets a 422 response. The lists below a team that does not exist, or is not an
// operations team, are empty; all other requests below it get a 404 response.
//
// [Server.Alerts] returns the alerts that the server stores, and [Server.Peek] returns what
// a GET would, without a request.
//
// # Asynchronous writes
//
// Alerts are written asynchronously, except for their notes and attachments: the response
// to the write has an id of the request, and the status of the request later says how it
// ended. The response to a creation has status 200, all others have 202. By default this
// does not depend on time. With [WithProcessingPolls](n), where n is 2 by default:
//
//   - The first n requests for the status of a write get a 404 response, and all later ones
//     get the outcome.
//   - A write takes effect after n more requests, of any kind and by any client. The next
//     request sees it: a read that follows too soon does not, and a write takes effect even
//     if no client asks for its status.
//   - Writes take effect in the order in which they arrived.
//
// [WithProcessingDelay] uses the clock instead, and [Server.Settle] processes all pending
// writes at once. A request does not count if it was refused or throttled, or if an injected
// fault kept it from being applied.
//
// The server accepts an action on an alert that does not exist, and one that the plan does
// not include; processing it fails. It also fails for acknowledging, unacknowledging or
// snoozing a closed alert. Closing an alert again changes nothing and succeeds. The body of a
// request to acknowledge or close an alert is ignored, except for events.
//
// Enabling operations for a team has its own status below the team, which is IN_PROGRESS
// instead of a 404 response. No operation returns the status of an event.
//
// # Schedules
//
// The server computes who is on call from rotations, their time restrictions and overrides,
// of which the one created last wins. Daily and weekly turns change at the same local time in
// the schedule's time zone; hourly turns change after the same elapsed time.
//
//   - The participant "noone" leaves a gap. Nobody is on call in a disabled schedule.
//   - A timeline starts at its date, by default now, and has one week by default. Periods are
//     cut at its ends. Calendars cover three months.
//   - What is on call contains, for a team, its members, for an escalation, the recipients of
//     its rules, and for a schedule, the people on call in it. A flat response contains users
//     only.
//   - The next on-call participants are those of each rotation's next turn that is not empty,
//     without overrides.
//
// # Determinism
//
// Ids and random faults are derived from [WithSeed]. For a client that sends one request
// after the other, two servers with the same seed and the same [WithClock] inject the same
// faults into the same requests and send the same responses, byte for byte, except for the
// port in URLs.
//
// # What it does not do
//
//   - It has no policies, maintenance, integrations, contacts, notification rules, forwarding
//     rules, custom roles, audit logs, syncs, JEC channels, services, incidents or status
//     pages. Requests for them get a 404 response.
//   - It sends no notifications and runs no escalation: alerts change only by requests.
//     Routing rules have no effect, and an unresponsive heartbeat creates no alert.
//   - It makes no teams by requests, since another API does: call [Server.AddTeam].
//   - It does not check that a team, user, schedule or escalation exists when a request names
//     it, and everything can be deleted while something uses it. What the service does is not
//     known.
//   - It ignores the parameters from and to of a list of alerts, whose unit is not known.
//   - It supports only a part of the search language: fields with the operators : = < > <=
//     >=, AND, OR, NOT and parentheses. Other queries get a 400 response.
//   - It keeps no history of schedules: a date in the past is computed from the current
//     configuration. Its timelines have no forwarding.
//   - Its rate limits are those of [WithRateLimit]: it counts no points, and has no limit by
//     route.
//   - Of the plan it knows what [WithPlan] says. Nothing is stored on disk.
//
// A [Server] is safe for concurrent use.
package jsmtest
