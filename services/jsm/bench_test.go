package jsm_test

import (
	"context"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/services/jsm/alert"
)

// replies answers the same at once.
func replies(status int, body string) roundTripper {
	header := http.Header{"Content-Type": {"application/json"}, "Atl-Traceid": {"r"}}
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return &http.Response{StatusCode: status, Header: header, Body: instant{strings.NewReader(body)}, ContentLength: int64(len(body)), Request: req}, nil
	}
}

type instant struct{ *strings.Reader }

func (instant) Close() error { return nil }

// A typedCall is one of those that the benchmarks measure and the test bounds.
type typedCall struct {
	name   string
	call   func(ctx context.Context) error
	allocs float64 // at most
	bytes  float64 // at most
}

// typedCalls are the calls above the default chain and a base in memory. The bounds are those of
// Opsgenie's client. The Get has a response with all that an alert can hold.
func typedCalls(tb testing.TB) []typedCall {
	tb.Helper()
	body, err := os.ReadFile("alert/testdata/alert_get.json")
	require.NoError(tb, err)
	reads := above(tb, replies(http.StatusOK, string(body)), jsm.CloudID(cloudID), basic())
	writes := above(tb, replies(http.StatusOK, `{"result":"Request will be processed","took":0.1,"requestId":"r"}`), jsm.CloudID(cloudID), basic())
	return []typedCall{
		{"Get", func(ctx context.Context) error {
			_, err := reads.Alerts.Get(ctx, alert.ByID("eeeeeeee-0000-4000-8000-000000000001-1764230400123"))
			return err
		}, 90, 9728},
		{"Create", func(ctx context.Context) error {
			_, err := writes.Alerts.Create(ctx, alert.CreateRequest{Message: "m", Alias: "a", Tags: []string{"x", "y"}})
			return err
		}, 40, 6656},
	}
}

func BenchmarkTyped(b *testing.B) {
	for _, row := range typedCalls(b) {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := row.call(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a typed call may cost in all, the chain and net/http's client included.
func TestAllocationsOfTypedCalls(t *testing.T) { //nolint:paralleltest // it counts the allocations of the process
	if measure.Racing {
		t.Skip("under the race detector allocations do not count")
	}
	const runs = 500
	for _, row := range typedCalls(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		allocs := testing.AllocsPerRun(runs, func() { require.NoError(t, row.call(t.Context())) })
		runtime.ReadMemStats(&after)
		bytes := float64(after.TotalAlloc-before.TotalAlloc) / (runs + 1) // AllocsPerRun warms up once
		t.Logf("%-6s %.0f allocations, %.0f B", row.name, allocs, bytes)
		assert.LessOrEqual(t, allocs, row.allocs, row.name)
		assert.LessOrEqual(t, bytes, row.bytes, row.name)
	}
}
