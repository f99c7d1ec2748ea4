package scoreboard

import (
	"net/http"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// All four instruments, nested, with all of their labels.
func prometheus() Peer {
	return Peer{
		Name: "promhttp InstrumentRoundTripper", Module: "github.com/prometheus/client_golang", Kind: KindObserver,
		Settings: "InFlight, Counter, Trace and Duration, one inside the other, labelled by code and method.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			labels := []string{"code", "method"}
			inFlight := client.NewGauge(client.GaugeOpts{Name: "in_flight"})
			counter := client.NewCounterVec(client.CounterOpts{Name: "requests_total"}, labels)
			duration := client.NewHistogramVec(client.HistogramOpts{Name: "duration_seconds"}, labels)
			trace := &promhttp.InstrumentTrace{GotConn: func(float64) {}, GotFirstResponseByte: func(float64) {}}
			return promhttp.InstrumentRoundTripperInFlight(inFlight,
				promhttp.InstrumentRoundTripperCounter(counter,
					promhttp.InstrumentRoundTripperTrace(trace,
						promhttp.InstrumentRoundTripperDuration(duration, base))))
		},
	}
}
