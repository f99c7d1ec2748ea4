package breaker

import (
	"container/list"
	"errors"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
)

// A key holds the circuit of attempts with the same key.
//
// The circuit is gobreaker's, which counts and decides, and is only used under the key's lock.
// Four things are the key's own. It decides when an open circuit becomes half-open, since
// gobreaker knows only one open time: its own is as short as can be. While the circuit is closed,
// it tells gobreaker of an attempt when that ends: gobreaker would drop one that began before
// the window, so that a server that hangs for longer would never open the circuit. It forgets
// attempts that began in an earlier state. And it gives up probes that hang.
type key struct {
	breaker *Breaker
	name    string
	used    *list.Element // in the breaker's list

	mu      sync.Mutex
	circuit *gobreaker.TwoStepCircuitBreaker[struct{}]
	phase   Phase
	turn    uint64    // number of changes of the phase
	since   time.Time // of the phase
	until   time.Time // while it is open
	asked   time.Time // until when the server asked to wait
	tripped tally     // what opened it
	cause   string    // of the last failure
	probes  []*probe  // that are running
	claims  int
	last    time.Time // last use
	refused uint64
	opened  uint64

	changes    []Change // to be published
	publishing bool
}

// A tally counts samples.
type tally struct{ failures, samples int }

// A pass is an attempt that was admitted.
type pass struct {
	turn  uint64 // when it began
	probe *probe // nil while the circuit is closed
}

type probe struct {
	begun time.Time
	done  func(error)
}

// What gobreaker is told of an attempt besides success.
var (
	errFailed  = errors.New("failed")
	errIgnored = errors.New("ignored")
)

func newKey(b *Breaker, name string) *key {
	k := &key{breaker: b, name: name, phase: Closed, since: time.Now()}
	k.circuit = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests: uint32(b.probes),
		Interval:    b.window, BucketPeriod: b.window / buckets,
		Timeout:       1, // the key decides
		ReadyToTrip:   k.trips,
		OnStateChange: k.change,
		IsExcluded:    func(err error) bool { return err == errIgnored }, //nolint:errorlint // it is passed as it is
	})
	return k
}

// trips reports whether the samples in the window open the circuit. The key is locked.
func (k *key) trips(c gobreaker.Counts) bool {
	k.tripped = tallyOf(c)
	return k.tripped.samples >= k.breaker.samples && float64(k.tripped.failures) >= k.breaker.ratio*float64(k.tripped.samples)
}

func tallyOf(c gobreaker.Counts) tally {
	return tally{failures: int(c.TotalFailures), samples: int(c.TotalFailures) + int(c.TotalSuccesses)}
}

// change takes over a new state of gobreaker. The key is locked.
func (k *key) change(_ string, _, to gobreaker.State) {
	now := time.Now()
	c := Change{Key: k.name, From: k.phase, At: now, Cause: k.cause, Failures: k.tripped.failures, Samples: k.tripped.samples}
	k.turn++
	k.since, k.until, k.probes = now, time.Time{}, nil
	switch to {
	case gobreaker.StateOpen:
		k.phase = Open
		k.opened++
		k.until = k.openUntil(now)
	case gobreaker.StateHalfOpen:
		k.phase = HalfOpen
	case gobreaker.StateClosed:
		k.phase, k.tripped, k.cause, k.asked = Closed, tally{}, "", time.Time{}
	}
	c.To, c.Until = k.phase, k.until
	k.changes = append(k.changes, c)
}

// openUntil returns when a circuit that opened at since admits probes.
func (k *key) openUntil(now time.Time) time.Time {
	b := k.breaker
	if !k.asked.After(now) {
		return k.since.Add(b.open)
	}
	until := k.asked
	if soonest := k.since.Add(min(b.open, least)); until.Before(soonest) {
		until = soonest
	}
	if b.longest > 0 && until.After(k.since.Add(b.longest)) {
		until = k.since.Add(b.longest)
	}
	return until
}

