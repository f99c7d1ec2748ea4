package opentelemetry_test

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/transport"
)

// spanOf returns the span of this kind, of which there is one.
func (r *rig) spanOf(tb testing.TB, kind api.SpanKind) (found trace.ReadOnlySpan) {
	tb.Helper()
	for _, span := range r.spans.Ended() {
		if span.SpanKind() == kind {
			require.Nil(tb, found, "there are several")
			found = span
		}
	}
	require.NotNil(tb, found)
	return found
}

func attributes(span trace.ReadOnlySpan) map[attribute.Key]string {
	found := map[attribute.Key]string{}
	for _, a := range span.Attributes() {
		found[a.Key] = a.Value.String()
	}
	return found
}

// T2: the name of a span is the method and the template of the route.
func TestNamesOfSpans(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		route, name, template string
		opts                  []opentelemetry.Option
	}{
		{route: "", name: "GET"},
		{route: "GET /users/{id}", name: "GET /users/{id}", template: "/users/{id}"},
		{route: "POST /users/{id}", name: "GET /users/{id}", template: "/users/{id}"},
		{route: "/users/{id}", name: "GET /users/{id}", template: "/users/{id}"},
		{route: "the users", name: "GET the users", template: "the users"},
		{route: "GET /users?token=hidden", name: "GET /users?token=***", template: "/users?token=***"},
		{
			route: "users.get", name: "GET /v1/users.get", template: "/v1/users.get",
			opts: []opentelemetry.Option{opentelemetry.WithRouteTemplate(func(route string) string { return "/v1/" + route })},
		},
		{
			route: "users.get", name: "GET",
			opts: []opentelemetry.Option{opentelemetry.WithRouteTemplate(func(string) string { return "" })},
		},
		{
			route: "users.get", name: "GET",
			opts: []opentelemetry.Option{opentelemetry.WithRouteTemplate(func(string) string { panic("template") })},
		},
	} {
		t.Run(row.route, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			client := r.client(t, row.opts, tripware.WithBase(&scripted{statuses: []int{200}}))
			do(t, client, transport.WithRoute(t.Context(), row.route), somewhere)
			require.Len(t, r.spans.Ended(), 2)
			for _, span := range r.spans.Ended() {
				assert.Equal(t, row.name, span.Name())
				assert.Equal(t, row.template, attributes(span)["url.template"])
			}
		})
	}
}

// T1: a method that is not known is folded into _OTHER.
func TestUnknownMethodsAreFolded(t *testing.T) { //nolint:paralleltest // it sets an environment variable
	check := func(method, name, attribute, original string, opts ...opentelemetry.Option) {
		t.Helper()
		r := newRig(t)
		client := r.client(t, opts, tripware.WithBase(&scripted{statuses: []int{200}}))
		req, err := http.NewRequestWithContext(t.Context(), method, somewhere, http.NoBody)
		require.NoError(t, err)
		req.Method = method
		resp, err := client.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		for _, span := range r.spans.Ended() {
			assert.Equal(t, name, span.Name())
			assert.Equal(t, attribute, attributes(span)["http.request.method"])
			assert.Equal(t, original, attributes(span)["http.request.method_original"])
		}
		for _, m := range r.metrics(t) {
			for _, p := range points(t, m.Data) {
				assert.NotContains(t, printed(p.set.ToSlice()), "original")
			}
		}
	}
	check("", "GET", "GET", "")
	check("PATCH", "PATCH", "PATCH", "")
	check("PURGE", "HTTP", "_OTHER", "PURGE")
	check("get", "HTTP", "_OTHER", "get")
	check("PURGE", "PURGE", "PURGE", "", opentelemetry.WithKnownMethods("PURGE"))
	check("GET", "HTTP", "_OTHER", "GET", opentelemetry.WithKnownMethods("PURGE"))
	t.Setenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "GET, PURGE,")
	check("PURGE", "PURGE", "PURGE", "")
	check("POST", "HTTP", "_OTHER", "POST")
	check("POST", "POST", "POST", "", opentelemetry.WithKnownMethods("POST"))
}

