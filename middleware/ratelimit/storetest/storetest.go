// Package storetest checks that a [ratelimit.Store] follows the rules of that interface.
package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// A Rig says what a test can do to a store, apart from asking it. A nil function skips the
// tests that need it.
type Rig struct {
	// Each runs one test. The default is to call it. A store in memory is tested in virtual
	// time with synctest.Test, and a new store for each test.
	Each func(t *testing.T, test func(t *testing.T))

	// Advance lets time pass for the store and the test. The default waits, which is
	// at once in a bubble of testing/synctest.
	Advance func(d time.Duration)

	// Now returns the test's time. The default is [time.Now].
	Now func() time.Time

	// Restart lets the store forget everything.
	Restart func()

	// Jump sets the store's clock forward, or back if d is negative, without time passing.
	Jump func(d time.Duration)

	// Interleavings is the number of random sequences of asks in the test of the limit. The
	// default is 200. A sequence takes about two seconds of the test's time.
	Interleavings int

	// Tolerance is how inexactly the test observes when a lease arrives. The default is 1ms.
	Tolerance time.Duration
}

// Run runs the tests on the store, which should be used by nobody else. They use random
// keys, so that what a store kept of earlier runs does no harm.
func Run(t *testing.T, store ratelimit.Store, rig Rig) {
	t.Helper()
	if rig.Each == nil {
		rig.Each = func(t *testing.T, test func(t *testing.T)) { t.Helper(); test(t) }
	}
	if rig.Advance == nil {
		rig.Advance = func(d time.Duration) { <-time.After(d) }
	}
	if rig.Now == nil {
		rig.Now = time.Now
	}
	if rig.Interleavings == 0 {
		rig.Interleavings = 200
	}
	if rig.Tolerance == 0 {
		rig.Tolerance = time.Millisecond
	}
	b := &bench{Rig: rig, store: store, run: rand.Text()}
	for _, test := range tests() {
		t.Run(test.name, func(t *testing.T) {
			rig.Each(t, func(t *testing.T) { test.check(t, b) })
		})
	}
}

// A rule is what a test checks.
type rule struct {
	name  string
	check func(*testing.T, *bench)
}

func tests() []rule {
	return []rule{
		{"gives the burst, then the rate", burst},
		{"holds two rates at once", twoRates},
		{"gives nothing beyond the horizon", horizon},
		{"takes turns back", back},
		{"takes no turns back that a full bucket did without", unused},
		{"keeps keys apart", apart},
		{"pauses all members", pauses},
		{"ignores what it was told of already", stale},
		{"learns the rate", learns},
		{"counts members", members},
		{"keeps back the share of silent members", silent},
		{"keeps back no share of members that left", left},
		{"deducts what was sent without it", alone},
		{"reports pauses", pushes},
		{"refuses invalid rates", invalid},
		{"stops when the context ends", canceled},
		{"serves many at once", many},
		{"gives no burst after it forgot", forgot},
		{"survives a clock that jumps", jumps},
		{"never gives more than the limit", limit},
	}
}

// A bench is a store under test.
type bench struct {
	Rig

	store ratelimit.Store
	run   string
	keys  atomic.Int64
}

// A member is a limiter as the store sees it.
type member struct {
	*bench

	t    *testing.T
	key  string
	name string
	last ratelimit.Lease
}

// key returns a key that nobody used before.
func (b *bench) key() string { return fmt.Sprint(b.run, "/", b.keys.Add(1)) }

func (b *bench) member(t *testing.T, key, name string) *member {
	return &member{bench: b, t: t, key: key, name: name}
}

// rate is the limit of most tests.
func rate() []ratelimit.Rate { return []ratelimit.Rate{{PerSecond: 100, Burst: 10}} }

// The bounds of the asks of most tests.
const (
	ahead = 500 * time.Millisecond
	valid = time.Second
)

// try asks the store.
func (m *member) try(ctx context.Context, ask ratelimit.Ask) (ratelimit.Lease, error) {
	ask.Member, ask.Last, ask.Valid = m.name, m.last, valid
	if ask.Horizon == 0 {
		ask.Horizon = ahead
	}
	lease, err := m.store.Lease(ctx, m.key, ask)
	if err == nil {
		m.last, m.last.Turns = lease, nil
	}
	return lease, err
}

// ask asks the store and checks that the lease is valid.
func (m *member) ask(ask ratelimit.Ask) ratelimit.Lease {
	m.t.Helper()
	lease, err := m.try(m.t.Context(), ask)
	if err != nil {
		m.t.Fatalf("the store failed: %v", err)
	}
	before := time.Duration(0)
	for _, in := range lease.Turns {
		if in < before || in > max(ask.Horizon, ahead) {
			m.t.Fatalf("turns %v are not in ascending order from 0 to the horizon", lease.Turns)
		}
		before = in
	}
	switch {
	case len(lease.Turns) > ask.Want+ask.Spare:
		m.t.Fatalf("got %d turns, asked for %d and %d spare ones", len(lease.Turns), ask.Want, ask.Spare)
	case lease.Members < 1:
		m.t.Fatalf("%d members, want the asker at least", lease.Members)
	case lease.Again < 0, lease.Paused < 0, lease.Rate < 0:
		m.t.Fatalf("negative member of the lease: %+v", lease)
	case lease.Paused > 0 && len(lease.Turns) > 0:
		m.t.Fatalf("turns in a pause: %+v", lease)
	}
	return lease
}

// want asks for turns of the usual rate.
func (m *member) want(n int) ratelimit.Lease {
	m.t.Helper()
	return m.ask(ratelimit.Ask{Rates: rate(), Want: n})
}

func (m *member) equal(what string, got, want int) {
	m.t.Helper()
	if got != want {
		m.t.Fatalf("%s: got %d, want %d", what, got, want)
	}
}

func (m *member) between(what string, got, least, most float64) {
	m.t.Helper()
	if got < least || got > most {
		m.t.Fatalf("%s: got %.3f, want %.3f to %.3f", what, got, least, most)
	}
}

// many lets members ask at the same time.
func many(t *testing.T, b *bench) {
	key := b.key()
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	begun := b.Now()
	for i := range 8 {
		m := b.member(t, key, strconv.Itoa(i))
		wg.Go(func() {
			for range 20 {
				lease, err := m.try(t.Context(), ratelimit.Ask{Rates: rate(), Want: 2})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				total += len(lease.Turns)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	b.member(t, key, "0").between("turns", float64(total), 10, 10+100*(ahead+b.Now().Sub(begun)+b.Tolerance).Seconds()+1)
}
