package bulkhead_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// H1, H4: a further leg of a hedge takes a permit only if one is free, and does not make the call
// fail otherwise.
func TestALegOfAHedgeDoesNotWait(t *testing.T) {
	t.Parallel()
	for permits, legs := range map[int]int{1: 1, 2: 2} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{gate: make(chan struct{})}
			b := bulkhead.NewBulkhead(permits)
			client, err := tripware.New(tripware.WithBase(s), tripware.WithBulkhead(b), tripware.WithHedge(hedge.WithDelay(50*time.Millisecond)))
			require.NoError(t, err)
			time.AfterFunc(time.Second, func() { close(s.gate) })
			resp, err := client.Do(get(t, t.Context(), "https://"+host))
			require.NoError(t, err)
			assert.Equal(t, legs, transport.CallOf(resp).AttemptCount())
			assert.EqualValues(t, legs, s.calls.Load())
			layer.CloseBody(resp.Body)
			synctest.Wait()
			state, _ := b.Snapshot(host)
			assert.Zero(t, state.InUse+state.Queued)
			assert.EqualValues(t, 2-legs, state.Refused)
		})
	}
}
