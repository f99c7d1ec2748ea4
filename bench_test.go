package tripware_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// instant answers at once.
var instant = transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
	return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
})

func chain(tb testing.TB, opts ...tripware.Option) *http.Client {
	tb.Helper()
	client, err := tripware.New(append([]tripware.Option{
		tripware.WithBase(instant),
		tripware.WithAuth("https://api.example.com", auth.Key("GenieKey", auth.NewSecret("secret"))),
		tripware.WithMetrics(metrics.NewPublishers()),
	}, opts...)...)
	require.NoError(tb, err)
	return client
}

func logger() *slog.Logger { return slog.New(slog.NewJSONHandler(io.Discard, nil)) }

func observed() *metrics.Publishers {
	p := metrics.NewPublishers()
	nobody := metrics.ObserverFunc(func(context.Context, metrics.Event) {})
	for _, channel := range []*metrics.Publisher{p.API, p.HTTP, p.SDK} {
		channel.Subscribe(nobody)
	}
	return p
}

type row struct {
	name   string
	client *http.Client
	limit  float64 // allocations beyond the bare client's
}

// rows are those of the benchmark, and of the gate.
func rows(tb testing.TB) []row {
	tb.Helper()
	return []row{
		{"bare", &http.Client{Transport: instant}, 0},
		{"retry alone", &http.Client{Transport: retry.New()(instant)}, 0},
		{"retry in a chain", &http.Client{Transport: transport.Chain(instant, retry.New())}, 3},
		{"standing chain", chain(tb), 8},
		{"with a JSON log", chain(tb, tripware.WithLogger(logger())), 10},
		{"with observers", chain(tb, tripware.WithMetrics(observed())), 11},
	}
}

func send(tb testing.TB, client *http.Client) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, "https://api.example.com/things", http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	transport.CloseBody(resp.Body)
}

// The standing chain and retry alone, bare beside wrapped.
func BenchmarkChain(b *testing.B) {
	for _, row := range rows(b) {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				send(b, row.client)
			}
		})
	}
}

// A commit that adds an allocation to the path of success fails here. The limits
// are those of CONTRIBUTING.md: what a call may cost beyond a bare http.Client.
func TestAllocationsOfTheChain(t *testing.T) {
	var bare float64
	for _, row := range rows(t) {
		got := testing.AllocsPerRun(500, func() { send(t, row.client) })
		if row.name == "bare" {
			bare = got
			continue
		}
		t.Logf("%-18s %+.0f allocations, at most %+.0f", row.name, got-bare, row.limit)
		assert.True(t, racing || got-bare <= row.limit, row.name)
	}
}
