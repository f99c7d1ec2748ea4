package breaker_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/breaker"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// weather answers as a server does that is in trouble.
func weather(w http.ResponseWriter, r *http.Request) {
	switch rand.IntN(12) {
	case 0, 1:
		w.WriteHeader(http.StatusServiceUnavailable)
	case 2:
		w.Header().Set("Retry-After-Ms", "3")
		w.WriteHeader(http.StatusServiceUnavailable)
	case 3:
		w.Header().Set("Retry-After-Ms", "3")
		w.WriteHeader(http.StatusTooManyRequests)
	case 4:
		panic(http.ErrAbortHandler) // the connection breaks
	case 5:
		select { // it hangs
		case <-r.Context().Done():
		case <-time.After(time.Second):
		}
	case 6:
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "cut")
	default:
		_, _ = io.Copy(w, io.LimitReader(endless{}, int64(rand.IntN(64<<10))))
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// H2, H4, C8: in a storm with all layers, no permit, no place of a probe and no goroutine is
// left, and no more attempts run than there are permits.
func TestAStormLeavesNothing(t *testing.T) {
	t.Parallel()
	const permits = 8
	var running, peak, sent atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(weather))
	defer s.Close()
	base, err := network.New()
	require.NoError(t, err)
	defer base.CloseIdleConnections()
	b := breaker.New(breaker.WithTrip(0.3, 5, 100*time.Millisecond), breaker.WithOpen(2*time.Millisecond, 20*time.Millisecond), breaker.WithLogger(nil))
	permit := bulkhead.NewBulkhead(permits, bulkhead.WithMaxQueue(40), bulkhead.WithMaxWait(50*time.Millisecond), bulkhead.WithLogger(nil))
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(5000, 100), ratelimit.WithMaxPause(5*time.Millisecond))
	in := inspect.New(inspect.WithKeys("breaker", b), inspect.WithKeys("bulkhead", permit), inspect.WithLimiter("api", limiter))
	count := func(next http.RoundTripper) http.RoundTripper {
		return &counting{Link: layer.NewLink("counting", layer.AtBase, next), running: &running, peak: &peak, sent: &sent}
	}
	client, err := tripware.New(
		tripware.WithBase(base), tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts(), b.Middleware(), count),
		tripware.WithBulkhead(permit), tripware.WithLimiter(limiter), tripware.WithMetrics(metrics.NewPublishers()),
		tripware.WithLogger(slog.New(slog.NewJSONHandler(io.Discard, nil))),
		tripware.WithAuth(s.URL, auth.Key("Bearer", redact.NewSecret("token"))),
		tripware.WithRetry(retry.WithBaseDelay(time.Millisecond), retry.WithMaxDelay(5*time.Millisecond), retry.WithAttemptTimeout(100*time.Millisecond),
			retry.WithMaxElapsed(time.Second), retry.WithoutBudget()),
	)
	require.NoError(t, err)

	var group sync.WaitGroup
	var good, refused, full atomic.Int64
	for range 32 {
		group.Go(func() {
			for range 40 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+rand.IntN(400))*time.Millisecond)
				if resp, err := client.Do(get(t, ctx, s.URL)); err == nil {
					if rand.IntN(4) > 0 {
						_, _ = io.Copy(io.Discard, resp.Body)
					}
					_ = resp.Body.Close()
					if resp.StatusCode == http.StatusOK {
						good.Add(1)
					}
				} else if errors.Is(err, breaker.ErrOpen) {
					refused.Add(1)
				} else if errors.Is(err, bulkhead.ErrFull) {
					full.Add(1)
				}
				cancel()
			}
		})
	}
	watch := make(chan struct{})
	go func() { // as a page does
		defer close(watch)
		for range 50 {
			b.KeyStatuses(10)
			permit.KeyStatuses(10)
			time.Sleep(time.Millisecond)
		}
	}()
	group.Wait()
	<-watch
	t.Logf("%d good, %d refused by the breaker, %d by the bulkhead, %d requests", good.Load(), refused.Load(), full.Load(), sent.Load())
	key := permit.Keys()[0]
	held, _ := permit.Snapshot(key)
	assert.Zero(t, held.InUse)
	assert.Zero(t, held.Queued)
	assert.LessOrEqual(t, peak.Load(), int64(permits))
	circuit, _ := b.Snapshot(key)
	assert.Zero(t, circuit.Probes)
	assert.Positive(t, circuit.Opened)
	limit, _ := limiter.Snapshot(key)
	assert.Zero(t, limit.Waiting+limit.Running)
	assert.Positive(t, good.Load())
}

type counting struct {
	layer.Link

	running, peak, sent *atomic.Int64
}

func (c *counting) RoundTrip(req *http.Request) (*http.Response, error) {
	c.sent.Add(1)
	c.note(c.running.Add(1))
	defer c.running.Add(-1)
	return c.Send(req)
}

// note raises the peak to what is running now.
func (c *counting) note(now int64) {
	for {
		peak := c.peak.Load()
		if now <= peak || c.peak.CompareAndSwap(peak, now) {
			return
		}
	}
}
