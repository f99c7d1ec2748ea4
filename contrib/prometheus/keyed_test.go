package prometheus_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A fleet is a store that is asked by one of eight members, and fails while it is down.
type fleet struct {
	down atomic.Bool
	asks atomic.Int64
}

func (f *fleet) Lease(_ context.Context, _ string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	f.asks.Add(1)
	if f.down.Load() {
		return ratelimit.Lease{}, errors.New("connection refused")
	}
	return ratelimit.Lease{Turns: make([]time.Duration, ask.Want+ask.Spare), Rate: 16, Members: 8}, nil
}

// T1: what is shown of a limit that others share, while the store answers and while it is down.
func TestGoldenSharedLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &fleet{}
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(16, 16), ratelimit.WithStore(store),
			ratelimit.WithSharing(ratelimit.Sharing{Told: func(string, error) {}}))
		s := newScene(t, prometheus.New(prometheus.WithLimiter("fleet", limiter), prometheus.WithLimiter("unused", ratelimit.NewLimiter())),
			tripware.WithBase(statuses(200)), tripware.WithLimiter(limiter))
		var text strings.Builder
		for _, phase := range []string{"up", "down", "up again"} {
			store.down.Store(phase == "down")
			for range 5 {
				time.Sleep(300 * time.Millisecond)
				require.NoError(t, s.get(t.Context(), route, site+"/books/7"))
				synctest.Wait()
			}
			asks := strconv.FormatInt(store.asks.Load(), 10)
			fmt.Fprintf(&text, "%s\n%s", phase, strings.ReplaceAll(shown(t, s, "tripware_limiter_"), "} "+asks+"\n", "} ASKS\n"))
		}
		golden(t, "shared-limit.txt", text.String())
		clean(t, s.collector)
	})
}

// shown returns the series of a scrape whose names begin with prefix.
func shown(t *testing.T, s *scene, prefix string) string {
	t.Helper()
	var kept strings.Builder
	for line := range strings.Lines(exposition(t, s.registry)) {
		if strings.HasPrefix(line, prefix) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// T1: what is shown of a bulkhead with an attempt that holds its permit for too long, one that
// waits and one that is refused, and of the calls when they have ended.
func TestGoldenBulkhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		permits := bulkhead.NewBulkhead(1, bulkhead.WithMaxQueue(1), bulkhead.WithMaxHold(time.Second), bulkhead.WithLogger(nil))
		s := newScene(t, prometheus.New(prometheus.WithBulkhead("books", permits)),
			tripware.WithBase(latency{5 * time.Second, statuses(200)}), tripware.WithBulkhead(permits))
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { assert.NoError(t, s.get(t.Context(), route, site+"/books/7")) })
			synctest.Wait()
		}
		require.ErrorIs(t, s.get(t.Context(), route, site+"/books/8"), bulkhead.ErrFull)
		time.Sleep(2 * time.Second)
		text := "full\n" + shown(t, s, "tripware_bulkhead_")
		wg.Wait()
		text += "free\n" + shown(t, s, "tripware_bulkhead_")
		golden(t, "bulkhead.txt", text+counts(t, s.registry))
		clean(t, s.collector)
	})
}

// A circuits is a breaker with a circuit for each host, which tests set.
type circuits struct {
	mu   sync.Mutex
	keys []string
	of   map[string]transport.KeyStatus
}

func (c *circuits) KeyStatuses(int) (all []transport.KeyStatus) {
	for _, key := range c.keys {
		status, _ := c.Circuit(key)
		status.Key = key
		all = append(all, status)
	}
	return all
}

func (c *circuits) Circuit(key string) (transport.KeyStatus, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	circuit, found := c.of[key]
	return circuit, found
}

func (c *circuits) set(key string, circuit transport.KeyStatus) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, found := c.of[key]; !found {
		c.keys = append(c.keys, key)
	}
	c.of[key] = circuit
}

func newCircuits() *circuits { return &circuits{of: map[string]transport.KeyStatus{}} }

// An openError is the error of an attempt that a breaker refuses.
type openError struct{}

func (openError) Error() string      { return "not sent: the circuit is open" }
func (openError) ErrorClass() string { return string(transport.ClassBreakerOpen) }
func (openError) NotSent() bool      { return true }
func (openError) Retryable() bool    { return false }

// refusing is the layer of a breaker.
type refusing struct {
	layer.Link

	of *circuits
}

