package jsm_test

import (
	"context"
	"fmt"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/heartbeat"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/transport/redact"
)

// An after has the tasks of a before for JSM Operations. It knows some ids, which stand for the
// names and mail addresses there.
type after struct {
	client                        *jsm.Client
	storage, onCallID, ada, bobID string
}

func (p after) create(ctx context.Context) error {
	client, storage := p.client, p.storage
	pending, err := client.Alerts.Create(ctx, alert.CreateRequest{
		Message:  "Disk full on db-1",
		Alias:    "db-1/disk",
		Priority: shape.P1,
		Responders: []shape.Responder{
			shape.TeamByID(storage),
		},
		Details: map[string]string{"host": "db-1"},
		Source:  "disk watcher",
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

func (p after) get(ctx context.Context) error {
	client := p.client
	got, err := client.Alerts.GetByAlias(ctx, "db-1/disk")
	if err != nil {
		return err
	}
	fmt.Println(got.Value.Status, got.Value.Details["host"])
	return nil
}

func (p after) list(ctx context.Context) error {
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

func (p after) acknowledge(ctx context.Context) error {
	client := p.client
	got, err := client.Alerts.GetByAlias(ctx, "db-1/disk")
	if err != nil {
		return err
	}
	pending, err := client.Alerts.Acknowledge(ctx, alert.ByID(got.Value.ID))
	if err != nil {
		return err
	}
	_, err = pending.Wait(ctx) // for a reason, add a note
	return err
}

func (p after) note(ctx context.Context) error {
	client := p.client
	got, err := client.Alerts.GetByAlias(ctx, "db-1/disk")
	if err != nil {
		return err
	}
	_, err = client.Alerts.AddNote(ctx, alert.AddNoteRequest{
		Ref:  alert.ByID(got.Value.ID),
		Note: "called the vendor",
	})
	return err // nothing to wait for
}

func (p after) closeAll(ctx context.Context) error {
	client := p.client
	open := alert.ListRequest{Query: "status: open"}
	acted, err := client.Alerts.Each(ctx, open, func(ctx context.Context, a alert.Alert) error {
		pending, err := client.Alerts.Close(ctx, alert.ByID(a.ID))
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

func (p after) onCall(ctx context.Context) error {
	client, onCall := p.client, p.onCallID
	got, err := client.OnCall.Get(ctx, schedule.OnCallRequest{
		Ref:  schedule.ByID(onCall),
		Flat: true,
	})
	if err != nil {
		return err
	}
	fmt.Println("on call:", got.Value.AccountIDs)
	return nil
}

func (p after) override(ctx context.Context, start time.Time) error {
	client, onCall, bob := p.client, p.onCallID, p.bobID
	_, err := client.ScheduleOverrides.Create(ctx, schedule.CreateOverrideRequest{
		Ref:       schedule.ByID(onCall),
		Responder: shape.UserByID(bob),
		StartDate: start,
		EndDate:   start.Add(8 * time.Hour),
	})
	return err
}

func (p after) rotation(ctx context.Context, start time.Time) error {
	client, onCall, ada := p.client, p.onCallID, p.ada
	_, err := client.ScheduleRotations.Create(ctx, schedule.CreateRotationRequest{
		Ref: schedule.ByID(onCall),
		NewRotation: schedule.NewRotation{
			StartDate: start,
			Type:      schedule.Weekly,
			Participants: []shape.Responder{
				shape.UserByID(ada),
				shape.Nobody(),
			},
			TimeRestriction: shape.Daily(shape.DayHours{EndHour: 0}),
		},
	})
	return err
}

func (p after) schedules(ctx context.Context) error {
	client := p.client
	for s, err := range client.Schedules.All(ctx, schedule.ListRequest{}) {
		if err != nil {
			return err
		}
		fmt.Println("schedule:", s.Name)
	}
	return nil
}

func (p after) teams(ctx context.Context) error {
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

func (p after) ping(ctx context.Context) error {
	client, storage := p.client, p.storage
	_, err := client.Heartbeats.Ping(ctx, heartbeat.Ref{
		TeamID: storage, Name: "nightly backup",
	})
	return err
}

func newJSM(token string) (*jsm.Client, error) {
	return jsm.New(
		jsm.Site("example.atlassian.net"),
		auth.Basic("ada@example.com", redact.NewSecret(token)),
	)
}

func Example_jsmOperations() {
	unused, err := newJSM("an API token")
	must(err)
	unused.CloseIdleConnections()
	server, err := jsmtest.Start(jsmtest.WithProcessingPolls(0))
	if err != nil {
		panic(err)
	}
	defer server.Close()
	client, err := jsm.New(jsm.CloudID(server.CloudID), auth.Basic(server.Email, redact.NewSecret(server.Token)), jsm.WithBaseURL(server.URL),
		jsm.WithPolling(poll.WithBaseDelay(0)), jsm.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0))))
	if err != nil {
		panic(err)
	}
	defer client.CloseIdleConnections()
	ctx, start := context.Background(), time.Date(2026, time.November, 27, 0, 0, 0, 0, time.UTC)
	p := after{client: client, ada: "712020:dddddddd-0000-4000-8000-00000000000a", bobID: "712020:dddddddd-0000-4000-8000-00000000000b"}
	must(p.furnish(ctx, server))
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
	// on call: [712020:dddddddd-0000-4000-8000-00000000000b]
	// schedule: Storage on-call
	// team: Storage
}

// furnish creates what the tasks refer to.
func (p *after) furnish(ctx context.Context, server *jsmtest.Server) error {
	p.storage = server.AddTeam("Storage")
	made, err := p.client.Schedules.Create(ctx, schedule.CreateRequest{Name: "Storage on-call", Timezone: "Etc/UTC", TeamID: p.storage})
	if err != nil {
		return err
	}
	p.onCallID = made.Value.ID
	_, err = p.client.Heartbeats.Create(ctx, heartbeat.CreateRequest{
		TeamID: p.storage, Name: "nightly backup", Interval: 1, IntervalUnit: heartbeat.Days,
	})
	return err
}
