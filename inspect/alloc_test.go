package inspect_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/internal/measure"
)

// memory answers at once, like a server with a JSON body.
func memory(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: 2,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader("{}")),
	}, nil
}

func inspected(tb testing.TB, base roundTripper, opts ...inspect.Option) *http.Client {
	tb.Helper()
	in := inspect.New(opts...)
	client, err := tripware.New(tripware.WithBase(base), tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts()))
	require.NoError(tb, err)
	return client
}

func get(tb testing.TB, client *http.Client) {
	tb.Helper()
	resp, err := client.Get("https://api.example.com/v2/things?limit=5")
	require.NoError(tb, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(tb, err)
	require.NoError(tb, resp.Body.Close())
}

// T3: a call costs at most 4 allocations more, and with phases 12; without the layers none.
func TestAllocationsOfInspection(t *testing.T) { //nolint:paralleltest // it counts allocations
	if measure.Racing {
		t.Skip("the race detector adds allocations; they are counted in the run without it")
	}
	count := func(client *http.Client) float64 { return testing.AllocsPerRun(500, func() { get(t, client) }) }
	plain, err := tripware.New(tripware.WithBase(roundTripper(memory)))
	require.NoError(t, err)
	without := count(plain)
	for name, row := range map[string]struct {
		opts  []inspect.Option
		limit float64
	}{
		"without phases": {nil, 4},
		"with phases":    {[]inspect.Option{inspect.WithPhases()}, 12},
	} {
		got := count(inspected(t, memory, row.opts...)) - without
		t.Logf("%s: %+.1f allocations, at most %+.0f", name, got, row.limit)
		assert.LessOrEqual(t, got, row.limit, name)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func BenchmarkInspection(b *testing.B) {
	for name, client := range map[string]*http.Client{
		"off": func() *http.Client {
			plain, err := tripware.New(tripware.WithBase(roundTripper(memory)))
			require.NoError(b, err)
			return plain
		}(),
		"on":     inspected(b, memory),
		"phases": inspected(b, memory, inspect.WithPhases()),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				get(b, client)
			}
		})
	}
}
