package breaker_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/breaker"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/layer"
)

// The scene: a minute that is well, three minutes of 503 from every request, and a minute that
// is well. Each of 200 clients makes a call a second, whether or not the one before has ended.
const (
	clients   = 200
	outageAt  = time.Minute
	outageFor = 3 * time.Minute
	sceneFor  = 5 * time.Minute
	latency   = 20 * time.Millisecond
)

// An outage is a server, and what it saw.
type outage struct {
	begun time.Time

	mu      sync.Mutex
	calls   int // that began 10 s after the beginning of the outage, or later in it
	sent    int // requests, likewise
	running int
	peak    int           // most requests at a time, likewise
	first   time.Duration // from the end of the outage to the first success
	well    int           // successes in the last half minute
	burst   int           // most requests in one tenth of a second after the outage
	tenth   time.Duration
	inTenth int
}

func (o *outage) during(at time.Duration) bool {
	return at >= outageAt+10*time.Second && at < outageAt+outageFor
}

func (o *outage) RoundTrip(req *http.Request) (*http.Response, error) {
	at := time.Since(o.begun)
	down := at >= outageAt && at < outageAt+outageFor
	o.mu.Lock()
	o.running++
	if o.during(at) {
		o.sent++
		o.peak = max(o.peak, o.running)
	}
	if at >= outageAt+outageFor {
		if tenth := at.Truncate(100 * time.Millisecond); tenth != o.tenth {
			o.tenth, o.inTenth = tenth, 0
		}
		o.inTenth++
		o.burst = max(o.burst, o.inTenth)
	}
	o.mu.Unlock()
	time.Sleep(latency)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running--
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}
	switch {
	case down:
		resp.StatusCode = http.StatusServiceUnavailable
	case at >= outageAt+outageFor && o.first == 0:
		o.first = time.Since(o.begun) - outageAt - outageFor
	}
	if !down && at >= sceneFor-30*time.Second {
		o.well++
	}
	return resp, nil
}

// play lets all clients call, and waits for them.
func play(t *testing.T, o *outage, opts ...tripware.Option) {
	t.Helper()
	client, err := tripware.New(append(opts, tripware.WithBase(o))...)
	require.NoError(t, err)
	o.begun = time.Now()
	var group sync.WaitGroup
	for n := range clients {
		group.Go(func() {
			time.Sleep(time.Duration(n) * time.Second / clients)
			for time.Since(o.begun) < sceneFor {
				group.Go(func() {
					if o.during(time.Since(o.begun)) {
						o.mu.Lock()
						o.calls++
						o.mu.Unlock()
					}
					if resp, err := client.Do(get(t, t.Context(), "https://"+host)); err == nil {
						layer.CloseBody(resp.Body)
					}
				})
				time.Sleep(time.Second)
			}
		})
	}
	group.Wait()
}

// H3: in a full outage of three minutes, 200 clients send at most 0.02 requests a call after the
// first ten seconds, never more than three at a time, and find out within the open time and a
// second that it is over. That holds with the retries of the default client and without any.
func TestAFullOutage(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]tripware.Option{
		"with retries":    nil,
		"without retries": {tripware.WithRetry(retry.Off())},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := &outage{}
				play(t, o, append(opts, breaker.With(breaker.WithLogger(nil)))...)
				share := float64(o.sent) / float64(o.calls)
				t.Logf("%d calls, %.4f requests a call, at most %d at a time, first success after %v, then at most %d in 100 ms",
					o.calls, share, o.peak, o.first, o.burst)
				assert.GreaterOrEqual(t, o.calls, clients*169)
				assert.LessOrEqual(t, share, 0.02)
				assert.Positive(t, o.sent, "probes are sent")
				assert.LessOrEqual(t, o.peak, 3)
				assert.LessOrEqual(t, o.first, 6*time.Second)
				assert.LessOrEqual(t, o.burst, 5*clients/10, "few calls have waited for the end")
				assert.GreaterOrEqual(t, o.well, clients*29, "afterwards all is well")
			})
		})
	}
}
