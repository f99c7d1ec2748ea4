package hedge_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/middleware/hedge"
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

// BenchmarkHedge measures calls that need no second leg.
func BenchmarkHedge(b *testing.B) {
	for _, row := range []struct {
		name string
		rt   http.RoundTripper
	}{
		{"bare", okBase},
		{"wrapped", hedge.New(hedge.WithDelay(time.Minute))(okBase)},
		{"wrapped, by percentile", hedge.New(hedge.WithPercentile(95, 256, time.Minute))(okBase)},
		{"in a chain", transport.Chain(okBase, retry.New(), hedge.New(hedge.WithDelay(time.Minute)))},
		{"in a chain, without", transport.Chain(okBase, retry.New())},
		{"in a chain, off", transport.Chain(okBase, retry.New(), hedge.New(hedge.Off()))},
	} {
		b.Run(row.name, func(b *testing.B) {
			req := get(b, b.Context())
			b.ReportAllocs()
			for b.Loop() {
				roundTrip(b, row.rt, req)
			}
		})
	}
}

// A commit that adds an allocation to a hedged call without a second leg fails here, and one
// that adds one to a request that is not hedged.
func TestAllocationsOfAHedgedCall(t *testing.T) { //nolint:paralleltest // it counts allocations
	if measure.Racing {
		t.Skip("the race detector adds allocations; they are counted in the run without it")
	}
	req := get(t, t.Context())
	count := func(rt http.RoundTripper) float64 {
		return testing.AllocsPerRun(200, func() { roundTrip(t, rt, req) })
	}
	bare := count(okBase)
	hedged := hedge.New(hedge.WithDelay(time.Minute))
	got := count(hedged(okBase)) - bare
	t.Logf("%+.0f allocations", got)
	assert.LessOrEqual(t, got, 15.0, "wrapped straight around a base")
	got = count(transport.Chain(okBase, retry.New(), hedged)) - count(transport.Chain(okBase, retry.New()))
	t.Logf("%+.0f allocations in a chain", got)
	assert.LessOrEqual(t, got, 20.0, "in a chain, with a leg in the record")
	assert.LessOrEqual(t, count(hedge.New(hedge.Off())(okBase))-bare, 0.0, "switched off")
	off := transport.Chain(okBase, retry.New(), hedge.New(hedge.Off()))
	assert.LessOrEqual(t, count(off)-count(transport.Chain(okBase, retry.New())), 0.0, "switched off, in a chain")
	req.Method = http.MethodPost
	assert.LessOrEqual(t, count(hedged(okBase))-bare, 0.0, "a request that is not hedged")
	require.NoError(t, transport.Check(hedged(okBase)))
}
