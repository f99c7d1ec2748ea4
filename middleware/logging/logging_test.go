package logging_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// R13: a clock of the retry loop, which cancels an attempt for its timeout, is a
// timeout, and not the caller's cancellation. S3: a status that the call expects is
// logged like a success.
func TestLevelsFollowTheOutcome(t *testing.T) {
	t.Parallel()
	timed, cancelFor := context.WithCancelCause(t.Context())
	cancelFor(fmt.Errorf("the attempt took too long: %w", context.DeadlineExceeded))
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	expecting := func() context.Context {
		ctx, _ := transport.Begin(t.Context())
		layer.Put(ctx, &record.Vendor{Pending: func(resp *http.Response) bool { return resp.Header.Get("Pending") != "" }})
		return ctx
	}
	pending := http.Header{"Pending": {"1"}}
	for name, row := range map[string]struct {
		ctx           context.Context
		base          http.RoundTripper
		call, attempt string
	}{
		"success":      {t.Context(), answering(200, nil, ""), "INFO", "DEBUG"},
		"redirect":     {t.Context(), answering(302, nil, ""), "INFO", "DEBUG"},
		"not found":    {t.Context(), answering(404, nil, ""), "WARN", "DEBUG"},
		"throttled":    {t.Context(), answering(429, nil, ""), "WARN", "WARN"},
		"server fault": {t.Context(), answering(503, nil, ""), "WARN", "WARN"},
		"error":        {t.Context(), failing(errors.New("reset")), "ERROR", "WARN"},
		"pending":      {expecting(), answering(404, pending, ""), "INFO", "DEBUG"},
		"pending, 503": {expecting(), answering(503, pending, ""), "INFO", "DEBUG"},
		"not pending":  {expecting(), answering(404, nil, ""), "WARN", "DEBUG"},
		"canceled":     {canceled, failing(context.Canceled), "INFO", "DEBUG"},
		"too late":     {late, failing(context.DeadlineExceeded), "ERROR", "WARN"},
		"timed out":    {timed, failing(context.Canceled), "ERROR", "WARN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, logger := newLog(slog.LevelDebug)
			resp, err := chain(row.base, logger).RoundTrip(get(t, "https://x.io/").WithContext(row.ctx))
			if err == nil {
				finish(t, resp, err)
			}
			require.Len(t, log.records(t, "http call"), 1)
			require.Len(t, log.records(t, "http attempt"), 1)
			assert.Equal(t, row.call, log.records(t, "http call")[0]["level"])
			assert.Equal(t, row.attempt, log.records(t, "http attempt")[0]["level"])
		})
	}
}

// R13: a request that is cancelled by its deprecated channel was cancelled by the
// caller; a timeout stays one, whatever the caller did meanwhile.
func TestTheChannelOfARequestCancelsIt(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	close(closed)
	for _, row := range []struct {
		cancel        chan struct{}
		err           error
		call, attempt string
	}{
		{closed, errors.New("net/http: request canceled"), "INFO", "DEBUG"},
		{closed, fmt.Errorf("the call took too long: %w", context.DeadlineExceeded), "ERROR", "WARN"},
		{make(chan struct{}), errors.New("reset"), "ERROR", "WARN"},
	} {
		log, logger := newLog(slog.LevelDebug)
		req := get(t, "https://x.io/")
		req.Cancel = row.cancel //nolint:staticcheck // callers still use it
		_, err := chain(failing(row.err), logger).RoundTrip(req)
		require.ErrorIs(t, err, row.err)
		assert.Equal(t, row.call, log.records(t, "http call")[0]["level"])
		assert.Equal(t, row.attempt, log.records(t, "http attempt")[0]["level"])
	}
}

func TestARuleOfOnesOwnSetsTheLevels(t *testing.T) {
	t.Parallel()
	log, logger := newLog(slog.LevelError + 1)
	rule := logging.WithLevels(func(o logging.Outcome) slog.Level {
		if o.Kind == logging.KindCall && o.Status == 404 {
			return slog.LevelError + 2
		}
		return logging.DefaultLevel(o)
	})
	resp, err := chain(answering(404, nil, ""), logger, rule).RoundTrip(get(t, "https://x.io/"))
	finish(t, resp, err)
	require.Len(t, log.records(t, ""), 1)
	assert.Equal(t, "http call", log.records(t, "")[0]["msg"])
}

