package breaker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/breaker"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

func TestTheContractHolds(t *testing.T) {
	t.Parallel()
	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper { return breaker.New().Middleware()(base) }, rttest.Unwraps(), rttest.Guards())
}

// The contract also holds for a circuit that opens at once.
func TestTheContractHoldsIfItOpens(t *testing.T) {
	t.Parallel()
	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
		return breaker.New(breaker.WithTrip(1, 1, time.Second), breaker.WithLogger(nil)).Middleware()(base)
	}, rttest.Unwraps(), rttest.Guards(), rttest.Answers())
}

// send sends n requests one after the other, and returns the last error.
func send(t *testing.T, rt http.RoundTripper, n int) (err error) {
	t.Helper()
	for range n {
		var resp *http.Response
		if resp, err = rt.RoundTrip(get(t, t.Context(), "https://"+host)); err == nil {
			layer.CloseBody(resp.Body)
		}
	}
	return err
}

func phase(b *breaker.Breaker) breaker.Phase {
	s, _ := b.Snapshot(host)
	return s.Phase
}

// H2: a circuit opens if the share of failures in the window is reached, of at least so many
// samples, and not of fewer or older ones.
func TestWhenItOpens(t *testing.T) {
	t.Parallel()
	up, down := answer{status: 200}, answer{status: 503}
	for name, row := range map[string]struct {
		steps []any // a number of requests, an answer, or a pause
		want  breaker.Phase
	}{
		"half of twenty":          {[]any{up, 10, down, 10}, breaker.Open},
		"too few":                 {[]any{down, 19}, breaker.Closed},
		"a smaller share":         {[]any{up, 11, down, 10}, breaker.Closed},
		"a success does not open": {[]any{down, 15, up, 10}, breaker.Closed},
		"old failures":            {[]any{down, 19, 11 * time.Second, 1}, breaker.Closed},
		"old successes":           {[]any{up, 100, 11 * time.Second, down, 20}, breaker.Open},
		"spread over the window":  {[]any{down, 5, 2 * time.Second, 5, 2 * time.Second, 5, 2 * time.Second, 5}, breaker.Open},
		"in two halves":           {[]any{up, 1, 9 * time.Second, down, 10, 2 * time.Second, 10}, breaker.Open},
		"hangs longer than the window": {[]any{
			answer{err: context.DeadlineExceeded, wait: 30 * time.Second}, -20, // at the same time
		}, breaker.Open},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{answer: up}
			b := breaker.New(breaker.WithLogger(nil))
			rt := b.Middleware()(s)
			for _, step := range row.steps {
				switch step := step.(type) {
				case answer:
					s.set(step)
				case time.Duration:
					time.Sleep(step)
				case int:
					var group sync.WaitGroup
					for range -step {
						group.Go(func() { _ = send(t, rt, 1) })
					}
					group.Wait()
					_ = send(t, rt, max(0, step))
				}
			}
			assert.Equal(t, row.want, phase(b), name)
		})
	}
}

// opened returns a breaker whose circuit has just opened.
func opened(t *testing.T, opts ...breaker.Option) (*breaker.Breaker, *server, http.RoundTripper) {
	t.Helper()
	s := &server{answer: answer{status: 503}}
	b := breaker.New(append([]breaker.Option{breaker.WithLogger(nil)}, opts...)...)
	rt := b.Middleware()(s)
	require.NoError(t, send(t, rt, 20))
	require.Equal(t, breaker.Open, phase(b))
	s.sent()
	return b, s, rt
}

