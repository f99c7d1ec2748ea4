package otlp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
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

// A scene is a call as contrib/opentelemetry has a golden file of it: a GET that handler
// serves at the address, or whatever play does.
type scene struct {
	handler http.HandlerFunc
	route   string
	address func(server string) string
	opts    func(t *testing.T, server string) []tripware.Option
	play    func(t *testing.T, s *source) (differs []string)
	fails   bool
}

func scenes() map[string]scene {
	return map[string]scene{
		"success":            {handler: statuses(200), route: "GET /users/{id}"},
		"two-resends":        {handler: statuses(503, 429, 200), route: "GET /users/{id}"},
		"given-up":           {handler: statuses(503)},
		"redirect":           {handler: redirect},
		"401-replay":         {handler: protected, opts: renewing},
		"connection-refused": {address: func(string) string { return "http://127.0.0.1:1" }, fails: true},
		"dns":                {address: func(string) string { return "https://api.example.com" }, opts: unresolved, fails: true},
		"tls":                {address: func(server string) string { return strings.Replace(server, "http:", "https:", 1) }, fails: true},
		"canceled":           {play: canceled},
		"limited":            {handler: statuses(200), opts: limited, fails: true},
		"typed":              {play: typed},
	}
}

// statuses serves these statuses in turn, the last one for ever.
func statuses(codes ...int) http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(codes[min(int(n.Add(1)), len(codes))-1]) }
}

func redirect(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/users/42" {
		http.Redirect(w, r, "/people/42", http.StatusFound)
	}
}

func protected(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer 2" {
		w.WriteHeader(http.StatusUnauthorized)
	}
}

func renewing(_ *testing.T, server string) []tripware.Option {
	var n atomic.Int64
	return []tripware.Option{tripware.WithAuth(server, auth.Refresh(func(context.Context) (auth.Token, error) {
		return auth.Token{Value: redact.NewSecret(fmt.Sprint(n.Add(1)))}, nil
	}, auth.WithRefreshCalm(0)))}
}

func unresolved(*testing.T, string) []tripware.Option {
	dialer := net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no network")
	}}}
	return []tripware.Option{tripware.WithBase(&http.Transport{DialContext: dialer.DialContext})}
}

func limited(t *testing.T, server string) []tripware.Option {
	t.Helper()
	one := tripware.WithLimiter(ratelimit.NewLimiter(ratelimit.WithRate(0.001, 1), ratelimit.WithMaxWait(time.Second),
		ratelimit.WithKey(func(*http.Request) string { return "all" })))
	require.NoError(t, get(t.Context(), t, server, one))
	return []tripware.Option{one}
}

func canceled(t *testing.T, s *source) []string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	require.ErrorIs(t, get(ctx, t, server.URL, s.option()), context.Canceled)
	return []string{portOf(server.URL)}
}

func typed(t *testing.T, s *source) []string {
	t.Helper()
	server := opsgenietest.New(t, opsgenietest.WithProcessingPolls(1))
	c, err := opsgenie.New(server.Key, opsgenie.WithBaseURL(server.URL), opsgenie.WithPolling(poll.WithBaseDelay(0)),
		opsgenie.WithTransport(tripware.WithRetry(retry.WithBaseDelay(0)), s.option()))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	ctx, span := s.tracers.Tracer("test").Start(transport.WithTransactionID(t.Context(), "the-id"), "the caller")
	pending, err := c.Alerts.Create(ctx, alert.CreateRequest{Message: "down", Alias: "a"})
	require.NoError(t, err)
	_, err = pending.Wait(ctx)
	require.NoError(t, err)
	span.End()
	return []string{portOf(server.URL), pending.RequestID, "REQUEST", server.URL, "URL"}
}

// get makes the call of most scenes.
func get(ctx context.Context, t *testing.T, address string, opts ...tripware.Option) error {
	t.Helper()
	client, err := tripware.New(append([]tripware.Option{tripware.WithRetry(retry.WithMaxRetries(2), retry.WithBaseDelay(0))}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	req, err := http.NewRequestWithContext(transport.WithTransactionID(ctx, "the-id"), http.MethodGet, address+"/users/42?page=2&token=hidden", http.NoBody)
	require.NoError(t, err)
	resp, err := client.Do(req)
	if err == nil {
		require.NoError(t, resp.Body.Close())
	}
	return err
}

// run plays the scene, and returns the port of its server, and then pairs of texts that differ
// from run to run and what they are replaced by.
func (s *scene) run(t *testing.T, from *source) (differs []string) {
	t.Helper()
	if s.play != nil {
		return s.play(t, from)
	}
	server := httptest.NewUnstartedServer(s.handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	address, opts := server.URL, []tripware.Option{from.option()}
	if s.address != nil {
		address = s.address(address)
	}
	if s.opts != nil {
		opts = append(opts, s.opts(t, server.URL)...)
	}
	err := get(transport.WithRoute(t.Context(), s.route), t, address, opts...)
	require.Equal(t, s.fails, err != nil, "%v", err)
	return []string{portOf(server.URL)}
}

func portOf(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
