// Package oncall is the API that tells who is on call: by one schedule or by
// all, now or at another time, and who comes next.
//
// An answer has its people either nested, as they stand below teams and
// escalations, or flat, as usernames alone. The API calls what is nested
// participants and what is flat recipients when it tells who is on call, and the
// other way round when it tells who is next; here both are called the same.
package oncall

import (
	"context"
	"io"
	"time"

	"github.com/tripware/tripware/services"
)

// A Service calls the Who Is On Call API. It is safe for concurrent use. [New]
// makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref says by which schedule a request asks. [ByID] and [ByName] make one; the
// zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"scheduleIdentifierType"`
}

// ByID refers to the schedule with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName refers to the schedule with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// A Schedule is the schedule that somebody is on call by.
type Schedule struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// An OnCall is who is on call by one schedule.
type OnCall struct {
	Schedule     Schedule      `json:"_parent"`
	Participants []Participant `json:"onCallParticipants,omitzero"` // unless flat
	Usernames    []string      `json:"onCallRecipients,omitzero"`   // if flat
}

// A NextOnCall is who comes next by one schedule. How the exact ones differ from
// the others is for the API's page to say.
type NextOnCall struct {
	Schedule          Schedule      `json:"_parent"`
	Participants      []Participant `json:"nextOnCallRecipients,omitzero"`        // unless flat
	ExactParticipants []Participant `json:"exactNextOnCallRecipients,omitzero"`   // unless flat
	Usernames         []string      `json:"nextOnCallParticipants,omitzero"`      // if flat
	ExactUsernames    []string      `json:"exactNextOnCallParticipants,omitzero"` // if flat
}

// A Participant is a user who is on call, or what such users stand below.
type Participant struct {
	ID             string        `json:"id"`
	Name           string        `json:"name"`                        // of a user the username
	Type           string        `json:"type"`                        // "user", "team", "escalation", "schedule", "none"; the set is open
	Participants   []Participant `json:"onCallParticipants,omitzero"` // below a team or an escalation
	ForwardedFrom  *Participant  `json:"forwardedFrom,omitzero"`      // who would be on call, had they not forwarded it
	EscalationTime *int          `json:"escalationTime,omitzero"`     // below an escalation alone: in minutes
	NotifyType     string        `json:"notifyType,omitzero"`         // below an escalation alone: such as "next"; the set is open
}

// ListRequest asks by all schedules.
type ListRequest struct {
	Flat bool      `query:"flat"`
	Date time.Time `query:"date"` // at which time; now if zero
}

// List returns who is on call by each schedule. Domain schedule-oncall.
//
// API: https://docs.opsgenie.com/docs/who-is-on-call-api#list-on-calls
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]OnCall], error) {
	return services.Do[[]OnCall](ctx, s.client, "GET /v2/schedules/on-calls", in, services.ByMethod)
}

// GetRequest asks by one schedule.
type GetRequest struct {
	Ref

	Flat bool      `query:"flat"`
	Date time.Time `query:"date"` // at which time; now if zero
}

// Get returns who is on call by one schedule. Domain schedule-oncall.
//
// API: https://docs.opsgenie.com/docs/who-is-on-call-api#get-on-calls
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[OnCall], error) {
	return services.Do[OnCall](ctx, s.client, "GET /v2/schedules/{identifier}/on-calls", in, services.ByMethod)
}

// GetNextRequest asks by one schedule.
type GetNextRequest struct {
	Ref

	Flat bool      `query:"flat"`
	Date time.Time `query:"date"` // after which time; now if zero
}

// GetNext returns who comes next by one schedule. Domain schedule-oncall.
//
// API: https://docs.opsgenie.com/docs/who-is-on-call-api#get-next-on-calls
func (s *Service) GetNext(ctx context.Context, in GetNextRequest) (*services.Result[NextOnCall], error) {
	return services.Do[NextOnCall](ctx, s.client, "GET /v2/schedules/{identifier}/next-on-calls", in, services.ByMethod)
}

// ExportUserICSRequest asks for the calendar of one user.
type ExportUserICSRequest struct {
	User string `path:"identifier"` // id or username
}

// ExportUserICS writes when a user is on call, by all schedules in three months,
// to w as an iCalendar file (RFC 5545), as it comes; see [services.Download]. The
// value is its size in bytes. The rate-limit domain is not documented.
//
// API: https://docs.opsgenie.com/docs/who-is-on-call-api#export-on-call-user
func (s *Service) ExportUserICS(ctx context.Context, in ExportUserICSRequest, w io.Writer) (*services.Result[int64], error) {
	return services.Download(ctx, s.client, "GET /v2/schedules/on-calls/{identifier}.ics", in, "text/calendar", w)
}
