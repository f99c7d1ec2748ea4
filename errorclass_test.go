package tripware_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
)

// An ending is a call that ends with an error, and its class.
type ending struct {
	name  string
	class transport.ErrorClass
	url   string
	opts  []tripware.Option
	ctx   func(context.Context) (context.Context, context.CancelFunc)
	edit  func(*http.Request)
	calls metrics.CallEvent // what else the event says: Outcome and Attempts
}

func once(opts ...tripware.Option) []tripware.Option {
	return append([]tripware.Option{tripware.WithRetry(retry.Off())}, opts...)
}

// failing is a base that returns err.
func failing(err error) tripware.Option {
	return tripware.WithBase(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		layer.CloseBody(req.Body)
		return nil, err
	}))
}

// classed is an error that names its class.
type classed string

func (c classed) Error() string      { return "an error of class " + string(c) }
func (c classed) ErrorClass() string { return string(c) }

// endings returns a row for each class. Most of the errors are those of real sockets.
func endings(t *testing.T) []ending {
	t.Helper()
	serve := func(kind faults.Kind) string {
		server, err := faults.New(faults.Play(faults.Step{Kind: kind}))
		require.NoError(t, err)
		t.Cleanup(server.Close)
		return server.URL
	}
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = discarded()
	secure.TLS = &tls.Config{MaxVersion: tls.VersionTLS12}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	garbled := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(garbled.Close)
	aborting := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(aborting.Close)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })

	stalled, reset := serve(faults.StallBefore), serve(faults.ResetBefore)
	within := func(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
	}
	canceled := func(cause error) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			cancel(cause)
			return ctx, func() { cancel(nil) }
		}
	}
	body := func(r io.Reader, length int64) func(*http.Request) {
		return func(req *http.Request) {
			req.Method, req.Body, req.ContentLength = http.MethodPut, io.NopCloser(r), length
		}
	}
	unresolved := &http.Transport{DialContext: (&net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no network")
	}}}).DialContext}
	digest := auth.Sign(func(*http.Request, []byte) error { return nil }, auth.WithDigest(sha256.New), auth.WithDigestBuffer(1))
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	late := auth.Refresh(func(context.Context) (auth.Token, error) {
		<-ended
		return auth.Token{}, io.EOF
	})
	unsigned := auth.Refresh(func(context.Context) (auth.Token, error) { return auth.Token{}, io.EOF })
	signedBy := func(source auth.Source) []tripware.Option {
		return once(tripware.WithAuth(reset, source, auth.WithPlainHTTP()))
	}
	sent := metrics.CallEvent{Outcome: metrics.OutcomeFailure, Attempts: 1}
	refused := metrics.CallEvent{Outcome: metrics.OutcomeFailure}
	return []ending{
		{name: "attempt timeout", class: transport.ClassAttemptTimeout, url: stalled,
			calls: metrics.CallEvent{Outcome: metrics.OutcomeFailure, Attempts: 1, Reason: retry.ReasonAttempts},
			opts:  []tripware.Option{tripware.WithRetry(retry.WithMaxRetries(0), retry.WithAttemptTimeout(20*time.Millisecond))}},
		{name: "call timeout", class: transport.ClassCallTimeout, url: stalled, calls: sent,
			opts: []tripware.Option{tripware.WithRetry(retry.WithMaxRetries(0), retry.WithCallTimeout(20*time.Millisecond))}},
		{name: "deadline", class: transport.ClassDeadline, url: stalled, ctx: within(20 * time.Millisecond), opts: once(), calls: sent},
		{name: "canceled", class: transport.ClassCanceled, url: stalled, ctx: canceled(nil), opts: once(),
			calls: metrics.CallEvent{Outcome: metrics.OutcomeCanceled, Attempts: 1}},
		{name: "canceled with a cause", class: transport.ClassCanceled, url: stalled, ctx: canceled(errors.New("shutting down")), opts: once(),
			calls: metrics.CallEvent{Outcome: metrics.OutcomeCanceled, Attempts: 1}},
		{name: "canceled because another call timed out", class: transport.ClassCanceled, url: stalled, opts: once(),
			ctx:   canceled(fmt.Errorf("another call: %w", &retry.TimeoutError{After: time.Second})),
			calls: metrics.CallEvent{Outcome: metrics.OutcomeCanceled, Attempts: 1}},
		{name: "canceled because another call timed out, with retries", class: transport.ClassCanceled, url: stalled,
			ctx:   canceled(fmt.Errorf("another call: %w", &retry.TimeoutError{After: time.Second})),
			calls: metrics.CallEvent{Outcome: metrics.OutcomeCanceled}},
		{name: "TLS handshake timeout", class: transport.ClassTimeout, url: "https://" + silent.Addr().String(), calls: sent,
			opts: once(tripware.WithBase(&http.Transport{TLSHandshakeTimeout: 20 * time.Millisecond}))},
		{name: "dns", class: transport.ClassDNS, url: "http://api.example.com", opts: once(tripware.WithBase(unresolved)), calls: sent},
		{name: "connection refused", class: transport.ClassRefused, url: "http://" + faults.Refusing, opts: once(), calls: sent},
		{name: "connection refused, with retries", class: transport.ClassRefused, url: "http://" + faults.Refusing,
			opts:  []tripware.Option{tripware.WithRetry(retry.WithMaxRetries(2), retry.WithBaseDelay(0))},
			calls: metrics.CallEvent{Outcome: metrics.OutcomeFailure, Attempts: 3, Reason: retry.ReasonAttempts}},
		{name: "connection reset", class: transport.ClassReset, url: reset, opts: once(), calls: sent},
		{name: "closed early", class: transport.ClassReset, url: aborting.URL, opts: once(), calls: sent},
		{name: "tls", class: transport.ClassTLS, url: "https://" + garbled.Listener.Addr().String(), opts: once(), calls: sent},
		{name: "tls version", class: transport.ClassTLS, url: secure.URL, calls: sent,
			opts: once(tripware.WithConnection(network.WithRootCAs(roots), network.WithMinTLSVersion(tls.VersionTLS13)))},
		{name: "certificate", class: transport.ClassCertificate, url: secure.URL, opts: once(), calls: sent},
		{name: "proxy", class: transport.ClassProxy, url: secure.URL, calls: sent,
			opts: once(tripware.WithProxy(network.Proxy{Protocol: "http", Host: "127.0.0.1", Port: 1}))},
		{name: "rate limited", class: transport.ClassRateLimited, url: reset, opts: once(tripware.WithLimiter(drained(t))), calls: refused},
		{name: "breaker", class: transport.ClassBreakerOpen, url: reset, opts: once(failing(fmt.Errorf("open: %w", classed("breaker_open")))), calls: sent},
		{name: "bulkhead", class: transport.ClassBulkheadFull, url: reset, opts: once(tripware.WithBulkhead(taken(t))), calls: refused},
		{name: "digest of a long body", class: transport.ClassNotReplayable, url: reset, opts: signedBy(digest), calls: refused,
			edit: body(strings.NewReader("four"), 4)},
		{name: "digest of a body that fails", class: transport.ClassRequestBody, url: reset, opts: signedBy(digest), calls: refused,
			edit: body(io.LimitReader(strings.NewReader(""), 0), 1)},
		{name: "body that is too short", class: transport.ClassRequestBody, url: reset, calls: metrics.CallEvent{Outcome: metrics.OutcomeFailure, Attempts: 1, Reason: retry.ReasonBody},
			edit: body(strings.NewReader("four"), 5)},
		{name: "credential", class: transport.ClassCredential, url: reset, opts: signedBy(unsigned), calls: refused},
		{name: "no credential in time", class: transport.ClassCanceled, url: reset, ctx: canceled(nil), opts: signedBy(late),
			calls: metrics.CallEvent{Outcome: metrics.OutcomeCanceled}},
		{name: "scheme", class: transport.ClassInvalid, url: "gopher://api.example.com", opts: once(), calls: sent},
		{name: "policy of the call", class: transport.ClassInvalid, url: reset, calls: refused,
			ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
				return retry.WithPolicy(ctx, retry.WithMaxRetries(-1)), func() {}
			}},
		{name: "no class at all", class: transport.ClassOther, url: reset, opts: once(failing(errors.New("dial tcp: connection refused"))), calls: sent},
		{name: "class that does not exist", class: transport.ClassOther, url: reset, opts: once(failing(classed("user-4711"))), calls: sent},
	}
}

