package opsgenietest

import (
	"slices"
	"strings"

	"github.com/tripware/tripware/services/internal/sim"
)

// A Domain is a group of operations that share a rate limit.
//
// API: https://docs.opsgenie.com/docs/api-rate-limiting
type Domain = sim.Domain

// The domains of the API's operations.
const (
	DomainAlert         Domain = "alert"         // alerts, except for the list, and saved searches
	DomainSearch        Domain = "search"        // the lists of alerts and of users
	DomainIncident      Domain = "incident"      // incidents
	DomainHeartbeat     Domain = "heartbeat"     // heartbeats
	DomainConfiguration Domain = "configuration" // the account and most of the configuration

	DomainScheduleOnCall           Domain = "schedule-oncall"           // current and next on-call participants
	DomainIntegrationConfiguration Domain = "integration-configuration" // changes of integrations
	DomainOther                    Domain = "other"                     // operations whose domain is not documented
)

func allDomains() []Domain {
	return []Domain{
		DomainAlert, DomainSearch, DomainIncident, DomainHeartbeat, DomainConfiguration,
		DomainScheduleOnCall, DomainIntegrationConfiguration, DomainOther,
	}
}

// A bodyKind is the kind of body that a route expects.
type bodyKind int

const (
	noBody       bodyKind = iota // a body is ignored
	optionalBody                 // a JSON object, or nothing
	jsonBody                     // a JSON object
	uploadBody                   // multipart/form-data
)

// A handler implements one operation. The world is locked while it runs.
type handler func(*world, *call) (response, error)

// A route is one row of the table of operations.
type route struct {
	pattern string
	domain  Domain
	body    bodyKind
	serve   handler
}

func allRoutes() []route {
	return slices.Concat(
		accountRoutes(),
		alertRoutes(), alertActionRoutes(), attachmentRoutes(), savedSearchRoutes(),
		heartbeatRoutes(),
		incidentRoutes(), incidentActionRoutes(),
		userRoleRoutes(), userRoutes(), contactRoutes(), notificationRuleRoutes(), notificationStepRoutes(), forwardingRuleRoutes(),
		teamRoutes(), teamMemberRoutes(), teamRoleRoutes(), routingRuleRoutes(),
		scheduleRoutes(), escalationRoutes(),
		integrationRoutes(), policyRoutes(), policyV1Routes(), maintenanceRoutes(),
		businessServiceRoutes(), audienceTemplateRoutes(), serviceIncidentRoutes(),
		incidentTemplateRoutes(), timelineRoutes(), postmortemRoutes(),
		deploymentRoutes(), logRoutes(),
	)
}

// gives returns the media type of the route's successful responses.
func (r *route) gives() string {
	switch {
	case strings.HasSuffix(r.pattern, ".ics"):
		return mediaCalendar
	case r.pattern == logLinkPattern:
		return mediaText
	default:
		return "application/json"
	}
}

// in returns the route with another domain.
func (r route) in(domain Domain) route {
	r.domain = domain
	return r
}

// public reports whether the route works without a key.
func (r *route) public() bool { return r.pattern == filePattern }
