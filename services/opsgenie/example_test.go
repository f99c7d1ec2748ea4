package opsgenie_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/transport"
)

// scripted answers one request after the other, and says what came.
func scripted(answers ...string) transport.RoundTripperFunc {
	return func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.RequestURI())
		status, body, _ := strings.Cut(answers[0], " ")
		answers = answers[1:]
		resp := &http.Response{Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}
		_, err := fmt.Sscan(status, &resp.StatusCode)
		return resp, err
	}
}

func ExampleNew() {
	server := scripted(
		`503 `,
		`202 {"result": "Request will be processed", "requestId": "r-1"}`,
		`200 {"data": {"isSuccess": true, "alertId": "7c2e", "alias": "disk/07"}}`,
		`200 {"data": {"id": "7c2e", "tinyId": "42", "message": "Disk full", "status": "open"}}`,
	)
	c, err := opsgenie.New("the-api-key", opsgenie.WithRegion(opsgenie.EU), opsgenie.WithBase(server),
		opsgenie.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0))))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	pending, err := c.Alerts.Create(ctx, alert.CreateRequest{
		Message: "Disk full", Alias: "disk/07", Responders: []shape.Responder{shape.TeamByName("Storage")},
	})
	if err != nil {
		panic(err)
	}
	created, err := pending.Alert(ctx) // waits until it was processed
	if err != nil {
		panic(err)
	}
	fmt.Println(created.Value.TinyID, created.Value.Status, "after", pending.Meta.Attempts, "attempts")
	// Output:
	// POST /v2/alerts
	// POST /v2/alerts
	// GET /v2/alerts/requests/r-1
	// GET /v2/alerts/7c2e?identifierType=id
	// 42 open after 2 attempts
}

// Errors have a kind for errors.Is, and a type that holds what the server said.
func ExampleNew_errors() {
	server := scripted(`403 {"message": "API key has no configuration access", "code": 40301, "requestId": "r-2"}`)
	c, err := opsgenie.New("the-api-key", opsgenie.WithBase(server))
	if err != nil {
		panic(err)
	}
	_, err = c.Heartbeats.Enable(context.Background(), "nightly")
	fmt.Println(err)
	if e, ok := errors.AsType[*services.Error](err); ok {
		fmt.Println(errors.Is(err, services.ErrForbidden), e.Code, e.RequestID)
	}
	_, err = c.Heartbeats.Enable(context.Background(), "")
	fmt.Println(err)
	// Output:
	// POST /v2/heartbeats/nightly/enable
	// services: POST /v2/heartbeats/{name}/enable: 403 (40301): API key has no configuration access [request r-2]
	// true 40301 r-2
	// services: POST /v2/heartbeats/{name}/enable: argument name is required
}
