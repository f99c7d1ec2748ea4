package retry_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// stalling returns a response whose body never arrives, and records when it was called.
func stalling(sent *[]time.Duration) http.RoundTripper {
	begun := time.Now()
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		*sent = append(*sent, time.Since(begun))
		body, _ := io.Pipe()
		return &http.Response{StatusCode: 503, Body: body, Request: req}, nil
	})
}

// R3: draining a response counts towards the limits: no attempt begins after MaxElapsed, nor
// at or after the deadline, and the last response is returned.
func TestTheDrainIsPartOfThePlan(t *testing.T) {
	t.Parallel()
	const delay, drain = 400 * time.Millisecond, 5 * time.Second
	for name, row := range map[string]struct {
		elapsed, deadline time.Duration
		reason            transport.Reason
		want              []time.Duration
	}{
		"MaxElapsed":   {time.Second, time.Hour, retry.ReasonElapsed, []time.Duration{0, time.Second}},
		"the deadline": {0, time.Second, retry.ReasonDeadline, []time.Duration{0, 700 * time.Millisecond}},
		"no time left": {300 * time.Millisecond, time.Hour, retry.ReasonElapsed, []time.Duration{0}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var sent []time.Duration
			ctx, cancel := context.WithTimeout(t.Context(), row.deadline)
			defer cancel()
			ctx, rec := transport.Begin(ctx)
			rt := retry.New(retry.WithBackoff(retry.Constant), retry.WithBaseDelay(delay), retry.WithMaxElapsed(row.elapsed),
				retry.WithDrain(1<<20, drain))(stalling(&sent))
			resp, err := rt.RoundTrip(getIt(ctx))
			require.NoError(t, err, name)
			assert.Equal(t, 503, resp.StatusCode)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, row.want, sent, name)
			assert.Equal(t, row.reason, rec.Reason(), name)
		})
	}
}

// R3: the loop takes into account when the limiter would admit the next attempt.
func TestTheLimitersNextTurnIsPartOfThePlan(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		turn    time.Duration
		refused bool
		calls   int
		reason  transport.Reason
	}{
		"in time":                 {time.Second, false, 6, retry.ReasonAttempts},
		"after MaxElapsed":        {time.Minute, false, 1, retry.ReasonElapsed},
		"after the deadline":      {40 * time.Second, false, 1, retry.ReasonDeadline},
		"it would be refused":     {20 * time.Second, true, 1, retry.ReasonLimit},
		"not after the own wait":  {time.Second, true, 6, retry.ReasonAttempts},
		"it would never be":       {math.MaxInt64, true, 1, retry.ReasonLimit},
		"two fit, a third cannot": {20 * time.Second, false, 3, retry.ReasonElapsed},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{script: status(429)}
			limiter := func(next http.RoundTripper) http.RoundTripper {
				return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					if s.calls > 0 && !row.refused {
						time.Sleep(row.turn)
					}
					resp, err := next.RoundTrip(req)
					record.NoteTurn(req.Context(), row.turn, row.refused)
					return resp, err
				})
			}
			ctx, cancel := context.WithTimeout(t.Context(), 35*time.Second)
			if row.reason != retry.ReasonDeadline {
				ctx, cancel = context.WithCancel(t.Context())
			}
			defer cancel()
			opts := []retry.Option{retry.WithBaseDelay(0), retry.WithMaxElapsed(50 * time.Second)}
			if name == "not after the own wait" {
				opts = append(opts, retry.WithBaseDelay(2*time.Second), retry.WithBackoff(retry.Constant))
			}
			resp, err := transport.Chain(s, retry.New(opts...), limiter).RoundTrip(getIt(ctx))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, row.calls, s.calls, name)
			assert.Equal(t, row.reason, transport.CallOf(resp).Reason(), name)
		})
	}
}

// R13: if the timeout expires as the headers arrive, the result is a timeout, never a
// response whose body cannot be read.
func TestAClockThatRingsWithTheHeadIsATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		bodies := []*bound{}
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			calls++
			time.Sleep(time.Second) // until the timeout expires
			synctest.Wait()         // the clock's function has run
			bodies = append(bodies, &bound{ctx: req.Context()})
			return &http.Response{StatusCode: 200, Body: bodies[calls-1], Request: req}, nil
		})
		_, err := retry.New(retry.WithAttemptTimeout(time.Second), retry.WithMaxRetries(2))(base).RoundTrip(getIt(t.Context()))
		require.ErrorIs(t, err, retry.ErrAttemptTimeout)
		assert.Equal(t, 3, calls)
		for _, body := range bodies {
			assert.Equal(t, 1, body.closed)
		}
	})
}