// retryOnce stands for a retry loop: it repeats each request once, after a wait.
func retryOnce(next http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			layer.CloseBody(resp.Body)
		}
		layer.AddWait(req.Context(), time.Second, transport.WaitBackoff, "status 503")
		call := record.WriterOf(req.Context())
		call.SetRateLimit(record.RateLimit{State: "OK"})
		call.SetReason("attempts")
		time.Sleep(time.Second)
		return next.RoundTrip(req)
	})
}

// O2: one id joins all records of a call; each says what its layer saw.
func TestACallTellsWhatItWentThrough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, logger := newLog(slog.LevelDebug)
		waits := logging.WithWaits()
		rt := transport.Chain(answering(503, http.Header{"X-Request-Id": {"r-1"}, "X-Other": {"hidden"}}, ""),
			transport.Identity(), logging.Calls(logger, waits), retryOnce, logging.Attempts(logger, waits))
		ctx, call := transport.Begin(transport.WithTransactionID(t.Context(), "tx-1"))
		layer.Put(ctx, transport.Route("GET /v2/alerts/{identifier}"))
		for range 2 { // as a redirect would
			resp, err := rt.RoundTrip(get(t, "https://x.io/v2/alerts/1?limit=5&q=a").WithContext(ctx))
			finish(t, resp, err)
		}
		call.End()

		calls := log.records(t, "http call")
		require.Len(t, calls, 2)
		for _, record := range calls {
			delete(record, "time")
			assert.Equal(t, map[string]any{
				"level": "WARN", "msg": "http call", "transaction_id": "tx-1", "method": "GET",
				"url": "https://x.io/v2/alerts/1?limit=***&q=***", "route": "GET /v2/alerts/{identifier}",
				"status": 503.0, "attempts": 2.0, "waited": 1e9, "duration": 1e9,
				"rate_limit": "OK", "reason": "attempts", "response.x-request-id": "r-1",
			}, record)
		}
		attempts := log.records(t, "http attempt")
		require.Len(t, attempts, 4)
		for i, record := range attempts {
			assert.EqualValues(t, i+1, record["attempt"])
			assert.Equal(t, "tx-1", record["transaction_id"])
		}
		waited := log.records(t, "http wait")
		require.Len(t, waited, 2, "each wait is told once")
		for i, record := range waited {
			assert.EqualValues(t, 2+2*i, record["before_attempt"])
			assert.EqualValues(t, time.Second, record["wait"])
			assert.Equal(t, "backoff", record["cause"])
			assert.Equal(t, "status 503", record["reason"])
			assert.Equal(t, "tx-1", record["transaction_id"])
		}
	})
}

func TestWorksWithoutARecord(t *testing.T) {
	t.Parallel()
	log, logger := newLog(slog.LevelDebug)
	rt := logging.Calls(logger)(logging.Attempts(logger)(answering(200, nil, "")))
	resp, err := rt.RoundTrip(&http.Request{})
	finish(t, resp, err)
	require.Len(t, log.records(t, ""), 2)
	assert.Equal(t, "GET", log.records(t, "http call")[0]["method"])
	assert.EqualValues(t, 1, log.records(t, "http attempt")[0]["attempt"])
}

// O5.
func TestOnlyAllowedHeadersAndValuesAreLogged(t *testing.T) {
	t.Parallel()
	log, logger := newLog(slog.LevelInfo)
	req := get(t, "https://x.io/?limit=5&q=who&offset=7;q=who&%zz=8")
	req.Header.Set("X-Mine", "shown")
	req.Header.Set("User-Agent", "hidden")
	answer := http.Header{"X-Mine": {"a", "b"}, "Content-Type": {"text/plain"}}
	resp, err := chain(answering(200, answer, ""), logger, logging.WithHeaders("x-mine"), logging.WithQuery("limit", "order")).RoundTrip(req)
	finish(t, resp, err)
	line := log.records(t, "http call")[0]
	assert.Equal(t, "https://x.io/?limit=5&q=***&offset=***&%zz=***", line["url"])
	assert.Equal(t, "shown", line["request.x-mine"])
	assert.Equal(t, "a, b", line["response.x-mine"])
	assert.NotContains(t, line, "request.user-agent")
	assert.NotContains(t, line, "response.content-type")
}

