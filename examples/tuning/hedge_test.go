package tuning_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// hedged is for calls that a user waits for, of a server that is sometimes slow.
func hedged() tripware.Option {
	return tripware.WithHedge(hedge.WithPercentile(90, 50, 200*time.Millisecond))
}

// H1: what a hedge saves and costs if one of twenty requests is slow by a second.
func TestSlowResponses(t *testing.T) {
	t.Parallel()
	tenth := func(ratio float64) tripware.Option {
		return tripware.WithRetry(retry.WithBudget(layer.NewBudget(ratio, 10, 0)))
	}
	var table strings.Builder
	table.WriteString("| hedge | median | 99th percentile | requests for each call |\n|---|--:|--:|--:|\n")
	for _, row := range []struct {
		name string
		opts []tripware.Option
	}{
		{"none", nil},
		{"after 50 ms", []tripware.Option{tripware.WithHedge(hedge.WithDelay(50 * time.Millisecond))}},
		{"after 50 ms, a budget of 10 %", []tripware.Option{tripware.WithHedge(hedge.WithDelay(50 * time.Millisecond)), tenth(0.1)}},
		{"after 50 ms, a budget of 2 %", []tripware.Option{tripware.WithHedge(hedge.WithDelay(50 * time.Millisecond)), tenth(0.02)}},
		{"`hedged()`, after the 90th percentile", []tripware.Option{hedged()}},
		{"the default, after the 95th percentile", []tripware.Option{tripware.WithHedge()}},
	} {
		median, p99, perCall := sometimesSlow(t, row.opts...)
		fmt.Fprintf(&table, "| %s | %s | %s | %.2f |\n", row.name, millis(median), millis(p99), perCall)
	}
	onThePage(t, "slow", table.String())
}

func millis(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

// sometimesSlow makes a call every two seconds from each of 200 places of a program. The server responds after 20 to 30 ms, or a second later.
func sometimesSlow(t *testing.T, opts ...tripware.Option) (median, p99 time.Duration, perCall float64) {
	t.Helper()
	var mu sync.Mutex
	var took []time.Duration
	requests := 0
	synctest.Test(t, func(t *testing.T) {
		c := client(t, 1, func(req *http.Request) (*http.Response, error) {
			n := transport.CallFrom(req.Context()).AttemptCount()
			var place, number uint64
			_, err := fmt.Sscanf(req.URL.Path, "/%d/%d", &place, &number)
			assert.NoError(t, err)
			draw := rand.New(rand.NewPCG(place<<32|number, uint64(n))) // the same in each run
			d := 20*time.Millisecond + time.Duration(draw.Int64N(int64(10*time.Millisecond)))
			if draw.IntN(20) == 0 {
				d += time.Second
			}
			mu.Lock()
			requests++
			mu.Unlock()
			select {
			case <-time.After(d):
				return respond(req, 200), nil
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		}, opts...)
		var wg sync.WaitGroup
		for place := range 200 {
			wg.Go(func() {
				time.Sleep(time.Duration(place) * (5*time.Millisecond + 137)) // virtual; no two at the same instant
				for number := range 120 {
					begun := time.Now()
					resp, err := c.Get(fmt.Sprintf("https://api.example.com/%d/%d", place, number))
					if !assert.NoError(t, err) {
						return
					}
					_, err = io.Copy(io.Discard, resp.Body)
					assert.NoError(t, err)
					assert.NoError(t, resp.Body.Close())
					mu.Lock()
					took = append(took, time.Since(begun))
					mu.Unlock()
					time.Sleep(time.Until(begun.Add(2 * time.Second))) // virtual
				}
			})
		}
		wg.Wait()
	})
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100], float64(requests) / float64(len(took))
}
