package opentelemetry_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// scripted is a base that answers with these statuses in turn, the last one for ever, and
// keeps what it was sent.
type scripted struct {
	statuses []int

	mu   sync.Mutex
	sent []*http.Request
}

func (s *scripted) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, req)
	status := s.statuses[min(len(s.sent), len(s.statuses))-1]
	return &http.Response{StatusCode: status, ProtoMajor: 2, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

func (s *scripted) parents() (list []string) {
	for _, req := range s.sent {
		list = append(list, req.Header.Get("Traceparent"))
	}
	return list
}

// do sends a GET and closes the response.
func do(tb testing.TB, client *http.Client, ctx context.Context, address string) { //nolint:revive // tb comes first in tests
	tb.Helper()
	require.NoError(tb, fetch(ctx, client, address))
}

// fetch is do for other goroutines.
func fetch(ctx context.Context, client *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

const somewhere = "https://api.example.com/users/42"

// C1-C8: both layers keep the contract of RoundTripper.
func TestTheLayersKeepTheContract(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	options := r.options(opentelemetry.WithPeer(), opentelemetry.WithSizes(), opentelemetry.WithRequestHeaders("User-Agent"))
	for name, mw := range map[string]transport.Middleware{"calls": opentelemetry.Calls(options...), "attempts": opentelemetry.Attempts(options...)} {
		t.Run(name, func(t *testing.T) { rttest.Run(t, mw, rttest.Unwraps()) })
	}
	t.Run("both", func(t *testing.T) {
		rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
			return transport.Chain(base, opentelemetry.Calls(options...), opentelemetry.Attempts(options...))
		}, rttest.Unwraps())
	})
}

// C4: a layer alone returns the request that it was given, not the one that it sent.
func TestTheResponseHasTheCallersRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, mw := range []transport.Middleware{opentelemetry.Calls(r.options()...), opentelemetry.Attempts(r.options()...)} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, somewhere, http.NoBody)
		require.NoError(t, err)
		resp, err := mw(&scripted{statuses: []int{200}}).RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Same(t, req, resp.Request)
	}
}

// T2, C1: each attempt sends the context of its own span, in a copy of the request.
func TestEachAttemptSendsItsSpan(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	base := &scripted{statuses: []int{503, 200}}
	client := r.client(t, nil, tripware.WithBase(base), tripware.WithRetry(retry.WithBaseDelay(0)))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, somewhere, http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Traceparent", "the caller's")
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.Header{"Traceparent": {"the caller's"}}, req.Header)
	assert.Equal(t, req.Header, resp.Request.Header, "nor is the copy seen in the response")

	var want []string
	for _, span := range r.spans.Ended() {
		if span.SpanKind() == api.SpanKindClient {
			c := span.SpanContext()
			want = append(want, "00-"+c.TraceID().String()+"-"+c.SpanID().String()+"-01")
		}
	}
	require.Len(t, want, 2)
	assert.Equal(t, want, base.parents())
	assert.NotEqual(t, want[0], want[1])
	assert.NotEmpty(t, base.sent[1].Header.Get(transport.HeaderTransactionID), "the copy has the headers that the chain adds")
}

// T2, C11: what is sent with the context of Begin is one trace, also at the same time, and
// also if the caller has no span. Each call without Begin is a trace of its own.
func TestOneTraceForACall(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	client := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{200}}))
	ctx, call := transport.Begin(t.Context())
	var together sync.WaitGroup
	for range 20 {
		together.Go(func() { assert.NoError(t, fetch(ctx, client, somewhere)) })
	}
	together.Wait()
	call.End()
	traces := func() map[api.TraceID]int {
		found := map[api.TraceID]int{}
		for _, span := range r.spans.Ended() {
			found[span.SpanContext().TraceID()]++
		}
		return found
	}
	assert.Len(t, traces(), 1)
	assert.Len(t, r.spans.Ended(), 40)
	roots := 0
	for _, span := range r.spans.Ended() {
		if !span.Parent().IsValid() {
			roots++
		}
	}
	assert.Equal(t, 1, roots)
	do(t, client, t.Context(), somewhere)
	do(t, client, t.Context(), somewhere)
	assert.Len(t, traces(), 3)
}

// T2: the log lines of a call and of its attempts have the span of the call.
func TestLogsCarryTheSpan(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	lines := &spanHandler{}
	client := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{200}}), tripware.WithLogger(slog.New(lines)))
	do(t, client, t.Context(), somewhere)
	var call api.SpanID
	for _, span := range r.spans.Ended() {
		if span.SpanKind() == api.SpanKindInternal {
			call = span.SpanContext().SpanID()
		}
	}
	require.True(t, call.IsValid())
	assert.Equal(t, []api.SpanID{call, call}, lines.spans)
}

type spanHandler struct {
	slog.Handler

	spans []api.SpanID
}

func (*spanHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h *spanHandler) WithAttrs([]slog.Attr) slog.Handler     { return h }
func (h *spanHandler) Handle(ctx context.Context, _ slog.Record) error {
	h.spans = append(h.spans, api.SpanContextFromContext(ctx).SpanID())
	return nil
}

