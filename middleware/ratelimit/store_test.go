package ratelimit_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/ratelimit/storetest"
)

// F4: the reference follows the rules of which it is the reference.
func TestMemoryStore(t *testing.T) {
	t.Parallel()
	var store flakyStore
	storetest.Run(t, &store, storetest.Rig{
		Each: func(t *testing.T, test func(*testing.T)) {
			t.Helper()
			synctest.Test(t, func(t *testing.T) {
				store.store = ratelimit.NewMemoryStore()
				test(t)
			})
		},
		Restart:       func() { ratelimit.Forget(store.store) },
		Interleavings: 2000, Tolerance: time.Microsecond,
	})
}
