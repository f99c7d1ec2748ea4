// Package heartbeat calls the Heartbeat API. A heartbeat raises an alert when a job or a machine
// has sent no ping for an interval.
//
// Calls count towards the rate-limit domain heartbeat. All of them except Ping need an API key
// with the right to access the configuration.
package heartbeat

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Heartbeat API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// byName is a request that needs only the name of a heartbeat.
type byName struct {
	Name string `path:"name"`
}

// Ping sends a ping to a heartbeat. The server accepts it even if there is no such heartbeat. Safe
// to retry.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#ping-heartbeat
func (s *Service) Ping(ctx context.Context, name string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "GET /v2/heartbeats/{name}/ping", byName{name}, services.ByMethod)
}

// CreateRequest is the request to create a heartbeat.
type CreateRequest struct {
	Name          string                  `json:"name" check:"required"`  // identifies it; at most 200 characters
	Description   string                  `json:"description,omitzero"`   // at most 10,000 characters
	Interval      int                     `json:"interval" check:"min=1"` // in units of IntervalUnit: how long it lasts without a ping
	IntervalUnit  Unit                    `json:"intervalUnit" check:"required"`
	Enabled       services.Optional[bool] `json:"enabled,omitzero"`       // a disabled heartbeat does not expire; enabled if left out
	OwnerTeam     shape.OwnerTeam         `json:"ownerTeam,omitzero"`     // by id or name
	AlertMessage  string                  `json:"alertMessage,omitzero"`  // at most 130 characters; "<name> is expired" if empty
	AlertTags     []string                `json:"alertTags,omitzero"`     // at most 20, each of at most 50 characters
	AlertPriority shape.Priority          `json:"alertPriority,omitzero"` // P3 if empty
}

// Create creates a heartbeat, which is enabled unless Enabled says otherwise. The server returns
// its name and state, and may leave out the rest. Only 429 and 503 are retried, because a second
// copy would be a conflict.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#create-heartbeat
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Heartbeat], error) {
	if in.Enabled.IsZero() {
		in.Enabled = services.Set(true) // the API requires the member
	}
	return services.Do[Heartbeat](ctx, s.client, "POST /v2/heartbeats", in, services.RetryIfRefused)
}

// Get returns a heartbeat. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#get-heartbeat
func (s *Service) Get(ctx context.Context, name string) (*services.Result[Heartbeat], error) {
	return services.Do[Heartbeat](ctx, s.client, "GET /v2/heartbeats/{name}", byName{name}, services.ByMethod)
}

// List returns all heartbeats. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#list-heartbeats
func (s *Service) List(ctx context.Context) (*services.Result[[]Heartbeat], error) {
	got, err := services.Do[struct {
		Heartbeats []Heartbeat `json:"heartbeats"`
	}](ctx, s.client, "GET /v2/heartbeats", nil, services.ByMethod)
	if err != nil {
		return nil, err
	}
	return &services.Result[[]Heartbeat]{Value: got.Value.Heartbeats, Meta: got.Meta}, nil
}

// UpdateRequest is the request to change a heartbeat. Members that are left out keep their value.
// [Heartbeat.Request] returns one with the values that were read.
type UpdateRequest struct {
	services.Other

	Name          string                             `path:"name"`
	Description   services.Optional[string]          `json:"description,omitzero"` // at most 10,000 characters
	Interval      services.Optional[int]             `json:"interval,omitzero"`    // at least 1
	IntervalUnit  services.Optional[Unit]            `json:"intervalUnit,omitzero"`
	Enabled       services.Optional[bool]            `json:"enabled,omitzero"`
	OwnerTeam     services.Optional[shape.OwnerTeam] `json:"ownerTeam,omitzero"`
	AlertMessage  services.Optional[string]          `json:"alertMessage,omitzero"` // at most 130 characters
	AlertTags     services.Optional[[]string]        `json:"alertTags,omitzero"`    // at most 20, each of at most 50 characters
	AlertPriority services.Optional[shape.Priority]  `json:"alertPriority,omitzero"`
}

// Check refuses an interval below 1 and an empty unit.
func (r UpdateRequest) Check() error {
	var faults []error
	if interval, ok := r.Interval.Get(); ok && interval < 1 {
		faults = append(faults, &services.ArgumentError{Field: "interval", Problem: "must be at least 1"})
	}
	if unit, ok := r.IntervalUnit.Get(); ok && unit == "" {
		faults = append(faults, &services.ArgumentError{Field: "intervalUnit", Problem: "is required"})
	}
	return errors.Join(faults...)
}

// Update changes a heartbeat. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#update-heartbeat
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[State], error) {
	return services.Do[State](ctx, s.client, "PATCH /v2/heartbeats/{name}", in, services.SafeToRetry)
}

// Enable enables a heartbeat. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#enable-heartbeat
func (s *Service) Enable(ctx context.Context, name string) (*services.Result[State], error) {
	return services.Do[State](ctx, s.client, "POST /v2/heartbeats/{name}/enable", byName{name}, services.SafeToRetry)
}

// Disable disables a heartbeat, which then does not expire. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#disable-heartbeat
func (s *Service) Disable(ctx context.Context, name string) (*services.Result[State], error) {
	return services.Do[State](ctx, s.client, "POST /v2/heartbeats/{name}/disable", byName{name}, services.SafeToRetry)
}

// Delete deletes a heartbeat. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/heartbeat-api#delete-heartbeat
func (s *Service) Delete(ctx context.Context, name string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/heartbeats/{name}", byName{name}, services.ByMethod)
}
