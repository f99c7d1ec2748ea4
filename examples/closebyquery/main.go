// Closebyquery closes the open alerts that match a query, each once, and prints which
// alerts could not be closed.
//
// If OPSGENIE_API_KEY is set, it closes alerts of the real service, and a query must be
// given as the argument. Otherwise it uses a simulated one on loopback, which throttles
// some requests and refuses to close one alert.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	ctx := context.Background()
	client, query, done, err := connect(ctx)
	if err != nil {
		return err
	}
	defer done()
	matching := alert.ListRequest{Query: "status: open AND (" + query + ")"}
	acted, err := client.Alerts.Each(ctx, matching, func(ctx context.Context, a alert.Alert) error {
		return closeAlert(ctx, client, a)
	}, services.WithParallel(8))
	fmt.Printf("closed %d of %d alerts\n", acted.Tried-len(acted.Failures), acted.Tried)
	for _, failure := range acted.Failures {
		fmt.Println("not closed:", failure.Key, failure.Err)
	}
	return err
}

// closeAlert closes an alert and waits until it is closed.
func closeAlert(ctx context.Context, client *opsgenie.Client, a alert.Alert) error {
	closing, err := client.Alerts.Close(ctx, alert.ActionRequest{Ref: alert.ByID(a.ID), Source: "closebyquery"})
	if err != nil {
		return err
	}
	_, err = closing.Wait(ctx)
	return err
}

// connect returns a client for the real service or the simulated one, and the query.
func connect(ctx context.Context) (client *opsgenie.Client, query string, done func(), err error) {
	if key := os.Getenv("OPSGENIE_API_KEY"); key != "" {
		if len(os.Args) != 2 {
			return nil, "", nil, errors.New("usage: closebyquery 'tag: load-test'")
		}
		region := opsgenie.Region(cmp.Or(os.Getenv("OPSGENIE_REGION"), string(opsgenie.US)))
		client, err = opsgenie.New(key, opsgenie.WithRegion(region))
		return client, os.Args[1], func() {}, err
	}
	server, err := opsgenietest.Start()
	if err != nil {
		return nil, "", nil, err
	}
	client, err = opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL), opsgenie.WithPolling(poll.WithBaseDelay(time.Millisecond)))
	if err == nil {
		err = fill(ctx, client)
	}
	server.Throttle(opsgenietest.DomainSearch, 1)
	server.Inject(opsgenietest.Fault{Kind: opsgenietest.Status, Status: 403, Route: "POST /v2/alerts/{identifier}/close", Skip: 99})
	return client, "tag: load-test", server.Close, err
}

// fill creates 250 alerts, which are three pages, and one that the query does not match.
func fill(ctx context.Context, client *opsgenie.Client) error {
	for i := range 251 {
		in := alert.CreateRequest{Message: "too slow", Alias: fmt.Sprint("load-test/", i), Tags: []string{"load-test"}}
		if i == 250 {
			in.Tags = nil
		}
		pending, err := client.Alerts.Create(ctx, in)
		if err != nil {
			return err
		}
		if _, err := pending.Wait(ctx); err != nil {
			return err
		}
	}
	fmt.Println("created 250 alerts with the tag load-test, and one without")
	return nil
}
