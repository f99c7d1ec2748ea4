// Package prometheus counts the calls and attempts of clients as Prometheus metrics.
//
// For most uses create a [Collector] with [New], register it, and subscribe it to the
// publishers of a client:
//
//	import (
//		"net/http"
//
//		client "github.com/prometheus/client_golang/prometheus"
//		"github.com/prometheus/client_golang/prometheus/promhttp"
//
//		"github.com/tripware/tripware"
//		"github.com/tripware/tripware/contrib/prometheus"
//		"github.com/tripware/tripware/middleware/metrics"
//	)
//
//	collector := prometheus.New()
//	registry := client.NewRegistry()
//	registry.MustRegister(collector)
//	publishers := metrics.NewPublishers()
//	collector.Subscribe(publishers)
//	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
//	c, err := tripware.New(tripware.WithMetrics(publishers), tripware.PerCall(collector.InFlight))
//
// Typed calls need only tripware.WithMetrics: their route comes with the events of its calls.
// services.WithMetrics adds events of the typed calls themselves, which a Collector ignores.
//
// Hedges are counted with the calls. [WithLimiter], [WithBulkhead], [WithBreaker] and
// [WithBudget] add the state of these parts, which is read at each scrape.
//
// The metrics are listed in the README of this module, and dashboard.json beside it is a
// Grafana dashboard of them.
//
// # Bounds
//
// No label is unbounded. The route is a template (see transport.WithRoute), a method that
// is not one of RFC 9110 or PATCH is "_OTHER", and outcomes, classes of errors and status
// codes are closed sets. Of routes, hosts, causes and the keys of a limiter, a bulkhead or a
// breaker, the first ones keep their names (1,000 routes, 100 of each other kind) and later
// ones become "_OTHER", as do values of more than 256 bytes. In all, [WithMaxSeries] limits
// the series, which are kept as long as the collector, except those of keys, which go when
// the key is dropped. Secrets in a route or a key are masked.
package prometheus