// H2: an open circuit refuses with a typed error that says what happened, and that nothing was
// sent; the body of the request is closed.
func TestARefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s, rt := opened(t)
		until := time.Now().Add(5 * time.Second)
		time.Sleep(800 * time.Millisecond)
		req := get(t, t.Context(), "https://API.Example.COM.:443/other")
		closed := &closer{Reader: strings.NewReader("sent")}
		req.Method, req.Body = http.MethodPut, closed
		_, err := rt.RoundTrip(req)
		var open *breaker.OpenError
		require.ErrorAs(t, err, &open)
		assert.Equal(t, breaker.OpenError{Key: host, Until: until, Failures: 20, Samples: 20, Cause: "status 503"}, *open)
		require.ErrorIs(t, err, breaker.ErrOpen)
		require.EqualError(t, err, `breaker: key "api.example.com": not sent: open for another 4.2s, after 20 of 20 attempts failed (last: status 503)`)
		assert.Equal(t, transport.ClassBreakerOpen, transport.ClassifyError(req, err))
		assert.True(t, open.NotSent())
		assert.Equal(t, 1, closed.closed)
		assert.Zero(t, s.sent())
		state, _ := b.Snapshot(host)
		assert.Equal(t, breaker.State{
			Phase: breaker.Open, Since: until.Add(-5 * time.Second), Until: until, Failures: 20, Samples: 20, Cause: "status 503", Refused: 1, Opened: 1,
		}, state)
		resp, err := rt.RoundTrip(get(t, t.Context(), "https://other.example.com"))
		require.NoError(t, err, "another host has a circuit of its own")
		layer.CloseBody(resp.Body)
	})
}

type closer struct {
	*strings.Reader

	closed int
}

func (c *closer) Close() error { c.closed++; return nil }

// H2: a circuit stays open as long as the server asks, within bounds.
func TestHowLongItIsOpen(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		hint int // in seconds; below zero in milliseconds
		opts []breaker.Option
		want time.Duration
	}{
		"without a hint":               {0, nil, 5 * time.Second},
		"a longer hint":                {30, nil, 30 * time.Second},
		"a shorter hint":               {2, nil, 2 * time.Second},
		"a far shorter hint":           {-10, nil, time.Second},
		"a hint above the bound":       {3600, nil, time.Minute},
		"no bound":                     {3600, []breaker.Option{breaker.WithOpen(time.Second, 0)}, time.Hour},
		"shorter than the least":       {1, []breaker.Option{breaker.WithOpen(100*time.Millisecond, time.Minute)}, time.Second},
		"another time, without a hint": {0, []breaker.Option{breaker.WithOpen(100*time.Millisecond, time.Minute)}, 100 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{answer: answer{status: 503, hint: row.hint, millis: -row.hint}}
			b := breaker.New(append(row.opts, breaker.WithLogger(nil))...)
			rt := b.Middleware()(s)
			begun := time.Now()
			require.NoError(t, send(t, rt, 20))
			time.Sleep(row.want - time.Millisecond)
			require.ErrorIs(t, send(t, rt, 1), breaker.ErrOpen, name)
			time.Sleep(time.Millisecond)
			require.NoError(t, send(t, rt, 1), name)
			assert.Equal(t, row.want, time.Since(begun), name)
		})
	}
}

// H2: a hint of an attempt that ends after the circuit opened still counts.
func TestALateHintKeepsItOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: answer{status: 503, hint: 20, wait: 3 * time.Second}}
		b := breaker.New(breaker.WithLogger(nil))
		rt := b.Middleware()(s)
		var group sync.WaitGroup
		group.Go(func() { _ = send(t, rt, 1) })
		synctest.Wait()
		s.set(answer{status: 503})
		require.NoError(t, send(t, rt, 20))
		group.Wait()
		state, _ := b.Snapshot(host)
		assert.Equal(t, 20*time.Second, time.Until(state.Until))
		assert.EqualValues(t, 1, state.Opened)
	})
}

// H2: at most so many probes are sent at a time; all must succeed, and one that fails opens the
// circuit again.
func TestProbes(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answers answer
		want    breaker.Phase
		sent    int // of ten attempts
	}{
		"the server is back":  {answer{status: 200, wait: time.Second}, breaker.Closed, 3},
		"the server is down":  {answer{status: 500, wait: time.Second}, breaker.Open, 3},
		"the network is down": {answer{err: syscall.ECONNREFUSED, wait: time.Second}, breaker.Open, 3},
		"it throttles":        {answer{status: 429, wait: time.Second}, breaker.HalfOpen, 3},
		"nothing comes of it": {answer{err: context.Canceled, wait: time.Second}, breaker.HalfOpen, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			b, s, rt := opened(t)
			s.set(row.answers)
			time.Sleep(5 * time.Second)
			var group sync.WaitGroup
			var refused, unknown int
			var mu sync.Mutex
			for range 10 {
				group.Go(func() {
					err := send(t, rt, 1)
					open, ok := errors.AsType[*breaker.OpenError](err)
					mu.Lock()
					defer mu.Unlock()
					if ok {
						refused++
						if open.Until.IsZero() {
							unknown++
						}
					}
				})
			}
			synctest.Wait()
			state, _ := b.Snapshot(host)
			assert.Equal(t, breaker.HalfOpen, state.Phase, name)
			assert.Equal(t, 3, state.Probes, name)
			group.Wait()
			assert.Equal(t, row.want, phase(b), name)
			assert.Equal(t, row.sent, s.sent(), name)
			assert.Equal(t, 7, refused, name)
			assert.Equal(t, 7, unknown, name)
			if row.want == breaker.HalfOpen { // the places are free again
				s.set(answer{status: 200})
				require.NoError(t, send(t, rt, 3), name)
				assert.Equal(t, breaker.Closed, phase(b), name)
			}
		})
	}
}

