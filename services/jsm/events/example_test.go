package events_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware/services/jsm/events"
	"github.com/tripware/tripware/transport"
)

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL)
		body := `{"result":"Request will be processed","requestId":"r-1"}`
		return &http.Response{StatusCode: 202, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	c, err := events.New("the key of an integration", events.WithBase(server))
	if err != nil {
		panic(err)
	}
	created, err := c.Alerts.Create(context.Background(), events.CreateRequest{Message: "Disk full", Alias: "disk/07"})
	if err != nil {
		panic(err)
	}
	fmt.Println(created.Meta.RequestID)
	// Output:
	// POST https://api.atlassian.com/jsm/ops/integration/v2/alerts
	// r-1
}
