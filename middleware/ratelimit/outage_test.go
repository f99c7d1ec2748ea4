package ratelimit_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// R14: a full outage that 640 calls meet at once. Retries after a failure draw on
// the budget; those after a response that throttles are what the server asked for,
// and a limiter is what bounds them.
func TestAFullOutageIsNotMultiplied(t *testing.T) {
	t.Parallel()
	const calls = 640
	hint := http.Header{"Retry-After": {"2"}}
	for _, row := range []struct {
		name           string
		status         int
		header         http.Header
		alone, limited float64 // requests per call, at most
	}{
		{"503", 503, nil, 1.6, 1.6},
		{"503 with Retry-After", 503, hint, 1.6, 1.2},
		{"429", 429, nil, 6, 6},
		{"429 with Retry-After", 429, hint, 6, 1.2},
		{"403 with Retry-After", 403, hint, 6, 1.2},
	} {
		measure := func(limiter *ratelimit.Limiter) (perCall float64, took time.Duration) {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int64
				base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					sent.Add(1)
					time.Sleep(10 * time.Millisecond)
					return &http.Response{StatusCode: row.status, Header: row.header.Clone(), Body: http.NoBody, Request: req}, nil
				})
				client := &http.Client{Transport: transport.Chain(base, retry.New(), ratelimit.New(limiter))}
				begun := time.Now()
				var group sync.WaitGroup
				for range calls {
					group.Go(func() {
						if resp, err := client.Get("https://api.example.com/"); err == nil {
							layer.CloseBody(resp.Body)
						}
					})
				}
				group.Wait()
				perCall, took = float64(sent.Load())/calls, time.Since(begun)
			})
			return perCall, took
		}
		alone, first := measure(nil)
		limited, second := measure(ratelimit.NewLimiter())
		t.Logf("%-22s %.2f requests per call in %s; with a limiter %.2f in %s", row.name, alone, first.Round(time.Second/10), limited, second.Round(time.Second/10))
		assert.LessOrEqual(t, alone, row.alone, row.name)
		assert.LessOrEqual(t, limited, row.limited, row.name)
	}
}

// L2: the attempts that waited for the end of an outage do not go all at once.
func TestAQueueIsNotReleasedAtOnce(t *testing.T) {
	t.Parallel()
	for _, script := range []string{
		"1m ok; 2m 503 p=.8; ok", "1m ok; 2m 503 p=.8 retry-after=1s; ok", "1m ok; 2m reset; ok", "1m ok; 2m 429 retry-after=2s; ok",
	} {
		faultsim.Test(t, script, func(t *testing.T, s *faultsim.Sim) {
			s.Bucket(60, 60)
			r := s.Clients(1, func(next http.RoundTripper) http.RoundTripper {
				return transport.Chain(next, retry.New(), ratelimit.New(ratelimit.NewLimiter()))
			}).Callers(50).Every(time.Second).Run(5 * time.Minute)
			assert.LessOrEqual(t, r.Peak(time.Second), 200, script)
		})
	}
}
