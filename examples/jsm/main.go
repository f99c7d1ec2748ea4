// Jsm works with alerts and a week of a schedule in JSM Operations, although the server
// throttles and fails. Examples/oncall is the same program for Opsgenie.
//
// If JSM_SITE, JSM_EMAIL and JSM_API_TOKEN are set, it uses the real service, where it creates
// and closes one alert; with three account ids in JSM_ACCOUNT_IDS, it also creates and deletes a
// schedule. Otherwise it uses a simulated service on loopback.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/services/jsm/jsmtest"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/transport/redact"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	client, people, done, err := connect()
	if err != nil {
		return err
	}
	defer done()
	if err := alerts(ctx, client); err != nil {
		return err
	}
	if len(people) != 3 {
		fmt.Println("week:   left out, since JSM_ACCOUNT_IDS does not have three account ids")
		return nil
	}
	monday := time.Now().UTC().Truncate(24 * time.Hour).Add(33 * time.Hour) // tomorrow at nine
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, 1)
	}
	turns, err := week(ctx, client, people, monday)
	if err != nil {
		return err
	}
	for _, turn := range turns {
		fmt.Println("       ", turn)
	}
	return nil
}

// alerts creates an alert, awaits and reads it, acknowledges it, adds a note, counts the open
// alerts and closes it.
func alerts(ctx context.Context, client *jsm.Client) error {
	pending, err := client.Alerts.Create(ctx, alert.CreateRequest{
		Message: "Disk 92% full on db-1", Alias: "example/db-1", Priority: shape.P3,
	})
	if err != nil {
		return err
	}
	show("create", pending.Meta)
	created, err := pending.Alert(ctx) // polls until the request was processed, and reads the alert
	if err != nil {
		return err
	}
	fmt.Printf("read:   %q is %s, priority %s\n", created.Value.Message, created.Value.Status, created.Value.Priority)
	ref := alert.ByID(created.Value.ID)

	acknowledging, err := client.Alerts.Acknowledge(ctx, ref)
	if err != nil {
		return err
	}
	if _, err := acknowledging.Wait(ctx); err != nil {
		return err
	}
	if _, err := client.Alerts.AddNote(ctx, alert.AddNoteRequest{Ref: ref, Note: "The cleanup runs."}); err != nil {
		return err
	}
	notes, err := client.Alerts.ListNotes(ctx, alert.EntriesRequest{Ref: ref})
	if err != nil {
		return err
	}
	fmt.Printf("note:   %q\n", notes.Value[0].Note)
	if err := count(ctx, client); err != nil {
		return err
	}
	closing, err := client.Alerts.Close(ctx, ref)
	if err != nil {
		return err
	}
	closed, err := closing.Alert(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("close:  the alert is %s, acknowledged: %v\n", closed.Value.Status, closed.Value.Acknowledged)
	return nil
}

// count counts the open alerts, ten a page, to the last page.
func count(ctx context.Context, client *jsm.Client) error {
	n := 0
	for _, err := range client.Alerts.All(ctx, alert.ListRequest{Query: "status: open", Limit: 10}) {
		if err != nil {
			return err
		}
		n++
	}
	fmt.Println("list:  ", n, "open alerts")
	return nil
}

// week creates a schedule, prints who is on call on Wednesday at noon, returns the turns of the
// week that begins on Monday, and deletes the schedule.
func week(ctx context.Context, client *jsm.Client, people []string, monday time.Time) (all []string, err error) {
	ada, bob, carl := shape.UserByID(people[0]), shape.UserByID(people[1]), shape.UserByID(people[2])
	made, err := client.Schedules.Create(ctx, schedule.CreateRequest{Name: "Example", Timezone: "UTC", Rotations: []schedule.NewRotation{{
		Name: "Week", StartDate: monday, Type: schedule.Daily, Length: 2, Participants: []shape.Responder{ada, bob},
	}}})
	if err != nil {
		return nil, err
	}
	ref := schedule.ByID(made.Value.ID)
	defer func() {
		_, failed := client.Schedules.Delete(context.WithoutCancel(ctx), ref)
		err = errors.Join(err, failed)
	}()
	if err := change(ctx, client, ref, monday, carl, ada); err != nil {
		return nil, err
	}
	now, err := client.OnCall.Get(ctx, schedule.OnCallRequest{Ref: ref, Date: monday.Add(51 * time.Hour), Flat: true})
	if err != nil {
		return nil, err
	}
	fmt.Println("oncall:", now.Value.AccountIDs, "on Wednesday at noon")
	timeline, err := client.Schedules.GetTimeline(ctx, schedule.GetTimelineRequest{Ref: ref, Date: monday})
	if err != nil {
		return nil, err
	}
	show("week", timeline.Meta)
	return turns(timeline.Value), nil
}

// change replaces whoever is on call from Wednesday at noon until Thursday at noon by the first
// participant, and changes the rotation on Friday.
func change(ctx context.Context, client *jsm.Client, ref schedule.Ref, monday time.Time, participants ...shape.Responder) error {
	rotations, err := client.ScheduleRotations.List(ctx, schedule.PageRequest{Ref: ref})
	if err != nil {
		return err
	}
	_, err = client.ScheduleOverrides.Create(ctx, schedule.CreateOverrideRequest{
		Ref: ref, Responder: participants[0], StartDate: monday.Add(51 * time.Hour), EndDate: monday.Add(75 * time.Hour),
		RotationIDs: []string{rotations.Value[0].ID},
	})
	if err != nil {
		return err
	}
	friday := monday.AddDate(0, 0, 4)
	shorter := rotations.Value[0].Request()
	shorter.Ref, shorter.EndDate = ref, services.Set(friday)
	if _, err := client.ScheduleRotations.Update(ctx, shorter); err != nil {
		return err
	}
	_, err = client.ScheduleRotations.Create(ctx, schedule.CreateRotationRequest{Ref: ref, NewRotation: schedule.NewRotation{
		Name: "Weekend", StartDate: friday, Type: schedule.Daily, Participants: participants,
	}})
	return err
}

// turns returns the turns of all rotations of a timeline, the earliest first.
func turns(t schedule.Timeline) (all []string) {
	var periods []schedule.Period
	for _, rotation := range t.Final.Rotations {
		periods = append(periods, rotation.Periods...)
	}
	slices.SortFunc(periods, func(a, b schedule.Period) int { return a.StartDate.Compare(b.StartDate.Time) })
	for _, p := range periods {
		const form = "Mon 15:04"
		all = append(all, p.StartDate.UTC().Format(form)+" to "+p.EndDate.UTC().Format(form)+": "+p.Responder.ID)
	}
	return all
}

// show prints the attempts of a call.
func show(name string, m services.Metadata) {
	var ended []string
	attempts := m.Call().Attempts()
	for i, attempt := range attempts {
		switch {
		case attempt.Err != nil:
			ended = append(ended, "connection lost")
		case attempt.Status < 300 && i < len(attempts)-1:
			ended = append(ended, "response cut off")
		default:
			ended = append(ended, fmt.Sprint("status ", attempt.Status))
		}
	}
	fmt.Printf("%-7s %s\n", name+":", strings.Join(ended, ", "))
}

// connect returns a client of the real service or the simulated one, and the people on call.
func connect() (*jsm.Client, []string, func(), error) {
	site, email, token := os.Getenv("JSM_SITE"), os.Getenv("JSM_EMAIL"), os.Getenv("JSM_API_TOKEN")
	if site != "" && email != "" && token != "" {
		fmt.Println("server: the real JSM Operations")
		client, err := jsm.New(jsm.Site(site), auth.Basic(email, redact.NewSecret(token)))
		return client, strings.Split(os.Getenv("JSM_ACCOUNT_IDS"), ","), func() {}, err
	}
	fmt.Println("server: a simulated JSM Operations on loopback (set JSM_SITE, JSM_EMAIL and JSM_API_TOKEN for the real one)")
	server, err := jsmtest.Start()
	if err != nil {
		return nil, nil, nil, err
	}
	client, err := jsm.New(jsm.Site(server.Site), auth.Basic(server.Email, redact.NewSecret(server.Token)), jsm.WithBaseURL(server.URL))
	if err == nil {
		err = seed(context.Background(), client)
	}
	trouble(server)
	return client, []string{"712020:ada", "712020:bob", "712020:carl"}, server.Close, err
}

// seed creates alerts for the list.
func seed(ctx context.Context, client *jsm.Client) error {
	for i := range 24 {
		if _, err := client.Alerts.Create(ctx, alert.CreateRequest{Message: fmt.Sprint("Alert ", i)}); err != nil {
			return err
		}
	}
	return nil
}

// trouble lets the server throttle the first request, reset the connection of the second, fail to
// send the second page of a list, and cut off the timeline.
func trouble(server *jsmtest.Server) {
	server.Settle()
	server.Throttle(jsmtest.DomainAlert, 1)
	server.Inject(jsmtest.Fault{Kind: jsmtest.Reset, Route: "POST /v1/alerts"})
	server.Inject(jsmtest.Fault{Kind: jsmtest.Status, Status: 503, Route: "GET /v1/alerts", Skip: 1})
	server.Inject(jsmtest.Fault{Kind: jsmtest.Truncate, Route: "GET /v1/schedules/{scheduleId}/timeline"})
}
