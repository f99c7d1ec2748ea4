package jsm_test

import (
	"context"
	"fmt"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/heartbeat"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/team"
)

// The code of docs/moving-to-jsm.md for Opsgenie. That for JSM Operations is in
// moving_after_test.go; a test in internal/house compares the document with both.

// A before has the daily tasks of a program that uses Opsgenie.
type before struct{ client *opsgenie.Client }

func (p before) create(ctx context.Context) error {
	client := p.client
	pending, err := client.Alerts.Create(ctx, alert.CreateRequest{
		Message:  "Disk full on db-1",
		Alias:    "db-1/disk",
		Priority: shape.P1,
		Responders: []shape.Responder{
			shape.TeamByName("Storage"),
		},
		Details: map[string]string{"host": "db-1"},
		User:    "disk watcher",
	})
	if err != nil {
		return err
	}
	created, err := pending.Alert(ctx) // waits
	if err != nil {
		return err
	}
	fmt.Println(created.Value.Message)
	return nil
}

func (p before) get(ctx context.Context) error {
	client := p.client
	got, err := client.Alerts.Get(ctx, alert.ByAlias("db-1/disk"))
	if err != nil {
		return err
	}
	fmt.Println(got.Value.Status, got.Value.Details["host"])
	return nil
}

func (p before) list(ctx context.Context) error {
	client := p.client
	open := alert.ListRequest{Query: "status: open"}
	for a, err := range client.Alerts.All(ctx, open) {
		if err != nil {
			return err
		}
		fmt.Println("open:", a.Message)
	}
	return nil
}

func (p before) acknowledge(ctx context.Context) error {
	client := p.client
	pending, err := client.Alerts.Acknowledge(ctx, alert.ActionRequest{
		Ref:  alert.ByAlias("db-1/disk"),
		Note: "on it",
	})
	if err != nil {
		return err
	}
	_, err = pending.Wait(ctx)
	return err
}

func (p before) note(ctx context.Context) error {
	client := p.client
	pending, err := client.Alerts.AddNote(ctx, alert.AddNoteRequest{
		Ref:  alert.ByAlias("db-1/disk"),
		Note: "called the vendor",
	})
	if err != nil {
		return err
	}
	_, err = pending.Wait(ctx)
	return err
}

func (p before) closeAll(ctx context.Context) error {
	client := p.client
	open := alert.ListRequest{Query: "status: open"}
	acted, err := client.Alerts.Each(ctx, open, func(ctx context.Context, a alert.Alert) error {
		pending, err := client.Alerts.Close(ctx, alert.ActionRequest{Ref: alert.ByID(a.ID)})
		if err != nil {
			return err
		}
		_, err = pending.Wait(ctx)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Println("closed", acted.Tried)
	return acted.Err()
}

func (p before) onCall(ctx context.Context) error {
	client := p.client
	got, err := client.OnCall.Get(ctx, schedule.OnCallRequest{
		Ref:  schedule.ByName("Storage on-call"),
		Flat: true,
	})
	if err != nil {
		return err
	}
	fmt.Println("on call:", got.Value.Usernames)
	return nil
}

func (p before) override(ctx context.Context, start time.Time) error {
	client := p.client
	_, err := client.ScheduleOverrides.Create(ctx, schedule.CreateOverrideRequest{
		Ref:       schedule.ByName("Storage on-call"),
		User:      shape.To(shape.UserByName("bob@example.com")),
		StartDate: start,
		EndDate:   start.Add(8 * time.Hour),
	})
	return err
}

func (p before) rotation(ctx context.Context, start time.Time) error {
	client := p.client
	_, err := client.ScheduleRotations.Create(ctx, schedule.CreateRotationRequest{
		Ref: schedule.ByName("Storage on-call"),
		NewRotation: schedule.NewRotation{
			StartDate: start,
			Type:      schedule.Weekly,
			Participants: []shape.Recipient{
				shape.To(shape.UserByName("ada@example.com")),
				shape.ToNone(),
			},
			TimeRestriction: shape.Daily(shape.DayHours{EndHour: 24}),
		},
	})
	return err
}

func (p before) schedules(ctx context.Context) error {
	client := p.client
	got, err := client.Schedules.List(ctx, schedule.ListRequest{})
	if err != nil {
		return err
	}
	for _, s := range got.Value {
		fmt.Println("schedule:", s.Name)
	}
	return nil
}

func (p before) teams(ctx context.Context) error {
	client := p.client
	got, err := client.Teams.List(ctx)
	if err != nil {
		return err
	}
	for _, t := range got.Value {
		fmt.Println("team:", t.Name)
	}
	return nil
}

func (p before) ping(ctx context.Context) error {
	client := p.client
	_, err := client.Heartbeats.Ping(ctx, "nightly backup")
	return err
}

func newOpsgenie(key string) (*opsgenie.Client, error) {
	return opsgenie.New(key)
}

func Example_opsgenie() {
	unused, err := newOpsgenie("the-api-key")
	must(err)
	unused.CloseIdleConnections()
	server, err := opsgenietest.Start(opsgenietest.WithProcessingPolls(0))
	if err != nil {
		panic(err)
	}
	defer server.Close()
	client, err := opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL),
		opsgenie.WithPolling(poll.WithBaseDelay(0)), opsgenie.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0))))
	if err != nil {
		panic(err)
	}
	defer client.CloseIdleConnections()
	ctx, start := context.Background(), time.Date(2026, time.November, 27, 0, 0, 0, 0, time.UTC)
	must(furnishOpsgenie(ctx, client))
	p := before{client}
	for _, task := range []func(context.Context) error{p.create, p.get, p.list, p.acknowledge, p.note, p.closeAll} {
		must(task(ctx))
	}
	must(p.rotation(ctx, start.AddDate(0, 0, -3)))
	must(p.override(ctx, time.Now().Add(-time.Hour)))
	for _, task := range []func(context.Context) error{p.onCall, p.schedules, p.teams, p.ping} {
		must(task(ctx))
	}
	// Output:
	// Disk full on db-1
	// open db-1
	// open: Disk full on db-1
	// closed 1
	// on call: [bob@example.com]
	// schedule: Storage on-call
	// team: Storage
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// furnishOpsgenie creates what the tasks refer to.
func furnishOpsgenie(ctx context.Context, client *opsgenie.Client) error {
	if _, err := client.Teams.Create(ctx, team.CreateRequest{Name: "Storage"}); err != nil {
		return err
	}
	if _, err := client.Schedules.Create(ctx, schedule.CreateRequest{
		Name: "Storage on-call", Timezone: "Etc/UTC", Enabled: services.Set(true), OwnerTeam: shape.OwnerTeam{Name: "Storage"},
	}); err != nil {
		return err
	}
	_, err := client.Heartbeats.Create(ctx, heartbeat.CreateRequest{Name: "nightly backup", Interval: 1, IntervalUnit: heartbeat.Days})
	return err
}
