package opentelemetry_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/transport"
)

// instant is a base that answers at once.
type instant struct{}

func (instant) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: req,
	}, nil
}

// discard is a processor that keeps no span.
type discard struct{}

func (discard) OnStart(context.Context, trace.ReadWriteSpan) {}
func (discard) OnEnd(trace.ReadOnlySpan)                     {}
func (discard) Shutdown(context.Context) error               { return nil }
func (discard) ForceFlush(context.Context) error             { return nil }

// costs returns the allocations of a call.
func costs(tb testing.TB, opts ...tripware.Option) float64 {
	tb.Helper()
	client, err := tripware.New(append(opts, tripware.WithBase(instant{}))...)
	require.NoError(tb, err)
	ctx := transport.WithRoute(context.Background(), "GET /users/{id}")
	return testing.AllocsPerRun(500, func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/users/42?page=2", http.NoBody)
		if err != nil {
			panic(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			panic(err)
		}
		if err := resp.Body.Close(); err != nil {
			panic(err)
		}
	})
}

// What tracing and measuring a call with one attempt allocates beyond the chain. The limits
// are those of the work of both spans.
func TestAllocationsOfTwoSpans(t *testing.T) { //nolint:paralleltest // it counts allocations
	if raced {
		t.Skip("the race detector adds allocations; this is counted in the run without it")
	}
	chain := costs(t)
	for _, row := range []struct {
		name    string
		sampler trace.Sampler
		limit   float64
	}{
		{"unsampled", trace.NeverSample(), 20},
		{"sampled", trace.AlwaysSample(), 30},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRig(t)
			tracers := trace.NewTracerProvider(trace.WithSampler(row.sampler), trace.WithSpanProcessor(discard{}))
			with := opentelemetry.With(append(r.options(), opentelemetry.WithTracerProvider(tracers))...)
			got := costs(t, with) - chain
			t.Logf("%+.0f allocations, at most %+.0f", got, row.limit)
			assert.LessOrEqual(t, got, row.limit)
		})
	}
}
