package bench

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// otelTransport makes spans and metrics and nothing else. Its tracer records
// every span and exports none, and nothing reads its metrics.
func otelTransport() contestant {
	return contestant{
		name: "otelhttp", module: "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", traces: true,
		setup: "NewTransport with a tracer and a meter provider of the SDK that export nothing, and the W3C propagator: " +
			"spans and metrics only, no key, agent, transaction id or retry",
		full: func(base http.RoundTripper, _ policy) (client, error) {
			return above(otelhttp.NewTransport(base,
				otelhttp.WithTracerProvider(sdktrace.NewTracerProvider()),
				otelhttp.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))),
				otelhttp.WithPropagators(propagation.TraceContext{}),
			)), nil
		},
	}
}
