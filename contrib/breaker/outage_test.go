package breaker_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/breaker"
	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/middleware/retry"
)

// H3: in a full outage of three minutes, 200 callers that make a call a second each send at most
// 0.02 requests a call after the first ten seconds, never more than three at a time, and find out
// within the open time and a second that it is over. That holds with the retries of the default
// client and without any. Few calls wait for the end, so that the server is not overrun.
func TestAFullOutage(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]tripware.Option{
		"with retries":    nil,
		"without retries": {tripware.WithRetry(retry.Off())},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faultsim.Test(t, "1m ok; 3m 503; ok", func(t *testing.T, s *faultsim.Sim) {
				s.Latency(faultsim.Uniform(20*time.Millisecond, 20*time.Millisecond))
				chain := func(base http.RoundTripper) http.RoundTripper {
					rt, err := tripware.NewTransport(append(opts, tripware.WithBase(base), breaker.With(breaker.WithLogger(nil)))...)
					require.NoError(t, err)
					return rt
				}
				r := s.Clients(1, chain).Callers(200).Every(time.Second).Run(5 * time.Minute)
				outage, after := r.Between(70*time.Second, 4*time.Minute), r.Between(4*time.Minute, 5*time.Minute)
				first, steady := r.Recovery()
				t.Logf("%d calls, %.4f requests a call, at most %d at a time; after the end: first success %v, last failure %v, at most %d requests in 100 ms",
					outage.Calls(), outage.Amplification(), outage.InFlight(), first, steady, after.Peak(100*time.Millisecond))
				assert.GreaterOrEqual(t, outage.Calls(), 200*169)
				assert.LessOrEqual(t, outage.Amplification(), 0.02)
				assert.Positive(t, outage.Requests(), "probes are sent")
				assert.LessOrEqual(t, outage.InFlight(), 3)
				assert.LessOrEqual(t, first, 6*time.Second)
				assert.LessOrEqual(t, steady, 6*time.Second)
				assert.LessOrEqual(t, after.Peak(100*time.Millisecond), 100)
			})
		})
	}
}
