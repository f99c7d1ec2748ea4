package prometheus

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
	"github.com/tripware/tripware/middleware/ratelimit"
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
