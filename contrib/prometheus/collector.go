package prometheus

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
)

// A Collector counts the events of clients. It is a prometheus.Collector, to be registered
// once, and a metrics.Observer; [Collector.Subscribe] connects it with publishers. Several
// clients may share one. All methods are safe for concurrent use.
type Collector struct {
	fault    error
	exemplar func(context.Context) prometheus.Labels
	parts    []prometheus.Collector // what Collect returns, in any order

	routes, hosts, causes, reasons *vocabulary
	codes                          []string // the text of each status code from 100 to 599

	calls, bodyErrors, redirects *family[prometheus.Counter]
	retries, waits, waited       *family[prometheus.Counter]
	attempts, giveUps            *family[prometheus.Counter]
	hedges, hedgeWins            *family[prometheus.Counter]
	callTime, requestTime        *family[prometheus.Observer]
	inFlight                     *family[prometheus.Gauge]
}

var (
	_ prometheus.Collector = (*Collector)(nil)
	_ metrics.Observer     = (*Collector)(nil)
)

// How many values of a label keep their names.
const (
	maxRoutes = 1000
	maxHosts  = 100
	maxCauses = 100 // status codes, kinds of errors and kinds of layers that wait
	maxKeys   = 100 // of a limiter, a bulkhead or a breaker
)

// New returns a collector. If options are invalid, its registration fails with an error
// that lists them, and so does tripware.New if it is given [Collector.InFlight]; the
// collector then counts nothing.
func New(opts ...Option) *Collector {
	config := newConfig(opts)
	if fault := config.check(); fault != nil {
		return &Collector{fault: fault}
	}
	b := &builder{config: config, quota: &quota{max: config.maxSeries}}
	c := b.build()
	if least := b.quota.used; config.maxSeries > 0 && config.maxSeries < least {
		return &Collector{fault: fmt.Errorf("prometheus: WithMaxSeries: %d is too few: the folded label sets have %d series",
			config.maxSeries, least)}
	}
	return c
}

// Subscribe subscribes c to the calls and attempts of p, and returns a function that ends
// both subscriptions. Subscribe once to each Publishers: what is subscribed twice counts
// twice.
func (c *Collector) Subscribe(p *metrics.Publishers) (unsubscribe func()) {
	if p == nil {
		return func() {}
	}
	calls, attempts := p.Call.Subscribe(c), p.HTTP.Subscribe(c)
	return func() {
		calls()
		attempts()
	}
}

// Notify counts e if it is an event of the channels of calls and attempts, and ignores
// others. Most programs call [Collector.Subscribe] instead.
func (c *Collector) Notify(ctx context.Context, e metrics.Event) {
	if c.fault != nil {
		return
	}
	switch e := e.(type) {
	case metrics.CallEvent:
		c.countCall(ctx, &e)
	case metrics.BodyEvent:
		c.countBody(&e)
	case metrics.HTTPEvent:
		c.countAttempt(ctx, &e)
	}
}

// Describe sends the descriptions of the metrics, for the registry.
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	if c.fault != nil {
		to <- prometheus.NewInvalidDesc(c.fault)
	}
	for _, part := range c.parts {
		part.Describe(to)
	}
}

// Collect sends the metrics, for the registry.
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	for _, part := range c.parts {
		part.Collect(to)
	}
}

func (c *Collector) countCall(ctx context.Context, e *metrics.CallEvent) {
	v := c.about(e.Route, e.Method, hostOf(e.Scheme, e.Host, e.Port))
	with := func(closed ...string) values {
		own := v
		copy(own[3:], closed)
		return own
	}
	c.calls.of(with(e.Outcome, c.code(e.StatusCode), string(e.ErrorClass))).Inc()
	if e.Hop > 0 {
		c.redirects.of(v).Inc()
	}
	if e.Attempts > 0 {
		c.attempts.of(v).Add(float64(e.Attempts))
	}
	if e.Hedges > 0 {
		c.hedges.of(v).Add(float64(e.Hedges))
		c.hedgeWins.of(v).Add(float64(max(0, e.HedgeWins)))
	}
	if e.Reason != "" {
		c.giveUps.of(with(c.reasons.label(word{text: string(e.Reason)}))).Inc()
	}
	for i := range e.Waits {
		own := with(c.causes.label(word{text: e.Waits[i].Cause}))
		c.waits.of(own).Add(float64(e.Waits[i].Count))
		c.waited.of(own).Add(max(0, e.Waits[i].Total.Seconds()))
	}
	c.observe(ctx, c.callTime.of(with(e.Outcome)), e.Duration)
}

func (c *Collector) countBody(e *metrics.BodyEvent) {
	if e.ErrorClass != "" {
		v := c.about(e.Route, e.Method, hostOf(e.Scheme, e.Host, e.Port))
		v[3] = string(e.ErrorClass)
		c.bodyErrors.of(v).Inc()
	}
}

func (c *Collector) countAttempt(ctx context.Context, e *metrics.HTTPEvent) {
	v := c.about(e.Route, e.Method, hostOf(e.Scheme, e.Host, e.Port))
	if e.RetryCause != "" {
		own := v
		own[3] = c.causes.label(word{text: e.RetryCause})
		c.retries.of(own).Inc()
	}
	v[3], v[4] = c.code(e.StatusCode), string(e.ErrorClass)
	c.observe(ctx, c.requestTime.of(v), e.Duration)
}

// about returns the labels that most metrics begin with.
func (c *Collector) about(route, name string, host word) values {
	return values{c.routes.label(word{text: route}), method(name), c.hosts.label(host)}
}

// observe adds d to a histogram, with an exemplar if there is one. A panic of the function
// for exemplars goes on when d was added.
func (c *Collector) observe(ctx context.Context, to prometheus.Observer, d time.Duration) {
	if c.exemplar == nil {
		to.Observe(d.Seconds())
		return
	}
	var labels prometheus.Labels
	defer func() { observeWith(to, d.Seconds(), labels) }()
	labels = c.exemplar(ctx)
}

// code returns the label for a status code. It is empty if there is no response.
func (c *Collector) code(status int) string {
	switch {
	case status == 0:
		return ""
	case status < 100 || status-100 >= len(c.codes):
		return metric.Other
	}
	return c.codes[status-100]
}

func codes() []string {
	list := make([]string, 500)
	for i := range list {
		list[i] = strconv.Itoa(100 + i)
	}
	return list
}

// method returns the label of a method: its name if it is one of RFC 9110 or PATCH.
func method(name string) string {
	switch name {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH":
		return name
	}
	return metric.Other
}

// hostOf returns the host with its port, if that is not the default of the scheme.
func hostOf(scheme, host string, port int) word {
	if scheme == "https" && port == 443 || scheme == "http" && port == 80 {
		port = 0
	}
	return word{host, port}
}

var _ transport.Middleware = (*Collector)(nil).InFlight
