// Package heartbeat calls the heartbeats API of JSM Operations. A heartbeat raises an alert when a
// job or a machine has sent no ping for an interval.
//
// A heartbeat belongs to a team and is identified by its name. If the plan of the site does not
// include heartbeats, errors.Is matches [services.ErrPlan]. Also a ping needs the credential of an
// account; the key of an integration, which Opsgenie accepts, is refused.
package heartbeat

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the heartbeats API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies a heartbeat. Both fields are required.
type Ref struct {
	TeamID string `path:"teamId"`
	Name   string `query:"name" check:"required"`
}

const (
	route     = " /v1/teams/{teamId}/heartbeats"
	pingRoute = route + "/ping"
	maxPage   = 100 // the most heartbeats that the server returns on one page
)

// Ping sends a ping to a heartbeat. The server accepts it even if there is no such heartbeat, and
// processes it later. Safe to retry.
//
// It sends a GET, which the vendor's document of 2026 describes. That of 2024 and a program in
// use have a POST instead: see [Service.PingByPost].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-heartbeats (conflict)
func (s *Service) Ping(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "GET"+pingRoute, ref, services.ByMethod)
}

// PingByPost sends a ping as [Service.Ping] does, by POST. Use it if the server refuses the other.
// Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-heartbeats (conflict)
func (s *Service) PingByPost(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST"+pingRoute, ref, services.SafeToRetry)
}

// ListRequest selects heartbeats of a team.
type ListRequest struct {
	shape.Page // at most 100 heartbeats per page; a Limit of zero means 20 for List and 100 for All

	TeamID string `path:"teamId"`
	Name   string `query:"name"` // that of one heartbeat, since no operation returns one by its name; all if empty
}

// List returns one page of the heartbeats of a team. For a team that the caller cannot see, it is
// empty. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-heartbeats (confirmed)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Heartbeat], error) {
	return services.Do[[]Heartbeat](ctx, s.client, "GET"+route, in, services.ByMethod)
}

// All returns all heartbeats that match, page after page: see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Heartbeat, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[Heartbeat](ctx, s.client, "GET"+route, in)
}

// CreateRequest is the request to create a heartbeat. The limits of lengths are those that the
// API documents; they are not checked before sending.
type CreateRequest struct {
	TeamID        string                  `path:"teamId"`                 // the team that it belongs to
	Name          string                  `json:"name" check:"required"`  // identifies it within the team; at most 200 characters
	Description   string                  `json:"description,omitzero"`   // at most 10,000 characters
	Interval      int                     `json:"interval" check:"min=1"` // in units of IntervalUnit: how long it lasts without a ping
	IntervalUnit  Unit                    `json:"intervalUnit" check:"required"`
	Enabled       services.Optional[bool] `json:"enabled,omitzero"`      // a disabled heartbeat does not expire; enabled if left out
	AlertMessage  string                  `json:"alertMessage,omitzero"` // of the alert that it raises; at most 130 characters
	AlertTags     []string                `json:"alertTags,omitzero"`
	AlertPriority shape.Priority          `json:"alertPriority,omitzero"` // P3 if empty
}

// Create creates a heartbeat, which is enabled unless Enabled says otherwise, and returns it. The
// server's default is the opposite. Only 429 and 503 are retried, because a second copy might be
// a conflict.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-heartbeats (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Heartbeat], error) {
	if in.Enabled.IsZero() {
		in.Enabled = services.Set(true)
	}
	return services.Do[Heartbeat](ctx, s.client, "POST"+route, in, services.RetryIfRefused)
}

// UpdateRequest is the request to change a heartbeat, or with Enabled alone, to enable or disable
// it. Members that are absent stay as they are. The name cannot be changed. The API documents
// neither whether null clears a member, nor whether a list replaces the present one: give all
// tags. [Heartbeat.Request] returns a request with the values that were read.
type UpdateRequest struct {
	Ref
	services.Other

	Description   services.Optional[string]         `json:"description,omitzero"` // at most 10,000 characters
	Interval      services.Optional[int]            `json:"interval,omitzero"`    // at least 1
	IntervalUnit  services.Optional[Unit]           `json:"intervalUnit,omitzero"`
	Enabled       services.Optional[bool]           `json:"enabled,omitzero"`
	AlertMessage  services.Optional[string]         `json:"alertMessage,omitzero"` // at most 130 characters
	AlertTags     services.Optional[[]string]       `json:"alertTags,omitzero"`    // all tags: see above
	AlertPriority services.Optional[shape.Priority] `json:"alertPriority,omitzero"`
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

// Update changes a heartbeat and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-heartbeats (confirmed)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Heartbeat], error) {
	return services.Do[Heartbeat](ctx, s.client, "PATCH"+route, in, services.SafeToRetry)
}

// Delete deletes a heartbeat. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound]. The server has refused some API tokens here with a
// [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-heartbeats (confirmed)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE"+route, ref, services.ByMethod)
}
