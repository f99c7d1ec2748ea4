package schedule

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// An OnCallService calls the schedule on-calls API. It is safe for concurrent use. [NewOnCall]
// returns one. The API has no operation for all schedules at once, which Opsgenie's has.
type OnCallService struct{ client *services.Client }

// NewOnCall returns a service that sends its calls with client, whose codec must be that of JSM.
func NewOnCall(client *services.Client) *OnCallService { return &OnCallService{client: client} }

// An OnCall holds the participants on call in one schedule.
type OnCall struct {
	Participants []Participant `json:"onCallParticipants,omitzero"` // unless Flat was set
	AccountIDs   []string      `json:"onCallUsers,omitzero"`        // of the users, if Flat was set
}

// A NextOnCall holds the next participants on call in one schedule.
type NextOnCall struct {
	Participants []Participant `json:"nextOnCallParticipants,omitzero"` // unless Flat was set
	AccountIDs   []string      `json:"nextOnCallUsers,omitzero"`        // of the users, if Flat was set
}

// A Participant is a user on call, or a team, an escalation or a schedule through which users
// are on call.
type Participant struct {
	services.Other

	ID            string        `json:"id,omitzero"` // for a user, the account id
	Type          shape.Kind    `json:"type,omitzero"`
	Participants  []Participant `json:"onCallParticipants,omitzero"` // of a team, an escalation or a schedule
	ForwardedFrom *Participant  `json:"forwardedFrom,omitzero"`      // the API does not document its members: see [services.Other.Members]
}

// MarshalJSON writes the participant with the members that [services.Other] keeps.
func (p Participant) MarshalJSON() ([]byte, error) {
	type plain Participant
	return services.MarshalObject(plain(p))
}

// UnmarshalJSON reads an object, or a text, which is the id. Participants are read from either
// of the two members that the API has for them. Members of an object that it does not expect
// are kept.
func (p *Participant) UnmarshalJSON(raw []byte) error {
	*p = Participant{}
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &p.ID)
	}
	type plain Participant
	var next struct {
		Participants []Participant `json:"nextOnCallParticipants,omitzero"`
	}
	err := services.UnmarshalObject(raw, (*plain)(p), &next)
	if p.Participants == nil {
		p.Participants = next.Participants
	}
	return err
}

// OnCallRequest selects a schedule and a time.
type OnCallRequest struct {
	Ref

	Flat bool      `query:"flat"` // only the account ids of the users, instead of nested participants
	Date time.Time `query:"date"` // now if zero
}

// Get returns the participants on call in one schedule. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-on-calls (confirmed)
func (s *OnCallService) Get(ctx context.Context, in OnCallRequest) (*services.Result[OnCall], error) {
	return services.Do[OnCall](ctx, s.client, "GET /v1/schedules/{scheduleId}/on-calls", in, services.ByMethod)
}

// GetNext returns the participants who are next on call in one schedule, after the time of the
// request. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-on-calls (confirmed)
func (s *OnCallService) GetNext(ctx context.Context, in OnCallRequest) (*services.Result[NextOnCall], error) {
	return services.Do[NextOnCall](ctx, s.client, "GET /v1/schedules/{scheduleId}/next-on-calls", in, services.ByMethod)
}

// onCallUser identifies a user.
type onCallUser struct {
	AccountID string `path:"userIdentifier"`
}

// Check refuses what is not an account id.
func (u onCallUser) Check() error { return check.AccountID("userIdentifier", u.AccountID) }

// ExportUserICS writes the times at which a user, given by the account id, is on call to w as an
// iCalendar file (RFC 5545) while it is received; see [services.Download]. The value is its size
// in bytes. Safe to retry until the file begins.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-on-calls (one source)
func (s *OnCallService) ExportUserICS(ctx context.Context, accountID string, w io.Writer) (*services.Result[int64], error) {
	return services.Download(ctx, s.client, "GET /v1/schedules/on-calls/{userIdentifier}.ics", onCallUser{accountID}, "text/calendar", w)
}