// taken returns a bulkhead whose only permit is taken.
func taken(t *testing.T) *bulkhead.Bulkhead {
	t.Helper()
	b := bulkhead.NewBulkhead(1, bulkhead.WithoutQueue(), bulkhead.WithKey(func(*http.Request) string { return "all" }))
	resp, err := full(t, &memory{}, tripware.WithBulkhead(b)).Get("https://api.example.com/")
	require.NoError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	return b
}

func drained(t *testing.T) *ratelimit.Limiter {
	t.Helper()
	limiter := ratelimit.NewLimiter(ratelimit.WithRate(0.001, 1), ratelimit.WithMaxWait(time.Second),
		ratelimit.WithKey(func(*http.Request) string { return "all" }))
	send(t, full(t, &memory{}, tripware.WithLimiter(limiter)))
	return limiter
}

// T1: every error has a class of a closed list, known from its type.
func TestEachErrorHasItsClass(t *testing.T) {
	t.Parallel()
	for _, row := range endings(t) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := metrics.NewPublishers()
			var calls []metrics.CallEvent
			var attempts []metrics.HTTPEvent
			p.Call.Subscribe(metrics.On(func(_ context.Context, e metrics.CallEvent) { calls = append(calls, e) }))
			p.HTTP.Subscribe(metrics.On(func(_ context.Context, e metrics.HTTPEvent) { attempts = append(attempts, e) }))
			opts := append([]tripware.Option{tripware.WithMetrics(p)}, row.opts...)
			client, err := tripware.New(opts...)
			require.NoError(t, err)
			t.Cleanup(client.CloseIdleConnections)
			ctx, cancel := t.Context(), context.CancelFunc(func() {})
			if row.ctx != nil {
				ctx, cancel = row.ctx(ctx)
			}
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, row.url, http.NoBody)
			require.NoError(t, err)
			if row.edit != nil {
				row.edit(req)
			}
			_, err = client.Transport.RoundTrip(req)
			require.Error(t, err)
			require.Len(t, calls, 1, "once, however it ends")
			got := calls[0]
			assert.Equal(t, row.class, got.ErrorClass, "%v", err)
			assert.Equal(t, row.class, transport.ClassifyError(req, err), "and of the error that leaves the chain")
			record := transport.CallOfError(err)
			assert.Equal(t, row.class, record.ErrorClass(), "and in the record")
			if made := record.Attempts(); len(made) > 0 {
				assert.Equal(t, attempts[len(attempts)-1].ErrorClass, made[len(made)-1].Class)
			}
			assert.Equal(t, row.calls.Outcome, got.Outcome)
			assert.Equal(t, row.calls.Attempts, got.Attempts)
			assert.Equal(t, row.calls.Reason, got.Reason)
			assert.NotEmpty(t, got.Error)
			assert.Zero(t, got.StatusCode)
			assert.Equal(t, int64(-1), got.ResponseLength)
			if row.class != transport.ClassCallTimeout && len(attempts) > 0 {
				assert.Equal(t, row.class, attempts[len(attempts)-1].ErrorClass, "the last attempt ended the call")
			}
		})
	}
}

// T1: on a plain client too, a call that fails is counted on the channel of calls.
func TestFailedCallsCanBeCounted(t *testing.T) {
	t.Parallel()
	p := metrics.NewPublishers()
	n := 0
	p.Call.Subscribe(metrics.ObserverFunc(func(context.Context, metrics.Event) { n++ }))
	client, err := tripware.New(tripware.WithMetrics(p), tripware.WithRetry(retry.Off()))
	require.NoError(t, err)
	_, err = client.Get("http://" + faults.Refusing)
	require.Error(t, err)
	assert.Equal(t, 1, n)
}

// T1: without an error there is no class.
func TestNoErrorHasNoClass(t *testing.T) {
	t.Parallel()
	assert.Empty(t, transport.ClassifyError(&http.Request{}, nil))
}

func discarded() *log.Logger { return slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) }
