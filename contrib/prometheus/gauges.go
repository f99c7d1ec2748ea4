package prometheus

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// A limiterGauge is a limiter whose keys are shown.
type limiterGauge struct {
	name    string
	limiter *ratelimit.Limiter
	shown   map[string]string // the keys with series of their own, and their labels
}

// limiters collects the state of limiters.
type limiters struct {
	rate, queue, running, pause *prometheus.Desc

	mu    sync.Mutex
	of    []limiterGauge
	quota *quota
}

const gaugesOfAKey = 4

func (b *builder) limiterGauges(m metric.Set) {
	if len(b.limiters) == 0 {
		return
	}
	l := &limiters{
		rate: b.desc(m.LimiterRate), queue: b.desc(m.LimiterQueue), running: b.desc(m.LimiterRunning), pause: b.desc(m.LimiterPause),
		of: b.limiters, quota: b.quota,
	}
	for i := range l.of {
		l.of[i].shown = map[string]string{}
		b.quota.used += gaugesOfAKey // for the keys that are folded
	}
	b.parts = append(b.parts, l)
}

func (l *limiters) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{l.rate, l.queue, l.running, l.pause} {
		to <- desc
	}
}

func (l *limiters) Collect(to chan<- prometheus.Metric) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.of {
		for key, s := range l.of[i].states(l.quota) {
			for _, gauge := range []struct {
				desc  *prometheus.Desc
				value float64
			}{
				{l.rate, s.rate}, {l.queue, float64(s.waiting)}, {l.running, float64(s.running)}, {l.pause, s.paused.Seconds()},
			} {
				to <- prometheus.MustNewConstMetric(gauge.desc, prometheus.GaugeValue, gauge.value, l.of[i].name, key)
			}
		}
	}
}

// A keyState is the state of one key, or of several together.
type keyState struct {
	rate             float64
	waiting, running int
	paused           time.Duration
}

func (s keyState) and(other keyState) keyState {
	return keyState{
		rate:    min(s.rate, other.rate),
		waiting: s.waiting + other.waiting,
		running: s.running + other.running,
		paused:  max(s.paused, other.paused),
	}
}

// states returns the states of the limiter's keys by their labels.
func (g *limiterGauge) states(q *quota) map[string]keyState {
	keys := g.limiter.Keys()
	g.forget(keys, q)
	states := make(map[string]keyState, len(g.shown)+1)
	for _, name := range keys {
		snapshot, found := g.limiter.Snapshot(name)
		if !found { // dropped since then
			continue
		}
		state := keyState{rate: snapshot.Rate, waiting: snapshot.Waiting, running: snapshot.Running}
		if !snapshot.PausedUntil.IsZero() {
			state.paused = max(0, time.Until(snapshot.PausedUntil))
		}
		label := g.label(name, q)
		if others, found := states[label]; found {
			state = state.and(others)
		}
		states[label] = state
	}
	return states
}

// forget gives back the room of keys that the limiter has dropped.
func (g *limiterGauge) forget(keys []string, q *quota) {
	kept := make(map[string]bool, len(keys))
	for _, name := range keys {
		kept[name] = true
	}
	for name := range g.shown {
		if !kept[name] {
			delete(g.shown, name)
			q.giveBack(gaugesOfAKey)
		}
	}
}

// label returns the label for a key, or [metric.Other] if no series is left for it.
func (g *limiterGauge) label(name string, q *quota) string {
	if label, found := g.shown[name]; found {
		return label
	}
	if len(g.shown) >= maxKeys || !presentable(name) || !q.take(gaugesOfAKey, q.spare()) {
		return metric.Other
	}
	g.shown[name] = redact.Text(name)
	return g.shown[name]
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
