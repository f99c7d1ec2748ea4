package breaker_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/contrib/breaker"
	"github.com/tripware/tripware/transport"
)

// atOnce responds at once and allocates nothing.
func atOnce() http.RoundTripper {
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp.Request = req
		return resp, nil
	})
}

func BenchmarkBreaker(b *testing.B) {
	for _, row := range []struct {
		name string
		rt   http.RoundTripper
	}{{"without", atOnce()}, {"closed", breaker.New().Middleware()(atOnce())}} {
		b.Run(row.name, func(b *testing.B) {
			req := get(b, b.Context(), "https://"+host)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := row.rt.RoundTrip(req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// gobreaker allocates the function that takes the outcome; nothing else is allocated.
func TestAllocationsOfAClosedCircuit(t *testing.T) { //nolint:paralleltest // it counts allocations
	rt := breaker.New().Middleware()(atOnce())
	req := get(t, t.Context(), "https://"+host)
	got := testing.AllocsPerRun(200, func() { _, _ = rt.RoundTrip(req) })
	t.Logf("%.0f allocations", got)
	assert.LessOrEqual(t, got, 1.0)
}
