// Package schedule calls the API of on-call schedules: schedules, the rotations that they
// consist of, overrides, and the users on call. Each has a service: [Service],
// [RotationService], [OverrideService] and [OnCallService].
//
// All operations are synchronous. Those of [OnCallService] count towards the rate-limit domain
// schedule-oncall, except for ExportUserICS; all others count towards configuration. With the
// API key of a team, errors.Is matches [services.ErrForbidden] for schedules that the team
// cannot access.
package schedule

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Schedule API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies a schedule. [ByID] and [ByName] return one; the zero value is refused before
// sending.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
	belowKind  string `query:"scheduleIdentifierType"` // instead of kind, for what belongs to a schedule
}

// ByID refers to the schedule with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName refers to the schedule with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// below returns the reference as it is sent to operations on what belongs to a schedule.
func (r Ref) below() Ref {
	r.kind, r.belowKind = "", r.kind
	return r
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

// ListRequest selects what List returns.
type ListRequest struct {
	Expand []Expand `query:"expand"` // [ExpandRotation], or empty
}

// List returns all schedules.
//
// API: https://docs.opsgenie.com/docs/schedule-api#list-schedules
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Schedule], error) {
	return services.Do[[]Schedule](ctx, s.client, "GET /v2/schedules", in, services.ByMethod)
}

// CreateRequest defines a new schedule.
type CreateRequest struct {
	Name        string                  `json:"name" check:"required"`
	Description string                  `json:"description,omitzero"`
	Timezone    string                  `json:"timezone,omitzero"` // such as "Europe/Berlin"
	Enabled     services.Optional[bool] `json:"enabled,omitzero"`  // the server's default if absent
	OwnerTeam   shape.OwnerTeam         `json:"ownerTeam,omitzero"`
	Rotations   []NewRotation           `json:"rotations,omitzero"`
}

// Check refuses rotations without a required member.
func (r CreateRequest) Check() error { return checkRotations(r.Rotations) }

// Create creates a schedule. Only 429 and 503 are retried, because a second copy would be
// refused as a conflict.
//
// API: https://docs.opsgenie.com/docs/schedule-api#create-schedule
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/schedules", in, services.RetryIfRefused)
}

// readable is a schedule that Get can ask for.
type readable struct{ Ref }

// Check refuses identifiers below which the API has other routes.
func (r readable) Check() error {
	if r.identifier == "on-calls" || strings.HasSuffix(r.identifier, ".ics") {
		return &services.ArgumentError{Field: "identifier", Problem: "would lead to another operation: use the id of the schedule"}
	}
	return nil
}

// Get returns one schedule with its rotations. A schedule whose name is "on-calls" or ends in
// ".ics" can be had only by its id.
//
// API: https://docs.opsgenie.com/docs/schedule-api#get-schedule
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Schedule], error) {
	return services.Do[Schedule](ctx, s.client, "GET /v2/schedules/{identifier}", readable{ref}, services.ByMethod)
}

// UpdateRequest changes a schedule. Members that are absent stay as they are.
type UpdateRequest struct {
	Ref
	services.Other

	Name        services.Optional[string]          `json:"name,omitzero"`
	Description services.Optional[string]          `json:"description,omitzero"`
	Timezone    services.Optional[string]          `json:"timezone,omitzero"` // such as "Europe/Berlin"
	Enabled     services.Optional[bool]            `json:"enabled,omitzero"`
	OwnerTeam   services.Optional[shape.OwnerTeam] `json:"ownerTeam,omitzero"`
	Rotations   services.Optional[[]NewRotation]   `json:"rotations,omitzero"` // replaces all rotations
}

// Request returns a request that writes s back, to be changed before it is sent. Members that
// the type does not know are sent as they came. Rotations is absent, so that the rotations stay
// as they are: to change one, see [Rotation.Request].
func (s Schedule) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](s)
	in.Ref, in.Rotations = ByID(s.ID), services.Optional[[]NewRotation]{}
	in.SetMember("rotations", nil)
	return in
}

// Check refuses rotations without a required member, and a team without id and name.
func (r UpdateRequest) Check() error {
	rotations, _ := r.Rotations.Get()
	return errors.Join(check.NotZero("ownerTeam", r.OwnerTeam), checkRotations(rotations))
}

// Update changes a schedule. Safe to retry; if the request changes the name that it refers to,
// only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/schedule-api#update-schedule-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	repeat := check.Renamed(in.kind == "name", in.identifier, in.Name)
	return services.Do[Summary](ctx, s.client, "PATCH /v2/schedules/{identifier}", in, repeat)
}

// Delete deletes a schedule. While another object uses it, errors.Is matches
// [services.ErrInUse]. If the response of an attempt was lost, the retry's error matches
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/schedule-api#delete-schedule
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/schedules/{identifier}", ref, services.ByMethod)
}

// ExportICS writes a schedule to w as an iCalendar file (RFC 5545) while it is received; see
// [services.Download]. The value is its size in bytes.
//
// API: https://docs.opsgenie.com/docs/schedule-api#export-schedule
func (s *Service) ExportICS(ctx context.Context, ref Ref, w io.Writer) (*services.Result[int64], error) {
	return services.Download(ctx, s.client, "GET /v2/schedules/{identifier}.ics", ref, "text/calendar", w)
}
