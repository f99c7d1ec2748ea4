package storetest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/ratelimit/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// forgetful is a memory store that can lose its state.
type forgetful struct{ ratelimit.Store }

func (s *forgetful) forget() { s.Store = ratelimit.NewMemoryStore() }

func (s *forgetful) Push(pushed func(key string, pause ratelimit.Lease) bool) {
	s.Store.(interface { //nolint:errcheck // it has it
		Push(pushed func(key string, pause ratelimit.Lease) bool)
	}).Push(pushed)
}

// F4: the reference follows the rules of which it is the reference.
func TestTheMemoryStore(t *testing.T) {
	t.Parallel()
	var store forgetful
	storetest.Run(t, &store, storetest.Rig{
		Each: func(t *testing.T, test func(*testing.T)) {
			t.Helper()
			synctest.Test(t, func(t *testing.T) {
				store.forget()
				test(t)
			})
		},
		Restart:       store.forget,
		Interleavings: 2000, Tolerance: time.Microsecond,
	})
}