// H2: a probe that hangs does not keep the circuit half-open for ever.
func TestAProbeThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s, rt := opened(t)
		s.set(answer{status: 200, wait: time.Hour})
		time.Sleep(5 * time.Second)
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() { _ = send(t, rt, 1) })
		}
		synctest.Wait()
		s.set(answer{status: 200})
		time.Sleep(time.Minute - time.Millisecond)
		require.ErrorIs(t, send(t, rt, 1), breaker.ErrOpen)
		assert.Equal(t, breaker.HalfOpen, phase(b))
		time.Sleep(time.Millisecond)
		require.ErrorIs(t, send(t, rt, 1), breaker.ErrOpen)
		assert.Equal(t, breaker.Open, phase(b))
		time.Sleep(5 * time.Second)
		require.NoError(t, send(t, rt, 3))
		assert.Equal(t, breaker.Closed, phase(b))
		group.Wait()
		assert.Equal(t, breaker.Closed, phase(b))
	})
}

// H2: a probe below which a layer panics gives its place back.
func TestAPanicGivesThePlaceBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := true
		b := breaker.New(breaker.WithLogger(nil), breaker.WithProbes(1))
		rt := b.Middleware()(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if down {
				return nil, syscall.ECONNRESET
			}
			panic("below")
		}))
		_ = send(t, rt, 20)
		time.Sleep(5 * time.Second)
		down = false
		for range 2 {
			assert.PanicsWithValue(t, "below", func() { _ = send(t, rt, 1) })
		}
		assert.Equal(t, breaker.HalfOpen, phase(b))
	})
}

type classed string

func (e classed) Error() string      { return string(e) }
func (e classed) ErrorClass() string { return string(e) }

// H2: what counts, and what does not.
func TestWhatCounts(t *testing.T) {
	t.Parallel()
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	late, end := context.WithTimeout(context.Background(), 0)
	defer end()
	lost, lose := context.WithCancelCause(context.Background())
	lose(classed("hedge_lost"))
	response := func(status int, header ...string) *http.Response {
		resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody}
		for i := 0; i+1 < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		return resp
	}
	for name, row := range map[string]struct {
		ctx     context.Context //nolint:containedctx // a row
		resp    *http.Response
		err     error
		elapsed time.Duration
		want    breaker.Outcome
	}{
		"200": {resp: response(200), want: breaker.Success}, "404": {resp: response(404), want: breaker.Success},
		"401": {resp: response(401), want: breaker.Success}, "403": {resp: response(403), want: breaker.Success},
		"500": {resp: response(500), want: breaker.Failure}, "503": {resp: response(503), want: breaker.Failure},
		"503 with a hint":            {resp: response(503, "Retry-After", "1"), want: breaker.Failure},
		"429":                        {resp: response(429), want: breaker.Ignored},
		"a secondary limit":          {resp: response(403, "Retry-After", "60"), want: breaker.Ignored},
		"refused":                    {err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, want: breaker.Failure},
		"dns":                        {err: &net.DNSError{IsNotFound: true}, want: breaker.Failure},
		"attempt timeout":            {err: classed("attempt_timeout"), want: breaker.Failure},
		"proxy":                      {err: classed("proxy"), want: breaker.Failure},
		"unknown":                    {err: errors.New("strange"), want: breaker.Failure},
		"the caller canceled":        {ctx: canceled, err: context.Canceled, elapsed: time.Hour, want: breaker.Ignored},
		"a deadline that was short":  {ctx: late, err: context.DeadlineExceeded, elapsed: 999 * time.Millisecond, want: breaker.Ignored},
		"a deadline":                 {ctx: late, err: context.DeadlineExceeded, elapsed: time.Second, want: breaker.Failure},
		"a call's timeout":           {err: classed("call_timeout"), elapsed: time.Second, want: breaker.Failure},
		"a call's timeout, short":    {err: classed("call_timeout"), want: breaker.Ignored},
		"a limiter":                  {err: fmt.Errorf("x: %w", &ratelimit.LimitError{}), want: breaker.Ignored},
		"a bulkhead":                 {err: &bulkhead.FullError{}, want: breaker.Ignored},
		"another breaker":            {err: &breaker.OpenError{}, want: breaker.Ignored},
		"a body":                     {err: classed("request_body"), want: breaker.Ignored},
		"a credential":               {err: classed("credential"), want: breaker.Ignored},
		"a leg of a hedge that lost": {ctx: lost, err: context.Canceled, want: breaker.Ignored},
		"an invalid request":         {err: classed("invalid"), want: breaker.Ignored},
	} {
		ctx := row.ctx
		if ctx == nil {
			ctx = t.Context()
		}
		got := breaker.Classify(breaker.Sample{Request: get(t, ctx, "https://"+host), Response: row.resp, Err: row.err, Elapsed: row.elapsed})
		assert.Equal(t, row.want, got, name)
	}
}

