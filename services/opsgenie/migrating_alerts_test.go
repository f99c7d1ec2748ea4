package opsgenie_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/deployment"
	"github.com/tripware/tripware/services/opsgenie/heartbeat"
	"github.com/tripware/tripware/services/opsgenie/incident"
	"github.com/tripware/tripware/services/opsgenie/logs"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func seats(ctx context.Context, client *opsgenie.Client) error {
	got, err := client.Account.Get(ctx)
	if err != nil {
		return err
	}
	fmt.Println(got.Value.Plan.Name, got.Value.UserCount, "of", got.Value.Plan.MaxUserCount)
	return nil
}

func Example_accounts() {
	run(seats, `200 {"data": {"name": "example", "userCount": 42, "plan": {"name": "Enterprise", "maxUserCount": 50}}}`)
	// Output:
	// GET /v2/account
	// Enterprise 42 of 50
}

func attach(ctx context.Context, client *opsgenie.Client) error {
	for urgent, err := range client.Alerts.All(ctx, alert.ListRequest{Query: "status: open AND priority: P1"}) {
		if err != nil {
			return err
		}
		added, err := client.Alerts.AddAttachment(ctx, alert.AddAttachmentRequest{
			Ref:  alert.ByID(urgent.ID),
			File: services.File{Name: "runbook.txt", Content: strings.NewReader("call Ada")},
		})
		if err != nil {
			return err
		}
		fmt.Println(urgent.Message, added.Value.ID)
	}
	return nil
}

func Example_alerts() {
	run(attach,
		`200 {"data": [{"id": "a-1", "message": "Disk full"}]}`,
		`200 {"data": {"id": "7001"}, "result": "Attachment added"}`)
	// Output:
	// GET /v2/alerts?query=status%3A+open+AND+priority%3A+P1&limit=100
	// POST /v2/alerts/a-1/attachments?alertIdentifierType=id
	// Disk full 7001
}

func shareSearch(ctx context.Context, client *opsgenie.Client) error {
	saved, err := client.SavedSearches.Create(ctx, alert.CreateSavedSearchRequest{
		Name:  "Night",
		Query: "status: open AND priority: P1",
		Owner: shape.UserByName("ada@example.com"),
		Teams: []shape.Responder{shape.TeamByName("Storage")},
	})
	if err != nil {
		return err
	}
	count, err := client.Alerts.Count(ctx, alert.CountRequest{SearchRef: alert.SearchByID(saved.Value.ID)})
	if err != nil {
		return err
	}
	all, err := client.SavedSearches.List(ctx)
	if err != nil {
		return err
	}
	fmt.Println(count.Value, "alerts,", len(all.Value), "searches")
	return nil
}

func Example_savedSearches() {
	run(shareSearch,
		`201 {"data": {"id": "s-1", "name": "Night"}}`,
		`200 {"data": {"count": 3}}`,
		`200 {"data": [{"id": "s-1", "name": "Night"}, {"id": "s-2", "name": "Day"}]}`)
	// Output:
	// POST /v2/alerts/saved-searches
	//   {"name":"Night","query":"status: open AND priority: P1","owner":{"type":"user","username":"ada@example.com"},"teams":[{"type":"team","name":"Storage"}]}
	// GET /v2/alerts/count?searchIdentifier=s-1&searchIdentifierType=id
	// GET /v2/alerts/saved-searches
	// 3 alerts, 2 searches
}

func beat(ctx context.Context, client *opsgenie.Client) error {
	_, err := client.Heartbeats.Ping(ctx, "nightly")
	if !errors.Is(err, services.ErrNotFound) {
		return err
	}
	created, err := client.Heartbeats.Create(ctx, heartbeat.CreateRequest{
		Name: "nightly", Interval: 25, IntervalUnit: heartbeat.Hours,
	})
	if err != nil {
		return err
	}
	_, err = client.Heartbeats.Update(ctx, heartbeat.UpdateRequest{
		Name: created.Value.Name, Enabled: services.Set(false), // all else stays as it is
	})
	return err
}

func Example_heartbeats() {
	run(beat,
		`404 {"message": "Heartbeat with given name does not exist"}`,
		`201 {"data": {"name": "nightly", "enabled": true}}`,
		`200 {"data": {"name": "nightly", "enabled": false, "expired": false}}`)
	// Output:
	// GET /v2/heartbeats/nightly/ping
	// POST /v2/heartbeats
	//   {"name":"nightly","interval":25,"intervalUnit":"hours","enabled":true}
	// PATCH /v2/heartbeats/nightly
	//   {"enabled":false}
}

func openAndResolve(ctx context.Context, client *opsgenie.Client) error {
	pending, err := client.Incidents.Create(ctx, incident.CreateRequest{
		Message:          "Checkout is failing",
		Priority:         shape.P1,
		ImpactedServices: []string{"svc-1"},
		Responders:       []shape.Responder{shape.TeamByName("Storage")},
	})
	if err != nil {
		return err
	}
	created, err := pending.Incident(ctx) // asks for its status until it was processed, then reads it
	if err != nil {
		return err
	}
	resolved, err := client.Incidents.Resolve(ctx, incident.ActionRequest{Ref: incident.ByTinyID(created.Value.TinyID)})
	if err != nil {
		return err
	}
	_, err = resolved.Wait(ctx)
	if failed, ok := errors.AsType[*shape.ActionError](err); ok {
		fmt.Println("accepted, then failed:", failed.Status)
	}
	return nil
}

