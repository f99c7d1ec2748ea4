// Package serviceincidenttemplate is the IncidentTemplateService Incident IncidentTemplate API: what an
// incident of one business service says to begin with. The vendor deprecates it
// in favour of templates of the account, which are in package incidenttemplate.
//
// The documentation names no rate-limit domain for these calls: they count in
// the domain other.
package service

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A IncidentTemplateService calls the IncidentTemplateService Incident IncidentTemplate API. It is safe for concurrent
// use. [NewIncidentTemplates] makes one.
type IncidentTemplateService struct{ client *services.Client }

// NewIncidentTemplates returns a service that calls by client, whose codec must be Opsgenie's.
func NewIncidentTemplates(client *services.Client) *IncidentTemplateService {
	return &IncidentTemplateService{client: client}
}

// A IncidentTemplate is an incident template as the server shows it.
type IncidentTemplate struct {
	ID string `json:"id"`
	IncidentTemplateDefinition
}

// A IncidentTemplateDefinition is what an incident template says.
type IncidentTemplateDefinition struct {
	Name     string                   `json:"name"` // required
	Incident shape.IncidentProperties `json:"incidentProperties"`
}

// A IncidentTemplateSummary is what writes tell of a template.
type IncidentTemplateSummary struct {
	ID string `json:"id"`
}

// Check refuses a template without what it must say.
func (d IncidentTemplateDefinition) Check() error { return d.check("") }

// check names the fields below a path.
func (d IncidentTemplateDefinition) check(path string) error {
	err := check.Incident(path+"incidentProperties", d.Incident)
	if d.Name == "" {
		return errors.Join(&services.ArgumentError{Field: path + "name", Problem: "is required"}, err)
	}
	return err
}

// CreateIncidentTemplateRequest asks for an incident template of one business service. The API
// wraps it in a member here, and not in an update.
type CreateIncidentTemplateRequest struct {
	ServiceID string                     `path:"serviceId"` // at most 130 characters
	Template  IncidentTemplateDefinition `json:"incidentTemplate"`
}

// Check refuses a template without what it must say.
func (r CreateIncidentTemplateRequest) Check() error { return r.Template.check("incidentTemplate.") }

// repeat says that only what was not processed may be repeated: each copy is
// another template.
func (r CreateIncidentTemplateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create adds an incident template to a business service. A repeat after a lost
// answer might add it twice, so there is none. Deprecated by the vendor.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#create-incident-template
func (s *IncidentTemplateService) Create(ctx context.Context, in CreateIncidentTemplateRequest) (*services.Result[IncidentTemplateSummary], error) {
	return services.Do[IncidentTemplateSummary](ctx, s.client, "POST /v1/services/{serviceId}/incident-templates", in, in.repeat())
}

// UpdateIncidentTemplateRequest asks to replace one incident template: what is empty here is
// empty then.
type UpdateIncidentTemplateRequest struct {
	ServiceID string `path:"serviceId"`          // at most 130 characters
	ID        string `path:"incidentTemplateId"` // at most 130 characters
	IncidentTemplateDefinition
}

// Update replaces an incident template. A repeat is harmless. Deprecated by the
// vendor.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#update-incident-template
func (s *IncidentTemplateService) Update(ctx context.Context, in UpdateIncidentTemplateRequest) (*services.Result[IncidentTemplateSummary], error) {
	return services.Do[IncidentTemplateSummary](ctx, s.client, "PUT /v1/services/{serviceId}/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

// DeleteIncidentTemplateRequest asks to delete one incident template.
type DeleteIncidentTemplateRequest struct {
	ServiceID string `path:"serviceId"`          // at most 130 characters
	ID        string `path:"incidentTemplateId"` // at most 130 characters
}

// Delete deletes an incident template. A repeat is harmless, but where an answer
// was lost it Is [services.ErrNotFound]. Deprecated by the vendor.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#delete-incident-template
func (s *IncidentTemplateService) Delete(ctx context.Context, in DeleteIncidentTemplateRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/services/{serviceId}/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

// ListIncidentTemplatesRequest asks for the incident templates of one business service.
type ListIncidentTemplatesRequest struct {
	ServiceID string `path:"serviceId"` // at most 130 characters
}

// List returns all incident templates of a business service. Deprecated by the
// vendor.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#get-incident-templates
func (s *IncidentTemplateService) List(ctx context.Context, in ListIncidentTemplatesRequest) (*services.Result[[]IncidentTemplate], error) {
	return services.Do[[]IncidentTemplate](ctx, s.client, "GET /v1/services/{serviceId}/incident-templates", in, services.ByMethod)
}