// H2: callers that cancel, limiters and bulkheads open nothing, whatever their number.
func TestNothingOpensByItself(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answer answer
		opts   []tripware.Option
		ctx    func(context.Context) (context.Context, context.CancelFunc)
	}{
		"callers cancel": {answer: answer{status: 200, wait: time.Minute}, ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(10*time.Second, cancel)
			return ctx, cancel
		}},
		"impatient callers": {answer: answer{status: 200, wait: time.Minute}, ctx: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 50*time.Millisecond)
		}},
		"throttled": {answer: answer{status: 429, hint: 1}},
		"limited":   {answer: answer{status: 200}, opts: []tripware.Option{tripware.WithLimiter(ratelimit.NewLimiter(ratelimit.WithRate(1, 1), ratelimit.WithMaxWait(time.Millisecond)))}},
		"full":      {answer: answer{status: 200, wait: time.Second}, opts: []tripware.Option{tripware.WithBulkhead(bulkhead.NewBulkhead(1, bulkhead.WithoutQueue()))}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{answer: row.answer}
			b := breaker.New(breaker.WithTrip(0.01, 1, time.Minute), breaker.WithLogger(nil))
			client, err := tripware.New(append(row.opts, tripware.WithBase(s), tripware.PerAttempt(b.Middleware()), tripware.WithRetry(retry.WithMaxRetries(1)))...)
			require.NoError(t, err)
			var group sync.WaitGroup
			for range 200 {
				group.Go(func() {
					ctx, cancel := t.Context(), func() {}
					if row.ctx != nil {
						ctx, cancel = row.ctx(ctx)
					}
					defer cancel()
					if resp, err := client.Do(get(t, ctx, "https://"+host)); err == nil {
						layer.CloseBody(resp.Body)
					}
				})
			}
			group.Wait()
			state, _ := b.Snapshot(host)
			assert.Equal(t, breaker.Closed, state.Phase, name)
			assert.Zero(t, state.Failures, name)
		})
	}
}

// H2: the retry loop goes on when the circuit admits attempts again, if there is time, and else
// ends at once; the record and the events say why.
func TestTheRetryLoopWaitsForTheCircuit(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		deadline time.Duration
		reason   transport.Reason
	}{"there is time": {time.Minute, ""}, "there is none": {4 * time.Second, retry.ReasonBreaker}} {
		synctest.Test(t, func(t *testing.T) {
			b, s, _ := opened(t)
			s.set(answer{status: 200})
			p := metrics.NewPublishers()
			var calls []metrics.CallEvent
			p.Call.Subscribe(metrics.On(func(_ context.Context, e metrics.CallEvent) { calls = append(calls, e) }))
			client, err := tripware.New(tripware.WithBase(s), tripware.PerAttempt(b.Middleware()), tripware.WithMetrics(p))
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), row.deadline)
			defer cancel()
			begun := time.Now()
			req := get(t, ctx, "https://"+host)
			req.Method = http.MethodPost // nothing was sent, so that any method is safe
			resp, err := client.Do(req)
			require.Len(t, calls, 1)
			if row.reason != "" {
				require.ErrorIs(t, err, breaker.ErrOpen, name)
				assert.Zero(t, time.Since(begun), name)
				assert.Equal(t, row.reason, calls[0].Reason, name)
				assert.Equal(t, transport.ClassBreakerOpen, calls[0].ErrorClass, name)
				assert.Equal(t, transport.ClassBreakerOpen, transport.CallOfError(err).ErrorClass(), name)
				return
			}
			require.NoError(t, err, name)
			layer.CloseBody(resp.Body)
			assert.GreaterOrEqual(t, time.Since(begun), 5*time.Second, name)
			assert.LessOrEqual(t, time.Since(begun), 6*time.Second, name)
			assert.Equal(t, 1, transport.CallOf(resp).AttemptCount())
			assert.Equal(t, "breaker open", transport.CallOf(resp).Waits()[0].Reason)
		})
	}
}