func (c *circuits) layer(next http.RoundTripper) http.RoundTripper {
	return &refusing{layer.NewLink("breaker", layer.AtBreaker, next), c}
}

func (r *refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	circuit, _ := r.of.Circuit(req.URL.Host)
	if circuit.State != "open" {
		return r.Send(req)
	}
	circuit.Refused++
	r.of.set(req.URL.Host, circuit)
	return nil, layer.Refuse(req, openError{})
}

// T1: what is shown of a breaker in each state, and of a call that it refuses.
func TestGoldenBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		breaker := newCircuits()
		s := newScene(t, prometheus.New(prometheus.WithBreaker("books", breaker)),
			tripware.WithBase(statuses(200)), tripware.PerAttempt(breaker.layer))
		var text strings.Builder
		for _, c := range []transport.KeyStatus{
			{State: "closed"},
			{State: "open", Opened: 1},
			{State: "half-open", Opened: 1, Refused: 1},
			{State: "strange", Opened: 1, Refused: 1},
		} {
			breaker.set("api.example.com", c)
			err := s.get(t.Context(), route, site+"/books/7")
			require.Equal(t, c.State == "open", errors.Is(err, openError{}))
			fmt.Fprintf(&text, "%s\n%s", c.State, shown(t, s, "tripware_breaker_"))
			clean(t, s.collector)
		}
		golden(t, "breaker.txt", text.String()+counts(t, s.registry))
	})
}

// T1: keys that share a series show the worst state, and their counters do not decrease when
// a key is dropped, or begins anew.
func TestCountersOfKeysThatShareASeries(t *testing.T) {
	t.Parallel()
	breaker := newCircuits()
	for i := range 100 {
		breaker.set(fmt.Sprint("own", i), transport.KeyStatus{State: "closed", Opened: 1000})
	}
	registry := register(t, prometheus.New(prometheus.WithBreaker("all", breaker)))
	is := func(state, opens float64, name string) {
		t.Helper()
		assert.InDelta(t, state, sum(t, registry, "tripware_breaker_state", `key="_OTHER"`), 0, name)
		assert.InDelta(t, opens, sum(t, registry, "tripware_breaker_opens_total", `key="_OTHER"`), 0, name)
	}
	sum(t, registry, "tripware_breaker_state") // those that come first have series of their own
	breaker.set("a", transport.KeyStatus{State: "open", Opened: 5})
	breaker.set("b", transport.KeyStatus{State: "half-open", Opened: 3})
	breaker.set("c", transport.KeyStatus{State: "strange", Opened: 2})
	is(2, 10, "three keys")
	breaker.set("b", transport.KeyStatus{State: "half-open", Opened: 4})
	is(2, 11, "one more")
	breaker.keys = slices.DeleteFunc(breaker.keys, func(key string) bool { return key == "a" })
	is(1, 11, "a key is dropped")
	breaker.keys = append(breaker.keys, "a")
	breaker.set("a", transport.KeyStatus{State: "closed", Opened: 6})
	is(1, 17, "and is back")
	breaker.set("b", transport.KeyStatus{State: "closed", Opened: 1})
	is(0, 18, "a key was dropped and is back")
	breaker.keys = breaker.keys[:100]
	assert.NotContains(t, exposition(t, registry), `key="_OTHER"`)

	breaker.keys = breaker.keys[1:]
	assert.NotContains(t, exposition(t, registry), `key="own0"`)
	breaker.keys = append(breaker.keys, "own0")
	breaker.set("own0", transport.KeyStatus{State: "closed", Opened: 1})
	assert.InDelta(t, 1, sum(t, registry, "tripware_breaker_opens_total", `key="own0"`), 0, "a series begins anew with its key")
}

// crashing is a breaker that panics.
type crashing struct{}

func (crashing) KeyStatuses(int) []transport.KeyStatus { panic("it is broken") }

// T1: a breaker that panics is not shown, and hides no other.
func TestABreakerThatPanicsIsNotShown(t *testing.T) {
	t.Parallel()
	sound := newCircuits()
	sound.set("a", transport.KeyStatus{State: "open"})
	registry := register(t, prometheus.New(prometheus.WithBreaker("crashing", crashing{}), prometheus.WithBreaker("sound", sound)))
	text := exposition(t, registry)
	assert.Contains(t, text, `tripware_breaker_state{breaker="sound",key="a"} 2`)
	assert.NotContains(t, text, "crashing")
}
