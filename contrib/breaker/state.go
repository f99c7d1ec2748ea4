package breaker

import (
	"fmt"
	"slices"
	"time"

	"github.com/tripware/tripware/transport"
)

// A State is the state of the circuit of a key.
type State struct {
	Phase    Phase
	Since    time.Time // when the phase began
	Until    time.Time // when an open circuit will admit probes; otherwise zero
	Failures int       // of Samples
	Samples  int       // attempts that counted within the window; if the circuit is not closed, those that opened it
	Cause    string    // the last failure: "status 503", or a transport.ErrorClass; empty if there was none
	Probes   int       // probes that are running
	Refused  uint64    // attempts refused since the breaker has the key
	Opened   uint64    // how often the circuit has opened since then
}

// Snapshot returns the state of a key, and false if the breaker does not have it. An open circuit
// whose time has passed is open until the next attempt.
func (b *Breaker) Snapshot(name string) (State, bool) {
	b.mu.Lock()
	k := b.keys[name]
	b.mu.Unlock()
	if k == nil {
		return State{}, false
	}
	return k.snapshot(), true
}

func (k *key) snapshot() State {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := State{
		Phase: k.phase, Since: k.since, Until: k.until, Failures: k.tripped.failures, Samples: k.tripped.samples,
		Cause: k.cause, Probes: len(k.probes), Refused: k.refused, Opened: k.opened,
	}
	if k.phase == Closed {
		_ = k.circuit.State() // which drops what is older than the window
		now := tallyOf(k.circuit.Counts())
		s.Failures, s.Samples = now.failures, now.samples
	}
	return s
}

// Keys returns the names of the keys that the breaker stores, the most recently used first.
func (b *Breaker) Keys() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	names := make([]string, 0, len(b.keys))
	for at := b.used.Front(); at != nil; at = at.Next() {
		names = append(names, at.Value.(*key).name) //nolint:errcheck,forcetypeassert // the list holds nothing else
	}
	return names
}

// KeyStatuses describes up to most keys, for inspect.WithKeys: those whose circuit is not closed
// first, and then the most recently used ones.
func (b *Breaker) KeyStatuses(most int) []transport.KeyStatus {
	var tripped, closed []transport.KeyStatus
	for _, name := range b.Keys() {
		s, ok := b.Snapshot(name)
		switch {
		case !ok:
		case s.Phase == Closed:
			if len(closed) < most {
				closed = append(closed, b.statusOf(name, s))
			}
		default:
			tripped = append(tripped, b.statusOf(name, s))
		}
	}
	list := slices.Concat(tripped, closed)
	return list[:min(most, len(list))]
}

func (b *Breaker) statusOf(name string, s State) transport.KeyStatus {
	detail := fmt.Sprintf("%d of %d failed", s.Failures, s.Samples)
	if s.Cause != "" {
		detail += fmt.Sprintf(" (last: %s)", s.Cause)
	}
	if s.Phase == HalfOpen {
		detail += fmt.Sprintf(", %d of %d probes running", s.Probes, b.probes)
	}
	if s.Refused > 0 {
		detail += fmt.Sprintf(", %d refused", s.Refused)
	}
	return transport.KeyStatus{
		Key: name, State: string(s.Phase), Since: s.Since, Until: s.Until, Detail: detail, Refused: s.Refused, Opened: s.Opened,
	}
}