// H2: changes of state are told in order, to the log and to an observer, which may use the
// breaker.
func TestChangesAreTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var changes []breaker.Change
		var b *breaker.Breaker
		made, s, rt := opened(t, breaker.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
			breaker.WithObserver(func(c breaker.Change) {
				if b != nil {
					state, _ := b.Snapshot(host)
					assert.NotEmpty(t, state.Phase)
				}
				changes = append(changes, c)
				panic("an observer")
			}))
		b = made
		begun := time.Now()
		time.Sleep(5 * time.Second)
		require.NoError(t, send(t, rt, 1))
		s.set(answer{status: 200})
		time.Sleep(5 * time.Second)
		require.NoError(t, send(t, rt, 3))
		at := func(s int) time.Time { return begun.Add(time.Duration(s) * time.Second) }
		assert.Equal(t, []breaker.Change{
			{host, breaker.Closed, breaker.Open, at(0), at(5), "status 503", 20, 20},
			{host, breaker.Open, breaker.HalfOpen, at(5), time.Time{}, "status 503", 20, 20},
			{host, breaker.HalfOpen, breaker.Open, at(5), at(10), "status 503", 20, 20},
			{host, breaker.Open, breaker.HalfOpen, at(10), time.Time{}, "status 503", 20, 20},
			{host, breaker.HalfOpen, breaker.Closed, at(10), time.Time{}, "status 503", 20, 20},
		}, changes)
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, 5, log.String())
		assert.Contains(t, lines[0], `level=WARN msg="breaker: a circuit changed" key=api.example.com from=closed to=open`)
		assert.Contains(t, lines[0], `cause="status 503" failures=20 samples=20`)
		assert.Contains(t, lines[2], "level=DEBUG")
		assert.Contains(t, lines[4], "level=INFO")
	})
}

// The order of layers is checked: a breaker above a retry loop is an error.
func TestTheOrderIsChecked(t *testing.T) {
	t.Parallel()
	s := &server{answer: answer{status: 200}}
	client, err := tripware.New(tripware.WithBase(s), breaker.With(), tripware.WithBulkhead(bulkhead.NewBulkhead(1)))
	require.NoError(t, err)
	assert.Contains(t, fmt.Sprint(client.Transport), ") > breaker > bulkhead > ratelimit")
	_, err = tripware.New(tripware.WithBase(s), tripware.PerCall(breaker.New().Middleware()))
	require.ErrorContains(t, err, "breaker is listed before retry(5, 429,500,502-599): the first would run once per call instead of once per attempt: swap them")
	require.ErrorContains(t, transport.Check(transport.Chain(s, bulkhead.New(bulkhead.NewBulkhead(1)), breaker.New().Middleware())), "bulkhead is listed before breaker")
}