// bound is a body that can be read as long as its context lives.
type bound struct {
	ctx    context.Context
	closed int
}

func (b *bound) Read([]byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, b.ctx.Err()
	}
	return 0, io.EOF
}
func (b *bound) Close() error { b.closed++; return nil }

// R7: if the host does not exist, there are at most three attempts, and none begins after
// 3s. If the resolver fails, the usual limits apply.
func TestAHostThatDoesNotExistIsSoonGivenUp(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		err    net.DNSError
		takes  time.Duration
		opts   []retry.Option
		calls  int
		reason transport.Reason
	}{
		"three attempts":          {net.DNSError{IsNotFound: true}, 0, []retry.Option{retry.WithBaseDelay(0)}, 3, retry.ReasonHost},
		"three seconds":           {net.DNSError{IsNotFound: true}, 2 * time.Second, []retry.Option{retry.WithBaseDelay(0)}, 2, retry.ReasonHost},
		"a slow resolver":         {net.DNSError{IsNotFound: true}, 4 * time.Second, nil, 1, retry.ReasonHost},
		"a wait that is too long": {net.DNSError{IsNotFound: true}, 0, []retry.Option{retry.WithBaseDelay(5 * time.Second), retry.WithBackoff(retry.Constant)}, 1, retry.ReasonHost},
		"fewer retries":           {net.DNSError{IsNotFound: true}, 0, []retry.Option{retry.WithBaseDelay(0), retry.WithMaxRetries(1)}, 2, retry.ReasonAttempts},
		"a resolver that fails":   {net.DNSError{IsTemporary: true}, 0, nil, 6, retry.ReasonAttempts},
	} {
		for _, ctx := range []func(context.Context) context.Context{
			func(ctx context.Context) context.Context { return ctx },
			func(ctx context.Context) context.Context {
				ctx, _ = transport.Begin(ctx)
				time.Sleep(time.Hour)
				return ctx
			},
		} {
			synctest.Test(t, func(t *testing.T) {
				s := &server{script: []step{{err: &net.OpError{Op: "dial", Err: &row.err}, takes: row.takes}}}
				_, err := transport.Chain(s, retry.New(row.opts...)).RoundTrip(postIt(ctx(t.Context())))
				ended, ok := errors.AsType[*retry.Error](err)
				require.True(t, ok)
				assert.Equal(t, row.calls, s.calls, name)
				assert.Equal(t, row.reason, ended.Reason, name)
			})
		}
	}
}

// R7: the trace of an attempt takes precedence over the error. A failed dial for another
// purpose, after the response has arrived, proves nothing.
func TestADialErrorOfAnotherErrandProvesNothing(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { posts.Add(1) }))
	defer srv.Close()
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	audit := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			require.NoError(t, resp.Body.Close())
			_, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", faults.Refusing)
			return nil, fmt.Errorf("audit: %w", err)
		})
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, strings.NewReader("pay"))
	require.NoError(t, err)
	_, err = transport.Chain(base, atOnce(), audit).RoundTrip(req)
	require.ErrorContains(t, err, "refused")
	assert.EqualValues(t, 1, posts.Load())
}

