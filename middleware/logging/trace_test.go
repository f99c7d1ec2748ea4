package logging_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

type spanKey struct{}

// tracing is a layer that puts a span into the context.
type tracing struct{ layer.Link }

func (t *tracing) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.Send(req.WithContext(context.WithValue(req.Context(), spanKey{}, "span-1")))
	return layer.Restore(resp, req), err
}

// A spanned handler adds the span of the context to a record, as those of tracing libraries
// do.
type spanned struct{ slog.Handler }

func (s spanned) Handle(ctx context.Context, r slog.Record) error {
	if span, ok := ctx.Value(spanKey{}).(string); ok {
		r.AddAttrs(slog.String("span", span))
	}
	return s.Handler.Handle(ctx, r)
}

// T2: with a tracing layer at its place, the lines of the call, of its attempts and of its
// waits have the span of the call.
func TestLinesHaveTheSpanOfTheirCall(t *testing.T) {
	t.Parallel()
	s, plain := newLog(slog.LevelDebug)
	logger := slog.New(spanned{plain.Handler()})
	trace := func(next http.RoundTripper) http.RoundTripper {
		return &tracing{layer.NewLink("trace", layer.AtTrace, next)}
	}
	rt := transport.Chain(
		transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
		}),
		transport.Identity(), trace, logging.Calls(logger, logging.WithWaits()), func(next http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				layer.AddWait(req.Context(), 0, "limit", "why")
				return next.RoundTrip(req)
			})
		}, logging.Attempts(logger),
	)
	require.NoError(t, transport.Check(rt))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com/", http.NoBody)
	require.NoError(t, err)
	resp, err := rt.RoundTrip(req)
	require.NoError(t, err)
	layer.CloseBody(resp.Body)
	for _, line := range []string{"http call", "http attempt", "http wait"} {
		records := s.records(t, line)
		require.Len(t, records, 1, line)
		assert.Equal(t, "span-1", records[0]["span"], line)
	}
}
