package opentelemetry

import (
	"context"
	"errors"
	"math"
	"runtime"
	"time"

	"go.opentelemetry.io/otel/metric"
)

// observeGauges registers the gauges of the options.
func (t *telemetry) observeGauges() error {
	return errors.Join(t.observeLimiters(), t.observeBudgets())
}

func (t *telemetry) observeLimiters() error {
	if len(t.limiters) == 0 {
		return nil
	}
	var errs [5]error
	var rate, pause metric.Float64ObservableGauge
	var waiting, running metric.Int64ObservableGauge
	rate, errs[0] = t.meter.Float64ObservableGauge("tripware.client.limiter.rate", metric.WithUnit("{request}/s"),
		metric.WithDescription("Attempts a second that the limiter admits."))
	waiting, errs[1] = t.meter.Int64ObservableGauge("tripware.client.limiter.waiting", metric.WithUnit("{request}"),
		metric.WithDescription("Attempts that wait for the limiter."))
	running, errs[2] = t.meter.Int64ObservableGauge("tripware.client.limiter.running", metric.WithUnit("{request}"),
		metric.WithDescription("Attempts that the limiter admitted and that have no response yet."))
	pause, errs[3] = t.meter.Float64ObservableGauge("tripware.client.limiter.pause", metric.WithUnit("s"),
		metric.WithDescription("How long the limiter still admits nothing."))
	limiters := t.limiters
	errs[4] = t.register(func(_ context.Context, o metric.Observer) error {
		for _, l := range limiters {
			for _, key := range l.reported() {
				state, ok := l.limiter.Snapshot(key)
				if !ok {
					continue
				}
				set := metric.WithAttributes(limiterNameKey.String(l.name), limiterKeyKey.String(shown(key)))
				if !math.IsInf(state.Rate, 0) {
					o.ObserveFloat64(rate, state.Rate, set)
				}
				o.ObserveInt64(waiting, int64(state.Waiting), set)
				o.ObserveInt64(running, int64(state.Running), set)
				o.ObserveFloat64(pause, leftOf(state.PausedUntil).Seconds(), set)
			}
		}
		return nil
	}, rate, waiting, running, pause)
	return errors.Join(errs[:]...)
}

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
