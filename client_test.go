package tripware_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func mine(next http.RoundTripper) http.RoundTripper {
	return &named{layer.NewLink("mine", layer.Anywhere, next)}
}

type named struct{ layer.Link }

func (n *named) RoundTrip(req *http.Request) (*http.Response, error) { return n.Send(req) }

func TestTheStandingOrder(t *testing.T) {
	t.Parallel()
	client, err := tripware.New(
		tripware.WithAuth("https://api.example.com", auth.Bearer(redact.NewSecret("t"))),
		tripware.WithLogger(slog.New(slog.DiscardHandler)),
		tripware.WithMetrics(metrics.NewPublishers()),
		tripware.WithLimiter(ratelimit.NewLimiter()),
		tripware.PerCall(mine), tripware.PerAttempt(mine), nil,
	)
	require.NoError(t, err)
	assert.Equal(t, "identity > logging.calls > metrics.calls > mine > retry(5, 429,500,502-599) > ratelimit > "+
		"logging.attempts > metrics.attempts > mine > auth > *http.Transport", fmt.Sprint(client.Transport))
}

// at returns a middleware that makes a layer with a place.
func at(name string, place layer.Place) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper { return &named{layer.NewLink(name, place, next)} }
}

// T2: a trace is above the observers of calls; a layer that decides about attempts is above
// the limiter, and one that observes them is above the credentials.
func TestEachLayerHasItsPlace(t *testing.T) {
	t.Parallel()
	client, err := tripware.New(
		tripware.WithAuth("https://api.example.com", auth.Bearer(redact.NewSecret("t"))),
		tripware.WithLogger(slog.New(slog.DiscardHandler)), tripware.WithMetrics(metrics.NewPublishers()),
		tripware.WithLimiter(ratelimit.NewLimiter()), tripware.WithRetry(retry.WithMaxRetries(1), retry.WithCodes("503")),
		tripware.PerAttempt(at("wire", layer.AtBase), mine, at("hedge", layer.AtHedge), nil, at("breaker", layer.AtBreaker), at("spans", layer.AtAttempt)),
		tripware.PerCall(at("cache", layer.AtCache)),
		tripware.WithTracing(at("trace", layer.AtTrace), mine, nil),
	)
	require.NoError(t, err)
	assert.Equal(t, "identity > trace > mine > logging.calls > metrics.calls > cache > retry(1, 503) > hedge > breaker > ratelimit > "+
		"logging.attempts > metrics.attempts > mine > spans > auth > wire > *http.Transport", fmt.Sprint(client.Transport))

	_, err = tripware.New(tripware.WithLogger(slog.Default()), tripware.PerCall(at("trace", layer.AtTrace)))
	require.ErrorContains(t, err, "would not belong to the call's trace")
	_, err = tripware.New(tripware.WithTracing(nil, func(http.RoundTripper) http.RoundTripper { return nil }))
	require.ErrorContains(t, err, "WithTracing: layer 2 of 2 returned no RoundTripper")
}

// A4: each WithAuth holds, for its origin or its place; a signature stands last.
func TestEachWithAuthHolds(t *testing.T) {
	t.Parallel()
	var sent []*http.Request
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent = append(sent, req)
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
	})
	sign := auth.Sign(func(req *http.Request, _ []byte) error {
		req.Header.Set("X-Signed", req.Header.Get("Authorization")+" "+req.Header.Get("User-Agent"))
		return nil
	})
	client, err := tripware.New(tripware.WithBase(base),
		tripware.WithAuth("https://eu.example.com", sign), tripware.WithAuth("https://eu.example.com", auth.Bearer(redact.NewSecret("eu"))),
		tripware.WithAuth("https://us.example.com", auth.Header("X-Api-Key", redact.NewSecret("us"))))
	require.NoError(t, err)
	assert.Contains(t, fmt.Sprint(client.Transport), "> auth > auth > auth.sign > ")
	for _, to := range []string{"https://eu.example.com", "https://us.example.com", "https://elsewhere.test"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
		require.NoError(t, err)
		resp, err := client.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	for i, want := range []http.Header{
		{"Authorization": {"Bearer eu"}, "X-Signed": {"Bearer eu " + tripware.UserAgent}}, {"X-Api-Key": {"us"}}, {},
	} {
		sent[i].Header.Del("User-Agent")
		sent[i].Header.Del(transport.HeaderTransactionID)
		assert.Equal(t, want, sent[i].Header)
	}
	_, err = tripware.New(tripware.WithAuth("https://eu.example.com", auth.Bearer(redact.NewSecret("a"))),
		tripware.WithAuth("https://eu.example.com:443/v2", auth.Basic("user", redact.NewSecret("b"))))
	require.EqualError(t, err, "tripware: auth: two credentials for the header Authorization of https://eu.example.com: "+
		"remove one, or use WithSource for single calls")
}