func (k *key) claim() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.claims++
}

// leave releases the claim of an attempt. The key is locked.
func (k *key) leave(now time.Time) {
	k.claims--
	k.last = now
}

func (k *key) usage(now time.Time) (busy bool, since time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.claims > 0 || now.Before(k.until), k.last
}

// admit admits an attempt, or releases its claim and returns the refusal.
func (k *key) admit(now time.Time) (p pass, refusal error) {
	k.locked(func() { p, refusal = k.decide(now) })
	return p, refusal
}

// decide is admit under the lock.
func (k *key) decide(now time.Time) (pass, error) {
	if k.phase == Closed {
		return pass{turn: k.turn}, nil
	}
	if p := k.tryProbe(now); p != nil {
		return pass{turn: k.turn, probe: p}, nil
	}
	k.refused++
	k.leave(now)
	return pass{}, &OpenError{Key: k.name, Until: k.until, Failures: k.tripped.failures, Samples: k.tripped.samples, Cause: k.cause}
}

// tryProbe returns a probe if the circuit admits one. The key is locked.
func (k *key) tryProbe(now time.Time) *probe {
	k.giveUpProbes(now)
	if now.Before(k.until) {
		return nil
	}
	done, err := k.circuit.Allow()
	if err != nil { // enough probes are running
		return nil
	}
	p := &probe{begun: now, done: done}
	k.probes = append(k.probes, p)
	return p
}

// giveUpProbes counts probes that hang as failures.
func (k *key) giveUpProbes(now time.Time) {
	for _, p := range k.probes {
		if longest := k.breaker.longest; longest > 0 && now.Sub(p.begun) >= longest {
			k.cause = "no response to a probe"
			p.done(errFailed) // which clears the probes
			return
		}
	}
}

// settle takes the outcome of an attempt, and releases its claim.
func (k *key) settle(p pass, outcome Outcome, hint time.Duration, cause string) {
	k.locked(func() {
		now := time.Now()
		k.leave(now)
		if outcome == Failure {
			k.follow(now, hint)
		}
		k.count(p, outcome, cause)
	})
}

// locked calls f under the lock, and then publishes what has changed.
func (k *key) locked(f func()) {
	k.mu.Lock()
	f()
	changed := len(k.changes) > 0
	k.mu.Unlock()
	if changed {
		k.publish()
	}
}

// count tells gobreaker of an attempt. The key is locked.
func (k *key) count(p pass, outcome Outcome, cause string) {
	if p.turn != k.turn {
		return // the circuit has changed since, and the attempt says nothing about it
	}
	if outcome == Failure {
		k.cause = cause
	}
	done := k.doneOf(p, outcome)
	if done == nil {
		return
	}
	switch outcome {
	case Success:
		done(nil)
	case Failure:
		done(errFailed)
	case Ignored:
		done(errIgnored)
	}
}

// follow notes until when the server asks to wait. An open circuit stays open for as long, also
// after a response to an attempt that began before.
func (k *key) follow(now time.Time, hint time.Duration) {
	if hint <= 0 {
		return
	}
	if longest := k.breaker.longest; longest > 0 {
		hint = min(hint, longest)
	}
	if until := now.Add(hint); until.After(k.asked) {
		k.asked = until
	}
	if k.phase != Open {
		return
	}
	if until := k.openUntil(now); until.After(k.until) {
		k.until = until
	}
}

// doneOf returns the function that tells gobreaker of the attempt, or nil if it need not know.
func (k *key) doneOf(p pass, outcome Outcome) func(error) {
	if p.probe != nil {
		for i, running := range k.probes {
			if running == p.probe {
				k.probes = append(k.probes[:i:i], k.probes[i+1:]...)
				break
			}
		}
		return p.probe.done
	}
	if outcome == Ignored {
		return nil
	}
	done, err := k.circuit.Allow()
	if err != nil { // cannot be: the circuit is closed
		return nil
	}
	return done
}
