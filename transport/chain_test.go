package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// answer is a base that returns a response at once.
func answer(status int) transport.RoundTripperFunc {
	return func(req *http.Request) (*http.Response, error) {
		layer.CloseBody(req.Body)
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	}
}

func get(tb testing.TB, ctx context.Context) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.example.com/", http.NoBody)
	require.NoError(tb, err)
	return req
}

// note returns a middleware that writes its name on the way down and up.
func note(name string, log *[]string) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			*log = append(*log, "> "+name)
			defer func() { *log = append(*log, "< "+name) }()
			return next.RoundTrip(req)
		})
	}
}

func TestChainListsMiddlewaresInTheOrderARequestMeetsThem(t *testing.T) {
	t.Parallel()
	var log []string
	chain := transport.Chain(answer(200), note("a", &log), nil, note("b", &log))
	resp, err := chain.RoundTrip(get(t, t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, []string{"> a", "> b", "< b", "< a"}, log)
}

func TestChainWithoutBaseUsesTheDefaultTransport(t *testing.T) {
	t.Parallel()
	layers := transport.Layers(transport.Chain(nil))
	assert.Same(t, http.DefaultTransport, layers[len(layers)-1])
}

// C3: a chain returns either a response or an error.
func TestChainHoldsItsLayersToTheContract(t *testing.T) {
	t.Parallel()
	body := &closeCounter{Reader: strings.NewReader("x")}
	broken := errors.New("broken")
	for name, base := range map[string]transport.RoundTripperFunc{
		"neither": func(*http.Request) (*http.Response, error) { return nil, nil },
		"both":    func(*http.Request) (*http.Response, error) { return &http.Response{Body: body}, broken },
	} {
		resp, err := transport.Chain(base).RoundTrip(get(t, t.Context()))
		assert.Nil(t, resp, name)
		require.Error(t, err, name)
	}
	assert.Equal(t, 1, body.closed, "the response beside an error is closed")
	resp, err := transport.Chain(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200}, nil
	})).RoundTrip(get(t, t.Context()))
	require.NoError(t, err)
	assert.NotNil(t, resp.Body)
	assert.NotNil(t, resp.Request)
}

// C3: a middleware that returns nothing is an error, not a panic.
func TestChainRefusesWhenAMiddlewareReturnsNothing(t *testing.T) {
	t.Parallel()
	chain := transport.Chain(answer(200), func(http.RoundTripper) http.RoundTripper { return nil })
	require.Error(t, transport.Check(chain))
	body := &closeCounter{Reader: strings.NewReader("x")}
	req := get(t, t.Context())
	req.Body = body
	_, err := chain.RoundTrip(req)
	require.ErrorContains(t, err, "returned nil")
	assert.Equal(t, 1, body.closed)
}

// C1: the caller's request is never modified.
func TestChainLeavesTheRequestAlone(t *testing.T) {
	t.Parallel()
	req := get(t, t.Context())
	req.Header["X-A"] = append(make([]string, 0, 4), "1")
	before := req.Clone(req.Context())
	chain := transport.Chain(answer(200), transport.Identity(transport.WithUserAgent("u"), transport.WithHeader("X-A", "2"), transport.WithHeader("X-B", "3")))
	resp, err := chain.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, before.Header, req.Header)
	assert.Equal(t, before.URL, req.URL)
	assert.Equal(t, t.Context(), req.Context())
}

// C6: CloseIdleConnections reaches the base past foreign layers.
func TestCloseIdleConnectionsReachesTheBase(t *testing.T) {
	t.Parallel()
	base := &idleCounter{RoundTripper: answer(200)}
	foreign := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(next.RoundTrip)
	}
	client := http.Client{Transport: transport.Chain(base, transport.Identity(), foreign)}
	client.CloseIdleConnections()
	assert.Equal(t, 1, base.closed)
	alone := http.Client{Transport: transport.Identity()(base)}
	alone.CloseIdleConnections()
	assert.Equal(t, 2, base.closed)
}

func TestAChainPrintsAsItsOrder(t *testing.T) {
	t.Parallel()
	foreign := func(next http.RoundTripper) http.RoundTripper { return &idleCounter{RoundTripper: next} }
	none := func(next http.RoundTripper) http.RoundTripper { return next }
	chain := transport.Chain(&http.Transport{}, transport.Identity(), none, foreign)
	assert.Equal(t, "identity > *transport_test.idleCounter > *http.Transport", fmt.Sprint(chain))
	layers := transport.Layers(chain)
	require.Len(t, layers, 3)
	assert.Same(t, layers[0], transport.Unwrap(chain))
}

type placed struct{ layer.Link }

func (p *placed) RoundTrip(req *http.Request) (*http.Response, error) { return p.Send(req) }

func at(name string, place layer.Place, faults ...error) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return &placed{layer.NewLink(name, place, next, faults...)}
	}
}

