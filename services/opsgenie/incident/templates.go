// Package incidenttemplate is the Incident Template API: what an incident says
// to begin with.
//
// The documentation names no rate-limit domain for these calls: they count in
// the domain other.
package incident

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A TemplateService calls the Incident Template API. It is safe for concurrent use. [NewTemplates]
// makes one.
type TemplateService struct{ client *services.Client }

// NewTemplates returns a service that calls by client, whose codec must be Opsgenie's.
func NewTemplates(client *services.Client) *TemplateService { return &TemplateService{client: client} }

const templatesRoute = "GET /v1/incident-templates"

// CreateTemplateRequest asks for an incident template.
type CreateTemplateRequest struct{ TemplateDefinition }

// repeat says that only what was not processed may be repeated: each copy is
// another template.
func (r CreateTemplateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates an incident template. A repeat after a lost answer might create
// it twice, so there is none.
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#create-incident-template
func (s *TemplateService) Create(ctx context.Context, in CreateTemplateRequest) (*services.Result[TemplateSummary], error) {
	return services.Do[TemplateSummary](ctx, s.client, "POST /v1/incident-templates", in, in.repeat())
}

// UpdateTemplateRequest asks to replace one incident template: what is empty here is
// empty then.
type UpdateTemplateRequest struct {
	ID string `path:"incidentTemplateId"`
	TemplateDefinition
}

// Update replaces an incident template. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#update-incident-template
func (s *TemplateService) Update(ctx context.Context, in UpdateTemplateRequest) (*services.Result[TemplateSummary], error) {
	return services.Do[TemplateSummary](ctx, s.client, "PUT /v1/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

// DeleteTemplateRequest asks to delete one incident template.
type DeleteTemplateRequest struct {
	ID string `path:"incidentTemplateId"`
}

// Delete deletes an incident template. A repeat is harmless, but where an answer
// was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#delete-incident-template
func (s *TemplateService) Delete(ctx context.Context, in DeleteTemplateRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

// ListTemplatesRequest asks for the incident templates.
type ListTemplatesRequest struct {
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // per templatePage, at most 100; zero means the server's default, 20
	Order  shape.Order `query:"order"`
}

// List returns one templatePage of the incident templates.
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#get-incident-templates
func (s *TemplateService) List(ctx context.Context, in ListTemplatesRequest) (*services.Result[[]Template], error) {
	got, err := services.Do[templatePage](ctx, s.client, templatesRoute, in, services.ByMethod)
	if err != nil {
		return nil, err
	}
	return &services.Result[[]Template]{Value: got.Value, Meta: got.Meta}, nil
}

// All returns all incident templates, templatePage after templatePage; see [services.All].
func (s *TemplateService) All(ctx context.Context, in ListTemplatesRequest) iter.Seq2[Template, error] {
	return func(yield func(Template, error) bool) {
		for templatePage, err := range services.Pages[templatePage](ctx, s.client, templatesRoute, in) {
			if err != nil {
				yield(Template{}, err)
				return
			}
			for _, template := range templatePage.Value {
				if !yield(template, nil) {
					return
				}
			}
		}
	}
}
