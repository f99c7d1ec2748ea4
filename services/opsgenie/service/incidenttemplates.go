package service

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An IncidentTemplateService calls the Service Incident Template API: a template holds the
// properties that an incident of one business service begins with. The vendor deprecates it in
// favor of the templates of the account, which package incident has. The documentation names
// no rate-limit domain for its calls, which count towards the domain other. It is safe for
// concurrent use. [NewIncidentTemplates] returns one.
type IncidentTemplateService struct{ client *services.Client }

// NewIncidentTemplates returns a service that calls through client, whose codec must be
// Opsgenie's.
func NewIncidentTemplates(client *services.Client) *IncidentTemplateService {
	return &IncidentTemplateService{client: client}
}

// An IncidentTemplate is an incident template as the server returns it.
type IncidentTemplate struct {
	services.Other

	ID       string                   `json:"id"`
	Name     string                   `json:"name"`
	Incident shape.IncidentProperties `json:"incidentProperties"`
}

// Request returns a request that writes the template back as it is. The caller sets its
// ServiceID, which a template does not have.
func (t IncidentTemplate) Request() UpdateIncidentTemplateRequest {
	in := services.RequestFrom[UpdateIncidentTemplateRequest](t)
	in.ID = t.ID
	return in
}

// MarshalJSON writes the template, with the members that it keeps.
func (t IncidentTemplate) MarshalJSON() ([]byte, error) {
	type plain IncidentTemplate
	return services.MarshalObject(plain(t))
}

// UnmarshalJSON reads a template of any form.
func (t *IncidentTemplate) UnmarshalJSON(raw []byte) error {
	type plain IncidentTemplate
	return services.UnmarshalObject(raw, (*plain)(t))
}

// A CreateIncidentTemplateRequest describes the incident template to add to one business
// service.
type CreateIncidentTemplateRequest struct {
	ServiceID string                   `path:"serviceId"`          // at most 130 characters
	Name      string                   `json:"name"`               // required
	Incident  shape.IncidentProperties `json:"incidentProperties"` // message, priority and the message to stakeholders are required
}

// Check refuses a template without its required members.
func (r CreateIncidentTemplateRequest) Check() error {
	return errors.Join(check.Required("name", r.Name), check.Incident("incidentProperties", r.Incident))
}

// createIncidentTemplate wraps the template in a member, as the API wants it in a creation
// only.
type createIncidentTemplate struct {
	ServiceID string           `path:"serviceId"`
	Template  incidentTemplate `json:"incidentTemplate"`
}

type incidentTemplate struct {
	Name     string                   `json:"name"`
	Incident shape.IncidentProperties `json:"incidentProperties"`
}

// Check refuses a template without its required members.
func (r createIncidentTemplate) Check() error {
	return CreateIncidentTemplateRequest{Name: r.Template.Name, Incident: r.Template.Incident}.Check()
}

// Create adds an incident template to a business service. Only 429 and 503 are retried: a
// second request would add a second template. The vendor deprecates it.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#create-incident-template
func (s *IncidentTemplateService) Create(ctx context.Context, in CreateIncidentTemplateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/services/{serviceId}/incident-templates",
		createIncidentTemplate{in.ServiceID, incidentTemplate{in.Name, in.Incident}}, services.RetryIfRefused)
}

// An UpdateIncidentTemplateRequest replaces one incident template.
// [IncidentTemplate.Request] returns one from a template that was read.
type UpdateIncidentTemplateRequest struct {
	services.Other

	ServiceID string                   `path:"serviceId"`          // at most 130 characters
	ID        string                   `path:"incidentTemplateId"` // at most 130 characters
	Name      string                   `json:"name" check:"required"`
	Incident  shape.IncidentProperties `json:"incidentProperties"` // message, priority and the message to stakeholders are required
}

// Check refuses an incident without its required members.
func (r UpdateIncidentTemplateRequest) Check() error {
	return check.Incident("incidentProperties", r.Incident)
}

// Update replaces an incident template. Safe to retry. The vendor deprecates it.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#update-incident-template
func (s *IncidentTemplateService) Update(ctx context.Context, in UpdateIncidentTemplateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client,
		"PUT /v1/services/{serviceId}/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

type incidentTemplateByID struct {
	ServiceID string `path:"serviceId"`
	ID        string `path:"incidentTemplateId"`
}

// Delete deletes the incident template with an id from a business service. Safe to retry;
// after a lost response, errors.Is may match [services.ErrNotFound]. The vendor deprecates it.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#delete-incident-template
func (s *IncidentTemplateService) Delete(ctx context.Context, serviceID, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"DELETE /v1/services/{serviceId}/incident-templates/{incidentTemplateId}", incidentTemplateByID{serviceID, id}, services.ByMethod)
}

// List returns all incident templates of the business service with an id. The vendor
// deprecates it.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#get-incident-templates
func (s *IncidentTemplateService) List(ctx context.Context, serviceID string) (*services.Result[[]IncidentTemplate], error) {
	return services.Do[[]IncidentTemplate](ctx, s.client,
		"GET /v1/services/{serviceId}/incident-templates", ofService{serviceID}, services.ByMethod)
}
