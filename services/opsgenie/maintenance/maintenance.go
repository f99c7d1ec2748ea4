// Package maintenance is the Maintenance API: times in which integrations and
// policies are switched off, or on. All calls need a key that may configure the
// account, and count in the rate-limit domain configuration.
package maintenance

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Maintenance API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// Create plans a maintenance, or begins one. A repeat after a lost answer would
// be a second one, so there is none.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#create-maintenance
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "POST /v1/maintenance", in, in.repeat())
}

// Get reads one maintenance.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#get-maintenance
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "GET /v1/maintenance/{id}", in, services.ByMethod)
}

// List returns the maintenances, all at once and without their rules.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#list-maintenance
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Maintenance], error) {
	return services.Do[[]Maintenance](ctx, s.client, "GET /v1/maintenance", in, services.ByMethod)
}

// Update replaces a maintenance. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#update-maintenance
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "PUT /v1/maintenance/{id}", in, services.ByMethod)
}

// ChangeEndDate lets a maintenance end at another time. The official description
// lacks it. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#change-end-date
func (s *Service) ChangeEndDate(ctx context.Context, in ChangeEndDateRequest) (*services.Result[services.Optional[Maintenance]], error) {
	return services.Do[services.Optional[Maintenance]](ctx, s.client, "POST /v1/maintenance/{id}/change-end-date", in, in.repeat())
}

// Cancel ends a maintenance now, or takes a planned one back. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/maintenance-api#cancel-maintenance
func (s *Service) Cancel(ctx context.Context, in CancelRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v1/maintenance/{id}/cancel", in, in.repeat())
}

// Delete deletes a maintenance. A repeat is harmless, but where an answer was
// lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/maintenance-api#delete-maintenance
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/maintenance/{id}", in, services.ByMethod)
}
