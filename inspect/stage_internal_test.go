package inspect

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/internal/record"
)

// T3: of two waits before one attempt, the second began when the first ended.
func TestAWaitBeginsAfterTheOneBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		running := &trip{begun: time.Now(), attempts: []*attempt{{number: 1, begun: 0, took: time.Second}}}
		time.Sleep(10 * time.Second)
		got := running.stage([]record.Wait{
			{Before: 1, For: time.Hour, Cause: "limit"},
			{Before: 2, For: 2 * time.Second, Cause: "backoff"},
			{Before: 2, For: time.Minute, Cause: "limit", Reason: "paced"},
		})
		assert.Equal(t, stage{what: "limit", why: "paced", since: 7 * time.Second, within: time.Minute}, got)
	})
}
