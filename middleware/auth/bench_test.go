package auth_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/transport"
)

// atOnce answers at once and allocates nothing.
func atOnce() http.RoundTripper {
	resp := &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp.Request = req
		return resp, nil
	})
}

func benchRequest(tb testing.TB) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, home, nil)
	require.NoError(tb, err)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "bench")
	return req
}

func BenchmarkAuth(b *testing.B) {
	token := func(context.Context) (auth.Token, error) { return auth.Token{Value: secret}, nil }
	for _, row := range []struct {
		name string
		mw   transport.Middleware
	}{
		{"bare", nil},
		{"static", auth.New(home, auth.Bearer(secret))},
		{"refresh", auth.New(home, auth.Refresh(token))},
		{"elsewhere", auth.New("https://elsewhere.test", auth.Bearer(secret))},
	} {
		b.Run(row.name, func(b *testing.B) {
			rt := atOnce()
			if row.mw != nil {
				rt = row.mw(rt)
			}
			req := benchRequest(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := rt.RoundTrip(req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// One lean copy of the request, with a credential that is at hand.
func TestSigningCostsThreeAllocations(t *testing.T) {
	token := func(context.Context) (auth.Token, error) { return auth.Token{Value: secret}, nil }
	for name, source := range map[string]auth.Source{"static": auth.Bearer(secret), "refresh": auth.Refresh(token)} {
		rt := auth.New(home, source)(atOnce())
		req := benchRequest(t)
		allocs := testing.AllocsPerRun(100, func() {
			_, _ = rt.RoundTrip(req)
		})
		require.LessOrEqual(t, allocs, 3.0, name)
	}
}
