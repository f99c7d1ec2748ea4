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
	"github.com/tripware/tripware/services/opsgenie/schedule"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

func answering(body string) *services.Client {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.RequestURI())
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	return client
}

func ExampleNew() {
	client := answering("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
	size, err := schedule.New(client).ExportICS(context.Background(), schedule.ByName("Nights"), os.Stdout)
	if err != nil {
		panic(err)
	}
	fmt.Println(size.Value, "bytes")
	// Output:
	// GET /v2/schedules/Nights.ics?identifierType=name
	// BEGIN:VCALENDAR
	// END:VCALENDAR
	// 30 bytes
}

func ExampleNewRotations() {
	client := answering(`{"result":"Created","data":{"id":"r-1","name":"Primary"}}`)
	got, err := schedule.NewRotations(client).Create(context.Background(), schedule.CreateRotationRequest{
		Ref: schedule.ByName("Nights"),
		NewRotation: schedule.NewRotation{
			Name: "Primary", Type: schedule.Weekly, StartDate: time.Date(2026, 1, 5, 22, 0, 0, 0, time.UTC),
			Participants:    []shape.Recipient{shape.To(shape.UserByName("ada@example.com")), shape.To(shape.TeamByName("Storage"))},
			TimeRestriction: shape.Daily(shape.DayHours{StartHour: 22, EndHour: 6}),
		},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.ID)
	// Output:
	// POST /v2/schedules/Nights/rotations?scheduleIdentifierType=name
	// r-1
}

func ExampleNewOverrides() {
	client := answering(`{"result":"Created","data":{"alias":"holiday-swap"}}`)
	from := time.Date(2026, 5, 27, 6, 0, 0, 0, time.UTC)
	got, err := schedule.NewOverrides(client).Create(context.Background(), schedule.CreateOverrideRequest{
		Ref: schedule.ByName("Nights"), Alias: "holiday-swap",
		User: shape.To(shape.UserByName("grace@example.com")), StartDate: from, EndDate: from.Add(12 * time.Hour),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.Alias)
	// Output:
	// POST /v2/schedules/Nights/overrides?scheduleIdentifierType=name
	// holiday-swap
}

func ExampleRotation_Request() {
	client := answering(`{"data":{"_parent":{"id":"s-1"},"id":"r-1","name":"Primary","type":"weekly","length":1,"participants":[{"type":"none"}],"color":"red"}}`)
	rotations := schedule.NewRotations(client)
	read, err := rotations.Get(context.Background(), schedule.ByName("Nights"), "r-1")
	if err != nil {
		panic(err)
	}
	in := read.Value.Request() // with all that the rotation has, the color included
	in.Length = services.Set(2)
	in.EndDate = services.Null[time.Time]() // cleared; what is not mentioned stays as it is
	if _, err := rotations.Update(context.Background(), in); err != nil {
		panic(err)
	}
	// Output:
	// GET /v2/schedules/Nights/rotations/r-1?scheduleIdentifierType=name
	// PATCH /v2/schedules/s-1/rotations/r-1?scheduleIdentifierType=id
}

func ExampleNewOnCall() {
	client := answering(`{"data":{"_parent":{"name":"Nights"},"onCallRecipients":["ada@example.com"]}}`)
	got, err := schedule.NewOnCall(client).Get(context.Background(), schedule.OnCallRequest{Ref: schedule.ByName("Nights"), Flat: true})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Value.Usernames)
	// Output:
	// GET /v2/schedules/Nights/on-calls?scheduleIdentifierType=name&flat=true
	// [ada@example.com]
}
