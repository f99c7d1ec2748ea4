// Package service calls the services API of Jira Service Management: the registry of the services
// that a site offers, with their owners and responders.
//
// The API is not part of the vendor's document about JSM Operations. It lies below another prefix,
// and its OAuth scopes are not documented; it is known to accept auth.Basic with an API token.
package service

import (
	"context"
	"errors"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the services API. It is safe for concurrent use. [New] returns one. What the
// API calls a service is an [Entity].
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM, and
// whose base must be that of the service registry.
func New(client *services.Client) *Service { return &Service{client: client} }

// item identifies a service.
type item struct {
	ID string `path:"id"`
}

// CreateRequest is the request to create a service.
type CreateRequest struct {
	Name            string       `json:"name" check:"required"`
	Description     string       `json:"description,omitzero"`
	Tier            int          `json:"tier,omitzero"`            // 1, the most important, to 4; the server chooses if it is zero
	Type            Type         `json:"type,omitzero"`            // the server chooses if it is empty
	TeamID          string       `json:"owner,omitzero"`           // the team that owns it
	ChangeApprovers Approvers    `json:"changeApprovers,omitzero"` // who approves changes
	Responders      Responders   `json:"responders,omitzero"`      // who responds to incidents
	Stakeholders    Stakeholders `json:"stakeholders,omitzero"`    // who is informed of incidents
	Projects        Projects     `json:"projects,omitzero"`
}

// Check refuses a tier outside of 1 to 4, and users who are not given by an account id.
func (r CreateRequest) Check() error {
	return errors.Join(
		checkTier(r.Tier != 0, r.Tier),
		checkUsers("responders.users", r.Responders.Users),
		checkUsers("stakeholders.users", r.Stakeholders.Users),
	)
}

// Create creates a service and returns it. Only 429 and 503 are retried, because a second copy
// might create a second service.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v3 (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Entity], error) {
	return services.Do[Entity](ctx, s.client, "POST /v1/services", in, services.RetryIfRefused)
}

// Get returns one service. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v3 (confirmed)
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Entity], error) {
	return services.Do[Entity](ctx, s.client, "GET /v1/services/{id}", item{id}, services.ByMethod)
}

// UpdateRequest is the request to change a service. As far as is known, members that are absent
// keep their values; whether null clears one is not documented. [Entity.Request] returns a
// request from a service that was read.
type UpdateRequest struct {
	services.Other

	ID              string                          `path:"id"`
	Name            services.Optional[string]       `json:"name,omitzero"`
	Description     services.Optional[string]       `json:"description,omitzero"`
	Tier            services.Optional[int]          `json:"tier,omitzero"` // 1, the most important, to 4
	Type            services.Optional[Type]         `json:"type,omitzero"`
	TeamID          services.Optional[string]       `json:"owner,omitzero"` // the team that owns it
	ChangeApprovers services.Optional[Approvers]    `json:"changeApprovers,omitzero"`
	Responders      services.Optional[Responders]   `json:"responders,omitzero"`
	Stakeholders    services.Optional[Stakeholders] `json:"stakeholders,omitzero"`
	Projects        services.Optional[Projects]     `json:"projects,omitzero"`
}

// Check refuses an empty name, a tier outside of 1 to 4, and users who are not given by an account
// id.
func (r UpdateRequest) Check() error {
	name, named := r.Name.Get()
	tier, set := r.Tier.Get()
	responders, _ := r.Responders.Get()
	stakeholders, _ := r.Stakeholders.Get()
	return errors.Join(
		check.Missing("name", named && name == ""),
		checkTier(set, tier),
		checkUsers("responders.users", responders.Users),
		checkUsers("stakeholders.users", stakeholders.Users),
	)
}

// Update changes a service and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v3 (confirmed)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Entity], error) {
	return services.Do[Entity](ctx, s.client, "PATCH /v1/services/{id}", in, services.SafeToRetry)
}

// Delete deletes a service. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v3 (confirmed)
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/services/{id}", item{id}, services.ByMethod)
}

const listRoute = "GET /v1/services"

// List returns one page of the services of a site. The parameters and the form of the list are
// inferred from those of other lists; the largest page is not known. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v3 (inferred)
func (s *Service) List(ctx context.Context, in shape.Page) (*services.Result[[]Entity], error) {
	return services.Do[[]Entity](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all services of a site, page after page: see [services.All]. The size of a page is
// the server's default unless Limit is set.
func (s *Service) All(ctx context.Context, in shape.Page) iter.Seq2[Entity, error] {
	return services.All[Entity](ctx, s.client, listRoute, in)
}
