package storm_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

const (
	typedFlows = 1500
	typedLists = 100
	typedPages = 50
)

// S3, S4, S9, R19: while a tenth of all requests is hit by a fault, a flow fails only if
// its request must not be repeated.
func TestAStormFailsOnlyWhatMustNotBeRepeated(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithSeed(12))
	c, err := opsgenie.New(s.Key, opsgenie.WithBaseURL(s.URL),
		opsgenie.WithPolling(poll.WithBaseDelay(time.Millisecond), poll.WithMaxRetries(100)),
		opsgenie.WithTransport(tripware.WithLimiter(nil),
			tripware.WithRetry(retry.WithBaseDelay(time.Millisecond), retry.WithMaxRetries(12), retry.WithoutBudget())))
	require.NoError(t, err)
	for i := range 2 * typedPages {
		_, err := c.Alerts.Create(t.Context(), alert.CreateRequest{Message: "m", Alias: fmt.Sprint("listed ", i)})
		require.NoError(t, err)
	}
	s.Settle()
	storm := s.Storm(0.1)
	flows, lists := typedFlows, typedLists
	if measure.Racing {
		flows, lists = flows/3, lists/10 // the detector makes requests slower
	}
	inParallel(lists, func(int) {
		pages := map[string]bool{}
		for a, err := range c.Alerts.All(t.Context(), alert.ListRequest{Limit: 2}) {
			if !assert.NoError(t, err) {
				return
			}
			pages[a.ID] = true
		}
		assert.Len(t, pages, 2*typedPages)
	})
	var mu sync.Mutex
	var failed []error
	inParallel(flows, func(i int) {
		in := alert.CreateRequest{Message: "m", Alias: fmt.Sprint("flow ", i)}
		if i%3 == 0 {
			in.Alias = "" // a second copy would be a second alert
		}
		p, err := c.Alerts.Create(t.Context(), in)
		if err == nil {
			_, err = p.Alert(t.Context())
			assert.NoError(t, err, "an accepted request")
			return
		}
		if assert.Empty(t, in.Alias, "%v", err) {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
		}
	})
	assert.NotEmpty(t, failed, "the storm hit nothing that must not be repeated")
	for _, err := range failed {
		e, ok := errors.AsType[*services.Error](err)
		require.True(t, ok)
		assert.Equal(t, "POST /v2/alerts", e.Route)
		assert.Equal(t, retry.ReasonMethod, e.Reason(), "%v", err)
	}
	t.Logf("%d faults in %d flows and %d lists of %d pages: %d flows failed, each with a creation that must not be repeated",
		storm.Struck(), flows, lists, typedPages, len(failed))
}

// inParallel calls f for 0 to n-1, eight at a time.
func inParallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range 8 {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
