package incident

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A TemplateService calls the Incident Template API: a template holds the properties that an
// incident begins with. The documentation names no rate-limit domain for its calls, which
// count towards the domain other. It is safe for concurrent use. [NewTemplates] returns one.
type TemplateService struct{ client *services.Client }

// NewTemplates returns a service that calls through client, whose codec must be Opsgenie's.
func NewTemplates(client *services.Client) *TemplateService { return &TemplateService{client: client} }

const templatesRoute = "GET /v1/incident-templates"

// A Template is an incident template as the server returns it.
type Template struct {
	services.Other

	ID               string             `json:"id"`
	Name             string             `json:"name"`
	Message          string             `json:"message"`
	Description      string             `json:"description,omitzero"`
	Tags             []string           `json:"tags,omitzero"`
	Details          map[string]string  `json:"details,omitzero"`
	Priority         shape.Priority     `json:"priority"`
	ImpactedServices []string           `json:"impactedServices,omitzero"` // ids
	Stakeholders     shape.Stakeholders `json:"stakeholderProperties"`
}

// Request returns a request that writes the template back as it is.
func (t Template) Request() UpdateTemplateRequest {
	in := services.RequestFrom[UpdateTemplateRequest](t)
	in.ID = t.ID
	return in
}

// MarshalJSON writes the template, with the members that it keeps.
func (t Template) MarshalJSON() ([]byte, error) {
	type plain Template
	return services.MarshalObject(plain(t))
}

// UnmarshalJSON reads a template of any form.
func (t *Template) UnmarshalJSON(raw []byte) error {
	type plain Template
	return services.UnmarshalObject(raw, (*plain)(t))
}

// A TemplateSummary identifies a template that was created or updated.
type TemplateSummary struct {
	ID string `json:"id"`
}

// A CreateTemplateRequest describes the incident template to create.
type CreateTemplateRequest struct {
	Name             string             `json:"name" check:"required"`
	Message          string             `json:"message" check:"required"` // at most 130 characters
	Description      string             `json:"description,omitzero"`     // at most 10,000 characters
	Tags             []string           `json:"tags,omitzero"`            // at most 20, each of at most 50 characters
	Details          map[string]string  `json:"details,omitzero"`         // at most 8,000 characters in total
	Priority         shape.Priority     `json:"priority" check:"required"`
	ImpactedServices []string           `json:"impactedServices,omitzero"` // ids; at most 20
	Stakeholders     shape.Stakeholders `json:"stakeholderProperties"`     // its message is required
}

// Check refuses a template without a message to stakeholders.
func (r CreateTemplateRequest) Check() error {
	return check.Stakeholders("stakeholderProperties", r.Stakeholders)
}

// Create creates an incident template. Only 429 and 503 are retried: a second request would
// create a second template.
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#create-incident-template
func (s *TemplateService) Create(ctx context.Context, in CreateTemplateRequest) (*services.Result[TemplateSummary], error) {
	return services.Do[TemplateSummary](ctx, s.client, "POST /v1/incident-templates", in, services.RetryIfRefused)
}

// An UpdateTemplateRequest replaces one incident template: members that are left out have no
// value afterwards. [Template.Request] returns one from a template that was read.
type UpdateTemplateRequest struct {
	services.Other

	ID               string                               `path:"incidentTemplateId"`
	Name             string                               `json:"name" check:"required"`
	Message          string                               `json:"message" check:"required"` // at most 130 characters
	Description      services.Optional[string]            `json:"description,omitzero"`     // at most 10,000 characters
	Tags             services.Optional[[]string]          `json:"tags,omitzero"`            // at most 20, each of at most 50 characters
	Details          services.Optional[map[string]string] `json:"details,omitzero"`         // at most 8,000 characters in total
	Priority         shape.Priority                       `json:"priority" check:"required"`
	ImpactedServices services.Optional[[]string]          `json:"impactedServices,omitzero"` // ids; at most 20
	Stakeholders     shape.Stakeholders                   `json:"stakeholderProperties"`     // its message is required
}

