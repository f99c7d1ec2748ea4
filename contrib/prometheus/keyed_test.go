package prometheus_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/middleware/ratelimit"
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
