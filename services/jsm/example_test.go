package jsm_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL)
		body := map[string]string{
			"/_edge/tenant_info":               `{"cloudId":"cccccccc-0000-4000-8000-000000000001"}`,
			direct + "/v1/alerts":              `{"result":"Request will be processed","requestId":"r-1"}`,
			direct + "/v1/alerts/requests/r-1": `{"isSuccess":true,"processedAt":"2026-11-27T08:00:00Z","alertId":"a-1"}`,
			direct + "/v1/alerts/a-1":          `{"id":"a-1","message":"Disk full"}`,
		}[req.URL.Path]
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	token := auth.Basic("me@example.com", redact.NewSecret("an API token"))
	c, err := jsm.New(jsm.Site("example.atlassian.net"), token, jsm.WithBase(server), jsm.WithPolling(poll.WithBaseDelay(0)))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	pending, err := c.Alerts.Create(ctx, alert.CreateRequest{Message: "Disk full", Alias: "disk/07"})
	if err != nil {
		panic(err)
	}
	created, err := pending.Alert(ctx)
	if err != nil {
		panic(err)
	}
	fmt.Println(created.Value.Message)
	// Output:
	// GET https://example.atlassian.net/_edge/tenant_info
	// POST https://api.atlassian.com/jsm/ops/api/cccccccc-0000-4000-8000-000000000001/v1/alerts
	// GET https://api.atlassian.com/jsm/ops/api/cccccccc-0000-4000-8000-000000000001/v1/alerts/requests/r-1
	// GET https://api.atlassian.com/jsm/ops/api/cccccccc-0000-4000-8000-000000000001/v1/alerts/a-1
	// Disk full
}
