// Package maintenance calls the Maintenance API. During a maintenance, integrations and policies
// are disabled, or enabled. For most uses call [Service.Create] with [For1Hour] or [Between].
//
// The API key needs the right to access the configuration. All calls count towards the rate-limit
// domain configuration.
package maintenance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
)

// A Service calls the Maintenance API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A CreateRequest describes a new maintenance.
type CreateRequest struct {
	Description string `json:"description,omitzero"`
	Time        Window `json:"time" check:"required"`
	Rules       []Rule `json:"rules" check:"required"`
}

// Check refuses a time that ends before it starts, and rules without an entity.
func (r CreateRequest) Check() error { return errors.Join(r.Time.check(), checkRules(r.Rules)) }

// Create schedules a maintenance, or starts one. Only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#create-maintenance
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "POST /v1/maintenance", in, services.RetryIfRefused)
}

// Get returns one maintenance.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#get-maintenance
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "GET /v1/maintenance/{id}", byID{id}, services.ByMethod)
}

type byID struct {
	ID string `path:"id"`
}

// A Selection selects maintenances by their status. The server's default is [SelectAll].
type Selection string

// The selections.
const (
	SelectAll        Selection = "all"
	SelectPast       Selection = "past"
	SelectNonExpired Selection = "non-expired"
)

// A ListRequest selects maintenances. The zero value selects all.
type ListRequest struct {
	Type Selection `query:"type"`
}

// List returns the maintenances that in selects, all on one page and without their rules.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#list-maintenance
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Maintenance], error) {
	return services.Do[[]Maintenance](ctx, s.client, "GET /v1/maintenance", in, services.ByMethod)
}

// An UpdateRequest replaces one maintenance. [Maintenance.Request] returns one.
type UpdateRequest struct {
	services.Other

	ID          string                    `path:"id"`
	Description services.Optional[string] `json:"description,omitzero"`
	Time        Window                    `json:"time"`  // required
	Rules       []Rule                    `json:"rules"` // required
}

// Check refuses a request without a required member, a time that ends before it starts, and rules
// without an entity.
func (r UpdateRequest) Check() error {
	return errors.Join(
		check.Missing("time", r.Time.isZero() && !check.Kept(r.Other, "time")),
		check.Missing("rules", len(r.Rules) == 0 && !check.Kept(r.Other, "rules")),
		r.Time.check(),
		checkRules(r.Rules),
	)
}

// Update replaces a maintenance. A member that is left out is removed. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#update-maintenance
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "PUT /v1/maintenance/{id}", in, services.ByMethod)
}

// A ChangeEndDateRequest changes the end of one maintenance.
type ChangeEndDateRequest struct {
	ID      string    `path:"id"`
	EndDate time.Time `json:"endDate" check:"required"`
}

// ChangeEndDate changes the end of a maintenance. The vendor's OpenAPI description does not
// contain the operation, and the response may have no data. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#change-end-date
func (s *Service) ChangeEndDate(ctx context.Context, in ChangeEndDateRequest) (*services.Result[services.Optional[Maintenance]], error) {
	return services.Do[services.Optional[Maintenance]](
		ctx, s.client, "POST /v1/maintenance/{id}/change-end-date", in, services.SafeToRetry)
}

// Cancel ends a maintenance now, or cancels a planned one. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#cancel-maintenance
func (s *Service) Cancel(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v1/maintenance/{id}/cancel", byID{id}, services.SafeToRetry)
}

// Delete deletes a maintenance. Safe to retry; a retry after a lost response may return
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/maintenance-api#delete-maintenance
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/maintenance/{id}", byID{id}, services.ByMethod)
}

// checkRules refuses rules without an entity.
func checkRules(rules []Rule) error {
	var faults []error
	for i, r := range rules {
		at := fmt.Sprintf("rules[%d].entity", i)
		faults = append(faults,
			check.Missing(at+".id", r.Entity.ID == "" && !check.Kept(r.Entity.Other, "id")),
			check.Missing(at+".type", r.Entity.Type == "" && !check.Kept(r.Entity.Other, "type")))
	}
	return errors.Join(faults...)
}
