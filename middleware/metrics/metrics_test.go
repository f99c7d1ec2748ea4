package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// O4: three channels, joined by one transaction id.
func TestOneTransactionIDJoinsTheChannels(t *testing.T) {
	t.Parallel()
	p, d := watched()
	answers := []int{503, 503, 200}
	rt := chain(func(*http.Request) (*http.Response, error) {
		code := answers[0]
		answers = answers[1:]
		resp := answer(code, "", "x")
		resp.Header = http.Header{
			"Vendor-State": {"SLOW"}, "Vendor-Reason": {"ACCOUNT"}, "Vendor-Period": {"60s"}, "Vendor-Took": {"250ms"}, "X-Request-Id": {"r-1"},
		}
		return resp, nil
	}, p)
	ctx, call := transport.Begin(t.Context())
	layer.Put(ctx, transport.Route("GET /v2/alerts/{identifier}"))
	resp, err := rt.RoundTrip(get(t, "https://api.example.com/v2/alerts/a%2Fb?x=1").WithContext(ctx))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	call.End()
	p.SDK.Publish(ctx, metrics.SDKEvent{Common: metrics.Common{TransactionID: call.TransactionID()}})

	require.Len(t, d.all(), 5, "three attempts, one call, one typed call")
	for _, e := range d.all() {
		assert.Equal(t, call.TransactionID(), e.Shared().TransactionID)
		if e.Channel() != metrics.ChannelSDK {
			assert.Equal(t, "/v2/alerts/a%2Fb", e.Shared().ResourcePath, "no host, no query")
			assert.Equal(t, "GET /v2/alerts/{identifier}", e.Shared().Route)
		}
	}
	for i, e := range of[metrics.HTTPEvent](d) {
		assert.Equal(t, i, e.RetryCount)
		assert.Equal(t, i+1, e.Request.Attempt)
		assert.Equal(t, []int{503, 503, 200}[i], e.StatusCode)
		assert.Equal(t, call.TransactionID(), e.Request.Header.TransactionID)
	}
	assert.Equal(t, metrics.ResultMetadata{
		RequestID: "r-1", ResponseTime: 250 * time.Millisecond,
		RateLimitState: "SLOW", RateLimitReason: "ACCOUNT", RateLimitPeriod: time.Minute, RetryCount: 2,
	}, of[metrics.APIEvent](d)[0].Result)
}

// O4: an attempt without a response is published, a call without one has no API event.
func TestAttemptsWithoutAResponseArePublished(t *testing.T) {
	t.Parallel()
	p, d := watched()
	broken := errors.New("connection reset")
	rt := chain(func(*http.Request) (*http.Response, error) { return nil, broken }, p)
	_, err := rt.RoundTrip(get(t, "https://api.example.com/v2/alerts"))
	require.ErrorIs(t, err, broken)
	require.Len(t, d.all(), 1)
	e := of[metrics.HTTPEvent](d)[0]
	assert.Equal(t, "connection reset", e.Error)
	assert.Zero(t, e.StatusCode)
	assert.Empty(t, e.Status)
}

// C3: what is neither response nor error is an error, and published as one.
func TestAnAnswerOfNothingIsPublishedAsAnError(t *testing.T) {
	t.Parallel()
	p, d := watched()
	_, err := metrics.Attempts(p)(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return nil, nil
	})).RoundTrip(get(t, "https://api.example.com/"))
	require.Error(t, err)
	assert.Equal(t, err.Error(), of[metrics.HTTPEvent](d)[0].Error)
}

// O4: durations; an attempt's ends with the head, a call's with the close of the body.
func TestDurationsRunToTheHeadAndToTheClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, d := watched()
		rt := chain(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second) // virtual
			return answer(200, "", "x"), nil
		}, p)
		resp, err := rt.RoundTrip(get(t, "https://api.example.com/"))
		require.NoError(t, err)
		time.Sleep(time.Second)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, time.Second, of[metrics.HTTPEvent](d)[0].Duration)
		assert.Equal(t, 2*time.Second, of[metrics.APIEvent](d)[0].Duration)

		rt = chain(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
		}, p)
		_, err = rt.RoundTrip(get(t, "https://api.example.com/"))
		require.NoError(t, err)
		assert.Equal(t, time.Second, of[metrics.APIEvent](d)[1].Duration)
	})
}

