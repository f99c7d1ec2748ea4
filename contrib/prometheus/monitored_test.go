package prometheus_test

import (
	"net/http"

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
