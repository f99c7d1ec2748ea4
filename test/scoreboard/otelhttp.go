package scoreboard

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// It is set up with a recording provider and a propagator, without which it does
// little. Spans are not exported. It does not write a log.
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
