package breaker

import (
	"context"
	"log/slog"
	"time"

	"github.com/tripware/tripware/transport/redact"
)

// A Phase is a state of a circuit.
type Phase string

// The phases.
const (
	Closed   Phase = "closed"    // attempts are sent
	Open     Phase = "open"      // attempts are refused
	HalfOpen Phase = "half-open" // a few attempts are sent as probes
)

// A Change reports that a circuit changed its state: see [WithObserver].
type Change struct {
	Key      string
	From, To Phase
	At       time.Time
	Until    time.Time // when an open circuit will admit probes, unless the server asks for more time; otherwise zero
	Cause    string    // the last failure: "status 503", or a transport.ErrorClass; empty if there was none
	Failures int       // of the samples that opened the circuit
	Samples  int       // attempts that counted
}

// publish tells the log and the observer of changes, in order. Only one goroutine does so at a
// time, and without the lock, so that an observer may use the breaker.
func (k *key) publish() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.publishing {
		return // the goroutine that does will see them
	}
	k.publishing = true
	for len(k.changes) > 0 {
		c := k.changes[0]
		k.changes = k.changes[1:]
		k.mu.Unlock()
		k.breaker.log(c)
		k.breaker.tell(c)
		k.mu.Lock()
	}
	k.publishing, k.changes = false, nil
}

// tell calls the observer.
func (b *Breaker) tell(c Change) {
	if b.observer == nil {
		return
	}
	defer func() { _ = recover() }() // an observer must not change a call
	b.observer(c)
}

func (b *Breaker) log(c Change) {
	logger := b.logger()
	if logger == nil {
		return
	}
	defer func() { _ = recover() }() // neither must a log handler
	level := slog.LevelDebug
	switch {
	case c.From == Closed:
		level = slog.LevelWarn
	case c.To == Closed:
		level = slog.LevelInfo
	}
	attrs := []slog.Attr{
		slog.String("key", redact.Cut(c.Key, redact.MaxValue)),
		slog.String("from", string(c.From)), slog.String("to", string(c.To)),
	}
	if c.To == Open {
		attrs = append(attrs, slog.Time("until", c.Until), slog.String("cause", c.Cause),
			slog.Int("failures", c.Failures), slog.Int("samples", c.Samples))
	}
	logger.LogAttrs(context.Background(), level, "breaker: a circuit changed", attrs...)
}
