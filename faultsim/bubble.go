package faultsim

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// patience is the real time after which a run in which nothing happens has failed.
const patience = 30 * time.Second

// Test simulates a server whose faults script describes. It calls f in a bubble of
// testing/synctest, where waits take no time; t is then the bubble's, and so is its context.
// Make clients, limiters, budgets and everything else that reads the clock inside f, best in
// the function given to [Sim.Clients].
//
// If the script is invalid, the test ends before f is called: see [Parse]. The test fails if
// a call does not end, for which it is bounded: when its context ends at the latest, which is
// five simulated minutes after the last call of a run began.
func Test(t *testing.T, script string, f func(t *testing.T, s *Sim)) {
	t.Helper()
	simulate(t, script, f, patience)
}

func simulate(t *testing.T, script string, f func(t *testing.T, s *Sim), patience time.Duration) {
	t.Helper()
	parsed, err := Parse(script)
	if err != nil {
		t.Fatal(err)
	}
	m := &monitor{}
	ended := make(chan struct{})
	go func() { // outside of the bubble a stuck one can be noticed
		defer close(ended)
		defer func() {
			if p := recover(); p != nil {
				m.failf("faultsim: a goroutine of the simulation is blocked forever, by the chain, its base or the test: %v", p)
			}
		}()
		synctest.Test(t, func(t *testing.T) {
			s := newSim(t, m, parsed)
			defer s.close()
			f(t, s)
		})
		m.passed.Store(true)
	}()
	m.watch(ended, patience)
	if text := m.verdict(); text != "" {
		t.Error(text)
	}
	if !m.passed.Load() {
		t.FailNow()
	}
}

// A monitor notices a simulation that is stuck.
type monitor struct {
	running atomic.Bool   // a run is in progress
	beats   atomic.Uint64 // how much has happened
	passed  atomic.Bool

	mu   sync.Mutex
	text string // the first failure
}

// beat tells that something happened.
func (m *monitor) beat() { m.beats.Add(1) }

// failf stores a failure, unless there is one.
func (m *monitor) failf(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.text == "" {
		m.text = fmt.Sprintf(format, args...)
	}
}

func (m *monitor) verdict() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text
}

// watch returns when the simulation has ended, or when nothing has happened in a run for the
// time given, which is real.
func (m *monitor) watch(ended <-chan struct{}, patience time.Duration) {
	ticker := time.NewTicker(patience)
	defer ticker.Stop()
	for last := m.beats.Load(); ; {
		select {
		case <-ended:
			return
		case <-ticker.C:
			now := m.beats.Load()
			if now == last && m.running.Load() {
				m.failf("faultsim: the simulated time has not moved for %v: a goroutine waits for something that is no wait in a bubble, "+
					"such as a mutex whose holder sleeps, a socket, or a channel that was made outside of the bubble", patience)
				return
			}
			last = now
		}
	}
}
