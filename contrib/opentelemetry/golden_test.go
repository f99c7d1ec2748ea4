package opentelemetry_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/opentelemetry"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services/opsgenie"
	"github.com/tripware/tripware/services/opsgenie/alert"
	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

// statuses serves these statuses in turn, the last one for ever.
func statuses(t *testing.T, codes ...int) *httptest.Server {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(codes[min(int(n.Add(1)), len(codes))-1])
	}))
	t.Cleanup(s.Close)
	return s
}

// portOf returns the port of a URL, which differs from run to run.
func portOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	return u.Port()
}

// A scenario is one call. Its function returns the URL and further options of the client.
type scenario struct {
	name  string
	route string
	build func(t *testing.T) (address string, opts []tripware.Option)
	ctx   func(context.Context) (context.Context, context.CancelFunc)
	fails bool
}

func scenarios() []scenario {
	server := func(codes ...int) func(*testing.T) (string, []tripware.Option) {
		return func(t *testing.T) (string, []tripware.Option) { return statuses(t, codes...).URL, nil }
	}
	return []scenario{
		{name: "success", route: "GET /users/{id}", build: server(200)},
		{name: "two resends", route: "GET /users/{id}", build: server(503, 429, 200)},
		{name: "given up", build: server(503)},
		{name: "redirect", build: redirecting},
		{name: "401 replay", build: renewing},
		{name: "connection refused", build: at("http://127.0.0.1:1"), fails: true},
		{name: "dns", build: unresolved, fails: true},
		{name: "tls", build: garbled, fails: true},
		canceled(),
		{name: "limited", build: limited, fails: true},
	}
}

// canceled is a call that its caller cancels while the server has the request.
func canceled() scenario {
	arrived := make(chan struct{}, 1)
	return scenario{
		name: "canceled", fails: true,
		build: func(t *testing.T) (string, []tripware.Option) {
			t.Helper()
			s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				arrived <- struct{}{}
				<-r.Context().Done()
			}))
			t.Cleanup(s.Close)
			return s.URL, nil
		},
		ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			go func() {
				<-arrived
				cancel()
			}()
			return ctx, cancel
		},
	}
}

func at(address string) func(*testing.T) (string, []tripware.Option) {
	return func(*testing.T) (string, []tripware.Option) { return address, nil }
}

func redirecting(t *testing.T) (string, []tripware.Option) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/users/42", http.RedirectHandler("/people/42", http.StatusFound))
	mux.HandleFunc("/people/42", func(http.ResponseWriter, *http.Request) {})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, nil
}

func renewing(t *testing.T) (string, []tripware.Option) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer 2" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(s.Close)
	var n atomic.Int64
	source := auth.Refresh(func(context.Context) (auth.Token, error) {
		return auth.Token{Value: redact.NewSecret(strconv.FormatInt(n.Add(1), 10))}, nil
	}, auth.WithRefreshCalm(0))
	return s.URL, []tripware.Option{tripware.WithAuth(s.URL, source)}
}

func unresolved(*testing.T) (string, []tripware.Option) {
	dialer := net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no network")
	}}}
	return "https://api.example.com", []tripware.Option{tripware.WithBase(&http.Transport{DialContext: dialer.DialContext})}
}

func garbled(t *testing.T) (string, []tripware.Option) {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return "https://" + s.Listener.Addr().String(), nil
}

func limited(t *testing.T) (string, []tripware.Option) {
	t.Helper()
	l := ratelimit.NewLimiter(ratelimit.WithRate(0.001, 1), ratelimit.WithMaxWait(time.Second),
		ratelimit.WithKey(func(*http.Request) string { return "all" }))
	s := statuses(t, 200)
	client, err := tripware.New(tripware.WithLimiter(l))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	get(t, client, s.URL)
	return s.URL, []tripware.Option{tripware.WithLimiter(l)}
}

func get(tb testing.TB, client *http.Client, address string) {
	tb.Helper()
	resp, err := client.Get(address)
	require.NoError(tb, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(tb, err)
	require.NoError(tb, resp.Body.Close())
}

// play makes the call of a scenario and returns its port.
func (s *scenario) play(t *testing.T, r *rig, telemetry ...opentelemetry.Option) (port string) {
	t.Helper()
	address, opts := s.build(t)
	opts = append([]tripware.Option{tripware.WithRetry(retry.WithMaxRetries(2), retry.WithBaseDelay(0))}, opts...)
	client := r.client(t, telemetry, opts...)
	ctx, cancel := t.Context(), context.CancelFunc(func() {})
	if s.ctx != nil {
		ctx, cancel = s.ctx(ctx)
	}
	defer cancel()
	ctx = transport.WithTransactionID(transport.WithRoute(ctx, s.route), "the-id")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/users/42?page=2&token=hidden", http.NoBody)
	require.NoError(t, err)
	resp, err := client.Do(req)
	if err == nil {
		require.NoError(t, resp.Body.Close())
	}
	require.Equal(t, s.fails, err != nil, "%v", err)
	return portOf(t, address)
}

// T2: spans and metrics of each way in which a call can end are those of the conventions.
func TestSpansAndMetricsOfCalls(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			port := s.play(t, r)
			replace := []string{":" + port, ":PORT", "server.port=" + port, "server.port=PORT", "server.port = " + port, "server.port = PORT"}
			if port == "" || port == "1" {
				replace = nil
			}
			golden(t, s.name, r.text(t), replace...)
			for _, span := range r.spans.Ended() {
				assert.NotContains(t, forest(r.spans.Ended()), "hidden", span.Name())
			}
		})
	}
}

// T2, S3: a typed call, and a poll whose probes that find nothing are no errors.
func TestSpansAndMetricsOfTypedCalls(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t, opsgenietest.WithProcessingPolls(1))
	r := newRig(t)
	c, err := opsgenie.New(s.Key, opsgenie.WithBaseURL(s.URL), opsgenie.WithPolling(poll.WithBaseDelay(0)),
		opsgenie.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0)), opentelemetry.With(r.options()...)))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	ctx, span := r.tracers.Tracer("test").Start(transport.WithTransactionID(t.Context(), "the-id"), "the caller")
	pending, err := c.Alerts.Create(ctx, alert.CreateRequest{Message: "down", Alias: "a"})
	require.NoError(t, err)
	_, err = pending.Wait(ctx)
	require.NoError(t, err)
	span.End()
	port := portOf(t, s.URL)
	golden(t, "typed", r.text(t), ":"+port, ":PORT", "server.port="+port, "server.port=PORT", "server.port = "+port, "server.port = PORT",
		pending.RequestID, "REQUEST", s.URL, "URL")
}
