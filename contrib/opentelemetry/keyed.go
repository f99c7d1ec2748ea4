package opentelemetry

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/metric"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

func (t *telemetry) observeBulkheads() error {
	if len(t.bulkheads) == 0 {
		return nil
	}
	m := &maker{meter: t.meter}
	inUse := m.whole("bulkhead.in_use", "{request}", "Attempts that hold a permit.")
	queued := m.whole("bulkhead.queued", "{request}", "Attempts that wait for a permit.")
	oldest := m.decimal("bulkhead.oldest", "s", "How long the oldest permit has been held.")
	refused := m.counter("bulkhead.refused", "{request}", "Attempts that the bulkhead refused.")
	overdue := m.counter("bulkhead.overdue", "{request}", "Permits that were held for longer than the bulkhead allows.")
	bulkheads := t.bulkheads
	return errors.Join(m.fault(), t.register(func(_ context.Context, o metric.Observer) error {
		for _, b := range bulkheads {
			keys := b.bulkhead.Keys()
			for _, key := range keys[:min(len(keys), maxKeys)] {
				s, ok := b.bulkhead.Snapshot(key)
				if !ok {
					continue
				}
				set := metric.WithAttributes(bulkheadNameKey.String(b.name), bulkheadKeyKey.String(shown(key)))
				o.ObserveInt64(inUse, int64(s.InUse), set)
				o.ObserveInt64(queued, int64(s.Queued), set)
				o.ObserveFloat64(oldest, s.Oldest.Seconds(), set)
				o.ObserveInt64(refused, count(s.Refused), set)
				o.ObserveInt64(overdue, count(s.Overdue), set)
			}
		}
		return nil
	}, m.made...))
}

func (t *telemetry) observeBreakers() error {
	if len(t.breakers) == 0 {
		return nil
	}
	m := &maker{meter: t.meter}
	state := m.whole("breaker.state", "1", "State of the circuit: 0 closed, 1 half-open, 2 open.")
	opened := m.counter("breaker.opened", "{opening}", "How often the circuit has opened.")
	refused := m.counter("breaker.refused", "{request}", "Attempts that the circuit breaker refused.")
	breakers := t.breakers
	return errors.Join(m.fault(), t.register(func(_ context.Context, o metric.Observer) error {
		var faults []error
		for _, b := range breakers {
			statuses, fault := b.statuses()
			faults = append(faults, fault)
			for _, s := range statuses[:min(len(statuses), maxKeys)] {
				set := metric.WithAttributes(breakerNameKey.String(b.name), breakerKeyKey.String(shown(s.Key)))
				if number, known := numberOf(s.State); known {
					o.ObserveInt64(state, number, set)
				}
				o.ObserveInt64(opened, count(s.Opened), set)
				o.ObserveInt64(refused, count(s.Refused), set)
			}
		}
		return errors.Join(faults...)
	}, m.made...))
}

// statuses returns the keys of a breaker, or an error for the SDK to report if it panics.
func (b circuits) statuses() (keys []transport.KeyStatus, fault error) {
	defer func() {
		if r := recover(); r != nil {
			keys, fault = nil, fmt.Errorf("opentelemetry: breaker %q panicked: %s", b.name, redact.Cut(fmt.Sprint(r), redact.MaxError))
		}
	}()
	return b.breaker.KeyStatuses(maxKeys), nil
}

// numberOf returns the number of a circuit's state, and false if it has none.
func numberOf(state string) (number int64, known bool) {
	switch state {
	case "closed":
		return 0, true
	case "half-open":
		return 1, true
	case "open":
		return 2, true
	}
	return 0, false
}
