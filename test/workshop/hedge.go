package workshop

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tripware/tripware/faultsim"
)

// tail plays two minutes in which one of twenty requests takes a second longer.
func tail(t *testing.T, p peer) (r *faultsim.Result) {
	t.Helper()
	faultsim.Test(t, "2m slow=1s p=.05", func(_ *testing.T, sim *faultsim.Sim) {
		sim.Latency(faultsim.Uniform(latency, latency))
		r = run(sim, p.hedge, 0, 2*time.Minute)
	})
	return r
}

// A doubtful server is slow and well at the first request, and fast and in trouble at each
// further one.
type doubtful struct {
	mu   sync.Mutex
	sent int
}

func (d *doubtful) RoundTrip(req *http.Request) (*http.Response, error) {
	d.mu.Lock()
	d.sent++
	first := d.sent == 1
	d.mu.Unlock()
	if !first {
		return respond(req, http.StatusServiceUnavailable), nil
	}
	timer := time.NewTimer(4 * hedgeDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return respond(req, http.StatusOK), nil
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	}
}

func respond(req *http.Request, status int) *http.Response {
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"text/plain"}},
		Body: io.NopCloser(strings.NewReader("ok")), ContentLength: 2, Request: req,
	}
}
