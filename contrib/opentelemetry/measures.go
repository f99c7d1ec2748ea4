package opentelemetry

import (
	"context"
	"errors"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
)

// The attributes that no convention has.
const (
	outcomeKey     = attribute.Key("tripware.outcome")
	retryCauseKey  = attribute.Key("tripware.retry.cause")
	waitCauseKey   = attribute.Key("tripware.wait.cause")
	reasonKey      = attribute.Key("tripware.give_up.reason")
	limiterNameKey = attribute.Key("tripware.limiter.name")
	limiterKeyKey  = attribute.Key("tripware.limiter.key")
	budgetNameKey  = attribute.Key("tripware.budget.name")

	bulkheadNameKey = attribute.Key("tripware.bulkhead.name")
	bulkheadKeyKey  = attribute.Key("tripware.bulkhead.key")
	breakerNameKey  = attribute.Key("tripware.breaker.name")
	breakerKeyKey   = attribute.Key("tripware.breaker.key")

	transactionIDKey = attribute.Key("tripware.transaction_id")
	attemptsKey      = attribute.Key("tripware.attempts")
	waitedKey        = attribute.Key("tripware.waited")
	hedgesKey        = attribute.Key("tripware.hedges")
	hedgeWinsKey     = attribute.Key("tripware.hedge_wins")
	hedgeLegKey      = attribute.Key("tripware.hedge.leg")
)

// buckets returns those that the conventions require for http.client.request.duration, and more.
func buckets(more ...float64) metric.HistogramOption {
	required := []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}
	return metric.WithExplicitBucketBoundaries(append(required, more...)...)
}

// measures holds the instruments.
type measures struct {
	attempts metric.Float64Histogram
	calls    metric.Float64Histogram
	retries  metric.Int64Counter
	waits    metric.Int64Counter
	waited   metric.Float64Counter
	giveUps  metric.Int64Counter
	hedges   metric.Int64Counter
	wins     metric.Int64Counter

	mu   sync.RWMutex
	sets map[labels]*options
}

func newMeasures(meter metric.Meter) (*measures, error) {
	m := &measures{sets: map[labels]*options{}}
	var errs [8]error
	m.attempts, errs[0] = meter.Float64Histogram("http.client.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of HTTP client requests."), buckets())
	m.calls, errs[1] = meter.Float64Histogram("tripware.client.call.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of calls, with all their attempts and waits."), buckets(30, 60))
	m.retries, errs[2] = meter.Int64Counter("tripware.client.retries", metric.WithUnit("{retry}"),
		metric.WithDescription("Attempts that repeat an earlier one of the same round trip, by the end of that one."))
	m.waits, errs[3] = meter.Int64Counter("tripware.client.waits", metric.WithUnit("{wait}"),
		metric.WithDescription("Waits before attempts, by cause."))
	m.waited, errs[4] = meter.Float64Counter("tripware.client.wait.time", metric.WithUnit("s"),
		metric.WithDescription("Time spent in waits before attempts, by cause."))
	m.giveUps, errs[5] = meter.Int64Counter("tripware.client.give_ups", metric.WithUnit("{call}"),
		metric.WithDescription("Calls whose retries ended although the last response or error called for one, by reason."))
	m.hedges, errs[6] = meter.Int64Counter("tripware.client.hedges", metric.WithUnit("{request}"),
		metric.WithDescription("Attempts that a hedge made because an earlier one was slow."))
	m.wins, errs[7] = meter.Int64Counter("tripware.client.hedge_wins", metric.WithUnit("{request}"),
		metric.WithDescription("Attempts that a hedge made because an earlier one was slow, and whose result was used."))
	return m, errors.Join(errs[:]...)
}

// labels are the attributes of a measurement. Those that are zero are left out.
type labels struct {
	method, host, template, version, errorType, outcome string

	port, status int
	key          attribute.Key // one of the keys above
	value        string
}

// appendTarget appends the attributes that spans have too.
func (l *labels) appendTarget(to []attribute.KeyValue) []attribute.KeyValue {
	if l.method != "" {
		to = append(to, semconv.HTTPRequestMethodKey.String(l.method))
	}
	if l.host != "" {
		to = append(to, semconv.ServerAddress(l.host))
	}
	if l.port != 0 {
		to = append(to, semconv.ServerPort(l.port))
	}
	if l.template != "" {
		to = append(to, semconv.URLTemplate(l.template))
	}
	return to
}

// appendResult appends the attributes that say how a request ended.
func (l *labels) appendResult(to []attribute.KeyValue) []attribute.KeyValue {
	if l.status != 0 {
		to = append(to, semconv.HTTPResponseStatusCode(l.status))
	}
	if l.version != "" {
		to = append(to, semconv.NetworkProtocolVersion(l.version))
	}
	if l.errorType != "" {
		to = append(to, semconv.ErrorTypeKey.String(l.errorType))
	}
	if l.outcome != "" {
		to = append(to, outcomeKey.String(l.outcome))
	}
	return to
}

// options are a set of attributes as instruments take them.
type options struct {
	record []metric.RecordOption
	add    []metric.AddOption
}

// maxSets bounds the memory for sets that are kept. There are more only if a client calls
// very many hosts.
const maxSets = 2000

// options returns the options for a set of labels. They are kept, since making one costs more
// than a measurement.
func (m *measures) options(l *labels) *options {
	m.mu.RLock()
	o := m.sets[*l]
	m.mu.RUnlock()
	if o != nil {
		return o
	}
	kept := *l
	kept.host = strings.Clone(l.host) // it must not keep a URL in memory
	all := kept.appendResult(kept.appendTarget(nil))
	if l.key != "" {
		all = append(all, l.key.String(valid(l.value)))
	}
	set := metric.WithAttributeSet(attribute.NewSet(all...))
	o = &options{record: []metric.RecordOption{set}, add: []metric.AddOption{set}}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.sets) < maxSets {
		m.sets[kept] = o
	}
	return o
}

func (m *measures) retry(ctx context.Context, host, cause string) {
	m.retries.Add(ctx, 1, m.options(&labels{host: host, key: retryCauseKey, value: cause}).add...)
}
