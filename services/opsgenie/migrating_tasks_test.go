package opsgenie_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/escalation"
	"github.com/tripware/tripware/services/opsgenie/heartbeat"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// raise creates alerts with the given aliases and waits until they exist.
func raise(ctx context.Context, client *opsgenie.Client, aliases ...string) {
	for _, alias := range aliases {
		pending, err := client.Alerts.Create(ctx, alert.CreateRequest{Message: "Too slow: " + alias, Alias: alias, Tags: []string{"load-test"}})
		if err != nil {
			panic(err)
		}
		if _, err := pending.Wait(ctx); err != nil {
			panic(err)
		}
	}
}

func closeMatching(ctx context.Context, client *opsgenie.Client, query string) error {
	matching := alert.ListRequest{Query: query}
	acted, err := client.Alerts.Each(ctx, matching, func(ctx context.Context, a alert.Alert) error {
		closing, err := client.Alerts.Close(ctx, alert.ActionRequest{Ref: alert.ByID(a.ID)})
		if err != nil {
			return err
		}
		_, err = closing.Wait(ctx)
		return err
	}, services.WithParallel(4))
	fmt.Println("closed", acted.Tried-len(acted.Failures), "of", acted.Tried)
	return errors.Join(err, acted.Err()) // acted.Failures has the id of each alert that is still open
}

// The query matches fewer alerts with each one that is closed; one is refused.
func Example_closeMatching() {
	server, client := hasty(opsgenietest.WithProcessingPolls(0))
	defer server.Close()
	defer client.CloseIdleConnections()
	ctx := context.Background()

	raise(ctx, client, "a", "b", "c", "d", "e")
	server.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 403, Route: "POST /v2/alerts/{identifier}/close", Skip: 4})
	if err := closeMatching(ctx, client, "status: open AND tag: load-test"); !errors.Is(err, services.ErrForbidden) {
		panic(err)
	}
	// Output: closed 4 of 5
}

func readPages(ctx context.Context, client *opsgenie.Client) error {
	page, err := client.Alerts.List(ctx, alert.ListRequest{Query: "status: open", Limit: 2})
	for err == nil {
		fmt.Println(len(page.Value), "alerts, as JSON:", len(page.Raw()) > 0)
		for _, odd := range page.Meta.Mismatches {
			fmt.Println("unexpected:", odd)
		}
		if page.Meta.Paging.Next == "" {
			break
		}
		page, err = page.Next(ctx)
	}
	return err
}

// S8: a member of an unexpected type does not fail the page.
func Example_readPages() {
	server, client := hasty(opsgenietest.WithProcessingPolls(0))
	defer server.Close()
	defer client.CloseIdleConnections()
	ctx := context.Background()

	raise(ctx, client, "a", "b", "c")
	server.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 200, Route: "GET /v2/alerts",
		Body: `{"data": [{"id": "x"}, {"id": "y", "tinyId": 7}], "paging": {"next": "` + server.URL + `/v2/alerts?limit=2&offset=2&sort=tinyId&order=asc"}}`})
	if err := readPages(ctx, client); err != nil {
		panic(err)
	}
	last := server.Requests()[server.Received()-1]
	fmt.Println("offset", last.Query.Get("offset"))
	// Output:
	// 2 alerts, as JSON: true
	// unexpected: data[1].tinyId is a number
	// 1 alerts, as JSON: true
	// offset 2
}

func attach(ctx context.Context, client *opsgenie.Client, alias string) error {
	_, err := client.Alerts.AddAttachment(ctx, alert.AddAttachmentRequest{
		Ref:  alert.ByAlias(alias),
		File: services.File{Name: "runbook.txt", Content: strings.NewReader("call Ada")}, // or Open
	})
	return err
}

func Example_attach() {
	server, client := hasty(opsgenietest.WithProcessingPolls(0))
	defer server.Close()
	defer client.CloseIdleConnections()
	ctx := context.Background()

	raise(ctx, client, "db-1/disk")
	if err := attach(ctx, client, "db-1/disk"); err != nil {
		panic(err)
	}
	stored, _ := server.Alert("db-1/disk")
	fmt.Println(stored.Attachments[0].Name, string(stored.Attachments[0].Content))
	// Output: runbook.txt call Ada
}

func silence(ctx context.Context, client *opsgenie.Client) error {
	_, err := client.Heartbeats.Update(ctx, heartbeat.UpdateRequest{
		Name:         "nightly",
		Enabled:      services.Set(false),     // sends false
		AlertMessage: services.Null[string](), // sends null: the server's default
	}) // all other members are absent and keep their values
	return err
}

