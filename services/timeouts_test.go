package services_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// silent is a base that never answers, and says of its end what HTTP/2 does.
var silent = transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
})

// silence is net/http itself over connections whose other side reads and never answers.
func silence(change func(*http.Transport)) *http.Transport {
	rt := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
		return ours, nil
	}}
	change(rt)
	return rt
}

func undialed(rt *http.Transport) {
	rt.DialContext = func(context.Context, string, string) (net.Conn, error) {
		time.Sleep(time.Second)
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
	}
}

// drained returns a limiter without a turn left, for an hour or so.
func drained(t *testing.T, opts ...ratelimit.LimiterOption) tripware.Option {
	t.Helper()
	limiter := ratelimit.NewLimiter(append(opts, ratelimit.WithRate(0.0003, 1), ratelimit.WithKey(func(*http.Request) string { return "all" }))...)
	resp, err := ratelimit.New(limiter)(always(200, "")).RoundTrip(&http.Request{})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return tripware.WithLimiter(limiter)
}

func slowToken(ctx context.Context) (auth.Token, error) {
	<-ctx.Done()
	return auth.Token{}, ctx.Err()
}

// R13: logs and metrics tell whose clock ended a call, and a timeout from the
// caller's cancellation.
func TestATimeoutIsToldFromACancellation(t *testing.T) {
	t.Parallel()
	within := func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, time.Second)
	}
	canceled := func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(time.Second, cancel)
		return ctx, cancel
	}
	for name, row := range map[string]struct {
		base          http.RoundTripper
		opts          func(t *testing.T) []tripware.Option
		ctx           func(context.Context) (context.Context, context.CancelFunc)
		client        time.Duration
		call, attempt string // levels; no attempt is logged where none was made
		words         string
	}{
		"call timeout": {base: silent, opts: with(tripware.WithRetry(retry.WithCallTimeout(time.Second))),
			call: "ERROR", attempt: "WARN", words: "call timed out after 1s"},
		"call timeout over HTTP/1": {base: silence(func(*http.Transport) {}), opts: with(tripware.WithRetry(retry.WithCallTimeout(time.Second))),
			call: "ERROR", attempt: "WARN", words: "call timed out after 1s"},
		"attempt timeout": {base: silent, opts: with(tripware.WithRetry(retry.WithAttemptTimeout(time.Second))),
			call: "ERROR", attempt: "WARN", words: "attempt timed out after 1s"},
		"attempt timeout over HTTP/1": {base: silence(func(*http.Transport) {}), opts: with(tripware.WithRetry(retry.WithAttemptTimeout(time.Second))),
			call: "ERROR", attempt: "WARN", words: "attempt timed out after 1s"},
		"client timeout":    {base: silent, client: time.Second, call: "ERROR", attempt: "WARN", words: "deadline exceeded"},
		"caller's deadline": {base: silent, ctx: within, call: "ERROR", attempt: "WARN", words: "context deadline exceeded"},
		"caller's end":      {base: silent, ctx: canceled, call: "INFO", attempt: "DEBUG", words: "context canceled"},
		"caller's end before our clocks": {base: silent, ctx: canceled,
			opts: with(tripware.WithRetry(retry.WithCallTimeout(2*time.Second), retry.WithAttemptTimeout(2*time.Second))),
			call: "INFO", attempt: "DEBUG", words: "context canceled"},
		"caller's end in the queue": {base: silent, ctx: canceled, opts: queued(ratelimit.WithMaxWait(0)), call: "INFO", words: "context canceled"},
		"limiter, max wait":         {base: silent, opts: queued(), call: "ERROR", words: "not sent: would wait"},
		"limiter, deadline":         {base: silent, ctx: within, opts: queued(), call: "ERROR", words: "beyond the context's deadline"},
		"token timeout": {base: silent, call: "ERROR", attempt: "WARN", words: "sign request: token request: ",
			opts: with(tripware.WithAuth("https://api.example.com", auth.Refresh(slowToken)))},
		"dial timeout": {base: silence(undialed), call: "ERROR", attempt: "WARN", words: "dial tcp: i/o timeout"},
		"TLS timeout": {base: silence(func(rt *http.Transport) { rt.TLSHandshakeTimeout = time.Second }),
			call: "ERROR", attempt: "WARN", words: "TLS handshake timeout"},
		"response header timeout": {base: silence(func(rt *http.Transport) { rt.ResponseHeaderTimeout, rt.DialTLSContext = time.Second, rt.DialContext }),
			call: "ERROR", attempt: "WARN", words: "timeout awaiting response headers"},
	} {
		if rt, ok := row.base.(*http.Transport); ok && strings.Contains(name, "HTTP/1") {
			rt.DialTLSContext = rt.DialContext
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				p, _, sdk := watch()
				var attempts []metrics.HTTPEvent
				p.HTTP.Subscribe(metrics.On(func(_ context.Context, e metrics.HTTPEvent) { attempts = append(attempts, e) }))
				opts := []tripware.Option{
					tripware.WithBase(row.base), tripware.WithRetry(retry.WithMaxRetries(0), retry.WithMaxElapsed(0)), tripware.WithMetrics(p),
					tripware.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
				}
				if row.opts != nil {
					opts = append(opts, row.opts(t)...)
				}
				client, err := tripware.New(opts...)
				require.NoError(t, err)
				client.Timeout = row.client
				defer client.CloseIdleConnections()
				typed, err := services.New(client, "https://api.example.com", vendor{}, services.WithMetrics(p))
				require.NoError(t, err)
				ctx := t.Context()
				if row.ctx != nil {
					var cancel context.CancelFunc
					ctx, cancel = row.ctx(ctx)
					defer cancel()
				}
				_, err = services.Do[item](ctx, typed, "GET /v2/items", nil, services.ByMethod)
				require.ErrorContains(t, err, row.words)

				told := map[string]int{}
				for line := range strings.Lines(log.String()) {
					var record struct{ Msg, Level, Error string }
					require.NoError(t, json.Unmarshal([]byte(line), &record))
					told[record.Msg+" "+record.Level]++
					assertWords(t, row.words, record.Error)
				}
				want := map[string]int{"http call " + row.call: 1}
				if row.attempt != "" {
					want["http attempt "+row.attempt] = 1
				}
				assert.Equal(t, want, told)
				require.Len(t, *sdk, 1)
				assert.Equal(t, metrics.ErrorTypeSDK, (*sdk)[0].ErrorType)
				assertWords(t, row.words, (*sdk)[0].ErrorMessage)
				assert.Len(t, attempts, len(want)-1)
				for _, e := range attempts {
					assertWords(t, row.words, e.Error)
				}
			})
		})
	}
}

func with(opts ...tripware.Option) func(*testing.T) []tripware.Option {
	return func(*testing.T) []tripware.Option { return opts }
}

func queued(opts ...ratelimit.LimiterOption) func(*testing.T) []tripware.Option {
	return func(t *testing.T) []tripware.Option {
		t.Helper()
		return []tripware.Option{drained(t, opts...)}
	}
}

// assertWords wants the words of one end of a call, and no word of the other.
func assertWords(t *testing.T, want, got string) {
	t.Helper()
	assert.Contains(t, got, want)
	assert.Equal(t, strings.Contains(want, "canceled"), strings.Contains(got, "canceled"), got)
}
