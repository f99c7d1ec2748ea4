// Package schedule is the API of on-call schedules, of the rotations that they
// are made of, and of the overrides that replace who would have been on call. It
// has a service for each: [Service], [RotationService] and [OverrideService].
// Who is on call at a time is asked of package oncall.
//
// Everything here belongs to the rate-limit domain configuration, and is done
// when the answer comes. With the key of a team, schedules that the team may not
// access are refused as [services.ErrForbidden].
package schedule

import (
	"context"
	"strings"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Schedule API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref says which schedule a request is about, or below which. [ByID] and
// [ByName] make one; the zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
	belowKind  string `query:"scheduleIdentifierType"` // in the stead of kind, below a schedule
}

// ByID refers to the schedule with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName refers to the schedule with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// below returns the reference as operations on what a schedule has call it.
func (r Ref) below() Ref {
	r.kind, r.belowKind = "", r.kind
	return r
}

// A Schedule says who is on call when, by rotations.
type Schedule struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitzero"`
	Timezone    string          `json:"timezone,omitzero"` // such as "Europe/Berlin"
	Enabled     bool            `json:"enabled"`
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"`
	Rotations   []Rotation      `json:"rotations,omitzero"` // from Get, and from List with [ExpandRotation]
}

// A Summary is a schedule as changes tell of it, and what belongs to it.
type Summary struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// An Expand is a part of an answer that is left out unless it is asked for.
type Expand string

// The parts: the first is for List, the others are for GetTimeline.
const (
	ExpandRotation   Expand = "rotation"
	ExpandBase       Expand = "base"
	ExpandForwarding Expand = "forwarding"
	ExpandOverride   Expand = "override"
)

// ListRequest asks for the schedules.
type ListRequest struct {
	Expand []Expand `query:"expand"` // [ExpandRotation] or nothing
}

// List returns all schedules.
//
// API: https://docs.opsgenie.com/docs/schedule-api#list-schedules
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Schedule], error) {
	return services.Do[[]Schedule](ctx, s.client, "GET /v2/schedules", in, services.ByMethod)
}

// CreateRequest asks for a schedule.
type CreateRequest struct {
	Name        string          `json:"name" check:"required"`
	Description string          `json:"description,omitzero"`
	Timezone    string          `json:"timezone,omitzero"` // such as "Europe/Berlin"
	Enabled     *bool           `json:"enabled,omitzero"`  // nil leaves it to the server
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"`
	Rotations   []NewRotation   `json:"rotations,omitzero"`
}

// Check refuses rotations that lack what they must have.
func (r CreateRequest) Check() error { return checkRotations(r.Rotations) }

// repeat says that there is none: it would be refused as a conflict.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates a schedule. A repeat after a lost answer would be refused as a
// conflict, so there is none.
//
// API: https://docs.opsgenie.com/docs/schedule-api#create-schedule
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/schedules", in, in.repeat())
}

// GetRequest asks for one schedule.
type GetRequest struct{ Ref }

// Check refuses what would ask for something else: the API has the list of who
// is on call, and its exports, where schedules of these names would lie.
func (r GetRequest) Check() error {
	if r.identifier == "on-calls" || strings.HasSuffix(r.identifier, ".ics") {
		return &services.ArgumentError{Field: "identifier", Problem: "would lead to another route"}
	}
	return nil
}

// Get reads one schedule with its rotations.
//
// API: https://docs.opsgenie.com/docs/schedule-api#get-schedule
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Schedule], error) {
	return services.Do[Schedule](ctx, s.client, "GET /v2/schedules/{identifier}", in, services.ByMethod)
}

// UpdateRequest asks to change one schedule. What is nil or empty stays as it is.
type UpdateRequest struct {
	Ref

	Name        string          `json:"name,omitzero"`
	Description *string         `json:"description,omitzero"`
	Timezone    string          `json:"timezone,omitzero"` // such as "Europe/Berlin"
	Enabled     *bool           `json:"enabled,omitzero"`
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"`
	Rotations   []NewRotation   `json:"rotations,omitzero"` // in the stead of those that the schedule has; nil leaves them
}

// Check refuses rotations that lack what they must have.
func (r UpdateRequest) Check() error { return checkRotations(r.Rotations) }

// repeat says that a repeat is harmless, unless the schedule is referred to by
// the name that the request changes.
func (r UpdateRequest) repeat() services.Repeat {
	if r.kind == "name" && r.Name != "" && r.identifier != r.Name {
		return services.ByMethod
	}
	return services.SafeToRetry
}

// Update changes a schedule. A repeat is harmless, but for a change of the name
// that it is referred to by.
//
// API: https://docs.opsgenie.com/docs/schedule-api#update-schedule-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v2/schedules/{identifier}", in, in.repeat())
}

// DeleteRequest asks to delete one schedule.
type DeleteRequest struct{ Ref }

// Delete deletes a schedule. While something uses it the error Is
// [services.ErrInUse]. A repeat is harmless, but where an answer was lost it Is
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/schedule-api#delete-schedule
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/schedules/{identifier}", in, services.ByMethod)
}

// checkSpan refuses a time that ends before it starts.
func checkSpan(at string, start, end time.Time) error {
	if !end.IsZero() && end.Before(start) {
		return &services.ArgumentError{Field: at + "endDate", Problem: "must not be before startDate"}
	}
	return nil
}
