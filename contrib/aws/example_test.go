package aws_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/aws"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func ExampleConfig() {
	requests := 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests++; requests < 3 {
			w.Header().Set("X-Amzn-ErrorType", "ThrottlingException")
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	defer service.Close()

	client, err := tripware.New(tripware.WithRetry(retry.WithBaseDelay(0))) // without waits, for this example
	if err != nil {
		panic(err)
	}
	cfg, err := aws.Config(sdk.Config{Region: "eu-central-1"}, client.Transport)
	if err != nil {
		panic(err)
	}
	// A client of a service is made by, for example, dynamodb.NewFromConfig(cfg).
	put := operation{name: "PutItem", method: http.MethodPost, url: service.URL, body: strings.NewReader("{}")}
	metadata, err := put.run(context.Background(), cfg)
	fmt.Println(aws.CallOf(metadata).AttemptCount(), "attempts, error:", err)
	// Output: 3 attempts, error: <nil>
}

func ExampleKeepRetryer() {
	service := httptest.NewServer(http.NotFoundHandler())
	defer service.Close()

	var routes []string
	observe := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			route, _ := transport.Lookup[transport.Route](req.Context())
			routes = append(routes, string(route))
			return next.RoundTrip(req)
		})
	}
	client, err := tripware.New(tripware.WithRetry(retry.Off()), tripware.PerAttempt(observe))
	if err != nil {
		panic(err)
	}
	cfg, err := aws.Config(sdk.Config{Region: "eu-central-1"}, client.Transport, aws.KeepRetryer())
	if err != nil {
		panic(err)
	}
	get := operation{name: "GetObject", method: http.MethodGet, url: service.URL}
	_, err = get.run(context.Background(), cfg)
	fmt.Println(routes, aws.CallOfError(err).Attempts()[0].Status)
	// Output: [Test.GetObject] 404
}
