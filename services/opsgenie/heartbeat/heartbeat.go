// Package heartbeat is the Heartbeat API: signs of life of jobs and machines,
// whose absence raises an alert. All calls but Ping need a key that may
// configure the account; all count in the rate-limit domain heartbeat.
package heartbeat

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Heartbeat API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// Ping says that what the heartbeat stands for is alive. A success does not
// mean that there is such a heartbeat: the server answers the same if not. A
// repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#ping-heartbeat
func (s *Service) Ping(ctx context.Context, in PingRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "GET /v2/heartbeats/{name}/ping", in, services.ByMethod)
}

// Create creates a heartbeat. Of the answer's fields, name, enabled and expired
// are filled for certain. A repeat after a lost answer would be refused as a
// conflict, so there is none.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#create-heartbeat
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Heartbeat], error) {
	return services.Do[Heartbeat](ctx, s.client, "POST /v2/heartbeats", in, services.ByMethod)
}

// Get reads one heartbeat.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#get-heartbeat
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Heartbeat], error) {
	return services.Do[Heartbeat](ctx, s.client, "GET /v2/heartbeats/{name}", in, services.ByMethod)
}

// List returns all heartbeats.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#list-heartbeats
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Heartbeat], error) {
	got, err := services.Do[struct {
		Heartbeats []Heartbeat `json:"heartbeats"`
	}](ctx, s.client, "GET /v2/heartbeats", in, services.ByMethod)
	if err != nil {
		return nil, err
	}
	return &services.Result[[]Heartbeat]{Value: got.Value.Heartbeats, Meta: got.Meta}, nil
}

// Update changes a heartbeat. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#update-heartbeat
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[State], error) {
	return services.Do[State](ctx, s.client, "PATCH /v2/heartbeats/{name}", in, in.repeat())
}

// Enable enables a heartbeat. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#enable-heartbeat
func (s *Service) Enable(ctx context.Context, in EnableRequest) (*services.Result[State], error) {
	return services.Do[State](ctx, s.client, "POST /v2/heartbeats/{name}/enable", in, in.repeat())
}

// Disable disables a heartbeat: it does not expire any more. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#disable-heartbeat
func (s *Service) Disable(ctx context.Context, in DisableRequest) (*services.Result[State], error) {
	return services.Do[State](ctx, s.client, "POST /v2/heartbeats/{name}/disable", in, in.repeat())
}

// Delete deletes a heartbeat. A repeat is harmless, but where an answer was lost
// it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#delete-heartbeat
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/heartbeats/{name}", in, services.ByMethod)
}
