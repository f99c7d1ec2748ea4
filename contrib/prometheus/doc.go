// Package prometheus counts the calls and attempts of clients as Prometheus metrics.
//
// For most uses create a [Collector] with [New], register it, and subscribe it to the
// publishers of a client:
//
//	collector := prometheus.New()
//	registry.MustRegister(collector)
//	publishers := metrics.NewPublishers()
//	collector.Subscribe(publishers)
//	client, err := tripware.New(tripware.WithMetrics(publishers), tripware.PerCall(collector.InFlight))
//
// The metrics are listed in the README of this module, and dashboard.json beside it is a
// Grafana dashboard of them.
//
// # Bounds
//
// No label is unbounded. The route is a template (see transport.WithRoute), a method that
// is not one of RFC 9110 or PATCH is "_OTHER", and outcomes, classes of errors and status
// codes are closed sets. Of routes, hosts, causes and the keys of a limiter, the first ones
// keep their names (1,000 routes, 100 of each other kind) and later ones become "_OTHER",
// as do values of more than 256 bytes. In all, [WithMaxSeries] limits the series, which are
// kept as long as the collector, except those of a limiter's keys. Secrets in a route or a
// key are masked.
package prometheus