// T2: a span ends when the head is there, not with the body, and the span of a call lasts as
// long as its waits.
func TestASpanEndsWithTheHead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		client := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{503, 200}}),
			tripware.WithRetry(retry.WithBackoff(retry.Constant), retry.WithBaseDelay(2*time.Second)))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, somewhere, http.NoBody)
		require.NoError(t, err)
		resp, err := client.Do(req)
		require.NoError(t, err)
		time.Sleep(time.Hour)
		spans := r.spans.Ended()
		require.Len(t, spans, 3, "before the body is closed")
		require.NoError(t, resp.Body.Close())
		call := spans[2]
		assert.Equal(t, 2*time.Second, call.EndTime().Sub(call.StartTime()))
		assert.Contains(t, call.Attributes(), attribute.Float64("tripware.waited", 2))
		for _, m := range r.metrics(t) {
			if m.Name == "tripware.client.wait.time" {
				assert.Equal(t, "2", points(t, m.Data)[0].value)
			}
		}
	})
}

// A context that has the span of a call prints as other contexts do.
func TestTheContextOfACallPrints(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	base := &scripted{statuses: []int{200}}
	do(t, &http.Client{Transport: transport.Chain(base, opentelemetry.Calls(r.options()...))}, t.Context(), somewhere)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		text := fmt.Sprintf(verb, base.sent[0].Context())
		assert.Contains(t, text, ".WithCall")
		assert.Less(t, len(text), 1000, text)
	}
}

// C3: a panic below reaches the caller, and leaves spans that have ended with an error.
func TestAPanicBelowEndsTheSpans(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	client := r.client(t, nil, tripware.WithBase(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { panic("base") })))
	assert.PanicsWithValue(t, "base", func() { _, _ = client.Get(somewhere) })
	require.Len(t, r.spans.Ended(), 2)
	for _, span := range r.spans.Ended() {
		assert.Equal(t, codes.Error, span.Status().Code)
		assert.Contains(t, span.Attributes(), attribute.String("error.type", "_OTHER"))
	}
}

// A request that a layer makes while the call runs, such as for a token, is in its trace.
func TestATokensRequestIsInTheTrace(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	inner := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{200}}))
	chain := transport.Chain(&scripted{statuses: []int{200}}, opentelemetry.Attempts(r.options()...)) // without Calls
	fetchToken := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			do(t, inner, req.Context(), "https://id.example.com/token")
			for range 2 {
				do(t, &http.Client{Transport: chain}, layer.Detach(req.Context()), "https://id.example.com/key")
			}
			return next.RoundTrip(req)
		})
	}
	client := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{200}}), tripware.PerAttempt(fetchToken))
	do(t, client, t.Context(), somewhere)
	text := forest(r.spans.Ended())
	assert.Equal(t, 1, strings.Count(text, "trace\n"), text)
	assert.Equal(t, 6, strings.Count(text, "http.request.method"), text)
	assert.NotContains(t, text, "resend_count")
	assert.NotContains(t, r.families(t), "tripware.client.retries", "another call's attempts are no retries of this one")
}

// C7: many calls at the same time.
func TestManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "3") && req.Header.Get("Traceparent") == "" {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	client := r.client(t, []opentelemetry.Option{opentelemetry.WithPeer(), opentelemetry.WithSizes()})
	var together sync.WaitGroup
	for range 64 {
		together.Go(func() {
			for _, path := range []string{"/1", "/2", "/3"} {
				assert.NoError(t, fetch(t.Context(), client, server.URL+path))
			}
		})
	}
	together.Wait()
	assert.Len(t, r.spans.Ended(), 2*3*64)
	for _, m := range r.metrics(t) {
		for _, p := range points(t, m.Data) {
			assert.True(t, strings.HasPrefix(p.value, "count 192,"), "%s %s", m.Name, p.value)
		}
	}
}

// sampled decides by what it is given when a span starts.
type sampled struct{ seen *[]attribute.KeyValue }

func (s sampled) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	*s.seen = append(*s.seen, p.Attributes...)
	return trace.SamplingResult{Decision: trace.Drop}
}
func (sampled) Description() string { return "sampled" }

// The conventions require these attributes when a span starts, so that samplers see them.
func TestSamplersSeeWhatIsRequested(t *testing.T) {
	t.Parallel()
	var seen []attribute.KeyValue
	r := newRig(t, trace.WithSampler(sampled{&seen}))
	client := r.client(t, nil, tripware.WithBase(&scripted{statuses: []int{200}}))
	do(t, client, t.Context(), somewhere)
	want := []attribute.KeyValue{
		attribute.String("http.request.method", "GET"), attribute.String("server.address", "api.example.com"),
		attribute.Int("server.port", 443), attribute.String("url.full", somewhere),
	}
	assert.Equal(t, append(want, want...), seen)
	assert.Empty(t, r.spans.Ended())
}
