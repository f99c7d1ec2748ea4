package clients_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func Example() {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	rt := transport.Chain(http.DefaultTransport, retry.New())
	client := &http.Client{Transport: rt}

	resp, err := client.Get(server.URL)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	defer client.CloseIdleConnections()
	fmt.Println(resp.Status, "after", transport.CallOf(resp).AttemptCount(), "attempt")
	// Output: 404 Not Found after 1 attempt
}

// A client that tries 11 times and cannot be told not to.
func Example_retriesPerCall() {
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusTooManyRequests, Body: http.NoBody, Request: req}, nil
	})
	ctx := context.Background()
	rt := transport.Chain(base, retry.New(retry.WithMaxRetries(3), retry.WithRetriesPerCall()))
	ctx, call := transport.Begin(ctx)
	defer call.End()

	short := retry.WithPolicy(ctx, retry.WithBaseDelay(0)) // an example does not wait
	for range 11 {
		req, err := http.NewRequestWithContext(short, http.MethodGet, "https://api.example.com/items", http.NoBody)
		if err != nil {
			panic(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			panic(err)
		}
		resp.Body.Close()
	}
	fmt.Println(call.AttemptCount(), "requests")
	// Output: 14 requests
}
