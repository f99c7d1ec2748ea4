package opsgenie_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// The Go code of docs/migrating.md, here and in migrating_tasks_test.go. A test in
// internal/house compares the document with it.

const apiKey = opsgenietest.DefaultKey

// Most settings of the Python SDK, nearly all with their default values.
func Example_settings() {
	client, err := opsgenie.New(apiKey,
		opsgenie.WithRegion(opsgenie.EU),              // host
		opsgenie.WithPolling(poll.WithMaxRetries(10)), // short_polling_max_retries
		opsgenie.WithTransport(
			tripware.WithRetry(
				retry.WithMaxRetries(5),                  // retry_count
				retry.WithCodes("429", "500", "502-599"), // retry_http_response
				retry.WithBaseDelay(time.Second),         // back_off
				retry.WithMaxDelay(30*time.Second),       // retry_delay
				retry.WithMaxElapsed(60*time.Second),     // retry_max_delay
			),
			tripware.WithProxy(network.Proxy{ // ProxyConfiguration
				Protocol: "https",
				Host:     "proxy.example.com",
				Port:     8080,
				Username: "ada@example.com",
				Password: redact.NewSecret("p@ss:word"),
			}),
			tripware.WithConnection(network.WithConcurrency(16)), // connection_pool_maxsize
			tripware.WithLogger(slog.Default()),                  // logger
		),
	)
	if err != nil {
		panic(err)
	}
	fmt.Println(client.HTTP().Transport)
	// Output: identity > logging.calls > metrics.calls > retry(5, 429,500,502-599) > ratelimit > logging.attempts > metrics.attempts > auth > *http.Transport
}

// notify prints a part of each event.
func notify(_ context.Context, event metrics.Event) {
	switch e := event.(type) {
	case metrics.HTTPEvent:
		fmt.Println("HTTP:", e.Route, e.Status)
	case metrics.APIEvent:
		fmt.Println("API: request id", e.Result.RequestID != "", "retries", e.Result.RetryCount)
	case metrics.SDKEvent:
		fmt.Printf("SDK: error type %q\n", e.ErrorType)
	}
}

func createAndWait(ctx context.Context, client *opsgenie.Client) error {
	observer := metrics.ObserverFunc(notify)
	client.Metrics.API.Subscribe(observer)
	client.Metrics.HTTP.Subscribe(observer)
	client.Metrics.SDK.Subscribe(observer)

	pending, err := client.Alerts.Create(ctx, alert.CreateRequest{
		Message:    "Disk full on db-1",
		Alias:      "db-1/disk",
		Responders: []shape.Responder{shape.TeamByName("Storage")},
		Priority:   shape.P2,
	})
	if err != nil {
		return err
	}
	status, err := pending.Wait(ctx, poll.WithMaxRetries(15)) // retrieve_result
	if err != nil {
		return err
	}
	created, err := pending.Alert(ctx) // retrieve_resulting_action
	if err != nil {
		return err
	}
	id, err := pending.ID(ctx) // id
	if err != nil {
		return err
	}
	fmt.Println(status.Value.Status, created.Value.Message, id == created.Value.ID)
	return nil
}

// hasty returns a simulated server and a client for it that does not wait between attempts.
func hasty(opts ...opsgenietest.Option) (*opsgenietest.Server, *opsgenie.Client) {
	server, err := opsgenietest.Start(opts...)
	if err != nil {
		panic(err)
	}
	client, err := opsgenie.New(apiKey, opsgenie.WithBaseURL(server.URL),
		opsgenie.WithPolling(poll.WithBaseDelay(0)), opsgenie.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0))))
	if err != nil {
		panic(err)
	}
	return server, client
}

// The example of the Python SDK's page, in Go: create an alert, wait, read it, observe.
func Example_fromPython() {
	server, client := hasty(opsgenietest.WithProcessingPolls(1))
	defer server.Close()
	defer client.CloseIdleConnections()
	if err := createAndWait(context.Background(), client); err != nil {
		panic(err)
	}
	// Output:
	// HTTP: POST /v2/alerts 202 Accepted
	// API: request id true retries 0
	// SDK: error type ""
	// HTTP: GET /v2/alerts/requests/{requestId} 404 Not Found
	// API: request id true retries 0
	// SDK: error type ""
	// HTTP: GET /v2/alerts/requests/{requestId} 200 OK
	// API: request id true retries 0
	// SDK: error type ""
	// HTTP: GET /v2/alerts/{identifier} 200 OK
	// API: request id true retries 0
	// SDK: error type ""
	// Created alert Disk full on db-1 true
}

func explain(err error) {
	if errors.Is(err, services.ErrNotFound) {
		fmt.Println("not found")
	}
	if failed, ok := errors.AsType[*shape.ActionError](err); ok {
		fmt.Println("accepted, then failed:", failed.Action, failed.Status)
	} else if failed, ok := errors.AsType[*services.Error](err); ok {
		fmt.Println(failed.Status, failed.Message, failed.Fields, failed.RequestID != "", failed.Attempts)
	}
}

func acknowledge(ctx context.Context, client *opsgenie.Client, alias string) error {
	got, err := client.Alerts.Get(ctx, alert.ByAlias(alias))
	if err != nil {
		return err
	}
	fmt.Println(got.Value.Message, got.Meta.Status, got.Meta.RateLimit.State)

	pending, err := client.Alerts.Acknowledge(ctx, alert.ActionRequest{Ref: alert.ByID(got.Value.ID)})
	if err != nil {
		return err
	}
	_, err = client.Alerts.Resume(pending.RequestID).Wait(ctx) // or pending.Wait(ctx)
	return err
}

// The idioms of the official Go SDK: identifiers, RetrieveStatus, *client.ApiError.
func Example_fromGo() {
	server, client := hasty(opsgenietest.WithProcessingPolls(0))
	defer server.Close()
	defer client.CloseIdleConnections()
	ctx := context.Background()

	explain(acknowledge(ctx, client, "disk/07"))
	if _, err := client.Alerts.Create(ctx, alert.CreateRequest{Message: "Disk full", Alias: "disk/07"}); err != nil {
		panic(err)
	}
	explain(acknowledge(ctx, client, "disk/07"))
	if _, err := client.Alerts.Close(ctx, alert.ActionRequest{Ref: alert.ByAlias("disk/07")}); err != nil {
		panic(err)
	}
	explain(acknowledge(ctx, client, "disk/07"))
	// Output:
	// not found
	// 404 No alert exists with alias [disk/07] map[] true 1
	// Disk full 200 OK
	// Disk full 200 OK
	// accepted, then failed: Acknowledge Alert is already closed
}
