package schedule

import (
	"context"
	"encoding/json"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Unit is what the length of a timeline is counted in.
type Unit string

// The units. The set is closed in requests.
const (
	Days   Unit = "days"
	Weeks  Unit = "weeks"
	Months Unit = "months"
)

// A Timeline tells who is on call in a stretch of time.
type Timeline struct {
	Parent      Summary         `json:"_parent,omitzero"` // the schedule
	Description string          `json:"description,omitzero"`
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"`
	StartDate   shape.Time      `json:"startDate,omitzero"`
	EndDate     shape.Time      `json:"endDate,omitzero"`
	Final       Layer           `json:"finalTimeline"` // what comes of the others
	Base        Layer           `json:"baseTimeline,omitzero"`
	Override    Layer           `json:"overrideTimeline,omitzero"`
	Forwarding  Layer           `json:"forwardingTimeline,omitzero"`
}

// A Layer is one of the timelines that make up a schedule's, or what they add up
// to. It is zero where it was not asked for.
type Layer struct {
	Rotations []LayerRotation `json:"rotations"`
}

// A LayerRotation is one rotation in a timeline.
type LayerRotation struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Order   float64  `json:"order"`
	Periods []Period `json:"periods"`
}

// A Period is a turn of somebody in a rotation.
type Period struct {
	StartDate           shape.Time `json:"startDate,omitzero"`
	EndDate             shape.Time `json:"endDate,omitzero"`
	Type                string     `json:"type"`                         // such as "default" or "override"; the set is open
	FromUser            Person     `json:"fromUser,omitzero"`            // in forwarding periods: who would have been on call
	Recipient           Person     `json:"recipient,omitzero"`           // who is on call
	FlattenedRecipients []Person   `json:"flattenedRecipients,omitzero"` // in historical periods
}

// A Person is somebody in a timeline, or what stands for people there.
type Person struct {
	ID            string  `json:"id,omitzero"`
	Name          string  `json:"name,omitzero"` // of a user the username
	Type          string  `json:"type,omitzero"` // such as "user" or "team"; the set is open
	ForwardedFrom *Person `json:"forwardedFrom,omitzero"`
}

// UnmarshalJSON reads an object, or a text, which is the name: the API has both.
func (p *Person) UnmarshalJSON(raw []byte) error {
	*p = Person{}
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &p.Name)
	}
	type object Person // without this method
	return json.Unmarshal(raw, (*object)(p))
}

// GetTimelineRequest asks for a stretch of one schedule. [ExpandBase],
// [ExpandForwarding] and [ExpandOverride] ask for more than what comes of them.
type GetTimelineRequest struct {
	Ref

	Expand       []Expand  `query:"expand"`                 // which layers beside the final one
	Interval     int       `query:"interval" check:"min=0"` // how many units; zero means the server's default, 1
	IntervalUnit Unit      `query:"intervalUnit"`           // [Weeks] if empty
	Date         time.Time `query:"date"`                   // where it begins; now if zero
}

// GetTimeline reads who is on call by a schedule, now and later.
//
// API: https://docs.opsgenie.com/docs/schedule-api#get-schedule-timeline
func (s *Service) GetTimeline(ctx context.Context, in GetTimelineRequest) (*services.Result[Timeline], error) {
	return services.Do[Timeline](ctx, s.client, "GET /v2/schedules/{identifier}/timeline", in, services.ByMethod)
}
