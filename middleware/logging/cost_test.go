package logging_test

import (
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/transport"
)

// inMemory answers without an allocation that a log could be blamed for.
var inMemory = transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: answerHeader, Body: http.NoBody, Request: req}, nil
})

var answerHeader = http.Header{
	"Content-Type": {"application/json"}, "X-Request-Id": {"r-1"}, "X-Ratelimit-Limit": {"60"},
	"X-Ratelimit-Remaining": {"59"}, "X-Ratelimit-Reset": {"60"},
}

func jsonTo(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: level}))
}

func stack(logger *slog.Logger, opts ...logging.Option) http.RoundTripper {
	return transport.Chain(inMemory, transport.Identity(), logging.Calls(logger, opts...), logging.Attempts(logger, opts...))
}

// O5: no t.Parallel, the allocations of other tests would count.
func TestCostsNoMoreThanItMay(t *testing.T) {
	if measure.Racing {
		t.Skip("the race detector adds allocations; they are counted in the run without it")
	}
	bare := stack(nil)
	req := get(t, "https://api.example.com/v2/alerts")
	taken := func(rt http.RoundTripper) float64 {
		return testing.AllocsPerRun(500, func() {
			resp, err := rt.RoundTrip(req)
			if err != nil || resp.Body.Close() != nil {
				t.Fatal("the base answers")
			}
		})
	}
	base := taken(bare)
	for name, row := range map[string]struct {
		rt    http.RoundTripper
		extra float64
	}{
		"handler that discards":  {stack(slog.New(slog.DiscardHandler), logging.WithBodies(4<<10), logging.WithWaits()), 0},
		"level above all":        {stack(jsonTo(slog.LevelError + 1)), 0},
		"level above success":    {stack(jsonTo(slog.LevelWarn), logging.WithBodies(4<<10)), 0},
		"calls at info":          {stack(jsonTo(slog.LevelInfo)), 2},
		"calls and attempts too": {stack(jsonTo(slog.LevelDebug)), 4},
	} {
		extra := taken(row.rt) - base
		t.Logf("%s: %+.1f allocs", name, extra)
		assert.LessOrEqual(t, extra, row.extra, name)
	}
}

func BenchmarkLogging(b *testing.B) {
	for _, row := range []struct {
		name string
		rt   http.RoundTripper
	}{
		{"bare", stack(nil)},
		{"off", stack(jsonTo(slog.LevelError + 1))},
		{"calls", stack(jsonTo(slog.LevelInfo))},
		{"calls and attempts", stack(jsonTo(slog.LevelDebug))},
		{"bodies", stack(jsonTo(slog.LevelDebug), logging.WithBodies(4<<10))},
	} {
		b.Run(row.name, func(b *testing.B) { benchmark(b, row.rt) })
	}
}

func benchmark(b *testing.B, rt http.RoundTripper) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "https://api.example.com/v2/alerts", nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}
