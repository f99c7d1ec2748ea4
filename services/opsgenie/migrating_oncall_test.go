package opsgenie_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func escalate(ctx context.Context, client *opsgenie.Client) error {
	created, err := client.Escalations.Create(ctx, escalation.CreateRequest{
		Name:      "Storage escalation",
		OwnerTeam: shape.OwnerTeam{Name: "Storage"},
		Rules: []escalation.Rule{{
			Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault,
			Delay: shape.For(0), Recipient: shape.To(shape.ScheduleByName("Storage on-call")),
		}, {
			Condition: escalation.IfNotClosed, NotifyType: escalation.NotifyAll,
			Delay: shape.For(time.Hour), Recipient: shape.To(shape.TeamByName("Storage")),
		}},
		Repeat: escalation.Repeat{WaitInterval: 10, Count: services.Set(3)},
	})
	if err != nil {
		return err
	}
	_, err = client.Escalations.Delete(ctx, escalation.ByID(created.Value.ID))
	return err
}

func Example_escalations() {
	run(escalate,
		`201 {"data": {"id": "e-1", "name": "Storage escalation"}}`,
		`200 {"result": "Deleted"}`)
	// Output:
	// POST /v2/escalations
	//   {"name":"Storage escalation","rules":[{"condition":"if-not-acked","notifyType":"default","delay":{"timeAmount":0,"timeUnit":"minutes"},"recipient":{"type":"schedule","name":"Storage on-call"}},{"condition":"if-not-closed","notifyType":"all","delay":{"timeAmount":1,"timeUnit":"hours"},"recipient":{"type":"team","name":"Storage"}}],"ownerTeam":{"name":"Storage"},"repeat":{"waitInterval":10,"count":3}}
	// DELETE /v2/escalations/e-1?identifierType=id
}

func rotate(ctx context.Context, client *opsgenie.Client) error {
	begins := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	created, err := client.Schedules.Create(ctx, schedule.CreateRequest{
		Name: "Storage on-call", Timezone: "Europe/Berlin",
		Rotations: []schedule.NewRotation{{
			Name: "Primary", Type: schedule.Weekly, StartDate: begins,
			Participants: []shape.Recipient{
				shape.To(shape.UserByName("ada@example.com")),
				shape.To(shape.UserByName("grace@example.com")),
			},
			TimeRestriction: shape.Weekly(shape.WeekHours{StartDay: shape.Monday, StartHour: 8, EndDay: shape.Friday, EndHour: 18}),
		}},
	})
	if err != nil {
		return err
	}
	_, err = client.ScheduleOverrides.Create(ctx, schedule.CreateOverrideRequest{
		Ref: schedule.ByID(created.Value.ID), User: shape.To(shape.UserByName("alan@example.com")),
		StartDate: begins, EndDate: begins.Add(4 * time.Hour),
	})
	return err
}

func Example_schedules() {
	run(rotate,
		`201 {"data": {"id": "s-1", "name": "Storage on-call", "enabled": true}}`,
		`201 {"data": {"alias": "o-1"}}`)
	// Output:
	// POST /v2/schedules
	//   {"name":"Storage on-call","timezone":"Europe/Berlin","rotations":[{"name":"Primary","startDate":"2026-06-01T08:00:00Z","type":"weekly","participants":[{"type":"user","username":"ada@example.com"},{"type":"user","username":"grace@example.com"}],"timeRestriction":{"type":"weekday-and-time-of-day","restrictions":[{"startDay":"monday","startHour":8,"startMin":0,"endDay":"friday","endHour":18,"endMin":0}]}}]}
	// POST /v2/schedules/s-1/overrides?scheduleIdentifierType=id
	//   {"user":{"type":"user","username":"alan@example.com"},"startDate":"2026-06-01T08:00:00Z","endDate":"2026-06-01T12:00:00Z"}
}

func lookAhead(ctx context.Context, client *opsgenie.Client) error {
	ref := schedule.ByName("Storage on-call")
	timeline, err := client.Schedules.GetTimeline(ctx, schedule.GetTimelineRequest{
		Ref: ref, Interval: 2, IntervalUnit: schedule.Weeks, Expand: []schedule.Expand{schedule.ExpandBase, schedule.ExpandOverride},
		Date: time.Date(2026, 6, 1, 0, 0, 0, 0, time.FixedZone("CEST", 2*60*60)),
	})
	if err != nil {
		return err
	}
	for _, rotation := range timeline.Value.Final.Rotations {
		for _, period := range rotation.Periods {
			fmt.Println(rotation.Name, period.Recipient.Name, period.EndDate.Sub(period.StartDate.Time))
		}
	}
	var calendar bytes.Buffer // or a file, or a response: any io.Writer
	written, err := client.Schedules.ExportICS(ctx, ref, &calendar)
	if err != nil {
		return err
	}
	fmt.Println(written.Value, "bytes")
	return nil
}

func Example_timelines() {
	run(lookAhead,
		`200 {"data": {"finalTimeline": {"rotations": [{"id": "r-1", "name": "Primary", "order": 1, "periods": [
			{"startDate": "2026-06-01T06:00:00Z", "endDate": "2026-06-08T06:00:00Z", "type": "default",
			"recipient": {"type": "user", "name": "ada@example.com"}}]}]}}}`,
		`200 BEGIN:VCALENDAR`)
	// Output:
	// GET /v2/schedules/Storage%20on-call/timeline?identifierType=name&expand=base%2Coverride&interval=2&intervalUnit=weeks&date=2026-06-01T00%3A00%3A00%2B02%3A00
	// Primary ada@example.com 168h0m0s
	// GET /v2/schedules/Storage%20on-call.ics?identifierType=name
	// 15 bytes
}

func whoIsOnCall(ctx context.Context, client *opsgenie.Client) error {
	now, err := client.OnCall.Get(ctx, schedule.OnCallRequest{Ref: schedule.ByName("Storage on-call"), Flat: true})
	if err != nil {
		return err
	}
	next, err := client.OnCall.GetNext(ctx, schedule.OnCallRequest{Ref: schedule.ByName("Storage on-call")})
	if err != nil {
		return err
	}
	for _, p := range next.Value.ExactParticipants {
		fmt.Println(now.Value.Usernames, "then", p.Name)
	}
	return nil
}

func Example_onCall() {
	run(whoIsOnCall,
		`200 {"data": {"_parent": {"id": "s-1", "name": "Storage on-call", "enabled": true}, "onCallRecipients": ["ada@example.com"]}}`,
		`200 {"data": {"_parent": {"id": "s-1", "name": "Storage on-call", "enabled": true},
			"exactNextOnCallRecipients": [{"id": "u-2", "type": "user", "name": "grace@example.com"}]}}`)
	// Output:
	// GET /v2/schedules/Storage%20on-call/on-calls?scheduleIdentifierType=name&flat=true
	// GET /v2/schedules/Storage%20on-call/next-on-calls?scheduleIdentifierType=name
	// [ada@example.com] then grace@example.com
}