// C10: every option validated, all faults joined, nothing half-built.
func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	client, err := tripware.New(
		tripware.WithRetry(retry.WithMaxRetries(-1), retry.WithCodes("5x")),
		tripware.WithAuth("http://api.example.com", auth.Key("GenieKey", redact.NewSecret(""))),
		tripware.WithIdentity(transport.WithTransactionHeader("a b")),
		tripware.WithLogger(slog.New(slog.DiscardHandler), logging.WithHeaders("Authorization")),
		tripware.WithLimiter(ratelimit.NewLimiter(ratelimit.WithRate(-1, 0))),
		tripware.WithConnection(network.WithDialTimeout(-1), network.WithRootCAFile("no/such/file")),
		tripware.WithProxy(network.Proxy{Protocol: "ftp"}),
		tripware.PerAttempt(retry.New()),
	)
	assert.Nil(t, client)
	for _, part := range []string{
		"max retries -1", `"5x"`, "use https", "empty", "a b", "Authorization", "rate", "dial timeout", "no/such/file", "protocol", "multiply",
	} {
		require.ErrorContains(t, err, part)
	}
}

// P1: options of the network reach a clone of the caller's own transport, or are refused.
func TestNetworkOptionsReachTheCallersTransportOrAreRefused(t *testing.T) {
	t.Parallel()
	own := &http.Transport{MaxIdleConnsPerHost: 7}
	rt, err := tripware.NewTransport(tripware.WithBase(own), tripware.WithConnection(network.WithIdleConnTimeout(time.Minute)))
	require.NoError(t, err)
	layers := transport.Layers(rt)
	base, ok := layers[len(layers)-1].(*http.Transport)
	require.True(t, ok)
	assert.NotSame(t, own, base)
	assert.Equal(t, 7, base.MaxIdleConnsPerHost)
	assert.Equal(t, time.Minute, base.IdleConnTimeout)
	assert.Zero(t, own.IdleConnTimeout)

	_, err = tripware.NewTransport(tripware.WithBase(instant), tripware.WithConnection(network.WithIdleConnTimeout(time.Minute)))
	require.ErrorContains(t, err, "not to a transport.RoundTripperFunc")
}

// A whole call over a real socket: throttled, failed, answered; no sink holds the key.
func TestOneCallThroughTheWholeChain(t *testing.T) {
	t.Parallel()
	const key = "canary-key"
	var requests atomic.Int64
	var userAgent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "GenieKey "+key, r.Header.Get("Authorization"))
		userAgent = r.UserAgent()
		w.Header().Set("X-RateLimit-State", "OK")
		switch requests.Add(1) {
		case 1:
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			_, _ = io.WriteString(w, "done")
		}
	}))
	defer server.Close()

	var log bytes.Buffer
	publishers := metrics.NewPublishers()
	var mu sync.Mutex
	var events []metrics.Event
	observer := metrics.ObserverFunc(func(_ context.Context, e metrics.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
	})
	publishers.API.Subscribe(observer, metrics.WithBodies(4<<10))
	publishers.HTTP.Subscribe(observer)
	client, err := tripware.New(
		tripware.WithAuth(server.URL, auth.Key("GenieKey", redact.NewSecret(key))),
		tripware.WithRetry(retry.WithBaseDelay(time.Millisecond)),
		tripware.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), logging.WithBodies(4<<10), logging.WithWaits()),
		tripware.WithMetrics(publishers),
	)
	require.NoError(t, err)
	defer client.CloseIdleConnections()

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/things?apiKey="+key, http.NoBody)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, "done", string(text))

	call := transport.CallOf(resp)
	assert.Equal(t, 3, call.AttemptCount())
	assert.Len(t, call.Waits(), 2)
	assert.Empty(t, resp.Request.Header.Get("Authorization"))
	assert.Empty(t, resp.Request.Header, "C4: the request as it was given")
	assert.Equal(t, tripware.UserAgent, userAgent)
	require.Len(t, events, 4, "three attempts and a call")
	for _, e := range events {
		assert.Equal(t, call.TransactionID(), e.Shared().TransactionID)
	}
	assert.Equal(t, 7, strings.Count(log.String(), call.TransactionID()), "3 attempts, 2 waits, a body and a call:\n%s", &log)
	for _, sink := range []string{log.String(), fmt.Sprintf("%+v", events), fmt.Sprintf("%+v", call.Attempts())} {
		assert.NotContains(t, sink, key)
	}
}

