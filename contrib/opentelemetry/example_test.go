package opentelemetry_test

import (
	"context"
	"fmt"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// printer prints spans as they end.
type printer struct{}

func (printer) ExportSpans(_ context.Context, spans []trace.ReadOnlySpan) error {
	for _, s := range spans {
		fmt.Printf("%-8s %s", s.SpanKind(), s.Name())
		for _, a := range s.Attributes() {
			switch a.Key {
			case "http.response.status_code", "http.request.resend_count", "tripware.attempts":
				fmt.Printf(" %s=%s", a.Key, a.Value.String())
			}
		}
		fmt.Println()
	}
	return nil
}

func (printer) Shutdown(context.Context) error { return nil }

func ExampleWith() {
	statuses := []int{503, 200}
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		status := statuses[0]
		statuses = statuses[1:]
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	tracers := trace.NewTracerProvider(trace.WithSyncer(printer{})) // WithBatcher in a program
	client, err := tripware.New(
		opentelemetry.With(
			opentelemetry.WithTracerProvider(tracers),
			opentelemetry.WithPropagator(propagation.TraceContext{}),
		),
		tripware.WithBase(server),                  // replaces the network in this example
		tripware.WithRetry(retry.WithBaseDelay(0)), // for the test
	)
	if err != nil {
		panic(err)
	}
	ctx := transport.WithRoute(context.Background(), "GET /users/{id}")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/users/42", http.NoBody)
	if err != nil {
		panic(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	// Output:
	// client   GET /users/{id} http.response.status_code=503
	// client   GET /users/{id} http.request.resend_count=1 http.response.status_code=200
	// internal GET /users/{id} http.response.status_code=200 tripware.attempts=2
}

func ExampleCalls() {
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	tracers := opentelemetry.WithTracerProvider(trace.NewTracerProvider(trace.WithSyncer(printer{})))
	chain := transport.Chain(base, opentelemetry.Calls(tracers), retry.New(), opentelemetry.Attempts(tracers))
	resp, err := (&http.Client{Transport: chain}).Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(chain)
	// Output:
	// client   GET http.response.status_code=200
	// internal GET http.response.status_code=200 tripware.attempts=1
	// opentelemetry.calls > retry(5, 429,500,502-599) > opentelemetry.attempts > transport.RoundTripperFunc
}
