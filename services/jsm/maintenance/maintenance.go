// Package maintenance calls the maintenances API of JSM Operations. During a maintenance,
// integrations, policies and syncs are disabled, or policies enabled. A [Service] calls those
// that are global, and a [TeamService] those of teams.
package maintenance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the API of global maintenances. It is safe for concurrent use. [New] returns
// one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Selection selects maintenances by their status. The server's default is [SelectAll].
type Selection string

// The selections.
const (
	SelectAll        Selection = "all"
	SelectPast       Selection = "past"
	SelectNonExpired Selection = "non-expired"
)

// A ListRequest selects maintenances. The zero value selects all. The server's default for Limit
// is 20, and the most 100.
type ListRequest struct {
	shape.Page

	Type Selection `query:"type"`
}

// whole returns the request with the largest page if none is given.
func (r ListRequest) whole() ListRequest {
	r.Limit = cmp.Or(r.Limit, 100)
	return r
}

const listRoute = "GET /v1/maintenances"

// List returns one page of the global maintenances that in selects. They may lack their rules.
// Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Maintenance], error) {
	return services.Do[[]Maintenance](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all global maintenances that in selects, page after page: see [services.All]. A
// page has 100 maintenances unless Limit is set.
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Maintenance, error] {
	return services.All[Maintenance](ctx, s.client, listRoute, in.whole())
}

// A CreateRequest describes a new maintenance. The API has no words for a period, such as one
// hour from now: it takes the dates. It does not document what an absent date means.
type CreateRequest struct {
	Description string    `json:"description,omitzero"` // at most 200 characters
	Start       time.Time `json:"startDate,omitzero"`
	End         time.Time `json:"endDate,omitzero"`
	Rules       []Rule    `json:"rules" check:"required"`
}

// Check refuses a maintenance that ends before it starts, and rules that the server would refuse.
func (r CreateRequest) Check() error {
	return errors.Join(checkDates(r.Start, r.End), checkRules(r.Rules))
}

// Create creates a global maintenance and returns it. Only 429 and 503 are retried, because a
// second copy would create a second maintenance.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "POST /v1/maintenances", in, services.RetryIfRefused)
}

// byID identifies a global maintenance.
type byID struct {
	ID string `path:"id"`
}

// Get returns one global maintenance. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "GET /v1/maintenances/{id}", byID{id}, services.ByMethod)
}

// An UpdateRequest changes one maintenance. Members that are absent stay as they are, as far as is
// known. [Maintenance.Request] returns one.
type UpdateRequest struct {
	services.Other

	ID          string                       `path:"id"`
	Description services.Optional[string]    `json:"description,omitzero"` // at most 200 characters
	Start       services.Optional[time.Time] `json:"startDate,omitzero"`
	End         services.Optional[time.Time] `json:"endDate,omitzero"`
	Rules       services.Optional[[]Rule]    `json:"rules,omitzero"` // replaces all rules, as far as is known
}

// Check refuses a maintenance that ends before it starts, and rules that the server would refuse.
func (r UpdateRequest) Check() error {
	start, _ := r.Start.Get()
	end, _ := r.End.Get()
	rules, _ := r.Rules.Get()
	return errors.Join(checkDates(start, end), checkRules(rules))
}

// Update changes a global maintenance, for example its end, and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "PATCH /v1/maintenances/{id}", in, services.SafeToRetry)
}

// Delete deletes a global maintenance. Safe to retry, but if the response to the first attempt
// was lost, errors.Is matches [services.ErrNotFound]. The server has refused some API tokens here
// with a [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/maintenances/{id}", byID{id}, services.ByMethod)
}

// Cancel cancels a global maintenance and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *Service) Cancel(ctx context.Context, id string) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "POST /v1/maintenances/{id}/cancel", byID{id}, services.SafeToRetry)
}

// checkDates refuses an end before the start. Dates that are not given pass.
func checkDates(start, end time.Time) error {
	if !end.IsZero() && end.Before(start) {
		return &services.ArgumentError{Field: "endDate", Problem: "must not be before startDate"}
	}
	return nil
}

// checkRules refuses rules without an entity, and those that enable what can only be disabled.
func checkRules(rules []Rule) error {
	var faults []error
	for i, r := range rules {
		at := fmt.Sprintf("rules[%d].", i)
		faults = append(faults,
			check.Missing(at+"entity.id", r.Entity.ID == "" && !check.Kept(r.Entity.Other, "id")),
			check.Missing(at+"entity.type", r.Entity.Type == "" && !check.Kept(r.Entity.Other, "type")))
		if r.State == Enabled && (r.Entity.Type == Integration || r.Entity.Type == Sync) {
			faults = append(faults, &services.ArgumentError{
				Field: at + "state", Problem: fmt.Sprintf("must be %s for the type %s", Disabled, r.Entity.Type),
			})
		}
	}
	return errors.Join(faults...)
}
