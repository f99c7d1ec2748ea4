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
	"github.com/tripware/tripware/transport"
)

// H3: an outage sends no more probes than the explanation of the chain says, and about as many.
func TestTheProbesAreExplained(t *testing.T) {
	t.Parallel()
	faultsim.Test(t, "503", func(t *testing.T, s *faultsim.Sim) {
		s.Latency(faultsim.Uniform(20*time.Millisecond, 20*time.Millisecond)) // the probes run at the same time
		chain := func(base http.RoundTripper) http.RoundTripper {
			rt, err := tripware.NewTransport(tripware.WithBase(base), breaker.With(breaker.WithLogger(nil)))
			require.NoError(t, err)
			return rt
		}
		e := faultsim.Explain(chain(s.Base()), faultsim.WithLoad(200, 1), faultsim.WithHint(0), faultsim.WithResponseTime(22*time.Millisecond))
		assert.Empty(t, e.Unknown)
		assert.InDelta(t, 3.0/5, e.Outage.Steady, 1e-9, "three probes in five seconds")
		assert.InDelta(t, 1200, e.Outage.Throttled, 1e-9, "a 429 does not open a circuit")
		assert.Equal(t, 21*time.Second, e.LongestWait, "the open time, and the longest backoff")
		assert.Equal(t, 56*time.Second, e.Waits)

		r := s.Clients(1, chain).Callers(200).Run(3 * time.Minute)
		open := r.Between(10*time.Second, 3*time.Minute)
		most := e.Outage.Steady*170 + 3
		assert.LessOrEqual(t, float64(open.Requests()), most)
		assert.GreaterOrEqual(t, float64(open.Requests()), 0.9*most)
		assert.LessOrEqual(t, r.P(100), e.Time)
	})
}

func TestHintsThatOpenACircuitAreExplained(t *testing.T) {
	t.Parallel()
	e := faultsim.Explain(transport.Chain(nil, breaker.New(breaker.WithOpen(5*time.Second, 20*time.Second)).Middleware()), faultsim.WithLoad(10, 2))
	assert.InDelta(t, 6, e.Outage.Steady, 1e-9, "each of two clients sends three probes a second, if the server asks for a second")
	assert.InDelta(t, 10, e.Outage.Throttled, 1e-9)
	assert.InDelta(t, 10, e.Outage.First(time.Second), 1e-9, "before the circuits open")
	assert.Contains(t, e.String(), "if 50 % of at least 20 attempts failed within 10s")
}
