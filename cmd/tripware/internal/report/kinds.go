package report

import "slices"

// A Class says what a kind of resource is to a move.
type Class string

// The classes.
const (
	Configuration Class = "configuration" // what has to be set up again
	History       Class = "history"       // what happened, which stays in the export
	View          Class = "view"          // what the server computes from the configuration
)

// A subject is a kind of resource, or of a part of one, with the operations that decide about
// it.
type subject struct {
	name   string // such as "teams" or "teams/roles"
	title  string
	create string // the operation of Opsgenie that makes one or, where there is none, that reads it
	read   string // that reads one, if something may correspond to it although nothing makes one
	also   string // another operation that people will miss

	class    Class   // Configuration if empty
	personal bool    // only the person can set it up, with a credential of their own
	convert  convert // reports what is lost; nil if nothing converts it
	parts    []subject
}

// subjects returns all kinds, in the order in which they are shown.
func subjects() []subject {
	return append(append(configured(), people()...), happened()...)
}

// configured are the kinds that belong to teams or to the account.
func configured() []subject {
	return []subject{
		{
			name: "teams", title: "Teams", create: "Teams.Create", read: "Teams.List", convert: members,
			parts: []subject{
				{name: "roles", title: "Roles", create: "TeamRoles.Create"},
				{name: "routing-rules", title: "Routing rules", create: "TeamRoutingRules.Create"},
				{name: "logs", title: "Logs of teams", create: "Teams.ListLogs", class: History},
			},
		},
		{
			name: "schedules", title: "Schedules", create: "Schedules.Create", convert: schedules,
			parts: []subject{
				{name: "rotations", title: "Rotations", create: "ScheduleRotations.Create", convert: rotations},
				{name: "overrides", title: "Overrides", create: "ScheduleOverrides.Create", convert: overrides},
				{name: "on-calls", title: "Who is on call", create: "OnCall.Get", class: View},
				{name: "next-on-calls", title: "Who is on call next", create: "OnCall.GetNext", class: View},
				{name: "timeline", title: "Timelines of schedules", create: "Schedules.GetTimeline", class: View},
				{name: "calendar", title: "Calendars of schedules", create: "Schedules.ExportICS", class: View},
			},
		},
		{name: "escalations", title: "Escalations", create: "Escalations.Create", convert: escalations},
		{
			name: "integrations", title: "Integrations", create: "Integrations.Create",
			parts: []subject{{name: "actions", title: "Actions", create: "IntegrationActions.Create"}},
		},
		{name: "heartbeats", title: "Heartbeats", create: "Heartbeats.Create", also: "Heartbeats.Ping", convert: heartbeats},
		{name: "alert-policies", title: "Alert policies", create: "Policies.Create"},
		{name: "notification-policies", title: "Notification policies", create: "Policies.Create"},
		{name: "policies-v1", title: "Policies (v1)", create: "PoliciesV1.Create"},
		{name: "maintenance", title: "Maintenance", create: "Maintenance.Create"},
		{
			name: "services", title: "Services", create: "Services.Create",
			parts: []subject{
				{name: "audience-template", title: "Audience templates", create: "ServiceAudienceTemplates.Update"},
				{name: "incident-rules", title: "Incident rules", create: "ServiceIncidentRules.Create"},
				{name: "incident-templates", title: "Incident templates", create: "ServiceIncidentTemplates.Create"},
			},
		},
		{name: "incident-templates", title: "Incident templates", create: "IncidentTemplates.Create"},
		{name: "saved-searches", title: "Saved searches", create: "SavedSearches.Create"},
		{name: "user-saved-searches", title: "Saved searches for users", create: "Users.ListSavedSearches"},
		{name: "user-roles", title: "User roles", create: "UserRoles.Create"},
		{name: "forwarding-rules", title: "Forwarding rules", create: "ForwardingRules.Create"},
		{name: "account", title: "Account", create: "Account.Get", class: View},
	}
}