func addLastRule(ctx context.Context, client *opsgenie.Client) error {
	got, err := client.Escalations.Get(ctx, escalation.ByName("Storage escalation"))
	if err != nil {
		return err
	}
	change := got.Value.Request() // with all members, including those that this module does not know
	change.Rules = services.Set(append(got.Value.Rules, escalation.Rule{
		Condition: escalation.IfNotClosed, NotifyType: escalation.NotifyAll,
		Delay: shape.For(time.Hour), Recipient: shape.To(shape.TeamByName("Storage")),
	}))
	_, err = client.Escalations.Update(ctx, change)
	return err
}

// S10: absent, set and null; S7: what was read is written back without loss.
func Example_updates() {
	server, client := hasty()
	defer server.Close()
	defer client.CloseIdleConnections()
	ctx := context.Background()

	if _, err := client.Heartbeats.Create(ctx, heartbeat.CreateRequest{
		Name: "nightly", Interval: 25, IntervalUnit: heartbeat.Hours, AlertMessage: "No backup",
	}); err != nil {
		panic(err)
	}
	if err := silence(ctx, client); err != nil {
		panic(err)
	}
	beat := server.Heartbeats()[0]
	fmt.Printf("enabled: %t, interval: %d, message: %q\n", beat.Enabled, beat.Interval, beat.AlertMessage)

	if _, err := client.Escalations.Create(ctx, escalation.CreateRequest{
		Name: "Storage escalation", Description: "Nights", Rules: []escalation.Rule{{
			Condition: escalation.IfNotAcked, NotifyType: escalation.NotifyDefault,
			Delay: shape.For(0), Recipient: shape.To(shape.UserByName("ada@example.com")),
		}},
	}); err != nil {
		panic(err)
	}
	if err := addLastRule(ctx, client); err != nil {
		panic(err)
	}
	got, err := client.Escalations.Get(ctx, escalation.ByName("Storage escalation"))
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.Description, len(got.Value.Rules))
	// Output:
	// enabled: false, interval: 25, message: "nightly is expired"
	// Nights 2
}

func whoIsOnCall(ctx context.Context, client *opsgenie.Client, at time.Time) error {
	storage := schedule.ByName("Storage on-call")
	now, err := client.OnCall.Get(ctx, schedule.OnCallRequest{Ref: storage, Flat: true, Date: at})
	if err != nil {
		return err
	}
	next, err := client.OnCall.GetNext(ctx, schedule.OnCallRequest{Ref: storage, Date: at})
	if err != nil {
		return err
	}
	for _, p := range next.Value.ExactParticipants {
		fmt.Println(now.Value.Usernames, "then", p.Name)
	}
	return nil
}

func rotate(ctx context.Context, client *opsgenie.Client, begins time.Time) error {
	_, err := client.Schedules.Create(ctx, schedule.CreateRequest{
		Name: "Storage on-call", Timezone: "Europe/Berlin",
		Rotations: []schedule.NewRotation{{
			Name: "Primary", Type: schedule.Weekly, StartDate: begins,
			Participants: []shape.Recipient{
				shape.To(shape.UserByName("ada@example.com")),
				shape.To(shape.UserByName("grace@example.com")),
			},
		}},
	})
	return err
}

func Example_onCall() {
	server, client := hasty()
	defer server.Close()
	defer client.CloseIdleConnections()
	ctx := context.Background()

	monday := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	if err := rotate(ctx, client, monday); err != nil {
		panic(err)
	}
	if err := whoIsOnCall(ctx, client, monday.Add(time.Hour)); err != nil {
		panic(err)
	}
	// Output: [ada@example.com] then grace@example.com
}

// A siteRequest is the request of an operation that the module has no method for.
type siteRequest struct {
	Name  string                    `path:"name" check:"required"`
	Notes services.Optional[string] `json:"notes,omitzero"`
}

type site struct {
	Name string `json:"name"`
}

func updateSite(ctx context.Context, client *opsgenie.Client) error {
	got, err := services.Do[site](ctx, client.Core(), "PATCH /v2/sites/{name}",
		siteRequest{Name: "berlin", Notes: services.Set("moved")}, services.SafeToRetry)
	if err != nil {
		return err
	}
	fmt.Println(got.Value.Name, got.Meta.Attempts)
	return nil
}

// S9: an operation without a method says itself whether it is safe to retry.
func Example_core() {
	server := scripted(`503 `, `200 {"data": {"name": "berlin"}}`)
	client, err := opsgenie.New(apiKey, opsgenie.WithBase(server), opsgenie.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0))))
	if err != nil {
		panic(err)
	}
	if err := updateSite(context.Background(), client); err != nil {
		panic(err)
	}
	// Output:
	// PATCH /v2/sites/berlin
	// PATCH /v2/sites/berlin
	// berlin 2
}
