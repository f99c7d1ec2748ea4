package opentelemetry

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// knownMethodsVariable overrides the list of known methods. The conventions require this name.
const knownMethodsVariable = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"

// An Option configures [With], [Calls] and [Attempts]. To keep a default, leave its option
// out; passing nil does not select it.
type Option func(*config)

type config struct {
	tracers    trace.TracerProvider
	meters     metric.MeterProvider
	propagator propagation.TextMapPropagator
	template   func(route string) string
	methods    map[string]bool
	headers    []header
	limiters   []limiter
	budgets    []budget
	bulkheads  []permits
	breakers   []circuits
	peer       bool
	sizes      bool
	faults     []error
}

// A header is one whose values are an attribute.
type header struct{ name, attribute string }

type limiter struct {
	name    string
	limiter *ratelimit.Limiter
	keys    []string
}

// reported returns the keys to report.
func (l limiter) reported() []string {
	if len(l.keys) > 0 {
		return l.keys
	}
	keys := l.limiter.Keys()
	return keys[:min(len(keys), maxKeys)]
}

type budget struct {
	name   string
	budget *layer.Budget
}

type permits struct {
	name     string
	bulkhead *bulkhead.Bulkhead
}

type circuits struct {
	name    string
	breaker breaker
}

// A breaker is the Breaker of contrib/breaker, which this module does not require.
type breaker interface {
	KeyStatuses(most int) []transport.KeyStatus
}

func newConfig(opts []Option) *config {
	c := &config{
		tracers:    otel.GetTracerProvider(),
		meters:     otel.GetMeterProvider(),
		propagator: otel.GetTextMapPropagator(),
		template:   templateOf,
	}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	if c.methods == nil {
		c.methods = methodSet(defaultMethods())
	}
	c.missing("tracer provider", c.tracers == nil, "WithTracerProvider")
	c.missing("meter provider", c.meters == nil, "WithMeterProvider")
	c.missing("propagator", c.propagator == nil, "WithPropagator")
	c.missing("function for templates", c.template == nil, "WithRouteTemplate")
	return c
}

func (c *config) missing(what string, isNil bool, option string) {
	if isNil {
		c.faults = append(c.faults, fmt.Errorf("opentelemetry: the %s is nil: leave %s out for the default", what, option))
	}
}

// defaultMethods returns the list in the environment, or else the methods of RFC 9110, PATCH
// (RFC 5789) and QUERY.
func defaultMethods() []string {
	if text := os.Getenv(knownMethodsVariable); strings.TrimSpace(text) != "" {
		return strings.Split(text, ",")
	}
	return []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodConnect, http.MethodOptions, http.MethodTrace, "QUERY",
	}
}

func methodSet(methods []string) map[string]bool {
	set := map[string]bool{}
	for _, method := range methods {
		if method = strings.TrimSpace(method); method != "" {
			set[method] = true
		}
	}
	return set
}

// WithTracerProvider sets where spans go. The default is the global provider,
// otel.GetTracerProvider. To trace nothing, use the provider of package trace/noop.
func WithTracerProvider(p trace.TracerProvider) Option { return func(c *config) { c.tracers = p } }

// WithMeterProvider sets where measurements go. The default is the global provider,
// otel.GetMeterProvider. To measure nothing, use the provider of package metric/noop.
func WithMeterProvider(p metric.MeterProvider) Option { return func(c *config) { c.meters = p } }

// WithPropagator sets which headers carry the trace to the server. The default is the global
// propagator, otel.GetTextMapPropagator, which sends none until the program sets one. Baggage
// goes to every host that the client calls: leave it out if these are not your own.
func WithPropagator(p propagation.TextMapPropagator) Option {
	return func(c *config) { c.propagator = p }
}

// WithRouteTemplate sets how the URL template of a call follows from its route (see
// transport.WithRoute), which is empty for a call without one. Templates are attributes of
// metrics, so they must come from a finite set. By default the template is the route without
// a leading method: "/users/{id}" for "GET /users/{id}". An empty template means none.
// template must be safe for concurrent use.
func WithRouteTemplate(template func(route string) string) Option {
	return func(c *config) { c.template = template }
}

// WithKnownMethods sets the methods that are attributes as they are. Others are reported as
// _OTHER, and in spans also as http.request.method_original. The default is the list in the
// environment variable OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS, separated by commas, or else
// the methods of RFC 9110, PATCH and QUERY. Methods are case-sensitive.
func WithKnownMethods(methods ...string) Option {
	return func(c *config) { c.methods = methodSet(methods) }
}

