package opentelemetry

import (
	"context"
	"errors"
	"math"
	"runtime"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// observeGauges registers the gauges of the options.
func (t *telemetry) observeGauges() error {
	return errors.Join(t.observeLimiters(), t.observeBudgets(), t.observeBulkheads(), t.observeBreakers())
}

// limiterGauges are the instruments of limiters.
type limiterGauges struct {
	rate, pause                           metric.Float64ObservableGauge
	waiting, running, members, held, down metric.Int64ObservableGauge
	asks                                  metric.Int64ObservableCounter
}

func (t *telemetry) observeLimiters() error {
	if len(t.limiters) == 0 {
		return nil
	}
	var g limiterGauges
	m := &maker{meter: t.meter}
	g.rate = m.decimal("limiter.rate", "{request}/s", "Attempts a second that the limiter admits.")
	g.waiting = m.whole("limiter.waiting", "{request}", "Attempts that wait for the limiter.")
	g.running = m.whole("limiter.running", "{request}", "Attempts that the limiter admitted and that have no response yet.")
	g.pause = m.decimal("limiter.pause", "s", "How long the limiter still admits nothing.")
	g.members = m.whole("limiter.members", "{member}", "Members that share the limit, as of the store's last answer.")
	g.held = m.whole("limiter.held", "{turn}", "Turns of the store that are reserved for this limiter.")
	g.down = m.whole("limiter.store_down", "1", "1 while the store of the limit fails, and otherwise 0.")
	g.asks = m.counter("limiter.store_asks", "{ask}", "How often the limiter asked its store for turns.")
	limiters := t.limiters
	return errors.Join(m.fault(), t.register(func(_ context.Context, o metric.Observer) error {
		for _, l := range limiters {
			for _, key := range l.reported() {
				if state, ok := l.limiter.Snapshot(key); ok {
					g.observe(o, state, metric.WithAttributes(limiterNameKey.String(l.name), limiterKeyKey.String(shown(key))))
				}
			}
		}
		return nil
	}, m.made...))
}

func (g *limiterGauges) observe(o metric.Observer, s ratelimit.State, set metric.ObserveOption) {
	if !math.IsInf(s.Rate, 0) {
		o.ObserveFloat64(g.rate, s.Rate, set)
	}
	o.ObserveInt64(g.waiting, int64(s.Waiting), set)
	o.ObserveInt64(g.running, int64(s.Running), set)
	o.ObserveFloat64(g.pause, leftOf(s.PausedUntil).Seconds(), set)
	if !s.Shared {
		return
	}
	o.ObserveInt64(g.members, int64(s.Members), set)
	o.ObserveInt64(g.held, int64(s.Held), set)
	o.ObserveInt64(g.asks, count(s.Asks), set)
	down := int64(0)
	if !s.StoreDown.IsZero() {
		down = 1
	}
	o.ObserveInt64(g.down, down, set)
}

// A maker makes the instruments of a callback.
type maker struct {
	meter metric.Meter
	made  []metric.Observable
	errs  []error
}

func (m *maker) decimal(name, unit, help string) metric.Float64ObservableGauge {
	gauge, err := m.meter.Float64ObservableGauge("tripware.client."+name, metric.WithUnit(unit), metric.WithDescription(help))
	m.made, m.errs = append(m.made, gauge), append(m.errs, err)
	return gauge
}

func (m *maker) whole(name, unit, help string) metric.Int64ObservableGauge {
	gauge, err := m.meter.Int64ObservableGauge("tripware.client."+name, metric.WithUnit(unit), metric.WithDescription(help))
	m.made, m.errs = append(m.made, gauge), append(m.errs, err)
	return gauge
}

func (m *maker) counter(name, unit, help string) metric.Int64ObservableCounter {
	counter, err := m.meter.Int64ObservableCounter("tripware.client."+name, metric.WithUnit(unit), metric.WithDescription(help))
	m.made, m.errs = append(m.made, counter), append(m.errs, err)
	return counter
}

func (m *maker) fault() error { return errors.Join(m.errs...) }

// count returns n as a measurement.
func count(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// leftOf returns how long it is until a time, or 0 if it is zero or past.
func leftOf(until time.Time) time.Duration {
	if until.IsZero() {
		return 0
	}
	return max(time.Until(until), 0)
}

func (t *telemetry) observeBudgets() error {
	if len(t.budgets) == 0 {
		return nil
	}
	left, err := t.meter.Float64ObservableGauge("tripware.client.retry_budget.available", metric.WithUnit("{retry}"),
		metric.WithDescription("Retries that the budget still allows."))
	if err != nil {
		return err
	}
	budgets := t.budgets
	return t.register(func(_ context.Context, o metric.Observer) error {
		for _, b := range budgets {
			o.ObserveFloat64(left, b.budget.Left(), metric.WithAttributes(budgetNameKey.String(b.name)))
		}
		return nil
	}, left)
}

// register has observe called for as long as a client has t. The provider would otherwise keep
// the limiters and budgets of all clients that there ever were. observe must not refer to t.
func (t *telemetry) register(observe metric.Callback, gauges ...metric.Observable) error {
	registered, err := t.meter.RegisterCallback(observe, gauges...)
	if err != nil || registered == nil {
		return err
	}
	runtime.AddCleanup(t, func(r metric.Registration) {
		defer func() { _ = recover() }() // of a provider; there is nobody to tell
		_ = r.Unregister()
	}, registered)
	return nil
}
