package opentelemetry_test

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
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

// L3, R14: limiters and budgets are gauges, and a key or a rate that is not there is not.
func TestGauges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		paced := ratelimit.NewLimiter(ratelimit.WithRate(2, 1), ratelimit.WithJitter(func() float64 { return 0 }))
		free := ratelimit.NewLimiter()
		budget := layer.NewBudget(0.5, 10, 0)
		base := &scripted{statuses: []int{200}}
		telemetry := []opentelemetry.Option{
			opentelemetry.WithLimiter("paced", paced, "api.example.com", "elsewhere.example.com"),
			opentelemetry.WithLimiter("free", free),
			opentelemetry.WithBudget("the budget", budget),
		}
		client := r.client(t, telemetry, tripware.WithBase(base), tripware.WithLimiter(paced), tripware.WithRetry(retry.WithBudget(budget)))
		do(t, r.client(t, nil, tripware.WithBase(base), tripware.WithLimiter(free)), t.Context(), somewhere)
		budget.Withdraw()
		gauges := func() string {
			var lines []string
			for line := range strings.SplitSeq(r.families(t), "\n") {
				if strings.Contains(line, "limiter.name") || strings.Contains(line, "budget.name") {
					lines = append(lines, strings.TrimSpace(line))
				}
			}
			return strings.Join(lines, "\n")
		}
		const key = "{tripware.limiter.key=api.example.com tripware.limiter.name="
		assert.Equal(t, strings.Join([]string{
			key + "free} 0", key + "free} 0", key + "free} 0",
			"{tripware.budget.name=the budget} 9",
		}, "\n"), gauges(), "a key that has not been used is not reported, nor is a rate without a limit")

		do(t, client, t.Context(), somewhere)
		done := make(chan struct{})
		go func() {
			defer close(done)
			assert.NoError(t, fetch(t.Context(), client, somewhere))
		}()
		synctest.Wait()
		assert.Equal(t, strings.Join([]string{
			key + "free} 0", key + "paced} 0", // pause
			key + "paced} 2",                  // rate
			key + "free} 0", key + "paced} 0", // running
			key + "free} 0", key + "paced} 1", // waiting
			"{tripware.budget.name=the budget} 10",
		}, "\n"), gauges())
		<-done
		time.Sleep(time.Second)
	})
}

// T1: a limiter with many keys has a bounded number of series, for those that are used.
func TestTheKeysOfALimiterAreBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(1000, 1000))
	client := r.client(t, []opentelemetry.Option{opentelemetry.WithLimiter("all", limiter)},
		tripware.WithBase(&scripted{statuses: []int{200}}), tripware.WithLimiter(limiter))
	for host := range 150 {
		do(t, client, t.Context(), "https://host"+strconv.Itoa(host)+".example.com/")
	}
	text := r.families(t)
	assert.Equal(t, 100*4, strings.Count(text, "tripware.limiter.key="))
	assert.Contains(t, text, "tripware.limiter.key=host149.example.com")
	assert.NotContains(t, text, "tripware.limiter.key=host49.example.com")
}

// T1: the series of 10,000 ids are those of one, whatever the number of ids.
func TestTheSeriesOfManyIDs(t *testing.T) {
	t.Parallel()
	series := func(ids int) int {
		r := newRig(t, trace.WithSampler(trace.NeverSample()))
		client := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{200}}))
		for id := range ids {
			for host := range 5 {
				ctx := t.Context()
				if id%2 == 0 {
					ctx = transport.WithRoute(ctx, "GET /users/{id}")
				}
				do(t, client, transport.WithTransactionID(ctx, strconv.Itoa(id)),
					"https://host"+strconv.Itoa(host)+".example.com/users/"+strconv.Itoa(id)+"?page="+strconv.Itoa(id))
			}
		}
		found := 0
		for _, m := range r.metrics(t) {
			found += len(points(t, m.Data))
		}
		return found
	}
	few := series(2)
	assert.Equal(t, 2*2*5, few, "two instruments, with and without a route, five hosts")
	assert.Equal(t, few, series(10_000))
}

// T2: a measurement is an exemplar with the span of its attempt or call, and the same
// duration.
func TestExemplarsCarryTheSpan(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	client := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{200}}))
	do(t, client, t.Context(), somewhere)
	spans := map[string]trace.ReadOnlySpan{
		"http.client.request.duration":  r.spanOf(t, api.SpanKindClient),
		"tripware.client.call.duration": r.spanOf(t, api.SpanKindInternal),
	}
	for _, m := range r.metrics(t) {
		histogram, ok := m.Data.(metricdata.Histogram[float64])
		require.True(t, ok, m.Name)
		require.Len(t, histogram.DataPoints[0].Exemplars, 1)
		exemplar, span := histogram.DataPoints[0].Exemplars[0], spans[m.Name]
		traceID, spanID := span.SpanContext().TraceID(), span.SpanContext().SpanID()
		assert.Equal(t, traceID[:], exemplar.TraceID)
		assert.Equal(t, spanID[:], exemplar.SpanID)
		assert.InDelta(t, span.EndTime().Sub(span.StartTime()).Seconds(), exemplar.Value, 1e-12)
		delete(spans, m.Name)
	}
	assert.Empty(t, spans)
}