// WithPeer adds network.peer.address and network.peer.port to the spans of attempts: the
// address that the connection of the attempt leads to, which may be that of a proxy. Only
// spans that are recorded pay for it. They are not attributes of metrics.
func WithPeer() Option { return func(c *config) { c.peer = true } }

// WithSizes adds http.request.body.size and http.response.body.size to the spans of attempts,
// as announced by Content-Length. A size that is not announced is left out.
func WithSizes() Option { return func(c *config) { c.sizes = true } }

// WithRequestHeaders adds these headers of requests to the spans of attempts, as
// http.request.header.<name>. Secrets in their values are masked. A header that holds a
// credential by its name is refused. By default there are none.
func WithRequestHeaders(names ...string) Option {
	return func(c *config) {
		for _, name := range names {
			if name == "" || redact.SecretName(name) {
				fault := fmt.Errorf("opentelemetry: header %q cannot be an attribute: it is empty or holds a secret", name)
				c.faults = append(c.faults, fault)
				continue
			}
			h := header{http.CanonicalHeaderKey(name), "http.request.header." + strings.ToLower(name)}
			if !slices.Contains(c.headers, h) {
				c.headers = append(c.headers, h)
			}
		}
	}
}

// maxKeys is how many keys of a limiter are reported if the option names none.
const maxKeys = 100

// WithLimiter reports the state of the keys of a limiter as gauges, with name as the attribute
// tripware.limiter.name. By default it reports the 100 most recently used keys; with keys, it
// reports these, if the limiter has them. The gauges end when the client is garbage. With
// [Calls] or [With], the option may be given several times; [Attempts] ignores it.
func WithLimiter(name string, l *ratelimit.Limiter, keys ...string) Option {
	return func(c *config) {
		if l == nil {
			c.faults = append(c.faults, fmt.Errorf("opentelemetry: limiter %q is nil", name))
			return
		}
		c.limiters = append(c.limiters, limiter{valid(name), l, slices.Clone(keys)})
	}
}

// WithBudget reports what is left of a retry budget as a gauge, with name as the attribute
// tripware.budget.name. The budget must be the one that the client was given by
// retry.WithBudget. The gauge ends when the client is garbage. With [Calls] or [With], the
// option may be given several times; [Attempts] ignores it.
func WithBudget(name string, b *layer.Budget) Option {
	return func(c *config) {
		if b == nil {
			c.faults = append(c.faults, fmt.Errorf("opentelemetry: budget %q is nil, which has no limit", name))
			return
		}
		c.budgets = append(c.budgets, budget{valid(name), b})
	}
}

// WithBulkhead reports the state of the 100 most recently used keys of a bulkhead, with name as
// the attribute tripware.bulkhead.name. The gauges end when the client is garbage. With [Calls]
// or [With], the option may be given several times; [Attempts] ignores it.
func WithBulkhead(name string, b *bulkhead.Bulkhead) Option {
	return func(c *config) {
		if b == nil {
			c.faults = append(c.faults, fmt.Errorf("opentelemetry: bulkhead %q is nil: leave WithBulkhead out", name))
			return
		}
		c.bulkheads = append(c.bulkheads, permits{valid(name), b})
	}
}

// WithBreaker reports the state of up to 100 keys of a circuit breaker, such as the Breaker of
// contrib/breaker, with name as the attribute tripware.breaker.name. KeyStatuses must be safe
// for concurrent use and return quickly; a state that is not closed, half-open or open is left
// out. The gauges end when the client is garbage. With [Calls] or [With], the option may be
// given several times; [Attempts] ignores it.
func WithBreaker(name string, b interface {
	KeyStatuses(most int) []transport.KeyStatus
}) Option {
	return func(c *config) {
		if v := reflect.ValueOf(b); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
			c.faults = append(c.faults, fmt.Errorf("opentelemetry: breaker %q is nil: leave WithBreaker out", name))
			return
		}
		c.breakers = append(c.breakers, circuits{valid(name), b})
	}
}

// fault returns all problems of the options as one error, or nil.
func (c *config) fault() error { return errors.Join(c.faults...) }

// templateOf returns a route without its leading method.
func templateOf(route string) string {
	method, path, found := strings.Cut(route, " ")
	if found && method == strings.ToUpper(method) {
		return strings.TrimSpace(path)
	}
	return route
}