// R8: if a callback refuses the server's certificate, that is final. A handshake that the
// network breaks is not.
func TestAServerThatACallbackRefusesIsAskedOnce(t *testing.T) {
	t.Parallel()
	pin := errors.New("pin mismatch")
	for name, row := range map[string]struct {
		verdict error
		want    int32
	}{"a pin": {pin, 1}, "the network": {&net.OpError{Op: "read", Err: errors.New("reset")}, 3}} {
		for callback, set := range map[string]func(*tls.Config, error, *atomic.Int32){
			"VerifyConnection": func(cfg *tls.Config, verdict error, shakes *atomic.Int32) {
				cfg.VerifyConnection = func(tls.ConnectionState) error { shakes.Add(1); return verdict }
			},
			"VerifyPeerCertificate": func(cfg *tls.Config, verdict error, shakes *atomic.Int32) {
				cfg.VerifyPeerCertificate = func([][]byte, [][]*x509.Certificate) error { shakes.Add(1); return verdict }
			},
		} {
			srv := httptest.NewUnstartedServer(http.NotFoundHandler())
			srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			srv.StartTLS()
			base := baseOf(srv, false)
			var shakes atomic.Int32
			set(base.TLSClientConfig, row.verdict, &shakes)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, http.NoBody)
			require.NoError(t, err)
			_, err = transport.Chain(base, atOnce(retry.WithMaxRetries(2))).RoundTrip(req)
			require.ErrorIs(t, err, row.verdict)
			assert.Equal(t, row.want, shakes.Load(), "%s, %s", name, callback)
			base.CloseIdleConnections()
			srv.Close()
		}
	}
}

// R12: Request.Cancel ends a wait, and an attempt that it ended is not retried.
func TestTheRequestsCancelChannelEndsTheCall(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		script []step
		at     time.Duration
		calls  int
	}{
		"before the call":  {status(503), 0, 0},
		"during a wait":    {status(503), time.Second, 1},
		"in an attempt":    {[]step{{err: errors.New("net/http: request canceled"), takes: time.Second}}, time.Second, 1},
		"after everything": {status(200), time.Hour, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{script: row.script}
			cancel := make(chan struct{})
			req := getIt(t.Context())
			req.Cancel = cancel //nolint:staticcheck // callers still use it
			if row.at == 0 {
				close(cancel)
			} else {
				time.AfterFunc(row.at, func() { close(cancel) })
			}
			begun := time.Now()
			resp, err := retry.New(retry.WithBackoff(retry.Constant), retry.WithBaseDelay(10*time.Second))(s).RoundTrip(req)
			assert.LessOrEqual(t, time.Since(begun), row.at, name)
			assert.Equal(t, row.calls, s.calls, name)
			if err == nil {
				require.NoError(t, resp.Body.Close())
				assert.Equal(t, "after everything", name)
			} else if len(row.script) > 0 && row.script[0].err == nil {
				require.ErrorIs(t, err, context.Canceled, name)
			}
			time.Sleep(time.Hour)
		})
	}
}

// R18: a 403 with Retry-After or a spent quota throttles: it is retried for every method
// although it is not listed, and spends nothing from the budget. Any other 403 is not
// retried.
func TestA403ThatThrottlesIsRetried(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		header http.Header
		calls  int
		least  time.Duration
	}{
		"plain":             {http.Header{}, 1, 0},
		"Retry-After":       {http.Header{"Retry-After": {"20"}}, 2, 20 * time.Second},
		"its own state":     {http.Header{"Vendor-State": {"SLOW"}}, 2, 0},
		"a spent quota":     {http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"15"}}, 2, 15 * time.Second},
		"spent, no renewal": {http.Header{"X-Ratelimit-Remaining": {"0"}}, 2, 0},
		"quota left":        {http.Header{"X-Ratelimit-Remaining": {"3"}, "X-Ratelimit-Reset": {"15"}}, 1, 0},
		"too long":          {http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"3600"}}, 1, 0},
	} {
		for _, it := range []func(context.Context) *http.Request{getIt, postIt} {
			synctest.Test(t, func(t *testing.T) {
				s := &server{script: []step{{status: 403, header: row.header}, {status: 200}}}
				begun := time.Now()
				resp, err := transport.Chain(s, retry.New(retry.WithBudget(layer.NewBudget(0, 0, 0))), vendor()).RoundTrip(it(t.Context()))
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				assert.Equal(t, row.calls, s.calls, name)
				assert.GreaterOrEqual(t, time.Since(begun), row.least, name)
			})
		}
	}
}

