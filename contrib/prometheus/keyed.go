package prometheus

import (
	"math"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
	"github.com/tripware/tripware/transport/redact"
)

// A column is a metric of each key of a limiter, a bulkhead or a breaker.
type column struct {
	metric metric.Metric
	join   func(a, b float64) float64 // of a gauge: the value of keys that share a series
}

// A reading has a value for each column, or NaN where there is nothing to show.
type reading []float64

// A source is a limiter, a bulkhead or a breaker whose keys are shown.
type source struct {
	name string
	keys func() []string // nil if there is nothing to read
	read func(key string) (reading, bool)

	shown  map[string]string  // the keys with series of their own, and their labels
	last   map[string]reading // what was read of each key
	counts map[string]reading // by label; only the values of counters are used
}

// A table collects what is read of the keys of sources.
type table struct {
	columns []column
	descs   []*prometheus.Desc
	quota   *quota

	mu sync.Mutex
	of []source
}

func (b *builder) table(of []source, columns ...column) {
	if len(of) == 0 {
		return
	}
	t := &table{columns: columns, quota: b.quota, of: of}
	for _, c := range columns {
		t.descs = append(t.descs, b.desc(c.metric))
	}
	for i := range of {
		of[i].shown, of[i].last, of[i].counts = map[string]string{}, map[string]reading{}, map[string]reading{}
		b.quota.used += len(columns) // for the keys that are folded
	}
	b.parts = append(b.parts, t)
}

func (t *table) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range t.descs {
		to <- desc
	}
}

func (t *table) Collect(to chan<- prometheus.Metric) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.of {
		for label, values := range t.readings(&t.of[i]) {
			for n, c := range t.columns {
				if math.IsNaN(values[n]) {
					continue
				}
				kind := prometheus.GaugeValue
				if c.metric.Kind == metric.Counter {
					kind = prometheus.CounterValue
				}
				to <- prometheus.MustNewConstMetric(t.descs[n], kind, values[n], t.of[i].name, label)
			}
		}
	}
}

// readings returns what is read of the keys of s, by their labels.
func (t *table) readings(s *source) map[string]reading {
	keys := s.keys()
	t.forget(s, keys)
	all := make(map[string]reading, len(s.shown)+1)
	for _, key := range keys {
		values, found := s.read(key)
		if !found { // dropped since then
			continue
		}
		label := t.label(s, key)
		t.count(s, key, label, values)
		if others, found := all[label]; found {
			t.join(values, others)
		}
		all[label] = values
	}
	for label := range s.counts {
		if _, found := all[label]; !found {
			delete(s.counts, label)
		}
	}
	return all
}

// count adds what the counters of a key have counted since it was last read to those of its
// label, which do not decrease when one of several keys is dropped.
func (t *table) count(s *source, key, label string, values reading) {
	last, known := s.last[key]
	s.last[key] = append(reading(nil), values...)
	counts := s.counts[label]
	if counts == nil {
		counts = make(reading, len(values))
		s.counts[label] = counts
		known = false
	}
	for n, c := range t.columns {
		if c.metric.Kind != metric.Counter || math.IsNaN(values[n]) {
			continue
		}
		more := values[n]
		if known && !math.IsNaN(last[n]) && last[n] <= more {
			more -= last[n]
		}
		counts[n] += more
		values[n] = counts[n]
	}
}

// join adds the values of other keys with the same label to values.
func (t *table) join(values, others reading) {
	for n, c := range t.columns {
		switch {
		case c.metric.Kind == metric.Counter || math.IsNaN(others[n]): // it is counted already, or there is nothing to add
			if math.IsNaN(values[n]) {
				values[n] = others[n]
			}
		case math.IsNaN(values[n]):
			values[n] = others[n]
		default:
			values[n] = c.join(values[n], others[n])
		}
	}
}

// forget gives back the room of keys that the source has dropped.
func (t *table) forget(s *source, keys []string) {
	kept := make(map[string]bool, len(keys))
	for _, key := range keys {
		kept[key] = true
	}
	for key := range s.last {
		if !kept[key] {
			delete(s.last, key)
		}
	}
	for key := range s.shown {
		if !kept[key] {
			delete(s.shown, key)
			t.quota.giveBack(len(t.columns))
		}
	}
}

// label returns the label for a key, or [metric.Other] if no series is left for it.
func (t *table) label(s *source, key string) string {
	if label, found := s.shown[key]; found {
		return label
	}
	if len(s.shown) >= maxKeys || !presentable(key) || !t.quota.take(len(t.columns), t.quota.spare()) {
		return metric.Other
	}
	s.shown[key] = redact.Text(key)
	return s.shown[key]
}

func lowest(a, b float64) float64  { return min(a, b) }
func highest(a, b float64) float64 { return max(a, b) }
func total(a, b float64) float64   { return a + b }
