package schedule

import (
	"context"
	"io"
	"time"

	"github.com/tripware/tripware/services"
)

// An OnCallService calls the Who Is On Call API. It is safe for concurrent use. [NewOnCall]
// returns one.
type OnCallService struct{ client *services.Client }

// NewOnCall returns a service that uses client, whose codec must be Opsgenie's.
func NewOnCall(client *services.Client) *OnCallService { return &OnCallService{client: client} }

// An OnCall holds the participants on call in one schedule.
type OnCall struct {
	Schedule     Summary       `json:"_parent"`
	Participants []Participant `json:"onCallParticipants,omitzero"` // unless Flat was set
	Usernames    []string      `json:"onCallRecipients,omitzero"`   // if Flat was set
}

// A NextOnCall holds the next participants on call in one schedule. The API does not document
// how the exact ones differ. It calls participants recipients here, and usernames participants;
// the fields are named as in [OnCall].
type NextOnCall struct {
	Schedule          Summary       `json:"_parent"`
	Participants      []Participant `json:"nextOnCallRecipients,omitzero"`        // unless Flat was set
	ExactParticipants []Participant `json:"exactNextOnCallRecipients,omitzero"`   // unless Flat was set
	Usernames         []string      `json:"nextOnCallParticipants,omitzero"`      // if Flat was set
	ExactUsernames    []string      `json:"exactNextOnCallParticipants,omitzero"` // if Flat was set
}

// ListOnCallRequest selects a time for all schedules.
type ListOnCallRequest struct {
	Flat bool      `query:"flat"` // only the usernames, instead of nested participants
	Date time.Time `query:"date"` // now if zero
}

// List returns the participants on call in all schedules.
//
// API: https://docs.opsgenie.com/docs/who-is-on-call-api#list-on-calls
func (s *OnCallService) List(ctx context.Context, in ListOnCallRequest) (*services.Result[[]OnCall], error) {
	return services.Do[[]OnCall](ctx, s.client, "GET /v2/schedules/on-calls", in, services.ByMethod)
}

// OnCallRequest selects a schedule and a time.
type OnCallRequest struct {
	Ref

	Flat bool      `query:"flat"` // only the usernames, instead of nested participants
	Date time.Time `query:"date"` // now if zero
}

// Get returns the participants on call in one schedule.
//
// API: https://docs.opsgenie.com/docs/who-is-on-call-api#get-on-calls
func (s *OnCallService) Get(ctx context.Context, in OnCallRequest) (*services.Result[OnCall], error) {
	in.Ref = in.below()
	return services.Do[OnCall](ctx, s.client, "GET /v2/schedules/{identifier}/on-calls", in, services.ByMethod)
}

// GetNext returns the participants who are next on call in one schedule, after the time of the
// request.
//
// API: https://docs.opsgenie.com/docs/who-is-on-call-api#get-next-on-calls
func (s *OnCallService) GetNext(ctx context.Context, in OnCallRequest) (*services.Result[NextOnCall], error) {
	in.Ref = in.below()
	return services.Do[NextOnCall](ctx, s.client, "GET /v2/schedules/{identifier}/next-on-calls", in, services.ByMethod)
}

// onCallUser identifies a user.
type onCallUser struct {
	User string `path:"identifier"`
}

// ExportUserICS writes the times in the next three months at which a user, given by id or
// username, is on call to w as an iCalendar file (RFC 5545) while it is received; see
// [services.Download]. The value is its size in bytes. The rate-limit domain is not documented.
//
// API: https://docs.opsgenie.com/docs/who-is-on-call-api#export-on-call-user
func (s *OnCallService) ExportUserICS(ctx context.Context, user string, w io.Writer) (*services.Result[int64], error) {
	return services.Download(ctx, s.client, "GET /v2/schedules/on-calls/{identifier}.ics", onCallUser{user}, "text/calendar", w)
}
