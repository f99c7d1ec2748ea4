package prometheus_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/middleware/metrics"
)

// monitored returns a client whose calls are counted, and the handler that Prometheus reads.
func monitored() (*http.Client, http.Handler, error) {
	collector := prometheus.New()
	registry := client.NewRegistry()
	registry.MustRegister(collector)
	publishers := metrics.NewPublishers()
	collector.Subscribe(publishers)
	c, err := tripware.New(tripware.WithMetrics(publishers), tripware.PerCall(collector.InFlight))
	return c, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), err
}

// A program that makes a call and serves its metrics.
func Example() {
	c, handler, err := monitored()
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", handler)
	server := httptest.NewServer(mux)
	defer server.Close()

	for range 2 { // the second scrape has the call of the first
		resp, err := c.Get(server.URL + "/metrics")
		if err != nil {
			panic(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			panic(err)
		}
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode, strings.Contains(string(text), "\ntripware_calls_total{"))
	}
	// Output:
	// 200 false
	// 200 true
}
