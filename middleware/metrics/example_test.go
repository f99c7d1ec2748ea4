package metrics_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
)

func ExampleNewPublishers() {
	p := metrics.NewPublishers()
	p.API.Subscribe(metrics.On(func(_ context.Context, e metrics.APIEvent) {
		fmt.Println(e.Channel(), e.TransactionID, e.ResourcePath, e.Result.RequestID, e.Body)
	}), metrics.WithBodies(4<<10))
	p.HTTP.Subscribe(metrics.On(func(_ context.Context, e metrics.HTTPEvent) {
		fmt.Println(e.Channel(), e.TransactionID, e.Request.Method, e.Request.URL, e.StatusCode)
	}))

	server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusOK,
			Header:     http.Header{"X-Request-Id": {"r-1"}},
			Body:       io.NopCloser(strings.NewReader(`{"result":"ok"}`)),
		}, nil
	})
	client := &http.Client{Transport: transport.Chain(server,
		transport.Identity(), metrics.Calls(p), metrics.Attempts(p))}

	ctx := transport.WithTransactionID(context.Background(), "t-1")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/v2/alerts?apiKey=secret", http.NoBody)
	if err != nil {
		panic(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	// Output:
	// HTTP t-1 GET https://api.example.com/v2/alerts?apiKey=*** 200
	// API t-1 /v2/alerts r-1 {"result":"ok"}
}

func ExampleOn() {
	p := metrics.NewPublishers()
	unsubscribe := p.SDK.Subscribe(metrics.On(func(_ context.Context, e metrics.SDKEvent) {
		text, err := json.Marshal(e)
		fmt.Println(string(text), err)
	}))
	defer unsubscribe()
	p.SDK.Publish(context.Background(), metrics.SDKEvent{ErrorType: metrics.ErrorTypeSDK, ErrorMessage: "no connection"})
	// Output: {"transactionId":"","duration":0,"resourcePath":"","errorType":"sdk-error","errorMessage":"no connection","sdkRequestDetails":null,"sdkResultDetails":null} <nil>
}

func ExampleCalls() {
	p := metrics.NewPublishers()
	p.API.Subscribe(metrics.ObserverFunc(func(_ context.Context, e metrics.Event) {
		fmt.Println(e.Channel(), e.Shared().ResourcePath)
	}))
	server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
	})
	client := &http.Client{Transport: transport.Chain(server, metrics.Calls(p))}
	resp, err := client.Get("https://api.example.com/ping")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	// Output: API /ping
}

// A call that fails has an event too, on the channel of calls.
func ExampleCallEvent() {
	p := metrics.NewPublishers()
	p.Call.Subscribe(metrics.On(func(_ context.Context, e metrics.CallEvent) {
		fmt.Println(e.Method, e.Host, e.Outcome, e.StatusCode, e.ErrorClass, e.Attempts)
	}))
	p.Call.Subscribe(metrics.On(func(_ context.Context, e metrics.BodyEvent) {
		fmt.Println("read", e.Read, "bytes, complete:", e.Complete)
	}))
	broken := false
	server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		if broken = !broken; broken {
			return nil, io.ErrUnexpectedEOF
		}
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("hello"))}, nil
	})
	client := &http.Client{Transport: transport.Chain(server, metrics.Calls(p))}
	for range 2 {
		resp, err := client.Get("https://api.example.com/")
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	// Output:
	// GET api.example.com failure 0 connection_reset 1
	// GET api.example.com success 200  1
	// read 5 bytes, complete: true
}

func ExampleAttempts() {
	p := metrics.NewPublishers()
	p.HTTP.Subscribe(metrics.On(func(_ context.Context, e metrics.HTTPEvent) {
		fmt.Println(e.RetryCount, e.StatusCode, e.Error)
	}))
	server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return nil, io.ErrUnexpectedEOF
	})
	client := &http.Client{Transport: transport.Chain(server, metrics.Attempts(p))}
	_, err := client.Get("https://api.example.com/")
	fmt.Println(err)
	// Output:
	// 0 0 unexpected EOF
	// Get "https://api.example.com/": unexpected EOF
}
