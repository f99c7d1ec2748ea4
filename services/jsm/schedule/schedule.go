// Package schedule calls the API of on-call schedules: schedules, the rotations that they
// consist of, overrides, timelines, and the users on call. There are four services:
// [Service], [RotationService], [OverrideService] and [OnCallService].
//
// All operations are synchronous, and a schedule is identified by its id alone: to find one
// by name, use the query of [ListRequest]. Users are identified by their Atlassian account
// ids. Members that an update leaves out stay as they are, as far as is known; whether null
// clears a member is documented only for those that say so.
//
// Deletions need another scope, delete:ops-config. The server has refused API tokens for them
// with a [wire.ScopeError], although another client uses such tokens.
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
package schedule

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the schedules API and the timelines API. It is safe for concurrent use.
// [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies a schedule by its id: [ByID] returns one. The zero value is refused.
type Ref struct {
	id string `path:"scheduleId"`
}

// ByID returns a reference to the schedule with an id, a UUID.
func ByID(id string) Ref { return Ref{id} }

// Check refuses an id that would lead to another resource of the API.
func (r Ref) Check() error {
	if r.id == "on-calls" || strings.HasSuffix(r.id, ".ics") {
		return &services.ArgumentError{Field: "scheduleId", Problem: "leads to another resource of the API: write the id of a schedule"}
	}
	return nil
}

// An Expand is a part of a response that the server sends only if it is asked for.
type Expand string

// The parts. The first is for List, the others are for GetTimeline.
const (
	ExpandRotation   Expand = "rotation"
	ExpandBase       Expand = "base"
	ExpandForwarding Expand = "forwarding"
	ExpandOverride   Expand = "override"
)

// maxPage is the largest page that the server returns, in schedules, rotations or overrides.
const maxPage = 50

// ListRequest selects schedules by name; without a query, all that the caller can see.
type ListRequest struct {
	Query  string   `query:"query"` // a whole name, or the beginning of one and "*"; case does not matter
	Offset int      `query:"offset" check:"min=0"`
	Limit  int      `query:"size" check:"min=0"` // schedules per page, at most 50; zero means 25 for List and 50 for All
	Expand []Expand `query:"expand"`             // [ExpandRotation], or empty
}

const listRoute = "GET /v1/schedules"

// List returns one page of the schedules that match. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedules (confirmed)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Schedule], error) {
	return services.Do[[]Schedule](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all schedules that match, page after page: see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Schedule, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[Schedule](ctx, s.client, listRoute, in)
}

// CreateRequest is the request to create a schedule.
type CreateRequest struct {
	Name        string                  `json:"name" check:"required"`
	Description string                  `json:"description,omitzero"`
	Timezone    string                  `json:"timezone,omitzero"`   // such as "Europe/Berlin"; "America/New_York" if empty
	Enabled     services.Optional[bool] `json:"enabled,omitzero"`    // true if absent
	TeamID      string                  `json:"teamId,omitzero"`     // the team that owns it; it is global if empty
	Rotations   []NewRotation           `json:"rotations,omitempty"` // at most 500
}

// Check refuses more rotations than the API allows, and rotations without a required member.
func (r CreateRequest) Check() error { return checkRotations(r.Rotations) }

// Create creates a schedule and returns it. If there is one of that name, errors.Is matches
// [services.ErrConflict]. Only 429 and 503 are retried, because a second copy would be refused
// as a conflict.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedules (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Schedule], error) {
	return services.Do[Schedule](ctx, s.client, "POST /v1/schedules", in, services.RetryIfRefused)
}

// Get returns a schedule. For its rotations, use [RotationService.List]. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedules (confirmed)
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Schedule], error) {
	return services.Do[Schedule](ctx, s.client, "GET /v1/schedules/{scheduleId}", ref, services.ByMethod)
}

// UpdateRequest is the request to change a schedule. Members that are absent stay as they are.
type UpdateRequest struct {
	Ref
	services.Other

	Name        services.Optional[string]        `json:"name,omitzero"`
	Description services.Optional[string]        `json:"description,omitzero"`
	Timezone    services.Optional[string]        `json:"timezone,omitzero"` // such as "Europe/Berlin"
	Enabled     services.Optional[bool]          `json:"enabled,omitzero"`
	TeamID      services.Optional[string]        `json:"teamId,omitzero"`    // the empty text makes the schedule global
	Rotations   services.Optional[[]NewRotation] `json:"rotations,omitzero"` // 1 to 500; they replace all rotations, as far as is known
}

// Request returns a request that writes s back, to be changed before it is sent. Members that
// the type does not know are sent as they came. Rotations is absent, so that the rotations stay
// as they are: to change one, see [Rotation.Request].
func (s Schedule) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](s)
	in.Ref, in.Rotations = ByID(s.ID), services.Optional[[]NewRotation]{}
	in.SetMember("rotations", nil)
	if _, set := in.TeamID.Get(); !set && !in.TeamID.IsZero() {
		in.TeamID = services.Set("") // null in responses, but not documented in requests
	}
	return in
}

// Check refuses a number of rotations that the API does not allow, rotations without a required
// member, and what [Ref.Check] refuses.
func (r UpdateRequest) Check() error {
	rotations, set := r.Rotations.Get()
	var none error
	if set && len(rotations) == 0 {
		none = &services.ArgumentError{Field: "rotations", Problem: "must not be set to none: leave them out, or delete each"}
	}
	return errors.Join(r.Ref.Check(), none, checkRotations(rotations))
}

// Update changes a schedule and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedules (confirmed)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Schedule], error) {
	return services.Do[Schedule](ctx, s.client, "PATCH /v1/schedules/{scheduleId}", in, services.SafeToRetry)
}

// Delete deletes a schedule. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedules (confirmed)
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/schedules/{scheduleId}", ref, services.ByMethod)
}

// PageRequest is the request for one page of the rotations or the overrides of a schedule. A
// page has at most 50 items; a limit of zero means 25 for List and 50 for All.
type PageRequest struct {
	Ref
	shape.Page
}

// whole returns the request with the largest page if none is given.
func (r PageRequest) whole() PageRequest {
	r.Limit = cmp.Or(r.Limit, maxPage)
	return r
}