// R6: an exhausted quota with a known reset is a hint if the response throttles and has no
// Retry-After; otherwise it is not.
func TestASpentQuotaIsAHint(t *testing.T) {
	t.Parallel()
	spent := func(more ...string) http.Header {
		h := http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"25"}}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = []string{more[i+1]}
		}
		return h
	}
	for name, row := range map[string]struct {
		status      int
		header      http.Header
		calls       int
		least, most time.Duration
	}{
		"429":                            {429, spent(), 2, 25 * time.Second, 28 * time.Second},
		"503 that throttles":             {503, spent("Vendor-State", "SLOW"), 2, 25 * time.Second, 28 * time.Second},
		"a plain 503":                    {503, spent(), 2, 0, time.Second},
		"Retry-After counts":             {429, spent("Retry-After", "2"), 2, 2 * time.Second, 4 * time.Second},
		"an hour":                        {429, spent("X-Ratelimit-Reset", "3600"), 1, 0, 0},
		"Retry-After in milliseconds":    {503, http.Header{"Retry-After-Ms": {"7500"}}, 2, 7500 * time.Millisecond, 9 * time.Second},
		"Retry-After with a fraction":    {429, http.Header{"Retry-After": {"12.542"}}, 2, 12542 * time.Millisecond, 14 * time.Second},
		"Retry-After in epoch seconds":   {429, http.Header{"Retry-After": {"1800000020"}}, 2, 20 * time.Second, 23 * time.Second},
		"Retry-After by the server's":    {429, http.Header{"Date": {"Fri, 27 Nov 2026 07:50:00 GMT"}, "Retry-After": {"Fri, 27 Nov 2026 07:50:25 GMT"}}, 2, 25 * time.Second, 28 * time.Second},
		"a window only widens the draw":  {429, http.Header{"Vendor-Period": {"60"}}, 2, 0, 30 * time.Second},
		"Retry-After that is no hint":    {429, http.Header{"Retry-After": {"soon"}}, 2, 0, time.Second},
		"Retry-After before the present": {429, spent("Retry-After", "Sat, 01 Jan 2000 00:00:00 GMT"), 2, 0, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.Unix(1_800_000_000, 0))) // a bubble begins in 2000
			s := &server{script: []step{{status: row.status, header: row.header}, {status: 200}}}
			begun := time.Now()
			resp, err := transport.Chain(s, retry.New(), vendor()).RoundTrip(getIt(t.Context()))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, row.calls, s.calls, name)
			assert.GreaterOrEqual(t, time.Since(begun), row.least, name)
			assert.LessOrEqual(t, time.Since(begun), row.most, name)
		})
	}
}

// R14: a nil budget means the default, also for a single call.
func TestANilBudgetIsTheDefault(t *testing.T) {
	t.Parallel()
	outage := func(ctx context.Context, opts ...retry.Option) int {
		s := &server{script: status(503)}
		rt := retry.New(append(opts, retry.WithBaseDelay(0))...)(s)
		for range 500 {
			resp, err := rt.RoundTrip(getIt(ctx))
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
		return s.calls
	}
	synctest.Test(t, func(t *testing.T) {
		plain := outage(t.Context())
		assert.InDelta(t, 700, plain, 1, "500 calls, 100 retries in reserve, and one for each 5 calls")
		assert.Equal(t, plain, outage(t.Context(), retry.WithBudget(nil)))
		assert.Equal(t, plain, outage(retry.WithPolicy(t.Context(), retry.WithBudget(nil))))
		assert.Equal(t, 3000, outage(retry.WithPolicy(t.Context(), retry.WithoutBudget())))
		shared := layer.NewBudget(0, 3, 0)
		assert.Equal(t, 503, outage(retry.WithPolicy(t.Context(), retry.WithBudget(shared))))
		assert.False(t, shared.Withdraw())
	})
}

// R5: if the body cannot be sent again, the retry is given back to the budget.
func TestARetryThatIsNotMadeCostsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		budget := layer.NewBudget(0, 1, 0)
		held := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) { return okStatus(req, 503), nil }) // and does not close the body
		req := getIt(t.Context())
		req.Method, req.Body, req.GetBody, req.ContentLength = http.MethodPut, &seekable{Reader: bytes.NewReader([]byte("text"))}, nil, 4
		ctx, rec := transport.Begin(t.Context())
		resp, err := retry.New(retry.WithBudget(budget))(held).RoundTrip(req.WithContext(ctx))
		require.NoError(t, err)
		assert.Equal(t, retry.ReasonNotReplayable, rec.Reason())
		require.NoError(t, resp.Body.Close())
		assert.True(t, budget.Withdraw())
	})
}