// people are the users.
func people() []subject {
	return []subject{{
		name: "users", title: "Users", create: "Users.Create", read: "Users.List",
		parts: []subject{
			{name: "contacts", title: "Contacts", create: "Contacts.Create", personal: true},
			{
				name: "notification-rules", title: "Notification rules", create: "NotificationRules.Create", personal: true,
				parts: []subject{{name: "steps", title: "Steps", create: "NotificationRuleSteps.Create", personal: true}},
			},
			{name: "forwarding-rules", title: "Forwarding rules of a user", create: "Users.ListForwardingRules", class: View},
			{name: "teams", title: "Teams of a user", create: "Users.ListTeams", class: View},
			{name: "schedules", title: "Schedules of a user", create: "Users.ListSchedules", class: View},
			{name: "escalations", title: "Escalations of a user", create: "Users.ListEscalations", class: View},
			{name: "calendar", title: "Calendars of a user", create: "OnCall.ExportUserICS", class: View},
		},
	}}
}

// happened is the history.
func happened() []subject {
	return []subject{
		{
			name: "alerts", title: "Alerts", create: "Alerts.Create", class: History,
			parts: []subject{
				{name: "notes", title: "Alerts: notes", create: "Alerts.AddNote", class: History},
				{name: "logs", title: "Alerts: logs", create: "Alerts.ListLogs", class: History},
				{name: "recipients", title: "Alerts: recipients", create: "Alerts.ListRecipients", class: History},
				{name: "attachments", title: "Alerts: attachments", create: "Alerts.AddAttachment", class: History},
			},
		},
		{
			name: "incidents", title: "Incidents", create: "Incidents.Create", class: History,
			parts: []subject{
				{name: "notes", title: "Incidents: notes", create: "Incidents.AddNote", class: History},
				{name: "logs", title: "Incidents: logs", create: "Incidents.ListLogs", class: History},
				{name: "timeline", title: "Incidents: timelines", create: "IncidentTimelines.AddEntry", class: History},
				{name: "responder-alerts", title: "Incidents: responder alerts", create: "Incidents.ListResponderAlerts", class: History},
				{name: "associated-alerts", title: "Incidents: alerts", create: "Incidents.ListAssociatedAlerts", class: History},
			},
		},
		{name: "postmortems", title: "Postmortems", create: "Postmortems.Create", class: History},
		{name: "audit-logs", title: "Audit logs", create: "Logs.DownloadLink", read: "Logs.List", class: History},
	}
}

// part returns a part of the subject. One that is not known is from a newer program.
func (s subject) part(name string) subject {
	for _, p := range s.parts {
		if p.name == name {
			return p
		}
	}
	return subject{name: name, title: name}
}

// fate returns what becomes of the kind, whatever is in a resource.
func (s subject) fate(rules map[string]rule) Fate {
	if s.create == "" {
		return ByHand // nothing is known
	}
	fate := rules[s.create].fate()
	switch {
	case fate == Gone && s.read != "" && rules[s.read].fate() != Gone, fate == Moves && s.personal:
		return ByHand
	case fate == ByHand && s.convert != nil && !s.personal:
		return Moves // unless the conversion loses something
	}
	return fate
}

// notes returns what the rules say to a person, each once.
func (s subject) notes(rules map[string]rule) (all []string) {
	for _, operation := range []string{s.create, s.read, s.also} {
		if note := rules[operation].note; note != "" && !slices.Contains(all, note) {
			all = append(all, note)
		}
	}
	return all
}

// targets returns the operations of JSM Operations that correspond, each once.
func (s subject) targets(rules map[string]rule) (all []string) {
	for _, operation := range []string{s.create, s.read, s.also} {
		for _, target := range rules[operation].targets {
			if !slices.Contains(all, target) {
				all = append(all, target)
			}
		}
	}
	return all
}
