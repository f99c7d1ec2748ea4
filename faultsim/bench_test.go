package faultsim_test

import (
	"flag"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/faultsim"
)

// asTest runs f as go test runs a test, for benchmarks and examples, which have no testing.T.
func asTest(f func(t *testing.T)) (passed bool) {
	verbose := flag.Lookup("test.v").Value.String()
	_ = flag.Set("test.v", "false") // its lines would become part of the output of an example
	defer func() { _ = flag.Set("test.v", verbose) }()
	var once sync.Once // not as often as -count says
	all := func(string, string) (bool, error) { return true, nil }
	return testing.RunTests(all, []testing.InternalTest{{Name: "simulation", F: func(t *testing.T) { once.Do(func() { f(t) }) }}})
}

// Ten minutes, 200 callers, a call a second each, through the chain of tripware.New: two
// minutes without faults, five in which four of five requests fail, and half a minute of
// resets.
func benchmark(b *testing.B, set func(s *faultsim.Sim)) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		passed := asTest(func(t *testing.T) {
			faultsim.Test(t, "2m ok; 5m 503 p=.8 retry-after=1s; 30s reset; ok", func(t *testing.T, s *faultsim.Sim) {
				set(s.Latency(faultsim.Exp(20*ms, 10*ms)))
				r := s.Clients(1, func(base http.RoundTripper) http.RoundTripper {
					rt, err := tripware.NewTransport(tripware.WithBase(base))
					if err != nil {
						t.Fatal(err)
					}
					return rt
				}).Callers(200).Run(10 * time.Minute)
				b.ReportMetric(float64(r.Calls()), "calls/op")
				b.ReportMetric(float64(r.Requests()), "requests/op")
			})
		})
		if !passed {
			b.Fatal("the simulation failed")
		}
	}
}

func BenchmarkFunction(b *testing.B) { benchmark(b, func(*faultsim.Sim) {}) }

func BenchmarkWire(b *testing.B) { benchmark(b, func(s *faultsim.Sim) { s.Wire() }) }
