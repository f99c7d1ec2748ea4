package faultsim_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/middleware/retry"
)

// The figures of a run that can be computed by hand: a caller that calls every second, a little
// after it, and a server that takes 300 ms.
func TestFiguresAreThoseOfTheRun(t *testing.T) {
	t.Parallel()
	on(t, "10s ok; 5s 503; 10s ok; 5s 500; ok", func(t *testing.T, s *faultsim.Sim) {
		s.Latency(faultsim.Uniform(300*ms, 300*ms))
		twice := func(ctx context.Context, c *http.Client, n int) error {
			var failed error
			for range 1 + n%2 { // every other call has two requests
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://a.example/", http.NoBody)
				if err != nil {
					return err
				}
				resp, err := c.Do(req)
				if err != nil {
					return err
				}
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					failed = errors.New(resp.Status)
				}
			}
			return failed
		}
		r := s.Clients(1, nil).Do(twice).Run(40 * time.Second)
		assert.Equal(t, []int{40, 60, 10, 0, 2, 1}, []int{r.Calls(), r.Requests(), r.Failed(), r.Skipped(), r.MostRequests(), r.InFlight()})
		assert.InDelta(t, 1.5, r.Amplification(), 0)
		assert.Equal(t, []time.Duration{300 * ms, 300 * ms, 600 * ms, 600 * ms}, []time.Duration{r.P(0), r.P(50), r.P(50.1).Round(ms), r.P(100).Round(ms)})
		assert.Equal(t, []int{1, 2, 3, 3}, []int{r.Peak(10 * ms), r.Peak(time.Second), r.Peak(2 * time.Second), r.Peak(2*time.Second, "a.example")})
		assert.Equal(t, map[string]int{"ok": 45, "503": 7, "500": 8}, r.Faults())
		assert.Equal(t, []faultsim.Second{{1, 1, 1, 0}, {2, 1, 1, 0}}, r.Seconds()[:2])
		assert.Len(t, r.Seconds(), 40)

		part := r.Between(10*time.Second, 15*time.Second)
		assert.Equal(t, []int{5, 7, 5}, []int{part.Calls(), part.Requests(), part.Failed()})
		assert.Equal(t, 2, part.Between(0, 12*time.Second).Calls())
		assert.Equal(t, []faultsim.Second{{1, 1, 1, 1}, {2, 1, 1, 1}}, part.Seconds()[:2])
		empty := r.Between(time.Hour, 2*time.Hour)
		assert.Equal(t, []any{0, 0, 0.0, time.Duration(0), 0}, []any{empty.Calls(), empty.Requests(), empty.Amplification(), empty.P(50), empty.Peak(time.Second)})
	})
}

// Recovery is the time until the first and until the last of the failures, the worst of all outages.
func TestRecoveryIsThatOfTheWorstOutage(t *testing.T) {
	t.Parallel()
	recovery := func(script string, d time.Duration, wrap func(http.RoundTripper) http.RoundTripper) (first, steady time.Duration) {
		faultsim.Test(t, script, func(_ *testing.T, s *faultsim.Sim) {
			first, steady = s.Latency(faultsim.Uniform(100*ms, 100*ms)).Clients(50, wrap).Run(d).Recovery()
		})
		return first.Round(10 * ms), steady.Round(10 * ms)
	}
	for _, row := range []struct {
		script        string
		first, steady time.Duration
	}{
		{"ok", 0, 0},
		{"10s ok; 10s 503; ok", 110 * ms, 100 * ms},                     // the last that failed began just before the end
		{"10s ok; 10s 503; 10s 429; ok", 110 * ms, 100 * ms},            // one outage
		{"5s 503; 5s ok; 5s slow=3s; ok", 110 * ms, 100 * ms},           // slow is no failure
		{"10s ok; 10s 503 p=.5; ok", 50 * ms, 100 * ms},                 // half of the calls succeeded
		{"5s 503; 20ms ok; 5s 500; ok", faultsim.Never, faultsim.Never}, // too short to recover
		{"10s ok; 503", faultsim.Never, faultsim.Never},
		{"ok; ", 0, 0},
	} {
		first, steady := recovery(row.script, 40*time.Second, nil)
		assert.InDelta(t, row.first, first, float64(80*ms), "first of %s", row.script)
		assert.InDelta(t, row.steady, steady, float64(80*ms), "steady of %s", row.script)
	}
	// A breaker that stays open for 6 s after the outage: nothing succeeds until then.
	first, steady := recovery("10s ok; 10s 503; ok", 40*time.Second, func(base http.RoundTripper) http.RoundTripper {
		begun := time.Now()
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			if at := time.Since(begun); at > 11*time.Second && at < 26*time.Second {
				return nil, errors.New("open")
			}
			return base.RoundTrip(req)
		})
	})
	assert.InDelta(t, 6*time.Second, steady, float64(80*ms))
	assert.InDelta(t, 6100*ms, first, float64(80*ms))
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A caller has at most as many calls at the same time as Overlap says. A call that does not
// end is bounded by the end of the run.
func TestCallsOverlapWithinTheirBound(t *testing.T) {
	t.Parallel()
	on(t, "5s ok; 20s timeout; ok", func(t *testing.T, s *faultsim.Sim) {
		one := s.Clients(2, nil).Overlap(1).Run(30 * time.Second)
		assert.Equal(t, []int{12, 48, 2, 1}, []int{one.Calls(), one.Skipped(), one.Failed(), one.InFlight("x") + 1})
		assert.Greater(t, one.P(100), 5*time.Minute, "the contexts of the calls end 5 minutes after the run")
		three := s.Clients(2, nil).Overlap(3).Run(30 * time.Second)
		assert.Equal(t, []int{16, 44, 6, 6}, []int{three.Calls(), three.Skipped(), three.Failed(), three.InFlight()})
		all := s.Clients(2, nil).Run(30 * time.Second)
		assert.Equal(t, []int{60, 0, 40, 41}, []int{all.Calls(), all.Skipped(), all.Failed(), all.InFlight()})
		bounded := s.Clients(2, retry.New(retry.WithAttemptTimeout(time.Second), retry.WithMaxRetries(0))).Run(30 * time.Second)
		assert.Equal(t, time.Second, bounded.P(100).Round(ms))
		assert.LessOrEqual(t, bounded.InFlight(), 3)
	})
}
