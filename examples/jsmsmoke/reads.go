package main

import (
	"time"

	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/auditlog"
	"github.com/tripware/tripware/services/jsm/contact"
	"github.com/tripware/tripware/services/jsm/customrole"
	"github.com/tripware/tripware/services/jsm/escalation"
	"github.com/tripware/tripware/services/jsm/forwardingrule"
	"github.com/tripware/tripware/services/jsm/heartbeat"
	"github.com/tripware/tripware/services/jsm/integration"
	"github.com/tripware/tripware/services/jsm/maintenance"
	"github.com/tripware/tripware/services/jsm/notification"
	"github.com/tripware/tripware/services/jsm/policy"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/service"
	"github.com/tripware/tripware/services/jsm/team"
)

// A read is one GET of the API. Its route may have {parent}, the id of the first item of the
// list below, and {id}, that of the first item of the list of.
type read struct {
	name, route string
	below, of   string
	query       query
	id          string // the member that identifies an item of a list; "id" if empty
	as          reader // how the client reads it
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
		{name: "Alerts.List", route: "GET /v1/alerts", query: few, as: as[[]alert.Alert]},
		{name: "Alerts.Get", route: "GET /v1/alerts/{id}", of: "Alerts.List", as: as[alert.Alert]},
		{name: "Alerts.GetByAlias", route: "GET /v1/alerts/alias", of: "Alerts.List", as: as[alert.Alert]},
		{name: "Alerts.ListNotes", route: "GET /v1/alerts/{parent}/notes", below: "Alerts.List", query: few, as: as[[]alert.Note]},
		{name: "Alerts.ListLogs", route: "GET /v1/alerts/{parent}/logs", below: "Alerts.List", query: few, as: as[[]alert.Log]},
		{
			name: "Alerts.ListAttachments", route: "GET /v1/alerts/{parent}/attachments",
			below: "Alerts.List", query: few, as: as[[]alert.Attachment],
		},
		{
			name: "Alerts.GetAttachment", route: "GET /v1/alerts/{parent}/attachments/{id}",
			below: "Alerts.List", of: "Alerts.ListAttachments", as: as[alert.Attachment],
		},
		{name: "AlertPolicies.List", route: "GET /v1/alerts/policies", query: few, as: as[[]policy.Summary]},
		{name: "AlertPolicies.Get", route: "GET /v1/alerts/policies/{id}", of: "AlertPolicies.List", as: as[policy.Policy]},
		{name: "AuditLogs.List", route: "GET /v1/logs", query: query{Start: now.Add(-time.Hour), End: now}, as: as[[]auditlog.Entry]},
		{name: "Contacts.List", route: "GET /v1/users/contacts", query: few, as: as[[]contact.Contact]},
		{name: "Contacts.Get", route: "GET /v1/users/contacts/{id}", of: "Contacts.List", as: as[contact.Contact]},
		{name: "CustomRoles.List", route: "GET /v1/roles", query: few, as: as[[]customrole.Reference]},
		{name: "CustomRoles.Get", route: "GET /v1/roles/{id}", of: "CustomRoles.List", as: as[customrole.Role]},
		{name: "ForwardingRules.List", route: "GET /v1/forwarding-rules", query: few, as: as[[]forwardingrule.ForwardingRule]},
		{
			name: "ForwardingRules.Get", route: "GET /v1/forwarding-rules/{id}",
			of: "ForwardingRules.List", as: as[forwardingrule.ForwardingRule],
		},
		{name: "Integrations.List", route: "GET /v1/integrations", query: few, as: as[[]integration.Summary]},
		{name: "Integrations.Get", route: "GET /v1/integrations/{id}", of: "Integrations.List", as: as[integration.Integration]},
		{
			name: "IntegrationActions.List", route: "GET /v1/integrations/{parent}/actions",
			below: "Integrations.List", query: few, as: as[[]integration.ActionSummary],
		},
		{
			name: "IntegrationActions.Get", route: "GET /v1/integrations/{parent}/actions/{id}",
			below: "Integrations.List", of: "IntegrationActions.List", as: as[integration.Action],
		},
		{
			name: "IntegrationFilters.Get", route: "GET /v1/integrations/{parent}/outgoing/alert-filter/main",
			below: "Integrations.List", as: as[integration.Filter],
		},
		{name: "Maintenances.ListGlobal", route: "GET /v1/maintenances", query: few, as: as[[]maintenance.Maintenance]},
		{
			name: "Maintenances.GetGlobal", route: "GET /v1/maintenances/{id}",
			of: "Maintenances.ListGlobal", as: as[maintenance.Maintenance],
		},
		{name: "NotificationRules.List", route: "GET /v1/notification-rules", query: few, as: as[[]notification.Rule]},
		{
			name: "NotificationRules.Get", route: "GET /v1/notification-rules/{id}",
			of: "NotificationRules.List", as: as[notification.Rule],
		},
		{
			name: "NotificationRuleSteps.List", route: "GET /v1/notification-rules/{parent}/steps",
			below: "NotificationRules.List", query: few, as: as[[]notification.Step],
		},
		{
			name: "NotificationRuleSteps.Get", route: "GET /v1/notification-rules/{parent}/steps/{id}",
			below: "NotificationRules.List", of: "NotificationRuleSteps.List", as: as[notification.Step],
		},
		{name: "Schedules.List", route: "GET /v1/schedules", query: few, as: as[[]schedule.Schedule]},
		{name: "Schedules.Get", route: "GET /v1/schedules/{id}", of: "Schedules.List", as: as[schedule.Schedule]},
		{
			name: "ScheduleRotations.List", route: "GET /v1/schedules/{parent}/rotations",
			below: "Schedules.List", query: few, as: as[[]schedule.Rotation],
		},
		{
			name: "ScheduleRotations.Get", route: "GET /v1/schedules/{parent}/rotations/{id}",
			below: "Schedules.List", of: "ScheduleRotations.List", as: as[schedule.Rotation],
		},
		{
			name: "ScheduleOverrides.List", route: "GET /v1/schedules/{parent}/overrides",
			below: "Schedules.List", query: few, id: "alias", as: as[[]schedule.Override],
		},
		{
			name: "ScheduleOverrides.Get", route: "GET /v1/schedules/{parent}/overrides/{id}",
			below: "Schedules.List", of: "ScheduleOverrides.List", as: as[schedule.Override],
		},
		{
			name: "ScheduleTimelines.Get", route: "GET /v1/schedules/{parent}/timeline",
			below: "Schedules.List", as: as[schedule.Timeline],
		},
		{name: "ScheduleTimelines.ExportICS", route: "GET /v1/schedules/{parent}.ics", below: "Schedules.List", file: true},
		{
			name: "OnCalls.Get", route: "GET /v1/schedules/{parent}/on-calls",
			below: "Schedules.List", query: query{Flat: true}, as: as[schedule.OnCall],
		},
		{
			name: "OnCalls.GetNext", route: "GET /v1/schedules/{parent}/next-on-calls",
			below: "Schedules.List", as: as[schedule.NextOnCall],
		},
		{name: "OnCalls.ExportUserICS", route: "GET /v1/schedules/on-calls/{id}.ics", of: "OnCalls.Get", file: true},
		{name: "Teams.List", route: "GET /v1/teams", id: "teamId", as: as[[]team.Team]},
		{name: "TeamRoles.List", route: "GET /v1/teams/{parent}/roles", below: "Teams.List", as: as[[]team.Role]},
		{
			name: "TeamRoles.Get", route: "GET /v1/teams/{parent}/roles/{id}",
			below: "Teams.List", of: "TeamRoles.List", as: as[team.Role],
		},
		{
			name: "RoutingRules.List", route: "GET /v1/teams/{parent}/routing-rules",
			below: "Teams.List", query: few, as: as[[]team.RoutingRule],
		},
		{
			name: "RoutingRules.Get", route: "GET /v1/teams/{parent}/routing-rules/{id}",
			below: "Teams.List", of: "RoutingRules.List", as: as[team.RoutingRule],
		},
		{
			name: "Escalations.List", route: "GET /v1/teams/{parent}/escalations",
			below: "Teams.List", query: few, as: as[[]escalation.Escalation],
		},
		{
			name: "Escalations.Get", route: "GET /v1/teams/{parent}/escalations/{id}",
			below: "Teams.List", of: "Escalations.List", as: as[escalation.Escalation],
		},
		{
			name: "Heartbeats.List", route: "GET /v1/teams/{parent}/heartbeats",
			below: "Teams.List", query: few, as: as[[]heartbeat.Heartbeat],
		},
		{
			name: "TeamPolicies.List", route: "GET /v1/teams/{parent}/policies",
			below: "Teams.List", query: query{Size: 2, Type: "notification"}, as: as[[]policy.Summary],
		},
		{
			name: "TeamPolicies.Get", route: "GET /v1/teams/{parent}/policies/{id}",
			below: "Teams.List", of: "TeamPolicies.List", as: as[policy.Policy],
		},
		{
			name: "Maintenances.ListTeam", route: "GET /v1/teams/{parent}/maintenances",
			below: "Teams.List", query: few, as: as[[]maintenance.Maintenance],
		},
		{
			name: "Maintenances.GetTeam", route: "GET /v1/teams/{parent}/maintenances/{id}",
			below: "Teams.List", of: "Maintenances.ListTeam", as: as[maintenance.Maintenance],
		},
		{name: "Services.List", route: "GET /v1/services", query: few, as: as[[]service.Entity]},
		{name: "Services.Get", route: "GET /v1/services/{id}", of: "Services.List", as: as[service.Entity]},
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
