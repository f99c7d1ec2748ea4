package faultsim_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/transport"
)

// failing are tests that fail. Each runs in a process of its own.
var failing = map[string]struct {
	test func(t *testing.T)
	want string // what is printed once
}{
	"script": {func(t *testing.T) {
		faultsim.Test(t, "5m 503; oops", func(*testing.T, *faultsim.Sim) { panic("called") })
	}, `read script: line 1, column 9: found "oops", expected a fault`},
	"script of a host": {func(t *testing.T) {
		faultsim.Test(t, "ok", func(_ *testing.T, s *faultsim.Sim) { s.Host("b.example", "5m") })
	}, `line 1, column 3: found the end, expected a fault: ok, a status from 200 to 599, slow=DURATION, cut, reset, refused, dns or timeout (the script of b.example)`},
	// A base that sleeps without looking at its context: the run ends, and so does the test.
	"ignored for an hour": {func(t *testing.T) {
		faultsim.Test(t, "ok", func(t *testing.T, s *faultsim.Sim) {
			r := s.Clients(3, ignoring(time.Hour)).Run(2 * time.Second)
			assert.Zero(t, r.Calls(), "the calls have not ended")
		})
	}, "faultsim: 6 calls did not return although their contexts had ended 10m0s before"},
	"ignored forever": {func(t *testing.T) {
		faultsim.Test(t, "ok", func(_ *testing.T, s *faultsim.Sim) { s.Clients(3, ignoring(0)).Run(2 * time.Second) })
	}, "faultsim: 6 calls did not return although their contexts had ended 10m0s before"},
	"blocked": {func(t *testing.T) {
		faultsim.Test(t, "ok", func(*testing.T, *faultsim.Sim) { select {} })
	}, "faultsim: a goroutine of the simulation is blocked forever"},
	// A mutex whose holder sleeps stops the clock of a bubble.
	"mutex": {func(t *testing.T) {
		faultsim.Simulate(t, "ok", func(_ *testing.T, s *faultsim.Sim) {
			var mu sync.Mutex
			s.Clients(3, func(http.RoundTripper) http.RoundTripper {
				return transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
					mu.Lock()
					defer mu.Unlock()
					time.Sleep(2 * time.Second)
					return nil, errors.New("late")
				})
			}).Run(10 * time.Second)
		}, 300*time.Millisecond)
	}, "faultsim: the simulated time has not moved for 300ms: a goroutine waits for something that is no wait in a bubble, such as a mutex"},
	"settings": {func(t *testing.T) {
		for name, set := range map[string]func(s *faultsim.Sim){
			"latency":       func(s *faultsim.Sim) { s.Latency(nil) },
			"bucket":        func(s *faultsim.Sim) { s.Bucket(0, 1) },
			"burst":         func(s *faultsim.Sim) { s.Bucket(1, 0) },
			"bucket header": func(s *faultsim.Sim) { s.Bucket(1, 1, "retry-after=1s; ok") },
			"bucket share":  func(s *faultsim.Sim) { s.Bucket(1, 1, "p=.5") },
			"key":           func(s *faultsim.Sim) { s.Key(nil) },
			"no client":     func(s *faultsim.Sim) { s.Clients(0, nil) },
			"nil transport": func(s *faultsim.Sim) {
				s.Clients(1, func(http.RoundTripper) http.RoundTripper { return nil }).Run(time.Second)
			},
			"callers":  func(s *faultsim.Sim) { s.Clients(1, nil).Callers(0) },
			"interval": func(s *faultsim.Sim) { s.Clients(1, nil).Every(0) },
			"overlap":  func(s *faultsim.Sim) { s.Clients(1, nil).Overlap(0) },
			"no URL":   func(s *faultsim.Sim) { s.Clients(1, nil).Get() },
			"URL":      func(s *faultsim.Sim) { s.Clients(1, nil).Get("http://a b/") },
			"call":     func(s *faultsim.Sim) { s.Clients(1, nil).Do(nil) },
			"no time":  func(s *faultsim.Sim) { s.Clients(1, nil).Run(0) },
			"a day":    func(s *faultsim.Sim) { s.Clients(1, nil).Run(25 * time.Hour) },
			"calls":    func(s *faultsim.Sim) { s.Clients(1000, nil).Run(20 * time.Hour) },
		} {
			t.Run(name, func(t *testing.T) {
				faultsim.Test(t, "ok", func(t *testing.T, s *faultsim.Sim) {
					defer func() { assert.Nil(t, recover(), "panicked") }()
					set(s)
					t.Log("ACCEPTED")
				})
			})
		}
	}, "faultsim: latency is nil"},
}

// ignoring returns a middleware that ignores its context, for d or forever.
func ignoring(d time.Duration) func(http.RoundTripper) http.RoundTripper {
	return func(http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
			if d == 0 {
				select {}
			}
			time.Sleep(d)
			return nil, errors.New("late")
		})
	}
}

const failingName = "FAULTSIM_FAILING"

// A simulation that cannot go on fails its test, and says why once.
func TestWhatCannotGoOnIsTold(t *testing.T) {
	t.Parallel()
	if name := os.Getenv(failingName); name != "" {
		failing[name].test(t)
		return
	}
	for name, row := range failing {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestWhatCannotGoOnIsTold$", "-test.v", "-test.paniconexit0=false")
			cmd.Env = append(os.Environ(), failingName+"="+name)
			out, err := cmd.CombinedOutput()
			text := string(out)
			require.Error(t, err, text)
			assert.Equal(t, 1, strings.Count(text, row.want), text)
			assert.NotContains(t, text, "ACCEPTED")
			assert.NotContains(t, text, "panicked")
			assert.NotContains(t, text, "panic:")
			assert.Contains(t, text, "--- FAIL: TestWhatCannotGoOnIsTold")
		})
	}
}