func Example_incidents() {
	run(openAndResolve,
		`202 {"result": "Request will be processed", "requestId": "r-1"}`,
		`200 {"data": {"isSuccess": true, "incidentId": "i-1"}}`,
		`200 {"data": {"id": "i-1", "tinyId": "7", "message": "Checkout is failing"}}`,
		`202 {"result": "Request will be processed", "requestId": "r-2"}`,
		`200 {"data": {"isSuccess": false, "status": "Incident is already resolved"}}`)
	// Output:
	// POST /v1/incidents/create
	//   {"message":"Checkout is failing","responders":[{"type":"team","name":"Storage"}],"priority":"P1","impactedServices":["svc-1"]}
	// GET /v1/incidents/requests/r-1
	// GET /v1/incidents/i-1?identifierType=id
	// POST /v1/incidents/7/resolve?identifierType=tiny
	//   {}
	// GET /v1/incidents/requests/r-2
	// accepted, then failed: Incident is already resolved
}

func raisePriority(ctx context.Context, client *opsgenie.Client) error {
	for template, err := range client.IncidentTemplates.All(ctx, incident.ListTemplatesRequest{Order: shape.Ascending}) {
		if err != nil {
			return err
		}
		changed := template.Request() // with all that the template has
		changed.Priority = shape.P2
		if _, err := client.IncidentTemplates.Update(ctx, changed); err != nil {
			return err
		}
		fmt.Println(template.Name)
	}
	return nil
}

func Example_incidentTemplates() {
	run(raisePriority,
		`200 {"data": {"incidentTemplates": [{"id": "t-1", "name": "Outage", "message": "Down", "priority": "P3",
			"stakeholderProperties": {"enable": true, "message": "We are on it"}}]}}`,
		`200 {"result": "Updated", "data": {"id": "t-1"}}`)
	// Output:
	// GET /v1/incident-templates?limit=100&order=asc
	// PUT /v1/incident-templates/t-1
	//   {"name":"Outage","message":"Down","priority":"P2","stakeholderProperties":{"enable":true,"message":"We are on it"}}
	// Outage
}

func deploy(ctx context.Context, client *opsgenie.Client) error {
	began := time.Date(2026, 5, 26, 9, 0, 0, 0, time.FixedZone("CEST", 2*60*60))
	pending, err := client.Deployments.Create(ctx, deployment.CreateRequest{
		State:       deployment.Started,
		Environment: deployment.Environment{Type: deployment.Production, ID: "eu"},
		StartedAt:   began,
		Releases:    []deployment.Release{deployment.BitbucketCloud(deployment.WorkspaceByName("shop"), "checkout", "4f1c2d")},
	})
	if err != nil {
		return err
	}
	id, err := pending.ID(ctx) // in place of RetrieveStatus
	if err != nil {
		return err
	}
	_, err = client.Deployments.UpdateState(ctx, deployment.UpdateStateRequest{
		Ref: deployment.ByID(id), State: deployment.Successful, CompletedAt: services.Set(began.Add(time.Minute)),
	})
	return err
}

func Example_deployments() {
	run(deploy,
		`202 {"result": "Request will be processed", "requestId": "r-1"}`,
		`200 {"data": {"isSuccess": true, "deploymentId": "d-1"}}`,
		`202 {"result": "Request will be processed", "requestId": "r-2"}`)
	// Output:
	// POST /v2/deployments
	//   {"state":"started","environment":{"type":"Production","id":"eu"},"startedAt":"2026-05-26T09:00:00+02:00","releases":[{"type":"bbc","repository":{"workspace":{"identifier":"shop","type":"name"},"repoSlug":"checkout"},"commit":{"sha":"4f1c2d"}}]}
	// GET /v2/deployments/requests/r-1
	// PUT /v2/deployments/d-1/updateState
	//   {"state":"successful","completedAt":"2026-05-26T09:01:00+02:00"}
}

func logFiles(ctx context.Context, client *opsgenie.Client) error {
	since := logs.MarkerAt(time.Date(2026, 5, 26, 0, 0, 0, 0, time.UTC))
	for file, err := range client.Logs.All(ctx, logs.ListRequest{Marker: since}) {
		if err != nil {
			return err
		}
		link, err := client.Logs.DownloadLink(ctx, file.Name)
		if err != nil {
			return err
		}
		fmt.Println(file.Date.Format(time.DateOnly), file.Size, link.Value != "")
	}
	return nil
}

func Example_logs() {
	run(logFiles,
		`200 {"data": [{"filename": "2026-05-26-07.json", "date": 1779781937123, "size": 10823}]}`,
		`200 https://files.example.com/2026-05-26-07.json?signature=s`)
	// Output:
	// GET /v2/logs/list/2026-05-26-00-00-00_000
	// GET /v2/logs/download/2026-05-26-07.json
	// 2026-05-26 10823 true
}
