package retry_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

var okBase = transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
})

func roundTrip(tb testing.TB, rt http.RoundTripper, req *http.Request) {
	tb.Helper()
	resp, err := rt.RoundTrip(req)
	if err != nil {
		tb.Fatal(err)
	}
	layer.CloseBody(resp.Body)
}

func BenchmarkRetry(b *testing.B) {
	for _, row := range []struct {
		name string
		rt   http.RoundTripper
	}{
		{"bare", okBase},
		{"wrapped", retry.New()(okBase)},
		{"in a chain", transport.Chain(okBase, retry.New())},
	} {
		b.Run(row.name, func(b *testing.B) {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://api.example.com/", http.NoBody)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				roundTrip(b, row.rt, req)
			}
		})
	}
}

// This test fails if a commit adds an allocation to a call that succeeds.
func TestAllocationsOfASuccess(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.example.com/", http.NoBody)
	require.NoError(t, err)
	count := func(rt http.RoundTripper) float64 {
		return testing.AllocsPerRun(200, func() { roundTrip(t, rt, req) })
	}
	bare := count(okBase)
	assert.LessOrEqual(t, count(retry.New()(okBase))-bare, 0.0, "wrapped straight around a base")
	assert.LessOrEqual(t, count(transport.Chain(okBase, retry.New()))-bare, 3.0, "in a chain, with its record")
}