// O4: a typed call publishes the API channel itself.
func TestATypedCallSilencesTheCallEvent(t *testing.T) {
	t.Parallel()
	p, d := watched()
	ctx, call := transport.Begin(t.Context())
	defer call.End()
	layer.Put(ctx, metrics.Typed{})
	base := http.NoBody
	resp, err := chain(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: base}, nil
	}, p).RoundTrip(get(t, "https://api.example.com/").WithContext(ctx))
	require.NoError(t, err)
	assert.Equal(t, base, resp.Body, "not wrapped")
	assert.Empty(t, of[metrics.APIEvent](d))
	assert.Len(t, of[metrics.HTTPEvent](d), 1)
}

// A3: no credential stands in an event, wherever the caller or the base put it.
func TestNoEventHoldsASecret(t *testing.T) {
	t.Parallel()
	const canary = "canary-5e1f"
	req := get(t, "https://user:"+canary+"@api.example.com/v2/alerts?apiKey="+canary+"&q=shown#"+canary)
	req.Header.Set("Authorization", "GenieKey "+canary)
	req.Header.Set("Cookie", "session="+canary)
	req.Header.Set("X-Api-Key", canary)
	failures := []error{
		errors.New("proxy said no to GenieKey " + canary),
		errors.New("bad credential " + canary),
		fmt.Errorf(`Get "https://user:%s@api.example.com/?token=%s": EOF`, canary, canary),
		fmt.Errorf("proxyconnect http://user:%s@proxy:3128: refused", canary),
		fmt.Errorf("http://user:%s@[broken refused", canary),
		fmt.Errorf("no route for /v2/alerts?apiKey=%s", canary),
		fmt.Errorf(`server said {"token":"%s"}`, canary),
	}
	body := fmt.Sprintf(`{"apiKey": %q, "note": "shown", "password":%q`, canary, canary)
	for i := range len(failures) + 1 {
		p, d := watched(metrics.WithBodies(4 << 10))
		p.Call.Subscribe(d)
		resp, err := chain(func(*http.Request) (*http.Response, error) {
			if i < len(failures) {
				return nil, failures[i]
			}
			return answer(422, "application/json", body), nil
		}, p).RoundTrip(req)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Contains(t, of[metrics.APIEvent](d)[0].Body, "shown")
		}
		require.NotEmpty(t, d.all())
		for _, e := range d.all() {
			assert.NotContains(t, everyFormOf(t, e), canary, "case %d", i)
		}
		assert.Contains(t, of[metrics.HTTPEvent](d)[0].Request.URL, "q=shown")
	}
}

// O1, C1: the request is as it was, and the view shares nothing with it.
func TestTheRequestIsNotTouched(t *testing.T) {
	t.Parallel()
	p, d := watched()
	req := get(t, "https://api.example.com/v2/alerts?q=1")
	req.Header.Set("Accept", "text/plain")
	before := req.Clone(req.Context())
	resp, err := metrics.Calls(p)(metrics.Attempts(p)(always(200, "", "x"))).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, before.Header, req.Header)
	assert.Equal(t, before.URL, req.URL)
	assert.Same(t, req, resp.Request)
	req.Header["Accept"][0] = "changed"
	req.URL.Path = "/changed"
	e := of[metrics.HTTPEvent](d)[0]
	assert.Equal(t, "text/plain", e.Request.Header.Accept)
	assert.Equal(t, "https://api.example.com/v2/alerts?q=1", e.Request.URL)
	assert.Equal(t, "200 OK", e.Status)
}

// C3: a request without header or URL is no panic of ours.
func TestABareRequestIsNoPanic(t *testing.T) {
	t.Parallel()
	p, d := watched()
	resp, err := metrics.Calls(p)(metrics.Attempts(p)(always(204, "", ""))).RoundTrip(&http.Request{})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.MethodGet, of[metrics.HTTPEvent](d)[0].Request.Method)
	assert.Empty(t, of[metrics.APIEvent](d)[0].ResourcePath)
}

