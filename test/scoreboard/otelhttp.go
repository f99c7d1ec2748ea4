package scoreboard

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// A provider that records, and a propagator, are what it is used with: without
// them it has little to do. Spans go nowhere. It makes no log.
func otel() Peer {
	return Peer{
		Name: "otelhttp Transport", Module: "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", Kind: KindObserver,
		Settings: "NewTransport with a tracer provider that records every span and exports none, and the W3C propagator.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return otelhttp.NewTransport(base,
				otelhttp.WithTracerProvider(sdktrace.NewTracerProvider()),
				otelhttp.WithPropagators(propagation.TraceContext{}))
		},
	}
}
