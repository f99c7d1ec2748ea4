package prometheus_test

import (
	"context"
	"fmt"
	"net/http"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A call is throttled by the server, fails, and then succeeds.
func ExampleNew() {
	collector := prometheus.New()
	publishers := metrics.NewPublishers()
	collector.Subscribe(publishers)

	server := statuses(429, 503, 200)
	c, err := tripware.New(
		tripware.WithMetrics(publishers),
		tripware.WithBase(server),
		tripware.WithRetry(retry.WithBaseDelay(0)),
	)
	if err != nil {
		panic(err)
	}
	ctx := transport.WithRoute(context.Background(), "GET /books/{id}")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/books/7", http.NoBody)
	if err != nil {
		panic(err)
	}
	resp, err := c.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()

	text, err := testutil.CollectAndFormat(collector, expfmt.TypeTextPlain,
		"tripware_calls_total", "tripware_attempts_total", "tripware_retries_total")
	if err != nil {
		panic(err)
	}
	fmt.Print(string(text))
	// Output:
	// # HELP tripware_attempts_total Requests that were sent for calls that have ended.
	// # TYPE tripware_attempts_total counter
	// tripware_attempts_total{host="api.example.com",method="GET",route="GET /books/{id}"} 3
	// # HELP tripware_calls_total Calls that have ended, by outcome, status code and class of error. Each hop of a redirect is one.
	// # TYPE tripware_calls_total counter
	// tripware_calls_total{class="",code="200",host="api.example.com",method="GET",outcome="success",route="GET /books/{id}"} 1
	// # HELP tripware_retries_total Attempts that follow another one and have ended, by how the other ended. The call may still run.
	// # TYPE tripware_retries_total counter
	// tripware_retries_total{cause="status 429",host="api.example.com",method="GET",route="GET /books/{id}"} 1
	// tripware_retries_total{cause="status 503",host="api.example.com",method="GET",route="GET /books/{id}"} 1
}

// A client with everything that the collector can show, and the handler for Prometheus.
func ExampleCollector_Subscribe() {
	limiter, budget := ratelimit.NewLimiter(), layer.DefaultBudget()
	collector := prometheus.New(prometheus.WithLimiter("api", limiter), prometheus.WithBudget("api", budget))
	registry := client.NewRegistry()
	if err := registry.Register(collector); err != nil {
		panic(err)
	}
	publishers := metrics.NewPublishers()
	collector.Subscribe(publishers)
	c, err := tripware.New(
		tripware.WithMetrics(publishers),
		tripware.WithLimiter(limiter),
		tripware.WithRetry(retry.WithBudget(budget)),
		tripware.PerCall(collector.InFlight),
	)
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))

	families, err := registry.Gather()
	if err != nil {
		panic(err)
	}
	for _, family := range families { // those of calls come with the first one
		fmt.Println(family.GetName())
	}
	c.CloseIdleConnections()
	// Output:
	// tripware_overflows_total
	// tripware_retry_budget_left
}
