package main

import "time"

// A read is one GET of the API. Its route may have {parent}, the id of the first item of the
// list below, and {id}, that of the first item of the list of.
type read struct {
	name, route string
	below, of   string
	query       query
	id          string // the member that identifies an item of a list; "id" if empty
	file        bool   // the response is a calendar file
}

// A query holds the parameters that some reads need.
type query struct {
	Size  int       `query:"size"`
	Alias string    `query:"alias"`
	Type  string    `query:"type"`
	Flat  bool      `query:"flat"`
	Start time.Time `query:"startTime"`
	End   time.Time `query:"endTime"`
}

var few = query{Size: 2}

// reads returns all operations that read and that this program knows how to call, lists before
// what is in them.
func reads(now time.Time) []read {
	return []read{
		{name: "Alerts.List", route: "GET /v1/alerts", query: few},
		{name: "Alerts.Get", route: "GET /v1/alerts/{id}", of: "Alerts.List"},
		{name: "Alerts.GetByAlias", route: "GET /v1/alerts/alias", of: "Alerts.List"},
		{name: "Alerts.ListNotes", route: "GET /v1/alerts/{parent}/notes", below: "Alerts.List", query: few},
		{name: "Alerts.ListLogs", route: "GET /v1/alerts/{parent}/logs", below: "Alerts.List", query: few},
		{name: "Alerts.ListAttachments", route: "GET /v1/alerts/{parent}/attachments", below: "Alerts.List", query: few},
		{
			name: "Alerts.GetAttachment", route: "GET /v1/alerts/{parent}/attachments/{id}",
			below: "Alerts.List", of: "Alerts.ListAttachments",
		},
		{name: "AlertPolicies.List", route: "GET /v1/alerts/policies", query: few},
		{name: "AlertPolicies.Get", route: "GET /v1/alerts/policies/{id}", of: "AlertPolicies.List"},
		{name: "AuditLogs.List", route: "GET /v1/logs", query: query{Start: now.Add(-time.Hour), End: now}},
		{name: "Contacts.List", route: "GET /v1/users/contacts", query: few},
		{name: "Contacts.Get", route: "GET /v1/users/contacts/{id}", of: "Contacts.List"},
		{name: "CustomRoles.List", route: "GET /v1/roles", query: few},
		{name: "CustomRoles.Get", route: "GET /v1/roles/{id}", of: "CustomRoles.List"},
		{name: "ForwardingRules.List", route: "GET /v1/forwarding-rules", query: few},
		{name: "ForwardingRules.Get", route: "GET /v1/forwarding-rules/{id}", of: "ForwardingRules.List"},
		{name: "Integrations.List", route: "GET /v1/integrations", query: few},
		{name: "Integrations.Get", route: "GET /v1/integrations/{id}", of: "Integrations.List"},
		{name: "IntegrationActions.List", route: "GET /v1/integrations/{parent}/actions", below: "Integrations.List", query: few},
		{
			name: "IntegrationActions.Get", route: "GET /v1/integrations/{parent}/actions/{id}",
			below: "Integrations.List", of: "IntegrationActions.List",
		},
		{name: "IntegrationFilters.Get", route: "GET /v1/integrations/{parent}/outgoing/alert-filter/main", below: "Integrations.List"},
		{name: "Maintenances.ListGlobal", route: "GET /v1/maintenances", query: few},
		{name: "Maintenances.GetGlobal", route: "GET /v1/maintenances/{id}", of: "Maintenances.ListGlobal"},
		{name: "NotificationRules.List", route: "GET /v1/notification-rules", query: few},
		{name: "NotificationRules.Get", route: "GET /v1/notification-rules/{id}", of: "NotificationRules.List"},
		{
			name: "NotificationRuleSteps.List", route: "GET /v1/notification-rules/{parent}/steps",
			below: "NotificationRules.List", query: few,
		},
		{
			name: "NotificationRuleSteps.Get", route: "GET /v1/notification-rules/{parent}/steps/{id}",
			below: "NotificationRules.List", of: "NotificationRuleSteps.List",
		},
		{name: "Schedules.List", route: "GET /v1/schedules", query: few},
		{name: "Schedules.Get", route: "GET /v1/schedules/{id}", of: "Schedules.List"},
		{name: "ScheduleRotations.List", route: "GET /v1/schedules/{parent}/rotations", below: "Schedules.List", query: few},
		{
			name: "ScheduleRotations.Get", route: "GET /v1/schedules/{parent}/rotations/{id}",
			below: "Schedules.List", of: "ScheduleRotations.List",
		},
		{name: "ScheduleOverrides.List", route: "GET /v1/schedules/{parent}/overrides", below: "Schedules.List", query: few, id: "alias"},
		{
			name: "ScheduleOverrides.Get", route: "GET /v1/schedules/{parent}/overrides/{id}",
			below: "Schedules.List", of: "ScheduleOverrides.List",
		},
		{name: "ScheduleTimelines.Get", route: "GET /v1/schedules/{parent}/timeline", below: "Schedules.List"},
		{name: "ScheduleTimelines.ExportICS", route: "GET /v1/schedules/{parent}.ics", below: "Schedules.List", file: true},
		{name: "OnCalls.Get", route: "GET /v1/schedules/{parent}/on-calls", below: "Schedules.List", query: query{Flat: true}},
		{name: "OnCalls.GetNext", route: "GET /v1/schedules/{parent}/next-on-calls", below: "Schedules.List"},
		{name: "OnCalls.ExportUserICS", route: "GET /v1/schedules/on-calls/{id}.ics", of: "OnCalls.Get", file: true},
		{name: "Teams.List", route: "GET /v1/teams", id: "teamId"},
		{name: "TeamRoles.List", route: "GET /v1/teams/{parent}/roles", below: "Teams.List"},
		{name: "TeamRoles.Get", route: "GET /v1/teams/{parent}/roles/{id}", below: "Teams.List", of: "TeamRoles.List"},
		{name: "RoutingRules.List", route: "GET /v1/teams/{parent}/routing-rules", below: "Teams.List", query: few},
		{name: "RoutingRules.Get", route: "GET /v1/teams/{parent}/routing-rules/{id}", below: "Teams.List", of: "RoutingRules.List"},
		{name: "Escalations.List", route: "GET /v1/teams/{parent}/escalations", below: "Teams.List", query: few},
		{name: "Escalations.Get", route: "GET /v1/teams/{parent}/escalations/{id}", below: "Teams.List", of: "Escalations.List"},
		{name: "Heartbeats.List", route: "GET /v1/teams/{parent}/heartbeats", below: "Teams.List", query: few},
		{
			name: "TeamPolicies.List", route: "GET /v1/teams/{parent}/policies",
			below: "Teams.List", query: query{Size: 2, Type: "notification"},
		},
		{name: "TeamPolicies.Get", route: "GET /v1/teams/{parent}/policies/{id}", below: "Teams.List", of: "TeamPolicies.List"},
		{name: "Maintenances.ListTeam", route: "GET /v1/teams/{parent}/maintenances", below: "Teams.List", query: few},
		{
			name: "Maintenances.GetTeam", route: "GET /v1/teams/{parent}/maintenances/{id}",
			below: "Teams.List", of: "Maintenances.ListTeam",
		},
		{name: "Services.List", route: "GET /v1/services", query: few},
		{name: "Services.Get", route: "GET /v1/services/{id}", of: "Services.List"},
	}
}

// skipped returns the operations by GET that are not called, with the reason.
func skipped() map[string]string {
	return map[string]string{
		"Heartbeats.Ping":         "it changes the heartbeat, although it may be a GET",
		"Alerts.GetRequestStatus": "there is a request to ask for only after a change",
		"Teams.GetRequestStatus":  "there is a request to ask for only after a change",
	}
}
