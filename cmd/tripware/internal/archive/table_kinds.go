package archive

// people are the account and its users.
func people() []resource {
	return []resource{
		{name: "account", list: "GET /v2/account", single: true, id: "name", own: "userCount"},
		{
			name: users, title: "username", list: "GET /v2/users", query: "limit=100",
			get: "GET /v2/users/{user}", getQuery: "expand=contact", own: "createdAt",
			refs: []ref{{"role", userRoles}},
			parts: []resource{
				{name: "contacts", title: "to", list: "GET /v2/users/{user}/contacts"},
				{
					name: notificationRules, list: "GET /v2/users/{user}/notification-rules",
					get:  "GET /v2/users/{user}/notification-rules/{rule}",
					refs: []ref{{"schedules[]", schedules}},
					parts: []resource{
						{name: "steps", title: "contact", list: "GET /v2/users/{user}/notification-rules/{rule}/steps", twin: true},
					},
				},
				{
					name: "forwarding-rules", title: "alias", list: "GET /v2/users/{user}/forwarding-rules",
					refs: []ref{{"fromUser", users}, {"toUser", users}}, twin: true,
				},
				{name: "teams", list: "GET /v2/users/{user}/teams", refs: []ref{{"id", teams}}, twin: true},
				{name: "schedules", list: "GET /v2/users/{user}/schedules", refs: []ref{{"id", schedules}}, twin: true},
				{name: "escalations", list: "GET /v2/users/{user}/escalations", refs: []ref{{"id", escalations}}, twin: true},
				{
					name: "calendar", list: "GET /v2/schedules/on-calls/{identifier}.ics", file: calendar,
					option: withCalendars, moment: true,
				},
			},
		},
		{name: userRoles, list: "GET /v2/roles", get: "GET /v2/roles/{role}"},
		{name: "user-saved-searches", list: "GET /v2/users/saved-searches", get: "GET /v2/users/saved-searches/{search}"},
		{
			name: "forwarding-rules", title: "alias", list: "GET /v2/forwarding-rules", get: "GET /v2/forwarding-rules/{rule}",
			refs: []ref{{"fromUser", users}, {"toUser", users}},
		},
	}
}

// groups are the teams, and what belongs to them.
func groups() []resource {
	owner := ref{"ownerTeam", teams}
	return []resource{
		{
			name: teams, list: "GET /v2/teams", get: "GET /v2/teams/{team}", refs: []ref{{"members[].user", users}},
			parts: []resource{
				{name: roles, list: "GET /v2/teams/{team}/roles"},
				{
					name: routingRules, list: "GET /v2/teams/{team}/routing-rules", refs: []ref{{"notify", ""}},
				},
				{
					name: "logs", title: "log", list: "GET /v2/teams/{team}/logs", query: "limit=100", rows: "logs", pages: byOffset,
					id: noID, option: withTeamLogs, moment: true,
				},
			},
		},
		{
			name: integrations, list: "GET /v2/integrations", get: "GET /v2/integrations/{integration}",
			refs: []ref{owner, {"teamId", teams}, {"responders[]", ""}, {"recipients[]", ""}},
			own:  "apiKey emailAddress _parent",
			parts: []resource{{
				name: actions, list: "GET /v2/integrations/{integration}/actions", single: true, id: noID, refs: actionRefs(),
			}},
		},
		{ // its list has all members, also of one that is named . or .., which the API cannot get
			name: heartbeats, list: "GET /v2/heartbeats", rows: "heartbeats", id: "name", refs: []ref{owner}, own: "lastPingTime expired",
		},
	}
}

// noID is the member that identifies a row of a list whose rows have no id: equal rows are
// one row.
const noID = "-"

// actionRefs are the references in the actions of an integration, which are lists by type.
func actionRefs() (all []ref) {
	for _, typ := range []string{"create", "close", "acknowledge", "addNote", "ignore"} {
		all = append(all, ref{typ + "[].responders[]", ""}, ref{typ + "[].recipients[]", ""})
	}
	return all
}

// onCall are the schedules and escalations.
func onCall() []resource {
	owner := ref{"ownerTeam", teams}
	return []resource{
		{
			name: schedules, list: "GET /v2/schedules", query: "expand=rotation", get: "GET /v2/schedules/{schedule}",
			refs: []ref{owner, {"rotations[].participants[]", ""}},
			parts: []resource{
				{name: rotations, list: "GET /v2/schedules/{schedule}/rotations", refs: []ref{{"participants[]", ""}}, twin: true},
				{
					name: "overrides", title: "alias", id: "alias", list: "GET /v2/schedules/{schedule}/overrides",
					refs: []ref{{"user", ""}},
				},
				{name: "on-calls", list: "GET /v2/schedules/{schedule}/on-calls", single: true, id: noID, moment: true},
				{
					name: "next-on-calls", list: "GET /v2/schedules/{schedule}/next-on-calls", single: true, id: noID,
					option: withCalendars, moment: true,
				},
				{
					name: "timeline", list: "GET /v2/schedules/{schedule}/timeline", query: "expand=base,forwarding,override", single: true,
					id: noID, option: withCalendars, moment: true,
				},
				{name: "calendar", list: "GET /v2/schedules/{identifier}.ics", file: calendar, option: withCalendars, moment: true},
			},
		},
		{
			name: escalations, list: "GET /v2/escalations", get: "GET /v2/escalations/{escalation}",
			refs: []ref{owner, {"rules[].recipient", ""}},
		},
	}
}

