package opentelemetry

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// redacted replaces secrets in url.full. The conventions require this word.
const redacted = "REDACTED"

// A target is what the spans of a call and of its attempts have in common.
type target struct {
	method string   // as in the request
	url    *url.URL // of the request

	name   string               // of the spans
	labels labels               // method, server and template
	said   []attribute.KeyValue // with room for what is known at the end of a call
	start  trace.SpanStartEventOption
}

// targetOf returns the target of req.
func (t *telemetry) targetOf(req *http.Request) target {
	to := target{method: req.Method, url: req.URL}
	method := cmp.Or(req.Method, http.MethodGet)
	to.labels.method, to.name = method, method
	if !t.methods[method] {
		to.labels.method, to.name = semconv.HTTPRequestMethodOther.Value.AsString(), "HTTP"
	}
	route, _ := transport.Lookup[transport.Route](req.Context())
	if to.labels.template = shown(t.templateOf(string(route))); to.labels.template != "" {
		to.name = join(to.name, to.labels.template, string(route))
	}
	if u := req.URL; u != nil {
		to.labels.host = shown(strings.ToLower(u.Hostname()))
		to.labels.port = portOf(u)
	}
	to.said = to.labels.appendTarget(make([]attribute.KeyValue, 0, 14))
	if to.labels.method != method {
		to.said = append(to.said, semconv.HTTPRequestMethodOriginal(shown(method)))
	}
	if full := fullURL(req.URL); full != "" {
		to.said = append(to.said, semconv.URLFull(full))
	}
	to.start = trace.WithAttributes(to.said...)
	return to
}

// join returns method and template with a space between them. That is usually the route,
// which then need not be copied.
func join(method, template, route string) string {
	if len(route) == len(method)+1+len(template) && strings.HasPrefix(route, method) && route[len(method)] == ' ' &&
		strings.HasSuffix(route, template) {
		return route
	}
	return method + " " + template
}

// of reports whether t is the target of req.
func (t *target) of(req *http.Request) bool {
	return t.url == req.URL && t.method == req.Method && t.url != nil
}

// templateOf calls the function of the option.
func (t *telemetry) templateOf(route string) (template string) {
	defer t.contain()
	return t.template(route)
}

// portOf returns the port of u, or the default of its scheme, or 0.
func portOf(u *url.URL) int {
	if text := u.Port(); text != "" {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return 0
		}
		return int(port)
	}
	switch {
	case strings.EqualFold(u.Scheme, "https"):
		return 443
	case strings.EqualFold(u.Scheme, "http"):
		return 80
	}
	return 0
}

// fullURL returns url.full without secrets.
func fullURL(u *url.URL) string {
	return valid(strings.ReplaceAll(redact.URL(u), redact.Mask, redacted))
}

// shown returns a text as an attribute has it: masked, cut and valid.
func shown(text string) string { return valid(redact.Cut(text, redact.MaxValue)) }

// valid replaces what is not UTF-8 in a text. OTLP cannot transport it: one such text would
// keep everything from being exported that is sent together with it, and in an attribute of a
// metric all metrics for ever.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
