package prometheus

import (
	"math"
	"reflect"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

func (b *builder) limiterGauges(m metric.Set) {
	b.table(b.limiters,
		column{m.LimiterRate, lowest}, column{m.LimiterQueue, total}, column{m.LimiterRunning, total}, column{m.LimiterPause, highest},
		column{m.LimiterMembers, highest}, column{m.LimiterHeld, total}, column{m.LimiterAsks, nil}, column{m.LimiterStoreDown, highest})
}

// limiterSource returns the limiter as a source with the columns of [builder.limiterGauges].
func limiterSource(name string, l *ratelimit.Limiter) source {
	if l == nil {
		return source{name: name}
	}
	return source{name: name, keys: l.Keys, read: func(key string) (reading, bool) {
		s, found := l.Snapshot(key)
		pause := 0.
		if !s.PausedUntil.IsZero() {
			pause = max(0, time.Until(s.PausedUntil).Seconds())
		}
		values := reading{s.Rate, float64(s.Waiting), float64(s.Running), pause, math.NaN(), math.NaN(), math.NaN(), math.NaN()}
		if s.Shared {
			copy(values[4:], reading{float64(s.Members), float64(s.Held), float64(s.Asks), truth(!s.StoreDown.IsZero())})
		}
		return values, found
	}}
}

func (b *builder) bulkheadGauges(m metric.Set) {
	b.table(b.bulkheads,
		column{m.BulkheadPermits, total}, column{m.BulkheadInUse, total}, column{m.BulkheadQueue, total}, column{m.BulkheadHold, highest},
		column{m.BulkheadRefused, nil}, column{m.BulkheadOverdue, nil})
}

// bulkheadSource returns the bulkhead as a source with the columns of [builder.bulkheadGauges].
func bulkheadSource(name string, b *bulkhead.Bulkhead) source {
	if b == nil {
		return source{name: name}
	}
	permits := float64(b.Permits())
	return source{name: name, keys: b.Keys, read: func(key string) (reading, bool) {
		s, found := b.Snapshot(key)
		return reading{permits, float64(s.InUse), float64(s.Queued), s.Oldest.Seconds(), float64(s.Refused), float64(s.Overdue)}, found
	}}
}

func (b *builder) breakerGauges(m metric.Set) {
	b.table(b.breakers, column{m.BreakerState, highest}, column{m.BreakerOpens, nil}, column{m.BreakerRefused, nil})
}

// statuses is a breaker.
type statuses interface {
	KeyStatuses(most int) []transport.KeyStatus
}

// breakerSource returns a breaker as a source with the columns of [builder.breakerGauges].
func breakerSource(name string, b statuses) source {
	if v := reflect.ValueOf(b); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return source{name: name}
	}
	var of map[string]transport.KeyStatus // as of the last call of keys, which precedes those of read
	keys := func() (keys []string) {
		of = map[string]transport.KeyStatus{}
		defer func() {
			if recover() != nil { // the others are still shown
				keys, of = nil, nil
			}
		}()
		for _, s := range b.KeyStatuses(math.MaxInt32) {
			keys = append(keys, s.Key)
			of[s.Key] = s
		}
		return keys
	}
	return source{name: name, keys: keys, read: func(key string) (reading, bool) {
		s, found := of[key]
		state := math.NaN()
		switch s.State {
		case "closed":
			state = 0
		case "half-open":
			state = 1
		case "open":
			state = 2
		}
		return reading{state, float64(s.Opened), float64(s.Refused)}, found
	}}
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// A budgetGauge is a budget that is shown.
type budgetGauge struct {
	name   string
	budget *layer.Budget
}

// budgets collects what is left in budgets.
type budgets struct {
	left *prometheus.Desc
	of   []budgetGauge
}

func (b *builder) budgetGauges(m metric.Set) {
	if len(b.budgets) > 0 {
		b.quota.used += len(b.budgets)
		b.parts = append(b.parts, &budgets{b.desc(m.BudgetLeft), b.budgets})
	}
}

func (b *budgets) Describe(to chan<- *prometheus.Desc) { to <- b.left }

func (b *budgets) Collect(to chan<- prometheus.Metric) {
	for _, each := range b.of {
		to <- prometheus.MustNewConstMetric(b.left, prometheus.GaugeValue, each.budget.Left(), each.name)
	}
}
