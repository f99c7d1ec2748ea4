package schedule

import (
	"context"
	"io"

	"github.com/tripware/tripware/services"
)

// ExportICSRequest asks for the calendar of one schedule.
type ExportICSRequest struct{ Ref }

// ExportICS writes a schedule to w as an iCalendar file (RFC 5545), as it comes;
// see [services.Download]. The value is its size in bytes.
//
// API: https://docs.opsgenie.com/docs/schedule-api#export-schedule
func (s *Service) ExportICS(ctx context.Context, in ExportICSRequest, w io.Writer) (*services.Result[int64], error) {
	return services.Download(ctx, s.client, "GET /v2/schedules/{identifier}.ics", in, "text/calendar", w)
}
