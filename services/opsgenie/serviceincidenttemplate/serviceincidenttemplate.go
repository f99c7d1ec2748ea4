// Package serviceincidenttemplate is the Service Incident Template API: what an
// incident of one business service says to begin with. The vendor deprecates it
// in favour of templates of the account, which are in package incidenttemplate.
//
// The documentation names no rate-limit domain for these calls: they count in
// the domain other.
package serviceincidenttemplate

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Service Incident Template API. It is safe for concurrent
// use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Template is an incident template as the server shows it.
type Template struct {
	ID string `json:"id"`
	Definition
}

// A Definition is what an incident template says.
type Definition struct {
	Name     string                   `json:"name"` // required
	Incident shape.IncidentProperties `json:"incidentProperties"`
}

// A Summary is what writes tell of a template.
type Summary struct {
	ID string `json:"id"`
}

// Check refuses a template without what it must say.
func (d Definition) Check() error { return d.check("") }

// check names the fields below a path.
func (d Definition) check(path string) error {
	err := check.Incident(path+"incidentProperties", d.Incident)
	if d.Name == "" {
		return errors.Join(&services.ArgumentError{Field: path + "name", Problem: "is required"}, err)
	}
	return err
}

// CreateRequest asks for an incident template of one business service. The API
// wraps it in a member here, and not in an update.
type CreateRequest struct {
	ServiceID string     `path:"serviceId"` // at most 130 characters
	Template  Definition `json:"incidentTemplate"`
}

// Check refuses a template without what it must say.
func (r CreateRequest) Check() error { return r.Template.check("incidentTemplate.") }

// repeat says that only what was not processed may be repeated: each copy is
// another template.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create adds an incident template to a business service. A repeat after a lost
// answer might add it twice, so there is none. Deprecated by the vendor.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#create-incident-template
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/services/{serviceId}/incident-templates", in, in.repeat())
}

// UpdateRequest asks to replace one incident template: what is empty here is
// empty then.
type UpdateRequest struct {
	ServiceID string `path:"serviceId"`          // at most 130 characters
	ID        string `path:"incidentTemplateId"` // at most 130 characters
	Definition
}

// Update replaces an incident template. A repeat is harmless. Deprecated by the
// vendor.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#update-incident-template
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PUT /v1/services/{serviceId}/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

// DeleteRequest asks to delete one incident template.
type DeleteRequest struct {
	ServiceID string `path:"serviceId"`          // at most 130 characters
	ID        string `path:"incidentTemplateId"` // at most 130 characters
}

// Delete deletes an incident template. A repeat is harmless, but where an answer
// was lost it Is [services.ErrNotFound]. Deprecated by the vendor.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#delete-incident-template
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/services/{serviceId}/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

// ListRequest asks for the incident templates of one business service.
type ListRequest struct {
	ServiceID string `path:"serviceId"` // at most 130 characters
}

// List returns all incident templates of a business service. Deprecated by the
// vendor.
//
// API: https://docs.opsgenie.com/docs/service-incident-templates-api#get-incident-templates
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Template], error) {
	return services.Do[[]Template](ctx, s.client, "GET /v1/services/{serviceId}/incident-templates", in, services.ByMethod)
}
