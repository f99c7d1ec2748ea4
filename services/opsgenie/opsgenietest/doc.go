// Package opsgenietest provides a simulated Opsgenie for tests and examples of
// programs that call the Opsgenie API. It runs inside the process and listens on
// a loopback socket, so that any HTTP client in any language can call it.
//
// For most uses call [New] from a test and pass the server's URL and key to the
// client:
//
//	s := opsgenietest.New(t) // closed when the test ends
//	client, err := opsgenie.New(s.Key, opsgenie.WithBaseURL(s.URL))
//
// The test can then cause errors, and look at what the program did:
//
//	s.Throttle(opsgenietest.DomainAlert, 2)                         // two 429 responses
//	s.Inject(opsgenietest.Fault{Kind: opsgenietest.Reset, Skip: 1}) // one connection reset
//	... call the program ...
//	fmt.Println(s.Alerts(), s.Incidents(), s.Requests())
//
// A program that is not a test calls [Start] and [Server.Close].
//
// # What it does
//
// The server implements every operation of the API. It checks the key, refuses what
// the API refuses (400, 401, 402, 403, 404, 405, 406, 409, 413, 415, 422 with the
// errors by field, 428), deduplicates alerts by alias, divides lists into pages by
// number and by cursor, and sends the API's envelope and headers. A page of alerts beyond
// the first 20,000 gets a 422 response.
//
// Alerts, incidents and heartbeats change their state as they do in the service.
// Everything that is configured (teams, users, schedules, escalations, policies,
// integrations, services and so on) is stored as a request wrote it and returned by
// reads. This includes empty values and, at every depth, members that the server does
// not know. A PUT replaces the resource and a PATCH merges the request into it; a null
// clears a member that the server knows. The server ignores members of a request that
// only the server writes, such as an id or a time of creation.
//
// [Server.Alerts], [Server.Incidents], [Server.Heartbeats] and
// [Server.SavedSearches] return what the server stores, and [Server.Peek] returns
// what a GET would, without a request.
//
// # Asynchronous writes
//
// Alerts, incidents and deployments are written asynchronously: the response to the
// write has status 202, and the status of the request later says how it ended. By
// default this does not depend on time. With [WithProcessingPolls](n), where n is 2
// by default:
//
//   - The first n requests for the status of a write get a 404 response with the
//     error type RequestNotProcessed, and all later ones get the outcome.
//   - A write takes effect after n more requests, of any kind and by any client. The
//     next request sees it: a read that follows too soon does not, and a write takes
//     effect even if no client asks for its status.
//   - Writes take effect in the order in which they arrived.
//
// [WithProcessingDelay] uses the clock instead, and [Server.Settle] processes all
// pending writes at once. A request does not count if it was refused or throttled,
// or if an injected fault kept it from being applied.
//
// The server accepts an action on an alert or incident that does not exist, as the
// service does; processing it fails. It also fails for acknowledging, unacknowledging
// or snoozing a closed alert. Closing an alert again changes nothing and succeeds.
//
// # What is in use
//
// As long as something uses a team, a schedule, an escalation or a user, a request to
// delete it gets a 428 response that names one of its uses. The documentation says
// only that such a response exists. This server assumes that
//
//   - a team is used by the schedules, escalations, integrations, heartbeats, services
//     and policies that belong to it or name it as a participant, recipient or
//     responder, and by the routing rules of other teams;
//   - a schedule is used by the rules of escalations and by routing rules;
//   - an escalation is used by the rules of other escalations, by routing rules and by
//     the rotations of schedules;
//   - a user is used by the rules of escalations, and by the rotations of schedules and
//     their overrides that have not ended.
//
// Nothing else prevents a deletion: neither alerts and incidents nor the membership of
// a team, forwarding rules, notification rules or saved searches.
//
// # People
//
//   - A new server has no users. A new user has no contacts and no notification rules.
//     As long as there are no users, the account counts its owner.
//   - Deleting a user also removes the user from all teams. Forwarding rules that name
//     the user remain.
//   - A word without a field in a query for users is searched for in both names.
//     [Server.SaveUserSearch] saves a search for users.
//   - Each team has a default routing rule, which is the last one and notifies nobody.
//     It can be changed, but moving or deleting it gets a 403 response. Each change of
//     a team, its members, roles or rules adds a line to the team's logs.
//   - The order of a notification rule is counted among the rules with the same action.
//     Copied rules follow those that the other user already has.
//
// # Schedules
//
// The server computes who is on call from rotations, their time restrictions,
// overrides (the one created last wins) and forwarding rules. Daily and weekly turns
// change at the same local time in the schedule's time zone; hourly turns change after
// the same elapsed time.
//
//   - The participant "none" leaves a gap. Nobody is on call in a disabled schedule.
//   - The start and the end of a rotation are rounded to the nearest half hour.
//   - A timeline starts at its date, by default now, and has one week by default and at
//     most 400 units. Periods are cut at its ends. Calendars cover three months.
//   - The response for an on-call team contains its members, for an escalation the
//     recipients of its rules, and for a schedule the people on call in it. A flat
//     response contains users only.
//   - The next on-call participants are those of each rotation's next turn that is not
//     empty, without overrides. The exact next ones are those whose turn starts first.
//
// # Determinism
//
// Ids and random faults are derived from [WithSeed]. For a client that sends one
// request after the other, two servers with the same seed and the same [WithClock]
// inject the same faults into the same requests and send the same responses, byte for
// byte, except for the port in URLs.
//
// # What it does not do
//
//   - It sends no notifications and runs no escalation: alerts change only by requests.
//     Policies, routing rules, integrations and maintenance windows have no effect on
//     alerts, and an expired heartbeat creates none.
//   - It limits the length of a value only where the API's description states a limit.
//     What the service does with longer values is not documented.
//   - It does not check that a team, user, schedule or escalation exists when a request
//     names it. A name that it does not know gets an id derived from the name.
//   - It keeps no history of schedules: a date in the past is computed from the current
//     configuration.
//   - It knows two kinds of rights: a key may do everything or only read. It issues a
//     key for a new API integration, but accepts only those of [WithKey] and
//     [WithReadOnlyKey].
//   - It supports only a part of the search language: fields with the operators : = <
//     > <= >=, AND, OR, NOT and parentheses. Other queries get a 422 response.
//   - It adds no entries to the timelines of incidents by itself. A postmortem contains
//     what its incident had at that moment and what requests wrote. A new integration has
//     no actions.
//   - It has log files only for the plan Enterprise, one for each of the last 24 full
//     hours. A link to a log file needs no key and expires after five minutes.
//   - It has no deprecated operations (410), no ranges (416) and no errors of its own
//     (500), except for injected faults. Nothing is stored on disk.
//
// A [Server] is safe for concurrent use.
package opsgenietest