// O3: what an observer sends is a call of its own.
func TestAnObserversOwnRequestsAreNoneOfTheCalls(t *testing.T) {
	t.Parallel()
	type key struct{}
	p := metrics.NewPublishers()
	rt := chain(always(200, "", ""), p)
	p.HTTP.Subscribe(metrics.ObserverFunc(func(ctx context.Context, _ metrics.Event) {
		assert.Nil(t, transport.CallFrom(ctx))
		assert.Equal(t, "kept", ctx.Value(key{}))
	}))
	req := get(t, "https://api.example.com/")
	resp, err := rt.RoundTrip(req.WithContext(context.WithValue(req.Context(), key{}, "kept")))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 1, transport.CallOf(resp).AttemptCount())
}

// C3: a panic of the base reaches the caller, and the next call works.
func TestAPanicOfTheBaseReachesTheCaller(t *testing.T) {
	t.Parallel()
	p, d := watched()
	var calls int
	rt := chain(func(*http.Request) (*http.Response, error) {
		if calls++; calls == 1 {
			panic("base")
		}
		return answer(200, "", ""), nil
	}, p)
	req := get(t, "https://api.example.com/")
	assert.PanicsWithValue(t, "base", func() { _, _ = rt.RoundTrip(req) })
	assert.Empty(t, d.all())
	resp, err := rt.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Len(t, d.all(), 2)
}

// C6, C10: the layers name themselves, unwrap, and stand where Check wants them.
func TestTheLayersKnowTheirPlace(t *testing.T) {
	t.Parallel()
	p, _ := watched()
	base := &http.Transport{}
	right := transport.Chain(base, transport.Identity(), metrics.Calls(p), metrics.Attempts(p))
	assert.Equal(t, "identity > metrics.calls > metrics.attempts > *http.Transport", fmt.Sprint(right))
	require.NoError(t, transport.Check(right))
	require.Error(t, transport.Check(transport.Chain(base, metrics.Attempts(p), metrics.Calls(p))))
	assert.Same(t, base, transport.Unwrap(metrics.Calls(p)(base)))
	assert.Same(t, base, transport.Unwrap(metrics.Attempts(p)(base)))
}

func TestWithoutPublishersThereIsNoLayer(t *testing.T) {
	t.Parallel()
	base := &http.Transport{}
	for _, p := range []*metrics.Publishers{nil, {}} {
		assert.Same(t, base, metrics.Calls(p)(base))
		assert.Same(t, base, metrics.Attempts(p)(base))
	}
}

// C7, O1, O4: 64 goroutines over sockets, HTTP/1 and HTTP/2, while observers come and go.
func TestEveryCallIsCountedUnderLoad(t *testing.T) {
	t.Parallel()
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("http2=%t", http2), func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, `{"took":0.1}`)
			}))
			server.EnableHTTP2 = http2
			server.StartTLS()
			defer server.Close()
			p, d := watched(metrics.WithBodies(4 << 10))
			client := &http.Client{Transport: chain(server.Client().Transport.RoundTrip, p)}
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() { load(t, client, server.URL, p) })
			}
			wg.Wait()
			server.Client().CloseIdleConnections()

			apis, attempts := of[metrics.APIEvent](d), of[metrics.HTTPEvent](d)
			require.Len(t, apis, 64*8)
			require.Len(t, attempts, 64*8)
			ids := func(e metrics.Event) string { return e.Shared().TransactionID }
			assert.ElementsMatch(t, each(apis, ids), each(attempts, ids))
			assert.Len(t, slices.Compact(slices.Sorted(slices.Values(each(apis, ids)))), 64*8)
			for _, e := range apis {
				assert.JSONEq(t, `{"took":0.1}`, e.Body)
			}
		})
	}
}

func load(t *testing.T, client *http.Client, url string, p *metrics.Publishers) {
	t.Helper()
	var seen atomic.Int64
	for range 8 {
		leave := p.HTTP.Subscribe(metrics.On(func(context.Context, metrics.HTTPEvent) { seen.Add(1) }))
		resp, err := client.Do(get(t, url))
		if !assert.NoError(t, err) {
			return
		}
		_, err = io.Copy(io.Discard, resp.Body)
		assert.NoError(t, err)
		assert.NoError(t, resp.Body.Close())
		leave()
	}
	assert.GreaterOrEqual(t, seen.Load(), int64(8), "each observer saw at least its own calls")
}

func each[E metrics.Event](events []E, f func(metrics.Event) string) []string {
	found := make([]string, len(events))
	for i, e := range events {
		found[i] = f(e)
	}
	return found
}