// Check refuses a template without a message to stakeholders.
func (r UpdateTemplateRequest) Check() error {
	return check.Stakeholders("stakeholderProperties", r.Stakeholders)
}

// Update replaces an incident template. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#update-incident-template
func (s *TemplateService) Update(ctx context.Context, in UpdateTemplateRequest) (*services.Result[TemplateSummary], error) {
	return services.Do[TemplateSummary](ctx, s.client, "PUT /v1/incident-templates/{incidentTemplateId}", in, services.ByMethod)
}

type templateByID struct {
	ID string `path:"incidentTemplateId"`
}

// Delete deletes the incident template with an id. Safe to retry; after a lost response,
// errors.Is may match [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#delete-incident-template
func (s *TemplateService) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/incident-templates/{incidentTemplateId}",
		templateByID{id}, services.ByMethod)
}

// A ListTemplatesRequest selects a page of the incident templates.
type ListTemplatesRequest struct {
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // per page, at most 100; zero means the server's default, 20
	Order  shape.Order `query:"order"`
}

// A TemplatePage is a page of incident templates.
type TemplatePage struct {
	services.Other

	Templates []Template `json:"incidentTemplates"`
}

// MarshalJSON writes the page, with the members that it keeps.
func (p TemplatePage) MarshalJSON() ([]byte, error) {
	type plain TemplatePage
	return services.MarshalObject(plain(p))
}

// UnmarshalJSON reads a list of templates, or an object that has it as a member of any name:
// the documentation does not say which.
func (p *TemplatePage) UnmarshalJSON(raw []byte) error {
	members := map[string]json.RawMessage{}
	if list(raw) != nil {
		members[templatesMember] = raw
	} else if err := json.Unmarshal(raw, &members); err != nil {
		return fmt.Errorf("incident: read templates: %w", err)
	}
	if len(members) > 0 && !joinLists(members) && string(members[templatesMember]) != "null" {
		return errors.New("incident: read templates: no member of the response is a list")
	}
	text, err := json.Marshal(members)
	if err != nil {
		return fmt.Errorf("incident: read templates: %w", err)
	}
	type plain TemplatePage
	return services.UnmarshalObject(text, (*plain)(p))
}

// templatesMember is the member of a page that has the templates.
const templatesMember = "incidentTemplates"

// joinLists replaces the members that are lists by one. It reports whether there was any.
func joinLists(members map[string]json.RawMessage) (found bool) {
	var joined [][]byte
	for _, name := range slices.Sorted(maps.Keys(members)) {
		items := list(members[name])
		if items == nil {
			continue
		}
		for _, item := range items {
			joined = append(joined, item)
		}
		found = true
		delete(members, name)
	}
	if found {
		members[templatesMember] = slices.Concat([]byte("["), bytes.Join(joined, []byte(",")), []byte("]"))
	}
	return found
}

// list returns the items of a JSON list, and nil for anything else.
func list(raw json.RawMessage) (items []json.RawMessage) {
	_ = json.Unmarshal(raw, &items)
	return items
}

// List returns one page of the incident templates.
//
// API: https://docs.opsgenie.com/docs/incident-templates-api#get-incident-templates
func (s *TemplateService) List(ctx context.Context, in ListTemplatesRequest) (*services.Result[TemplatePage], error) {
	return services.Do[TemplatePage](ctx, s.client, templatesRoute, in, services.ByMethod)
}

// All returns all incident templates, in pages of 100 unless Limit is set; see [services.All].
func (s *TemplateService) All(ctx context.Context, in ListTemplatesRequest) iter.Seq2[Template, error] {
	in.Limit = cmp.Or(in.Limit, pageLimit)
	return func(yield func(Template, error) bool) {
		for page, err := range services.Pages[TemplatePage](ctx, s.client, templatesRoute, in) {
			if err != nil {
				yield(Template{}, err)
				return
			}
			for _, template := range page.Value.Templates {
				if !yield(template, nil) {
					return
				}
			}
		}
	}
}
