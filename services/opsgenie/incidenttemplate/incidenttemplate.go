// Package incidenttemplate is the Incident Template API: what an incident says
// to begin with.
//
// The documentation names no rate-limit domain for these calls: they count in
// the domain other.
package incidenttemplate

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Incident Template API. It is safe for concurrent use. [New]
// makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

const listRoute = "GET /v1/incident-templates"

// CreateRequest asks for an incident template.
type CreateRequest struct{ Definition }

// repeat says that only what was not processed may be repeated: each copy is
// another template.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates an incident template. A repeat after a lost answer might create
// it twice, so there is none.
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#create-incident-template
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/incident-templates", in, in.repeat())
}

// UpdateRequest asks to replace one incident template: what is empty here is
// empty then.
type UpdateRequest struct {
	ID string `path:"incidentTemplateId"`
	Definition
}

// Update replaces an incident template. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#update-incident-template
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PUT /v1/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

// DeleteRequest asks to delete one incident template.
type DeleteRequest struct {
	ID string `path:"incidentTemplateId"`
}

// Delete deletes an incident template. A repeat is harmless, but where an answer
// was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#delete-incident-template
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

// ListRequest asks for the incident templates.
type ListRequest struct {
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // per page, at most 100; zero means the server's default, 20
	Order  shape.Order `query:"order"`
}

// List returns one page of the incident templates.
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#get-incident-templates
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Template], error) {
	got, err := services.Do[page](ctx, s.client, listRoute, in, services.ByMethod)
	if err != nil {
		return nil, err
	}
	return &services.Result[[]Template]{Value: got.Value, Meta: got.Meta}, nil
}

// All returns all incident templates, page after page; see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Template, error] {
	return func(yield func(Template, error) bool) {
		for page, err := range services.Pages[page](ctx, s.client, listRoute, in) {
			if err != nil {
				yield(Template{}, err)
				return
			}
			for _, template := range page.Value {
				if !yield(template, nil) {
					return
				}
			}
		}
	}
}
