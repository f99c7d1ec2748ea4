package schedule

import (
	"context"
	"io"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
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
	StartDate  shape.Time `json:"startDate,omitzero"`
	EndDate    shape.Time `json:"endDate,omitzero"`
	Final      Layer      `json:"finalTimeline"`               // the result of the other layers
	Base       Layer      `json:"baseTimeline,omitzero"`       // only with [ExpandBase]
	Override   Layer      `json:"overrideTimeline,omitzero"`   // only with [ExpandOverride]
	Forwarding Layer      `json:"forwardingTimeline,omitzero"` // only with [ExpandForwarding]
}

// A Layer is one layer of a timeline.
type Layer struct {
	Rotations []LayerRotation `json:"rotations"`
}

// A LayerRotation is a rotation in a layer.
type LayerRotation struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Order   float64  `json:"order"`   // may be a fraction; zero if the server sent none
	Deleted bool     `json:"deleted"` // the rotation does not exist any more
	Periods []Period `json:"periods"`
}

// A PeriodType says where a [Period] comes from. Types other than those listed here can occur.
type PeriodType string

// The types.
const (
	PeriodBase       PeriodType = "base" // the rotation itself
	PeriodOverride   PeriodType = "override"
	PeriodForwarding PeriodType = "forwarding"
	PeriodHistorical PeriodType = "historical" // in the past
)

// A Period is a turn of a participant in a rotation.
type Period struct {
	StartDate           shape.Time        `json:"startDate,omitzero"`
	EndDate             shape.Time        `json:"endDate,omitzero"`
	Type                PeriodType        `json:"type"`
	FromUser            PeriodResponder   `json:"from,omitzero"`                // the user who is replaced, in overrides and forwardings
	Responder           PeriodResponder   `json:"responder,omitzero"`           // the participant on call
	FlattenedResponders []PeriodResponder `json:"flattenedResponders,omitzero"` // the users that it stands for
}

// A PeriodResponder is a user, a team or an escalation in a period, or nobody.
type PeriodResponder struct {
	ID      string     `json:"id,omitzero"` // for a user, the account id; empty for nobody
	Type    shape.Kind `json:"type"`
	Deleted bool       `json:"deleted"` // it does not exist any more
}

// GetTimelineRequest selects a period of time of one schedule, and the layers beside the final
// one. The period must lie between one year ago and two years from now.
type GetTimelineRequest struct {
	Ref

	Expand       []Expand  `query:"expand"`                 // [ExpandBase], [ExpandForwarding], [ExpandOverride]
	Interval     int       `query:"interval" check:"min=0"` // number of units; zero means the server's default, 1
	IntervalUnit Unit      `query:"intervalUnit"`           // [Weeks] if empty
	Date         time.Time `query:"date"`                   // the beginning; now if zero
}

// GetTimeline returns the participants on call during a period of time. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-timelines (one source)
func (s *Service) GetTimeline(ctx context.Context, in GetTimelineRequest) (*services.Result[Timeline], error) {
	return services.Do[Timeline](ctx, s.client, "GET /v1/schedules/{scheduleId}/timeline", in, services.ByMethod)
}

// ExportICS writes a schedule to w as an iCalendar file (RFC 5545) while it is received; see
// [services.Download]. The value is its size in bytes. Safe to retry until the file begins.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-timelines (one source)
func (s *Service) ExportICS(ctx context.Context, ref Ref, w io.Writer) (*services.Result[int64], error) {
	return services.Download(ctx, s.client, "GET /v1/schedules/{scheduleId}.ics", ref, "text/calendar", w)
}
