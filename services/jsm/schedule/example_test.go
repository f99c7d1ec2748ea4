package schedule_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/schedule"
	"github.com/tripware/tripware/services/jsm/shape"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport"
)

// answering returns a client of a server that prints requests and answers each with the same
// body. Programs get their services from jsm.New.
func answering(body string) *services.Client {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, strings.TrimPrefix(req.URL.RequestURI(), prefix))
		if req.Body != nil {
			text, _ := io.ReadAll(req.Body)
			fmt.Println(string(text))
		}
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, base, wire.Codec{})
	if err != nil {
		panic(err)
	}
	return client
}

func ExampleNew() {
	client := answering("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
	size, err := schedule.New(client).ExportICS(context.Background(), schedule.ByID("s-1"), os.Stdout)
	if err != nil {
		panic(err)
	}
	fmt.Println(size.Value, "bytes")
	// Output:
	// GET /v1/schedules/s-1.ics
	// BEGIN:VCALENDAR
	// END:VCALENDAR
	// 30 bytes
}

func ExampleNewRotations() {
	client := answering(`{"id":"r-1","name":"Primary"}`)
	got, err := schedule.NewRotations(client).Create(context.Background(), schedule.CreateRotationRequest{
		Ref: schedule.ByID("s-1"),
		NewRotation: schedule.NewRotation{
			Name: "Primary", Type: schedule.Weekly, StartDate: time.Date(2026, 1, 5, 22, 0, 0, 0, time.UTC),
			Participants:    []shape.Responder{shape.UserByID("712020:ada"), shape.Nobody()},
			TimeRestriction: shape.Daily(shape.DayHours{StartHour: 22, EndHour: 6}),
		},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.ID)
	// Output:
	// POST /v1/schedules/s-1/rotations
	// {"name":"Primary","startDate":"2026-01-05T22:00:00Z","type":"weekly","participants":[{"type":"user","id":"712020:ada"},{"type":"noone"}],"timeRestriction":{"type":"time-of-day","restriction":{"startHour":22,"startMin":0,"endHour":6,"endMin":0}}}
	// r-1
}

func ExampleNewOverrides() {
	client := answering(`{"alias":"o-1"}`)
	from := time.Date(2026, 5, 27, 6, 0, 0, 0, time.UTC)
	got, err := schedule.NewOverrides(client).Create(context.Background(), schedule.CreateOverrideRequest{
		Ref: schedule.ByID("s-1"), Responder: shape.UserByID("712020:grace"), StartDate: from, EndDate: from.Add(12 * time.Hour),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.Alias)
	// Output:
	// POST /v1/schedules/s-1/overrides
	// {"responder":{"type":"user","id":"712020:grace"},"startDate":"2026-05-27T06:00:00Z","endDate":"2026-05-27T18:00:00Z"}
	// o-1
}

func ExampleNewOnCall() {
	client := answering(`{"onCallUsers":["712020:ada"]}`)
	got, err := schedule.NewOnCall(client).Get(context.Background(), schedule.OnCallRequest{Ref: schedule.ByID("s-1"), Flat: true})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.AccountIDs)
	// Output:
	// GET /v1/schedules/s-1/on-calls?flat=true
	// [712020:ada]
}

func ExampleRotation_Request() {
	client := answering(`{"id":"r-1","type":"weekly","length":1,"participants":[{"type":"noone"}],"color":"red"}`)
	rotations := schedule.NewRotations(client)
	read, err := rotations.Get(context.Background(), schedule.ByID("s-1"), "r-1")
	if err != nil {
		panic(err)
	}
	in := read.Value.Request() // with all that the rotation has, the color included
	in.Ref = schedule.ByID("s-1")
	in.Length = services.Set(2)
	in.EndDate = services.Null[time.Time]() // cleared; what is not mentioned stays as it is
	if _, err := rotations.Update(context.Background(), in); err != nil {
		panic(err)
	}
	// Output:
	// GET /v1/schedules/s-1/rotations/r-1
	// PATCH /v1/schedules/s-1/rotations/r-1
	// {"endDate":null,"type":"weekly","length":2,"participants":[{"type":"noone"}],"color":"red"}
}
