package prometheus

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
)

// A builder makes the metrics of a collector.
type builder struct {
	config

	quota  *quota
	folded prometheus.Counter
	parts  []prometheus.Collector
}

func (b *builder) build() *Collector {
	m := metric.All()
	b.folded = prometheus.NewCounter(prometheus.CounterOpts(b.opts(m.Overflows)))
	b.parts = append(b.parts, b.folded)
	b.quota.used++
	c := &Collector{
		exemplar: b.exemplar, codes: codes(),
		routes: newVocabulary(maxRoutes, b.folded), hosts: newVocabulary(maxHosts, b.folded),
		causes: newVocabulary(maxCauses, b.folded), reasons: newVocabulary(maxCauses, b.folded),
		calls: b.counter(m.Calls), bodyErrors: b.counter(m.BodyErrors), redirects: b.counter(m.Redirects), attempts: b.counter(m.Attempts),
		retries: b.counter(m.Retries), waits: b.counter(m.Waits), waited: b.counter(m.WaitSeconds), giveUps: b.counter(m.GiveUps),
		callTime: b.histogram(m.CallDuration), requestTime: b.histogram(m.RequestDuration),
		hedges: b.counter(m.Hedges), hedgeWins: b.counter(m.HedgeWins),
		inFlight: b.gauge(m.InFlight),
	}
	b.limiterGauges(m)
	b.bulkheadGauges(m)
	b.breakerGauges(m)
	b.budgetGauges(m)
	c.parts = b.parts
	return c
}

func (b *builder) opts(m metric.Metric) prometheus.Opts {
	return prometheus.Opts{Namespace: b.namespace, Name: m.Name, Help: m.Help}
}

func (b *builder) counter(m metric.Metric) *family[prometheus.Counter] {
	vec := prometheus.NewCounterVec(prometheus.CounterOpts(b.opts(m)), m.Labels())
	b.parts = append(b.parts, vec)
	return newFamily(m, 1, vec.WithLabelValues, b.quota, b.folded)
}

func (b *builder) gauge(m metric.Metric) *family[prometheus.Gauge] {
	vec := prometheus.NewGaugeVec(prometheus.GaugeOpts(b.opts(m)), m.Labels())
	b.parts = append(b.parts, vec)
	return newFamily(m, 1, vec.WithLabelValues, b.quota, b.folded)
}

func (b *builder) histogram(m metric.Metric) *family[prometheus.Observer] {
	opts := prometheus.HistogramOpts{Namespace: b.namespace, Name: m.Name, Help: m.Help, Buckets: b.buckets}
	if b.native {
		opts.NativeHistogramBucketFactor = 1.1
		opts.NativeHistogramMaxBucketNumber = 160
		opts.NativeHistogramMinResetDuration = time.Hour
	}
	vec := prometheus.NewHistogramVec(opts, m.Labels())
	b.parts = append(b.parts, vec)
	return newFamily(m, len(b.buckets)+3, vec.WithLabelValues, b.quota, b.folded) // and +Inf, sum and count
}

// desc returns the description of a gauge that is read when it is collected.
func (b *builder) desc(m metric.Metric) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(b.namespace, "", m.Name), m.Help, m.Labels(), nil)
}
