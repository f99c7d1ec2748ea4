package maintenance_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/maintenance"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport"
)

// serving returns a client of a server that prints what it gets and always sends a body.
func serving(body string) *services.Client {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent := []byte("nothing")
		var err error
		if req.Body != nil {
			sent, err = io.ReadAll(req.Body)
		}
		fmt.Println(req.Method, string(sent))
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body)), Request: req}, err
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.atlassian.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	return client
}

func ExampleNew() {
	s := maintenance.New(serving(`{"id":"7777","status":"planned"}`)) // the field Maintenance of a jsm.Client
	start := time.Date(2026, time.December, 1, 22, 0, 0, 0, time.UTC)
	planned, err := s.Create(context.Background(), maintenance.CreateRequest{
		Start: start,
		End:   start.Add(time.Hour),
		Rules: []maintenance.Rule{{State: maintenance.Disabled, Entity: maintenance.Entity{ID: "ffff", Type: maintenance.Integration}}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(planned.Value.ID, planned.Value.Status)
	// Output:
	// POST {"startDate":"2026-12-01T22:00:00Z","endDate":"2026-12-01T23:00:00Z","rules":[{"state":"disabled","entity":{"id":"ffff","type":"integration"}}]}
	// 7777 planned
}

func ExampleNewTeam() {
	s := maintenance.NewTeam(serving(`{"id":"7777","endDate":"2026-12-02T02:00:00Z"}`)) // the field TeamMaintenance of a jsm.Client
	longer, err := s.Update(context.Background(), "aaaa", maintenance.UpdateRequest{
		ID:  "7777",
		End: services.Set(time.Date(2026, time.December, 2, 2, 0, 0, 0, time.UTC)),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(longer.Value.End)
	// Output:
	// PATCH {"endDate":"2026-12-02T02:00:00Z"}
	// 2026-12-02 02:00:00 +0000 UTC
}