// C10.
func TestImpossibleSettingsRefuseEveryCall(t *testing.T) {
	t.Parallel()
	_, logger := newLog(slog.LevelInfo)
	opts := []logging.Option{
		nil,
		logging.WithHeaders("authorization", "Set-Cookie", "X-Api-Key", "a b", ""), logging.WithQuery("apiKey", ""),
		logging.WithBodies(-1), logging.WithLevels(nil),
	}
	rt := chain(answering(200, nil, ""), logger, opts...)
	body := &closing{Reader: strings.NewReader("x")}
	req := get(t, "https://x.io/")
	req.Body = body
	_, err := rt.RoundTrip(req)
	assert.Equal(t, 1, body.closed, "C2: refused before sending")
	for _, found := range []error{err, transport.Check(rt)} {
		for _, part := range []string{`headers: "authorization" is not logged: it holds a secret`, `"Set-Cookie"`, `"X-Api-Key"`,
			`headers: "a b" is not logged: the name is invalid`, `headers: "" is not logged: the name is empty`, `"apiKey"`, `query: parameter ""`, "-1 bytes are negative", "rule is nil"} {
			assert.ErrorContains(t, found, part)
		}
	}
}

func TestNothingIsPutUpWhenThereIsNothingToLog(t *testing.T) {
	t.Parallel()
	_, logger := newLog(slog.LevelInfo)
	base := &http.Transport{}
	assert.Same(t, base, logging.Calls(nil)(base))
	assert.Same(t, base, logging.Attempts(nil)(base))
	assert.Same(t, base, logging.Calls(logger, logging.Off(), logging.WithBodies(-1))(base))
	assert.Same(t, base, logging.Attempts(logger, logging.Off())(base))
	rt := transport.Chain(base, logging.Calls(logger), logging.Attempts(logger))
	assert.NoError(t, transport.Check(rt))
	assert.Contains(t, fmt.Sprint(rt), "logging.calls > logging.attempts > ")
	assert.Error(t, transport.Check(transport.Chain(base, logging.Attempts(logger), logging.Calls(logger))))
}

// panicky is a handler that fails in the worst way, where it is told to.
type panicky struct {
	slog.Handler
	where string
}

func (p panicky) Enabled(context.Context, slog.Level) bool {
	if p.where == "enabled" {
		panic("enabled")
	}
	return true
}

func (p panicky) Handle(context.Context, slog.Record) error { panic("handle") }

// O1.
func TestAPanicInTheLogCostsNoCall(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"enabled", "handle", "rule", "report"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var reports []any
			opts := []logging.Option{logging.WithWaits(), logging.WithBodies(4 << 10), logging.WithPanicReport(func(v any) {
				mu.Lock()
				defer mu.Unlock()
				reports = append(reports, v)
				panic("in the report as well")
			})}
			if where == "rule" {
				opts = append(opts, logging.WithLevels(func(logging.Outcome) slog.Level { panic("rule") }))
			}
			rt := chain(answering(200, nil, "answer"), slog.New(panicky{where: where}), opts...)
			for range 3 {
				resp, err := rt.RoundTrip(get(t, "https://x.io/"))
				assert.Equal(t, "answer", finish(t, resp, err))
			}
			assert.Len(t, reports, 2, "once per middleware")
		})
	}
}

// recording is a handler of someone else's: it gets the ctx.
type recording struct {
	slog.Handler
	calls []*transport.Call
}

func (r *recording) Enabled(context.Context, slog.Level) bool { return true }
func (r *recording) Handle(ctx context.Context, _ slog.Record) error {
	r.calls = append(r.calls, transport.CallFrom(ctx))
	return nil
}

// O3: what a handler sends is none of the call that it logs.
func TestAHandlerGetsNoRecord(t *testing.T) {
	t.Parallel()
	handler := &recording{}
	resp, err := chain(answering(200, nil, ""), slog.New(handler)).RoundTrip(get(t, "https://x.io/"))
	finish(t, resp, err)
	assert.Equal(t, []*transport.Call{nil, nil}, handler.calls)
}

// C3: a panic of the base reaches the caller.
func TestABasesPanicPasses(t *testing.T) {
	t.Parallel()
	_, logger := newLog(slog.LevelDebug)
	base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { panic("base") })
	assert.PanicsWithValue(t, "base", func() { _, _ = chain(base, logger, logging.WithBodies(4<<10)).RoundTrip(get(t, "https://x.io/")) })
}

// C7.
func TestOneRequestCanBeSentAtOnce(t *testing.T) {
	t.Parallel()
	log, logger := newLog(slog.LevelDebug)
	rt := chain(answering(200, http.Header{"Content-Type": {"text/plain"}}, "answer"), logger, logging.WithBodies(4<<10), logging.WithWaits())
	req := get(t, "https://x.io/?a=1")
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			resp, err := rt.RoundTrip(req)
			if assert.NoError(t, err) {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		})
	}
	wg.Wait()
	assert.Len(t, log.records(t, "http call"), 64)
	assert.Len(t, log.records(t, "http attempt"), 64)
	assert.Len(t, log.records(t, "http body"), 64)
}