// C10: Check reports errors in the order and in settings without a call.
func TestCheckReportsWhatTheOrderForbids(t *testing.T) {
	t.Parallel()
	retry, limit := at("retry", layer.AtRetry), at("limit", layer.AtLimit)
	log, auth, free := at("log", layer.AtAttempt), at("auth", layer.AtCredential), at("mine", layer.Anywhere)
	for _, row := range []struct {
		name   string
		layers []transport.Middleware
		want   string
	}{
		{"the standing order", []transport.Middleware{transport.Identity(), at("calls", layer.AtCall), retry, limit, log, auth}, ""},
		{"a layer of one's own stands anywhere", []transport.Middleware{free, retry, free, auth, free}, ""},
		{"an observer may see the limiter's wait", []transport.Middleware{log, limit}, ""},
		{"two retriers", []transport.Middleware{retry, retry}, "multiply"},
		{"a limiter above retry", []transport.Middleware{limit, retry}, "limit is listed before retry"},
		{"a credential above a log", []transport.Middleware{auth, log}, "would see the key"},
		{"identity below retry", []transport.Middleware{retry, transport.Identity()}, "share their identity"},
		{"all places in their order", []transport.Middleware{
			transport.Identity(), at("trace", layer.AtTrace), at("calls", layer.AtCall), at("cache", layer.AtCache), retry,
			at("hedge", layer.AtHedge), at("breaker", layer.AtBreaker), at("bulkhead", layer.AtBulkhead), limit, log, auth, at("sign", layer.AtSignature), at("wire", layer.AtBase),
		}, ""},
		{"an observer may see the bulkhead's wait", []transport.Middleware{log, at("bulkhead", layer.AtBulkhead)}, ""},
		{"a trace below the log of calls", []transport.Middleware{at("calls", layer.AtCall), at("trace", layer.AtTrace)}, "would not belong to the call's trace"},
		{"a trace above identity", []transport.Middleware{at("trace", layer.AtTrace), transport.Identity()}, "trace is listed before identity"},
		{"a cache above the log of calls", []transport.Middleware{at("cache", layer.AtCache), at("calls", layer.AtCall)}, "cache is listed before calls"},
		{"a cache below retry", []transport.Middleware{retry, at("cache", layer.AtCache)}, "each attempt would ask the cache"},
		{"a hedge above retry", []transport.Middleware{at("hedge", layer.AtHedge), retry}, "would be retried for itself"},
		{"two hedges", []transport.Middleware{retry, at("hedge", layer.AtHedge), at("hedge", layer.AtHedge)}, "two hedges multiply"},
		{"a hedge below the limiter", []transport.Middleware{limit, at("hedge", layer.AtHedge)}, "once for several concurrent attempts"},
		{"a hedge below the log of attempts", []transport.Middleware{log, at("hedge", layer.AtHedge)}, "once for several concurrent attempts"},
		{"a breaker above a hedge", []transport.Middleware{at("breaker", layer.AtBreaker), at("hedge", layer.AtHedge)}, "breaker is listed before hedge"},
		{"a breaker below the limiter", []transport.Middleware{limit, at("breaker", layer.AtBreaker)}, "for attempts that the breaker refuses"},
		{"a bulkhead above a breaker", []transport.Middleware{at("bulkhead", layer.AtBulkhead), at("breaker", layer.AtBreaker)}, "bulkhead is listed before breaker"},
		{"a bulkhead below the limiter", []transport.Middleware{limit, at("bulkhead", layer.AtBulkhead)}, "would wait too late"},
		{"an observer of what is sent above a credential", []transport.Middleware{at("wire", layer.AtBase), auth}, "would not see what is sent"},
		{"calls below retry", []transport.Middleware{retry, at("calls", layer.AtCall)}, "would see attempts instead of calls"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			err := transport.Check(transport.Chain(answer(200), row.layers...))
			if row.want == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, row.want)
			}
		})
	}
	both := transport.Check(transport.Chain(answer(200), at("a", layer.Anywhere, errors.New("a: first")), at("b", layer.Anywhere, errors.New("b: second"))))
	require.ErrorContains(t, both, "a: first")
	assert.ErrorContains(t, both, "b: second")
	twice := transport.Check(transport.Chain(answer(200), auth, log, at("log", layer.AtAttempt)))
	assert.Equal(t, 1, strings.Count(twice.Error(), "auth is listed before log"), "the same problem is reported once: %v", twice)
}

// C7: one chain, one body-less request, many goroutines.
func TestAChainIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get(transport.HeaderTransactionID))
	}))
	defer server.Close()
	client := http.Client{Transport: transport.Chain(server.Client().Transport, transport.Identity())}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	require.NoError(t, err)
	var ids sync.Map
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			resp, err := client.Do(req)
			if !assert.NoError(t, err) {
				return
			}
			defer func() { assert.NoError(t, resp.Body.Close()) }()
			id, err := io.ReadAll(resp.Body)
			assert.NoError(t, err)
			assert.Equal(t, transport.CallOf(resp).TransactionID(), string(id))
			_, twice := ids.LoadOrStore(string(id), true)
			assert.False(t, twice)
		})
	}
	group.Wait()
}

type closeCounter struct {
	io.Reader
	closed int
}

func (c *closeCounter) Close() error { c.closed++; return nil }

type idleCounter struct {
	http.RoundTripper
	closed int
}

func (i *idleCounter) CloseIdleConnections() { i.closed++ }

type byValue struct{ http.RoundTripper }

// A layer that Go cannot compare must not make a chain panic.
func TestChainTakesLayersThatCannotBeCompared(t *testing.T) {
	t.Parallel()
	wrap := func(next http.RoundTripper) http.RoundTripper { return byValue{next} }
	none := func(next http.RoundTripper) http.RoundTripper { return next }
	chain := transport.Chain(answer(200), []transport.Middleware{wrap, none, wrap}...)
	assert.Equal(t, "transport_test.byValue > transport_test.byValue > transport.RoundTripperFunc", fmt.Sprint(chain))
}
