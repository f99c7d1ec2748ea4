package prometheus

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// An Option configures [New]. To keep a default, leave its option out: zero does not stand
// for it.
type Option func(*config)

type config struct {
	namespace string
	buckets   []float64
	native    bool
	maxSeries int
	exemplar  func(context.Context) prometheus.Labels
	limiters  []source
	bulkheads []source
	breakers  []source
	budgets   []budgetGauge
}

func newConfig(opts []Option) config {
	c := config{
		namespace: metric.Namespace, maxSeries: 10_000,
		buckets: []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10},
	}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	return c
}

// WithNamespace sets the first part of the names of the metrics. The default is
// "tripware". With an empty namespace the names have no such part.
func WithNamespace(name string) Option { return func(c *config) { c.namespace = name } }

// WithBuckets sets the upper bounds of the histograms' buckets in seconds, in increasing
// order. The default is 5 ms to 10 s in 14 steps, which are those of OpenTelemetry's
// semantic conventions for HTTP
// (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/). There must be at least
// one.
func WithBuckets(seconds ...float64) Option {
	return func(c *config) { c.buckets = slices.Clone(seconds) }
}

// WithNativeHistograms adds native histograms, with buckets that differ by 10 % and at most
// 160 of them, to the histograms with the buckets of [WithBuckets]. Prometheus scrapes them
// if its feature native-histograms is enabled, and then leaves out the other buckets
// unless it is told to scrape both. By default there are none.
func WithNativeHistograms() Option { return func(c *config) { c.native = true } }

// WithMaxSeries limits how many series the collector has, where each bucket of a histogram
// is one. Above the limit, a new combination of labels is counted with its route, method and
// host replaced by "_OTHER"; a quarter of the series is reserved for these. When that is used
// up too, it is counted with all labels "_OTHER". The default is 10,000; 0 means no limit. A
// number that leaves no room even for the replaced labels is invalid.
func WithMaxSeries(n int) Option { return func(c *config) { c.maxSeries = n } }

// WithExemplar adds the labels that f returns for a call as an exemplar to the histograms,
// such as the id of its trace. ctx is the context of the call, with the span of a layer
// above the observers of calls: see tripware.WithTracing. If f returns no labels, invalid
// labels, or labels of more than 128 characters in total, there is no exemplar. f must be
// safe for concurrent use; a panic in it is treated as that of an observer, after the call
// was counted. By default, and if f is nil, there are none.
//
// For OpenTelemetry f is
//
//	func(ctx context.Context) prometheus.Labels {
//		span := trace.SpanContextFromContext(ctx)
//		if !span.IsSampled() {
//			return nil
//		}
//		return prometheus.Labels{"trace_id": span.TraceID().String()}
//	}
//
// Prometheus stores exemplars if its feature exemplar-storage is enabled and the handler
// of the metrics offers OpenMetrics (promhttp.HandlerOpts.EnableOpenMetrics).
func WithExemplar(f func(ctx context.Context) prometheus.Labels) Option {
	return func(c *config) { c.exemplar = f }
}

// WithLimiter adds the state of a limiter as gauges for each of its keys: its rate, how
// many attempts wait for it and have been admitted by it, and how long it is paused. The
// first 100 keys have series of their own; the others share one with the sum of their
// attempts, the lowest rate and the longest pause. A key that the limiter has dropped has
// no series. If the option is given several times, each limiter needs a name of its own.
//
// If the limiter has a store (ratelimit.WithStore), there are also the members that share a
// key, the turns in hand, how often the store was asked, and whether it is down.
func WithLimiter(name string, l *ratelimit.Limiter) Option {
	return func(c *config) { c.limiters = append(c.limiters, limiterSource(name, l)) }
}

// WithBulkhead adds the state of a bulkhead for each of its keys: its permits, how many are
// held, for how long the oldest has been, how many attempts wait, how many were refused, and
// how many permits were held for too long (bulkhead.WithMaxHold). Keys have series as those
// of [WithLimiter] do. If the option is given several times, each bulkhead needs a name of
// its own.
func WithBulkhead(name string, b *bulkhead.Bulkhead) Option {
	return func(c *config) { c.bulkheads = append(c.bulkheads, bulkheadSource(name, b)) }
}

// WithBreaker adds the state of a circuit breaker, such as the Breaker of contrib/breaker, for
// each of its keys, and how often it has opened and refused an attempt. KeyStatuses must be
// safe for concurrent use and return quickly; if it panics, the breaker is not shown. Keys
// have series as those of [WithLimiter] do. If the option is given several times, each
// breaker needs a name of its own.
func WithBreaker(name string, b interface {
	KeyStatuses(most int) []transport.KeyStatus
}) Option {
	return func(c *config) { c.breakers = append(c.breakers, breakerSource(name, b)) }
}

// WithBudget adds how many retries are left in a budget as a gauge. Pass the same budget
// to retry.WithBudget. If the option is given several times, each budget needs a name of
// its own.
func WithBudget(name string, b *layer.Budget) Option {
	return func(c *config) { c.budgets = append(c.budgets, budgetGauge{name, b}) }
}

// check returns an error that lists the invalid settings, or nil.
func (c *config) check() error {
	var faults []error
	invalid := func(format string, args ...any) { faults = append(faults, fmt.Errorf("prometheus: "+format, args...)) }
	if c.namespace != "" && !model.LegacyValidation.IsValidMetricName(c.namespace) {
		invalid("WithNamespace: %q is not a name of letters, digits and underscores", c.namespace)
	}
	if len(c.buckets) == 0 {
		invalid("WithBuckets: there are no bounds")
	}
	for i, bound := range c.buckets {
		if math.IsNaN(bound) || i > 0 && bound <= c.buckets[i-1] {
			invalid("WithBuckets: the bounds must increase, but %v is at position %d", bound, i+1)
		}
	}
	if c.maxSeries < 0 {
		invalid("WithMaxSeries: %d is negative; 0 means no limit", c.maxSeries)
	}
	c.checkNames(invalid)
	return errors.Join(faults...)
}

// checkNames checks what is shown besides calls and attempts.
func (c *config) checkNames(invalid func(string, ...any)) {
	names := map[string]bool{}
	for _, kind := range []struct {
		option, missing string
		of              []source
	}{
		{"WithLimiter", "the limiter %q is nil", c.limiters},
		{"WithBulkhead", "the bulkhead %q is nil", c.bulkheads},
		{"WithBreaker", "a function of the breaker %q is nil", c.breakers},
	} {
		for _, s := range kind.of {
			if s.keys == nil {
				invalid(kind.option+": "+kind.missing, s.name)
			}
			c.checkName(names, kind.option, s.name, invalid)
		}
		clear(names)
	}
	for _, b := range c.budgets {
		if b.budget == nil {
			invalid("WithBudget: the budget %q is nil", b.name)
		}
		c.checkName(names, "WithBudget", b.name, invalid)
	}
}

func (*config) checkName(seen map[string]bool, option, name string, invalid func(string, ...any)) {
	switch {
	case seen[name]:
		invalid("%s: the name %q is given twice", option, name)
	case !utf8.ValidString(name) || len(name) > maxLabel:
		invalid("%s: %.40q is not a name of at most %d bytes in UTF-8", option, name, maxLabel)
	}
	seen[name] = true
}
