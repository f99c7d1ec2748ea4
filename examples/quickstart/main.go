// Quickstart creates an alert in Opsgenie, waits for the asynchronous result, reads
// the alert back and closes it, although the server throttles and fails.
//
// If OPSGENIE_API_KEY is set, it uses the real service. Otherwise it uses a simulated
// one on loopback, which throttles one request and resets the connection of another.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client, done, err := connect()
	if err != nil {
		return err
	}
	defer done()
	seen := observe(client)

	pending, err := client.Alerts.Create(ctx, alert.CreateRequest{
		Message: "Disk 92% full on db-1", Alias: "quickstart/db-1/disk", Priority: shape.P3, Tags: []string{"quickstart"},
	})
	if err != nil {
		return err
	}
	fmt.Println("create: accepted as request", pending.RequestID)
	total := new(tally)
	total.add(pending.Meta)
	show(pending.Meta)

	result, err := pending.Wait(ctx) // polls until the request is processed
	if err != nil {
		return err
	}
	total.add(result.Meta)
	fmt.Printf("result: %s\n", result.Value.Status)

	got, err := pending.Alert(ctx) // does not wait again, and reads the alert
	if err != nil {
		return err
	}
	total.add(got.Meta)
	fmt.Printf("alert:  #%s %q is %s, priority %s\n", got.Value.TinyID, got.Value.Message, got.Value.Status, got.Value.Priority)

	seen.show(pending.Meta.TransactionID)
	if err := refused(ctx, client); err != nil {
		return err
	}
	closing, err := client.Alerts.Close(ctx, alert.ActionRequest{Ref: alert.ByID(got.Value.ID), Note: "quickstart is done"})
	if err != nil {
		return err
	}
	closed, err := closing.Wait(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("close:  %s\n", closed.Value.Status)
	total.add(closing.Meta)
	total.add(closed.Meta)
	fmt.Println(total)
	return nil
}

// connect returns a client for the real service or the simulated one, and prints which.
func connect() (*opsgenie.Client, func(), error) {
	if key := os.Getenv("OPSGENIE_API_KEY"); key != "" {
		fmt.Println("server: the real Opsgenie")
		client, err := opsgenie.New(key, opsgenie.WithRegion(opsgenie.Region(region())))
		return client, func() {}, err
	}
	fmt.Println("server: a simulated Opsgenie on loopback (set OPSGENIE_API_KEY for the real one)")
	server, err := opsgenietest.Start()
	if err != nil {
		return nil, nil, err
	}
	server.Throttle(opsgenietest.DomainAlert, 1)                // the first request is throttled,
	server.Inject(opsgenietest.Fault{Kind: opsgenietest.Reset}) // and the second loses its connection
	client, err := opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL))
	return client, server.Close, err
}

// region returns the region of the account, by default the US.
func region() string {
	if region := os.Getenv("OPSGENIE_REGION"); region != "" {
		return region
	}
	return string(opsgenie.US)
}

// show prints the record of a call.
func show(m services.Metadata) {
	for _, attempt := range m.Call().Attempts() {
		if attempt.Err != nil {
			fmt.Printf("        attempt %d: %v\n", attempt.Number, attempt.Err)
			continue
		}
		fmt.Printf("        attempt %d: status %d\n", attempt.Number, attempt.Status)
	}
	for _, attempt := range m.Call().Attempts()[1:] {
		waited, reasons := time.Duration(0), []string(nil)
		for _, wait := range m.Call().Waits() {
			if wait.Before == attempt.Number {
				waited, reasons = waited+wait.For, append(reasons, wait.Reason)
			}
		}
		fmt.Printf("        waited %v before attempt %d: %s\n", waited.Round(time.Millisecond), attempt.Number, strings.Join(reasons, ", "))
	}
}

// refused makes a call with a mistake that is found before anything is sent.
func refused(ctx context.Context, client *opsgenie.Client) error {
	_, err := client.Alerts.Create(ctx, alert.CreateRequest{})
	if !errors.Is(err, services.ErrArgument) {
		return fmt.Errorf("an alert without a message was not refused: %w", err)
	}
	fmt.Println("refuse:", err)
	return nil
}

// events collects what the observers of a client received.
type events []metrics.Event

func observe(client *opsgenie.Client) *events {
	seen := new(events)
	all := metrics.ObserverFunc(func(_ context.Context, e metrics.Event) { *seen = append(*seen, e) })
	for _, channel := range []*metrics.Publisher{client.Metrics.API, client.Metrics.HTTP, client.Metrics.SDK} {
		channel.Subscribe(all)
	}
	return seen
}

// show prints the three metrics of one call, which have the same transaction id.
func (s *events) show(transactionID string) {
	fmt.Println("metric: transaction", transactionID)
	for _, e := range *s {
		if e.Shared().TransactionID != transactionID {
			continue
		}
		switch e := e.(type) {
		case metrics.HTTPEvent:
			fmt.Printf("        HTTP %s status %d, retry count %d\n", e.Route, e.StatusCode, e.RetryCount)
		case metrics.APIEvent:
			fmt.Printf("        API  %s rate limit %s, retry count %d\n", e.Route, e.Result.RateLimitState, e.Result.RetryCount)
		case metrics.SDKEvent:
			fmt.Printf("        SDK  %s error %q\n", e.Route, e.ErrorType)
		}
	}
}

// tally sums up calls.
type tally struct {
	calls, attempts int
	waited, elapsed time.Duration
}

func (t *tally) add(m services.Metadata) {
	t.calls++
	t.attempts += m.Attempts
	t.waited += m.Waited
	t.elapsed += m.Elapsed
}

func (t *tally) String() string {
	return fmt.Sprintf("total:  %d calls, %d attempts, %v of %v waited between attempts",
		t.calls, t.attempts, t.waited.Round(time.Millisecond), t.elapsed.Round(time.Millisecond))
}
