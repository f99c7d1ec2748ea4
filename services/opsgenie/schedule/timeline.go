package schedule

import (
	"context"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Unit is the unit of the length of a timeline. Requests take only those listed here.
type Unit string

// The units.
const (
	Days   Unit = "days"
	Weeks  Unit = "weeks"
	Months Unit = "months"
)

// A Timeline shows the participants on call during a period of time.
type Timeline struct {
	Parent      Summary         `json:"_parent,omitzero"` // the schedule
	Description string          `json:"description,omitzero"`
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"`
	StartDate   shape.Time      `json:"startDate,omitzero"`
	EndDate     shape.Time      `json:"endDate,omitzero"`
	Final       Layer           `json:"finalTimeline"`               // the result of the other layers
	Base        Layer           `json:"baseTimeline,omitzero"`       // only with [ExpandBase]
	Override    Layer           `json:"overrideTimeline,omitzero"`   // only with [ExpandOverride]
	Forwarding  Layer           `json:"forwardingTimeline,omitzero"` // only with [ExpandForwarding]
}

// A Layer is one layer of a timeline.
type Layer struct {
	Rotations []LayerRotation `json:"rotations"`
}

// A LayerRotation is a rotation in a layer.
type LayerRotation struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Order   float64  `json:"order"`
	Periods []Period `json:"periods"`
}

// A Period is a turn of a participant in a rotation.
type Period struct {
	StartDate           shape.Time    `json:"startDate,omitzero"`
	EndDate             shape.Time    `json:"endDate,omitzero"`
	Type                string        `json:"type"`                         // such as "default" or "override"
	FromUser            Participant   `json:"fromUser,omitzero"`            // in forwarding periods: the user whose turn it is
	Recipient           Participant   `json:"recipient,omitzero"`           // the participant on call
	FlattenedRecipients []Participant `json:"flattenedRecipients,omitzero"` // in historical periods
}

// GetTimelineRequest selects a period of time of one schedule, and the layers beside the final
// one.
type GetTimelineRequest struct {
	Ref

	Expand       []Expand  `query:"expand"`                 // [ExpandBase], [ExpandForwarding], [ExpandOverride]
	Interval     int       `query:"interval" check:"min=0"` // number of units; zero means the server's default, 1
	IntervalUnit Unit      `query:"intervalUnit"`           // [Weeks] if empty
	Date         time.Time `query:"date"`                   // the beginning; now if zero
}

// GetTimeline returns the participants on call during a period of time.
//
// API: https://docs.opsgenie.com/docs/schedule-api#get-schedule-timeline
func (s *Service) GetTimeline(ctx context.Context, in GetTimelineRequest) (*services.Result[Timeline], error) {
	return services.Do[Timeline](ctx, s.client, "GET /v2/schedules/{identifier}/timeline", in, services.ByMethod)
}
