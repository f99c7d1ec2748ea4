package opsgenie

import (
	"net/http"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/account"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/contact"
	"github.com/tripware/tripware/services/opsgenie/deployment"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/forwardingrule"
	"github.com/tripware/tripware/services/opsgenie/heartbeat"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/integration"
	"github.com/tripware/tripware/services/opsgenie/logs"
	"github.com/tripware/tripware/services/opsgenie/maintenance"
	"github.com/tripware/tripware/services/opsgenie/notification"
	"github.com/tripware/tripware/services/opsgenie/policy"
	"github.com/tripware/tripware/services/opsgenie/policyv1"

	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/service"
	"github.com/tripware/tripware/services/opsgenie/team"
	"github.com/tripware/tripware/services/opsgenie/user"
	"github.com/tripware/tripware/services/opsgenie/userrole"
)

// A Client calls the Opsgenie API. It is safe for concurrent use and shares
// nothing with other clients but what was passed in. [New] returns one.
type Client struct {
	Account                  *account.Service
	Alerts                   *alert.Service
	SavedSearches            *alert.SavedSearchService
	Heartbeats               *heartbeat.Service
	Incidents                *incident.Service
	IncidentTemplates        *incident.TemplateService
	IncidentTimelines        *incident.TimelineService
	Postmortems              *incident.PostmortemService
	Users                    *user.Service
	Contacts                 *contact.Service
	UserRoles                *userrole.Service
	NotificationRules        *notification.Service
	NotificationRuleSteps    *notification.StepService
	ForwardingRules          *forwardingrule.Service
	Teams                    *team.Service
	TeamMembers              *team.MemberService
	TeamRoles                *team.RoleService
	TeamRoutingRules         *team.RoutingRuleService
	Schedules                *schedule.Service
	ScheduleRotations        *schedule.RotationService
	ScheduleOverrides        *schedule.OverrideService
	OnCall                   *schedule.OnCallService
	Escalations              *escalation.Service
	Policies                 *policy.Service
	PoliciesV1               *policyv1.Service
	Maintenance              *maintenance.Service
	Integrations             *integration.Service
	IntegrationActions       *integration.ActionService
	Services                 *service.Service
	ServiceIncidentRules     *service.IncidentRuleService
	ServiceIncidentTemplates *service.IncidentTemplateService
	ServiceAudienceTemplates *service.AudienceService
	Deployments              *deployment.Service
	Logs                     *logs.Service

	// Metrics are the publishers of this client; subscribe to them at any time.
	Metrics *metrics.Publishers

	http *http.Client
	core *services.Client
}

// client puts each service on the core.
func (c *config) client(client *http.Client, core *services.Client) *Client {
	var alerts []alert.Option
	if c.autoAlias {
		alerts = append(alerts, alert.WithAutoAlias())
	}
	return &Client{
		Account:                  account.New(core),
		Alerts:                   alert.New(core, alerts...),
		SavedSearches:            alert.NewSavedSearches(core),
		Heartbeats:               heartbeat.New(core),
		Incidents:                incident.New(core),
		IncidentTemplates:        incident.NewTemplates(core),
		IncidentTimelines:        incident.NewTimelines(core),
		Postmortems:              incident.NewPostmortems(core),
		Users:                    user.New(core),
		Contacts:                 contact.New(core),
		UserRoles:                userrole.New(core),
		NotificationRules:        notification.New(core),
		NotificationRuleSteps:    notification.NewSteps(core),
		ForwardingRules:          forwardingrule.New(core),
		Teams:                    team.New(core),
		TeamMembers:              team.NewMembers(core),
		TeamRoles:                team.NewRoles(core),
		TeamRoutingRules:         team.NewRoutingRules(core),
		Schedules:                schedule.New(core),
		ScheduleRotations:        schedule.NewRotations(core),
		ScheduleOverrides:        schedule.NewOverrides(core),
		OnCall:                   schedule.NewOnCall(core),
		Escalations:              escalation.New(core),
		Policies:                 policy.New(core),
		PoliciesV1:               policyv1.New(core),
		Maintenance:              maintenance.New(core),
		Integrations:             integration.New(core),
		IntegrationActions:       integration.NewActions(core),
		Services:                 service.New(core),
		ServiceIncidentRules:     service.NewIncidentRules(core),
		ServiceIncidentTemplates: service.NewIncidentTemplates(core),
		ServiceAudienceTemplates: service.NewAudiences(core),
		Deployments:              deployment.New(core),
		Logs:                     logs.New(core),
		Metrics:                  c.publishers,
		http:                     client,
		core:                     core,
	}
}
