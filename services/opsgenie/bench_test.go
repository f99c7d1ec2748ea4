package opsgenie_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/transport"
)

// replies answers the same at once.
func replies(status int, body string) transport.RoundTripperFunc {
	header := http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"r"}, "X-Ratelimit-State": {"OK"}}
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return &http.Response{StatusCode: status, Header: header, Body: reply{strings.NewReader(body)}, ContentLength: int64(len(body)), Request: req}, nil
	}
}

func above(tb testing.TB, base http.RoundTripper) *opsgenie.Client {
	tb.Helper()
	c, err := opsgenie.New("k", opsgenie.WithBase(base))
	require.NoError(tb, err)
	return c
}

type reply struct{ *strings.Reader }

func (reply) Close() error { return nil }

// A typedCall is one of those that the benchmarks measure and the gate bounds.
type typedCall struct {
	name   string
	call   func(ctx context.Context) error
	allocs float64 // at most
	bytes  float64 // at most
}

// typedCalls are the calls above the standing chain and a base in memory. The Get
// has an answer with all that an alert can hold.
func typedCalls(tb testing.TB) []typedCall {
	tb.Helper()
	body, err := os.ReadFile("alert/testdata/get.json")
	require.NoError(tb, err)
	reads := above(tb, replies(http.StatusOK, string(body)))
	writes := above(tb, replies(http.StatusAccepted, `{"result":"Request will be processed","took":0.1,"requestId":"r"}`))
	return []typedCall{
		{"Get", func(ctx context.Context) error {
			_, err := reads.Alerts.Get(ctx, alert.ByAlias("a/b"))
			return err
		}, 89, 9472},
		{"Create", func(ctx context.Context) error {
			_, err := writes.Alerts.Create(ctx, alert.CreateRequest{Message: "m", Alias: "a", Tags: []string{"x", "y"}})
			return err
		}, 39, 6400},
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

// BenchmarkGetByHand is the Get with net/http and encoding/json alone, and no
// attempt more than one.
func BenchmarkGetByHand(b *testing.B) {
	body, err := os.ReadFile("alert/testdata/get.json")
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: replies(http.StatusOK, string(body))}
	b.ReportAllocs()
	for b.Loop() {
		if err := byHand(b, client); err != nil {
			b.Fatal(err)
		}
	}
}

func byHand(b *testing.B, client *http.Client) error {
	b.Helper()
	target := "https://api.opsgenie.com/v2/alerts/" + url.PathEscape("a/b") + "?identifierType=alias"
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "GenieKey k")
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var got struct {
		Data      alert.Alert `json:"data"`
		Took      float64     `json:"took"`
		RequestID string      `json:"requestId"`
	}
	return json.NewDecoder(resp.Body).Decode(&got)
}
