package jsm

import (
	"net/http"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/services"
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

// A Client calls the API of JSM Operations. It is safe for concurrent use and shares nothing
// with other clients but what was passed in. [New] returns one.
type Client struct {
	Alerts                *alert.Service
	AlertPolicies         *policy.Service
	AuditLogs             *auditlog.Service
	Contacts              *contact.Service
	CustomRoles           *customrole.Service
	Escalations           *escalation.Service
	ForwardingRules       *forwardingrule.Service
	Heartbeats            *heartbeat.Service
	IntegrationActions    *integration.ActionService
	IntegrationFilters    *integration.FilterService
	Integrations          *integration.Service
	Maintenance           *maintenance.Service
	NotificationRuleSteps *notification.StepService
	NotificationRules     *notification.Service
	OnCall                *schedule.OnCallService
	ScheduleOverrides     *schedule.OverrideService
	ScheduleRotations     *schedule.RotationService
	Schedules             *schedule.Service
	Services              *service.Service
	TeamMaintenance       *maintenance.TeamService
	TeamPolicies          *policy.TeamService
	TeamRoles             *team.RoleService
	TeamRoutingRules      *team.RoutingRuleService
	Teams                 *team.Service

	// Metrics are the publishers of this client; subscribe to them at any time.
	Metrics *metrics.Publishers

	http     *http.Client
	core     *services.Client
	registry *services.Client
}

// newClient puts each service on its core: ops, or for the service registry, registry.
func (c *config) newClient(client *http.Client, ops, registry *services.Client) *Client {
	var alerts []alert.Option
	if c.autoAlias {
		alerts = append(alerts, alert.WithAutoAlias())
	}
	return &Client{
		Alerts:                alert.New(ops, alerts...),
		AlertPolicies:         policy.New(ops),
		AuditLogs:             auditlog.New(ops),
		Contacts:              contact.New(ops),
		CustomRoles:           customrole.New(ops),
		Escalations:           escalation.New(ops),
		ForwardingRules:       forwardingrule.New(ops),
		Heartbeats:            heartbeat.New(ops),
		IntegrationActions:    integration.NewActions(ops),
		IntegrationFilters:    integration.NewFilters(ops),
		Integrations:          integration.New(ops),
		Maintenance:           maintenance.New(ops),
		NotificationRuleSteps: notification.NewSteps(ops),
		NotificationRules:     notification.New(ops),
		OnCall:                schedule.NewOnCall(ops),
		ScheduleOverrides:     schedule.NewOverrides(ops),
		ScheduleRotations:     schedule.NewRotations(ops),
		Schedules:             schedule.New(ops),
		Services:              service.New(registry),
		TeamMaintenance:       maintenance.NewTeam(ops),
		TeamPolicies:          policy.NewTeam(ops),
		TeamRoles:             team.NewRoles(ops),
		TeamRoutingRules:      team.NewRoutingRules(ops),
		Teams:                 team.New(ops),
		Metrics:               c.Publishers,
		http:                  client,
		core:                  ops,
		registry:              registry,
	}
}

// HTTP returns a client for requests that have no method here. Its transport is the chain
// that the services use, so it signs requests to the origin of the base URL. Each call of
// HTTP returns a separate client, which may be changed.
func (c *Client) HTTP() *http.Client {
	own := *c.http
	return &own
}

// Core returns the client that the services use, for [services.Do] with operations that have
// no method here, and for [services.Follow] with a paging link that was stored. Its routes
// begin with the version of the API, as in "GET /v1/alerts".
func (c *Client) Core() *services.Client { return c.core }

// RegistryCore returns the client of the service registry, whose operations are below another
// prefix: see [Client.Core].
func (c *Client) RegistryCore() *services.Client { return c.registry }

// CloseIdleConnections closes the connections that are not in use. The client can be used
// afterwards.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }
