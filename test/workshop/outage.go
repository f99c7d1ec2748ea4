package workshop

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/tripware/tripware/faultsim"
)

// A scene is one outage: half a minute that is well, three minutes of trouble, and a minute that
// is well. 200 callers of one program make a call a second each, whether or not the one before
// has ended.
type scene struct {
	name    string
	trouble string        // as in a script of faultsim
	cancel  time.Duration // after which callers cancel; 0 for never
	retries int
}

const (
	callers    = 200
	troubleAt  = 30 * time.Second
	troubleEnd = troubleAt + 3*time.Minute
	sceneFor   = troubleEnd + time.Minute
	settled    = 20 * time.Second // after the beginning of the trouble, from which on it is counted; more than a timeout
	latency    = 20 * time.Millisecond
)

// scenes returns the outages of the table.
func scenes() []scene {
	return []scene{
		{name: "503", trouble: "503"},
		{name: "503, 5 retries", trouble: "503", retries: maxRetries},
		{name: "connections break", trouble: "reset"},
		{name: "the server hangs", trouble: "timeout"},
		{name: "slow, callers cancel after 1 s", trouble: "slow=1500ms", cancel: time.Second},
	}
}

var errStatus = errors.New("the status is an error")

// play runs a scene, and returns the part that counts and the minute after the trouble. first and
// last are when after its end the first call succeeded, and the last one failed.
func (s scene) play(t *testing.T, p peer) (trouble, after *faultsim.Result, first, last time.Duration) {
	t.Helper()
	faultsim.Test(t, "30s ok; 3m "+s.trouble+"; ok", func(_ *testing.T, sim *faultsim.Sim) {
		sim.Latency(faultsim.Uniform(latency, latency))
		r := run(sim, func(base http.RoundTripper) call { return p.breaker(base, s.retries) }, s.cancel, sceneFor)
		trouble, after = r.Between(troubleAt+settled, troubleEnd), r.Between(troubleEnd, sceneFor)
		first, last = r.Recovery()
	})
	return trouble, after, first, last
}

// run lets all callers call through what through returns.
func run(sim *faultsim.Sim, through func(http.RoundTripper) call, cancel, d time.Duration) *faultsim.Result {
	var c call
	program := func(base http.RoundTripper) http.RoundTripper {
		c = through(base)
		return base
	}
	return sim.Clients(1, program).Callers(callers).Every(time.Second).Do(func(ctx context.Context, _ *http.Client, _ int) error {
		if cancel > 0 {
			canceled, stop := context.WithCancel(ctx)
			defer stop()
			defer time.AfterFunc(cancel, stop).Stop()
			ctx = canceled
		}
		r := c(ctx, "http://api.example.com/")
		if r.err == nil && !r.good() {
			return errStatus
		}
		return r.err
	}).Run(d)
}