// rules are what changes alerts, and what incidents start from.
func rules() []resource {
	policyRefs := []ref{{"teamId", teams}, {"responders[]", ""}}
	return []resource{
		{
			name: alertPolicies, list: "GET /v2/policies/alert", get: "GET /v2/policies/{policy}",
			perTeam: true, account: true, refs: policyRefs,
		},
		{
			name: notificationPolicies, list: "GET /v2/policies/notification", get: "GET /v2/policies/{policy}",
			perTeam: true, refs: policyRefs,
		},
		{name: policiesV1, list: "GET /v1/policies", get: "GET /v1/policies/{policy}", refs: []ref{{"recipients[]", ""}}},
		{
			name: maintenances, title: "description", list: "GET /v1/maintenance", query: "type=all",
			get: "GET /v1/maintenance/{maintenance}", refs: []ref{{"rules[].entity", ""}}, own: "status",
		},
		{name: "saved-searches", list: "GET /v2/alerts/saved-searches", get: "GET /v2/alerts/saved-searches/{search}",
			refs: []ref{{"owner", users}, {"teams[]", teams}}, own: "createdAt updatedAt"},
		{
			name: "services", list: "GET /v1/services", query: "limit=100&order=asc&sort=name", get: "GET /v1/services/{service}",
			refs: []ref{{"teamId", teams}},
			parts: []resource{
				{
					name: "audience-template", list: "GET /v1/services/{service}/audience-templates", single: true, id: noID,
					refs: []ref{{"responder.teams[]", teams}, {"responder.individuals[]", users}, {"stakeholder.individuals[]", users}},
				},
				{name: "incident-rules", title: "id", list: "GET /v1/services/{service}/incident-rules"},
				{name: "incident-templates", list: "GET /v1/services/{service}/incident-templates"},
			},
		},
		{
			name: "incident-templates", list: "GET /v1/incident-templates", query: "limit=100&order=asc", rows: "incidentTemplates",
			refs: []ref{{"impactedServices[]", "services"}},
		},
	}
}

// history is what happened, which an export reads only if it is asked to.
func history() []resource {
	return []resource{
		{
			name: "alerts", title: "message", list: "GET /v2/alerts", query: "limit=100", pages: byTime, get: "GET /v2/alerts/{alert}",
			option: withAlerts, refs: []ref{{"responders[]", ""}, {"ownerTeamId", teams}, {"integration", integrations}},
			parts: []resource{
				{name: "notes", list: "GET /v2/alerts/{alert}/notes", query: "limit=100&order=asc", id: noID},
				{name: "logs", list: "GET /v2/alerts/{alert}/logs", query: "limit=100&order=asc", id: noID},
				{name: "recipients", list: "GET /v2/alerts/{alert}/recipients", id: noID, refs: []ref{{"user", users}}},
				{
					name: "attachments", list: "GET /v2/alerts/{alert}/attachments",
					get: "GET /v2/alerts/{alert}/attachments/{attachment}", file: linked,
				},
			},
		},
		{
			name: "incidents", title: "message", list: "GET /v1/incidents", query: "limit=100", pages: byTime,
			get: "GET /v1/incidents/{incident}", option: withIncidents,
			refs: []ref{{"responders[]", ""}, {"serviceId", "services"}, {"impactedServices[]", "services"}, {"ownerTeam", teams}},
			parts: []resource{
				{name: "notes", list: "GET /v1/incidents/{incident}/notes", query: "limit=100&order=asc", id: noID},
				{name: "logs", list: "GET /v1/incidents/{incident}/logs", query: "limit=100&order=asc", id: noID},
				{name: "timeline", list: "GET /v2/incident-timelines/{incident}/entries", query: "limit=100&order=asc", rows: "entries",
					pages: byLast},
				{
					name: "responder-alerts", list: "GET /v1/incidents/{incident}/responder-alert-ids",
					query: "limit=100&order=asc", id: noID,
				},
				{
					name: "associated-alerts", list: "GET /v1/incidents/{incident}/associated-alert-ids",
					query: "limit=100&order=asc", id: noID,
				},
			},
		},
		{
			name: postmortems, title: "title", id: "postmortemId", get: "GET /v2/postmortem/{postmortem}", option: withPostmortems,
			refs: []ref{{"rootIncident", "incidents"}},
		},
		{
			name: "audit-logs", title: "filename", id: "filename", list: "GET /v2/logs/list/{marker}", pages: byMarker, file: logFile,
			option: withAuditLogs,
		},
	}
}