// What must be asked for is in the spans of attempts alone.
func TestPeerSizesAndHeaders(t *testing.T) {
	t.Parallel()
	server := statuses(t, 200)
	send := func(opts ...opentelemetry.Option) (*rig, map[attribute.Key]string) {
		r := newRig(t)
		client := r.client(t, opts)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("four"))
		require.NoError(t, err)
		req.Header["X-Trail"] = []string{"a", "https://u:hidden@b.example.com/?token=hidden"}
		resp, err := client.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return r, attributes(r.spanOf(t, api.SpanKindClient))
	}
	_, found := send()
	for key := range found {
		assert.NotRegexp(t, `peer|size|header`, key)
	}
	r, found := send(opentelemetry.WithPeer(), opentelemetry.WithSizes(), opentelemetry.WithRequestHeaders("x-trail", "X-Trail", "User-Agent", "Absent"))
	host, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	assert.Equal(t, host, found["network.peer.address"])
	assert.Equal(t, port, found["network.peer.port"])
	assert.Equal(t, "4", found["http.request.body.size"])
	assert.Equal(t, "0", found["http.response.body.size"])
	assert.Equal(t, `["`+tripware.UserAgent+`"]`, found["http.request.header.user-agent"], "which the chain adds late")
	assert.Contains(t, found["http.request.header.x-trail"], "token=***")
	assert.NotContains(t, found["http.request.header.x-trail"], "hidden")
	assert.NotContains(t, found, attribute.Key("http.request.header.absent"))
	assert.NotRegexp(t, `peer|size|header`, r.families(t))
	for key := range attributes(r.spanOf(t, api.SpanKindInternal)) {
		assert.NotRegexp(t, `peer|size|header`, key)
	}
}

// The server is that of the URL, in the form of the conventions.
func TestServersOfSpans(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][2]string{
		"http://API.example.com/":         {"api.example.com", "80"},
		"https://api.example.com/":        {"api.example.com", "443"},
		"HTTPS://api.example.com:8443/":   {"api.example.com", "8443"},
		"http://[::1]:8080/":              {"::1", "8080"},
		"gopher://api.example.com/":       {"api.example.com", ""},
		"https://api.example.com:654321/": {"api.example.com", ""},
	} {
		r := newRig(t)
		chain := transport.Chain(&scripted{statuses: []int{200}}, opentelemetry.Calls(r.options()...), opentelemetry.Attempts(r.options()...))
		do(t, &http.Client{Transport: chain}, t.Context(), address)
		require.Len(t, r.spans.Ended(), 2)
		for _, span := range r.spans.Ended() {
			assert.Equal(t, want, [2]string{attributes(span)["server.address"], attributes(span)["server.port"]}, address)
		}
	}
}

// A propagator may use any header, and read those that are there.
func TestAnyPropagator(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	base := &scripted{statuses: []int{200}}
	b, err := baggage.Parse("tenant=a")
	require.NoError(t, err)
	propagator := propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}, appending{})
	client := r.client(t, []opentelemetry.Option{opentelemetry.WithPropagator(propagator)}, tripware.WithBase(base))
	do(t, client, baggage.ContextWithBaggage(t.Context(), b), somewhere)
	sent := base.sent[0].Header
	assert.Equal(t, "tenant=a", sent.Get("Baggage"))
	assert.Equal(t, "here after "+sent.Get("Traceparent"), sent.Get("X-Trail"))

	silent := &scripted{statuses: []int{200}}
	client = r.client(t, []opentelemetry.Option{opentelemetry.WithPropagator(propagation.NewCompositeTextMapPropagator())}, tripware.WithBase(silent))
	do(t, client, t.Context(), somewhere)
	assert.NotContains(t, silent.sent[0].Header, "Traceparent")
}

// appending is a propagator that reads headers.
type appending struct{ propagation.Baggage }

func (appending) Inject(_ context.Context, carrier propagation.TextMapCarrier) {
	if slices.Contains(carrier.Keys(), "Traceparent") {
		carrier.Set("x-trail", "here after "+carrier.Get("traceparent"))
	}
}
