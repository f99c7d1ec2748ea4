package opentelemetry_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
)

// BenchmarkCall compares a call through the chain without and with telemetry.
func BenchmarkCall(b *testing.B) {
	run := func(b *testing.B, opts ...tripware.Option) {
		b.Helper()
		client, err := tripware.New(append(opts, tripware.WithBase(instant{}))...)
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://api.example.com/users/42?page=2", http.NoBody)
			require.NoError(b, err)
			resp, err := client.Do(req)
			require.NoError(b, err)
			require.NoError(b, resp.Body.Close())
		}
	}
	b.Run("chain", func(b *testing.B) { run(b) })
	for name, sampler := range map[string]trace.Sampler{"unsampled": trace.NeverSample(), "sampled": trace.AlwaysSample()} {
		b.Run(name, func(b *testing.B) {
			tracers := trace.NewTracerProvider(trace.WithSampler(sampler), trace.WithSpanProcessor(discard{}))
			r := newRig(b)
			run(b, opentelemetry.With(append(r.options(), opentelemetry.WithTracerProvider(tracers))...))
		})
	}
}