// C8: 1,000 cancelled calls leave no goroutine; goleak looks at the end.
func TestCancelledCallsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does a server see that its client left
		<-r.Context().Done()
	}))
	defer server.Close()
	client, err := tripware.New(tripware.WithRetry(retry.WithAttemptTimeout(time.Minute), retry.WithCallTimeout(time.Minute)))
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			for range 50 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("x"))
				assert.NoError(t, err)
				_, err = client.Do(req)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				cancel()
			}
		})
	}
	group.Wait()
}

// C7: a chain may be built on a transport, http.DefaultTransport as a rule, while
// the transport's first use sets up its HTTP/2 in another goroutine.
func TestAChainIsBuiltOnATransportInUse(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	for range 8 {
		base := &http.Transport{}
		t.Cleanup(base.CloseIdleConnections)
		var group sync.WaitGroup
		for _, opts := range [][]tripware.Option{
			nil, {tripware.WithConnection(network.WithDialTimeout(time.Minute))},
			{tripware.WithAuth(server.URL, auth.Bearer(redact.NewSecret("t")))},
		} {
			group.Go(base.CloseIdleConnections)
			group.Go(func() {
				client, err := tripware.New(append(opts, tripware.WithBase(base))...)
				if !assert.NoError(t, err) {
					return
				}
				defer client.CloseIdleConnections()
				resp, err := client.Get(server.URL)
				if assert.NoError(t, err) {
					assert.NoError(t, resp.Body.Close())
				}
			})
		}
		group.Wait()
	}
}

// O3: the times of a record are right, whatever takes time around the attempts.
func TestARecordHasTheTimesOfItsCall(t *testing.T) {
	t.Parallel()
	const origin = "https://api.example.com"
	slow := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			defer time.Sleep(time.Second)
			return next.RoundTrip(req)
		})
	}
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.25, 1), ratelimit.WithLearning(false)) // a turn every 4 s
	for name, row := range map[string]struct {
		opts          []tripware.Option
		before, after time.Duration
	}{
		"nothing else": {},
		"a log":        {opts: []tripware.Option{tripware.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))}},
		"a token source": {before: time.Second, opts: []tripware.Option{
			tripware.WithAuth(origin, auth.SourceFunc(func(context.Context) (string, error) {
				time.Sleep(time.Second)
				return "token", nil
			})),
		}},
		"the first token": {before: time.Second, opts: []tripware.Option{
			tripware.WithAuth(origin, auth.Refresh(func(context.Context) (auth.Token, error) {
				time.Sleep(time.Second)
				return auth.Token{Value: redact.NewSecret("token")}, nil
			})),
		}},
		"a signature": {before: time.Second, opts: []tripware.Option{
			tripware.WithAuth(origin, auth.Sign(func(*http.Request, []byte) error {
				time.Sleep(time.Second)
				return nil
			})),
		}},
		"a limiter":               {before: 2 * time.Second, opts: []tripware.Option{tripware.WithLimiter(limiter)}},
		"a layer of one's own":    {before: time.Second, after: time.Second, opts: []tripware.Option{tripware.PerCall(slow)}},
		"one for each attempt":    {before: time.Second, after: time.Second, opts: []tripware.Option{tripware.PerAttempt(slow)}},
		"a body that is read":     {after: time.Second, opts: []tripware.Option{tripware.WithRetry(retry.WithWholeBody(1 << 10))}},
		"a classifier that reads": {after: time.Second, opts: []tripware.Option{tripware.WithRetry(retry.WithClassifier(patient))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					time.Sleep(2 * time.Second)
					return &http.Response{StatusCode: 200, Body: io.NopCloser(lazy{strings.NewReader("body")}), Request: req}, nil
				})
				client, err := tripware.New(append(row.opts, tripware.WithBase(base))...)
				require.NoError(t, err)
				if name == "a limiter" { // whose only turn is taken
					_, err := client.Head(origin)
					require.NoError(t, err)
				}
				begun := time.Now()
				resp, err := client.Get(origin)
				require.NoError(t, err)
				call := transport.CallOf(resp)
				assert.Equal(t, begun, call.Start())
				assert.Equal(t, row.before+2*time.Second+row.after, call.Elapsed())
				require.Len(t, call.Attempts(), 1)
				assert.Equal(t, begun.Add(row.before), call.Attempts()[0].Start)
				assert.Equal(t, 2*time.Second, call.Attempts()[0].Elapsed)
			})
		})
	}
}

func patient(o retry.Outcome) retry.Answer {
	time.Sleep(time.Second)
	return retry.AsUsual
}

// lazy takes a second for its first byte.
type lazy struct{ io.Reader }

func (l lazy) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if n > 0 {
		time.Sleep(time.Second)
	}
	return n, err
}
