package ratelimit_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// atOnce answers at once and allocates nothing.
func atOnce(headers ...string) http.RoundTripper {
	resp := answer(http.StatusOK, append(headers, "Content-Type", "application/json", "Date", "Thu, 01 Jan 1970 00:00:00 GMT")...)
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp.Request = req
		return resp, nil
	})
}

func BenchmarkRateLimit(b *testing.B) {
	turns, _ := withTurns(b)
	silent, said := atOnce(), atOnce("X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "59", "X-Request-Id", "r-1")
	for _, row := range []struct {
		name string
		rt   http.RoundTripper
	}{
		{"bare", silent},
		{"read only", ratelimit.New(nil)(silent)},
		{"read only, headers", ratelimit.New(nil)(said)},
		{"a reader, headers", ratelimit.New(nil, ratelimit.WithReader(ratelimit.ReadVendor))(said)},
		{"limiter", ratelimit.New(ratelimit.NewLimiter())(silent)},
		{"limiter with turns of a store", turns},
		{"limiter with a rate", ratelimit.New(ratelimit.NewLimiter(ratelimit.WithRate(1e9, 1e9)))(silent)},
	} {
		b.Run(row.name, func(b *testing.B) {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := row.rt.RoundTrip(req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What an answer does not say costs nothing, and neither does a limiter that
// lets everything pass.
func TestAllocatesNothingWhenNothingIsSaid(t *testing.T) {
	for name, mw := range map[string]transport.Middleware{
		"read only": ratelimit.New(nil), "limiter": ratelimit.New(ratelimit.NewLimiter()), "reader": reading(ratelimit.NewLimiter()),
		"rate": ratelimit.New(ratelimit.NewLimiter(ratelimit.WithRate(1e9, 1e9))),
	} {
		rt := mw(atOnce())
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		require.NoError(t, err)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			_, _ = rt.RoundTrip(req)
		}), name)
	}
}
