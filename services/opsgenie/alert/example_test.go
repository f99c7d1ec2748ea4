package alert_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

// says returns a service whose server answers the same each time, and prints
// what it was asked.
func says(answer string) *alert.Service {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.RequestURI())
		if req.Body != nil {
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return nil, err
			}
			fmt.Println(string(body))
		}
		return &http.Response{StatusCode: 202, Body: io.NopCloser(strings.NewReader(answer)), Request: req}, nil
	})
	client, err := services.New(&http.Client{Transport: server}, "https://api.opsgenie.com", wire.Codec{})
	if err != nil {
		panic(err)
	}
	return alert.New(client)
}

func ExampleNew() {
	alerts := says(`{"data": {"count": 17}}`)
	open, err := alerts.Count(context.Background(), alert.CountRequest{Query: "status: open"})
	if err != nil {
		panic(err)
	}
	fmt.Println(open.Value, "alerts")
	// Output:
	// GET /v2/alerts/count?query=status%3A+open
	// 17 alerts
}

func ExampleService_Close() {
	alerts := says(`{"result": "Request will be processed", "requestId": "r-1"}`)
	pending, err := alerts.Close(context.Background(), alert.ActionRequest{Ref: alert.ByAlias("disk/07"), Note: "Swapped"})
	if err != nil {
		panic(err)
	}
	fmt.Println(pending.RequestID) // enough for another process to resume the wait
	// Output:
	// POST /v2/alerts/disk%2F07/close?identifierType=alias
	// {"note":"Swapped"}
	// r-1
}

func ExampleService_All() {
	alerts := says(`{"data": [{"tinyId": "1", "message": "Disk full"}, {"tinyId": "2", "message": "Disk gone"}]}`)
	for a, err := range alerts.All(context.Background(), alert.ListRequest{SearchRef: alert.SearchByName("Open P1")}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(a.TinyID, a.Message)
	}
	// Output:
	// GET /v2/alerts?searchIdentifier=Open+P1&searchIdentifierType=name&limit=100
	// 1 Disk full
	// 2 Disk gone
}
