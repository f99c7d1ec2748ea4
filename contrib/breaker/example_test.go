package breaker_test

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/breaker"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func ExampleWith() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusBadGateway, Body: http.NoBody, Request: req}, nil
	})
	client, err := tripware.New(tripware.WithBase(server), tripware.WithRetry(retry.Off()),
		breaker.With(breaker.WithTrip(0.5, 3, 10*time.Second), breaker.WithLogger(nil)))
	if err != nil {
		panic(err)
	}
	for range 4 {
		resp, err := client.Get("https://api.example.com/")
		if open, ok := errors.AsType[*breaker.OpenError](err); ok {
			fmt.Println("not sent:", open.Failures, "of", open.Samples, "failed, the last with", open.Cause)
			continue
		}
		fmt.Println(resp.StatusCode)
		_ = resp.Body.Close()
	}
	// Output:
	// 502
	// 502
	// 502
	// not sent: 3 of 3 failed, the last with status 502
}

// A breaker and a bulkhead on the page of live calls.
func Example_together() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
	})
	circuits, permits := breaker.New(), bulkhead.NewBulkhead(64)
	in := inspect.New(inspect.WithKeys("breaker", circuits), inspect.WithKeys("bulkhead", permits))
	client, err := tripware.New(
		tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts(), circuits.Middleware()),
		tripware.WithBulkhead(permits), tripware.WithBase(server),
	)
	if err != nil {
		panic(err)
	}
	resp, err := client.Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	for _, s := range append(circuits.KeyStatuses(1), permits.KeyStatuses(1)...) {
		fmt.Println(s.Key, s.State, s.Detail)
	}
	// Output:
	// api.example.com closed 0 of 1 failed
	// api.example.com free 0 of 64 in use, 0 queued, 0 refused
}

func ExampleNew() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
	})
	circuits := breaker.New(
		breaker.WithOpen(10*time.Second, time.Minute),
		breaker.WithObserver(func(c breaker.Change) { fmt.Println(c.Key, "is", c.To) }), // never here: all is well
	)
	client, err := tripware.New(tripware.WithBase(server), tripware.PerAttempt(circuits.Middleware()))
	if err != nil {
		panic(err)
	}
	resp, err := client.Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	state, _ := circuits.Snapshot("api.example.com")
	fmt.Println(state.Phase, state.Failures, "of", state.Samples)
	// Output: closed 0 of 1
}
