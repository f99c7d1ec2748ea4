package inspect_test

import (
	"fmt"
	"net/http"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A program mounts the page beside its other handlers.
func ExampleNew() {
	mux := http.NewServeMux()
	limiter, budget := ratelimit.NewLimiter(), layer.DefaultBudget()
	in := inspect.New(inspect.WithPhases(), inspect.WithLimiter("api", limiter), inspect.WithBudget("retries", budget))
	client, err := tripware.New(
		tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts()),
		tripware.WithLimiter(limiter), tripware.WithRetry(retry.WithBudget(budget)),
	)
	mux.Handle("/debug/calls/", in.Handler())
	fmt.Println(client.Transport, err)
	// Output: identity > inspect.calls > retry(5, 429,500,502-599) > ratelimit > inspect.attempts > *http.Transport <nil>
}

func ExampleCurl() {
	in := inspect.New()
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
	})
	client := &http.Client{Transport: transport.Chain(server, in.Calls(), in.Attempts())}
	resp, err := client.Get("https://api.example.com/things?limit=5&sig=s3cr3t")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(inspect.Curl(transport.CallOf(resp), 1))
	// Output:
	// curl \
	//   'https://api.example.com/things?limit=5&sig='"$TOKEN"
}