// A zero is no bound, or none; what can be neither is refused.
func TestZeroIsNoBoundOrNone(t *testing.T) {
	t.Parallel()
	require.NoError(t, breaker.New(breaker.WithOpen(1, 0), breaker.WithIdleKeys(0), breaker.WithLogger(nil), breaker.WithObserver(nil), nil).Fault())
	for want, opt := range map[string]breaker.Option{
		"breaker: key function is nil":                         breaker.WithKey(nil),
		"breaker: share 0 is not above 0":                      breaker.WithTrip(0, 1, time.Second),
		"breaker: share 1.5 is not above 0":                    breaker.WithTrip(1.5, 1, time.Second),
		"breaker: 0 samples":                                   breaker.WithTrip(1, 0, time.Second),
		"breaker: window 0s is below 10ms":                     breaker.WithTrip(1, 1, 0),
		"breaker: open time 0s is not above 0":                 breaker.WithOpen(0, 0),
		"breaker: longest open time -1ns is negative":          breaker.WithOpen(1, -1),
		"breaker: longest open time 1s is below the open time": breaker.WithOpen(time.Minute, time.Second),
		"breaker: 0 probes":                                    breaker.WithProbes(0),
		"breaker: idle time of keys -1ns":                      breaker.WithIdleKeys(-1),
		"breaker: rule is nil":                                 breaker.WithRule(nil),
	} {
		_, err := tripware.New(breaker.With(opt))
		require.ErrorContains(t, err, want)
		closed := &closer{Reader: strings.NewReader("sent")}
		req := get(t, t.Context(), "https://"+host)
		req.Body = closed
		_, err = breaker.New(opt).Middleware()(&server{}).RoundTrip(req)
		require.ErrorContains(t, err, want)
		assert.Equal(t, 1, closed.closed)
	}
}

// A rule replaces the default, and may panic.
func TestARule(t *testing.T) {
	t.Parallel()
	s := &server{answer: answer{status: 404}}
	b := breaker.New(breaker.WithLogger(nil), breaker.WithTrip(1, 1, time.Second), breaker.WithRule(func(s breaker.Sample) breaker.Outcome {
		if s.Response.StatusCode == http.StatusTeapot {
			panic("a rule")
		}
		if s.Response.StatusCode == http.StatusNotFound {
			return breaker.Failure
		}
		return breaker.Classify(s)
	}))
	rt := b.Middleware()(s)
	s.set(answer{status: 418})
	require.NoError(t, send(t, rt, 1))
	assert.Equal(t, breaker.Closed, phase(b))
	s.set(answer{status: 404})
	require.NoError(t, send(t, rt, 1))
	assert.Equal(t, breaker.Open, phase(b))
}

// H2: keys are bounded: idle ones go, but not one that is open or in use.
func TestIdleKeysGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: answer{status: 503, hint: 100_000}}
		b := breaker.New(breaker.WithOpen(time.Second, 0), breaker.WithLogger(nil),
			breaker.WithKey(func(req *http.Request) string {
				assert.Nil(t, transport.CallFrom(req.Context()), "its requests are no attempts of the call")
				return req.URL.Path
			}))
		rt := transport.Chain(s, transport.Identity(), b.Middleware())
		ask := func(path string) {
			resp, err := rt.RoundTrip(get(t, t.Context(), "https://"+host+path))
			require.NoError(t, err)
			layer.CloseBody(resp.Body)
		}
		for range 20 {
			ask("/open")
		}
		s.set(answer{status: 200})
		for i := range 500 {
			ask(fmt.Sprintf("/%d", i))
			time.Sleep(time.Minute)
		}
		assert.LessOrEqual(t, len(b.Keys()), 14)
		state, _ := b.Snapshot("/open")
		assert.Equal(t, breaker.Open, state.Phase)
	})
}

// T3: the page of live calls shows the circuits, those that are not closed first.
func TestThePageShowsTheCircuits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, s, rt := opened(t)
		_ = send(t, rt, 1)
		s.set(answer{status: 200})
		resp, err := rt.RoundTrip(get(t, t.Context(), "https://other.example.com"))
		require.NoError(t, err)
		layer.CloseBody(resp.Body)
		begun := time.Now()
		assert.Equal(t, []transport.KeyStatus{
			{Key: host, State: "open", Since: begun, Until: begun.Add(5 * time.Second), Detail: "20 of 20 failed (last: status 503), 1 refused", Refused: 1, Opened: 1},
			{Key: "other.example.com", State: "closed", Since: begun, Detail: "0 of 1 failed"},
		}, b.KeyStatuses(10))
		assert.Len(t, b.KeyStatuses(1), 1)
		var _ inspect.Keyed = b
		time.Sleep(5 * time.Second)
		require.NoError(t, send(t, rt, 1))
		assert.Equal(t, "20 of 20 failed (last: status 503), 0 of 3 probes running, 1 refused", b.KeyStatuses(1)[0].Detail)
	})
}
