package bench

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// otelTransport makes spans and metrics and nothing else. Its tracer records
// every span and exports none, its meter is read by nobody.
func otelTransport() Contestant {
	return Contestant{
		Name: "otelhttp", Module: "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", Observes: true,
		Setup: "NewTransport with a tracer and a meter provider of the SDK that export nothing, and the W3C propagator: " +
			"spans and metrics only, no key, agent, transaction id or retry",
		Full: func(base http.RoundTripper, _ Policy) (Client, error) {
			return above(otelhttp.NewTransport(base,
				otelhttp.WithTracerProvider(sdktrace.NewTracerProvider()),
				otelhttp.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))),
				otelhttp.WithPropagators(propagation.TraceContext{}),
			)), nil
		},
	}
}
