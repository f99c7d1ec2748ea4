package prometheus_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// C1-C10: the layer keeps the contract of a round tripper.
func TestInFlightKeepsTheContract(t *testing.T) {
	t.Parallel()
	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper { return prometheus.New().InFlight(base) }, rttest.Unwraps())
}

// T1: a call counts while it runs, under the same host as its events, and no longer when it
// has ended, by a panic too.
func TestInFlightCountsWhatRuns(t *testing.T) {
	t.Parallel()
	collector := prometheus.New()
	during := map[string]float64{}
	var s *scene
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		during[req.URL.Path] = sum(t, s.registry, "tripware_calls_in_flight")
		if req.URL.Path == "/panic" {
			panic("broken base")
		}
		return statuses(200).RoundTrip(req)
	})
	s = newScene(t, collector, tripware.WithBase(base), tripware.PerCall(collector.InFlight))
	for _, url := range []string{"https://API.example.com/a", "https://api.example.com:443/b", "https://api.example.com:8443/c", "https://[::1]:8443/d"} {
		require.NoError(t, s.get(t.Context(), "", url))
	}
	assert.Panics(t, func() { _ = s.get(t.Context(), "", site+"/panic") })
	assert.Equal(t, map[string]float64{"/a": 1, "/b": 1, "/c": 1, "/d": 1, "/panic": 1}, during)
	text := exposition(t, s.registry)
	for _, host := range []string{"api.example.com", "api.example.com:8443", "[::1]:8443"} {
		assert.Contains(t, text, `tripware_calls_in_flight{host="`+host+`"} 0`)
		assert.Positive(t, sum(t, s.registry, "tripware_calls_total", `host="`+host+`"`))
	}
	assert.InDelta(t, 0, sum(t, s.registry, "tripware_calls_in_flight"), 0)

	_, err := collector.InFlight(statuses(200)).RoundTrip(&http.Request{}) // C3: without a URL
	require.NoError(t, err)
	placed, ok := collector.InFlight(nil).(interface{ Place() layer.Place })
	require.True(t, ok)
	assert.Equal(t, layer.AtCall, placed.Place())
}
