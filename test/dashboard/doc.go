// Package dashboard tests that Grafana can read the dashboard of contrib/prometheus. It is a
// module of its own, because Grafana's types are only needed here. It exports nothing.
package dashboard
