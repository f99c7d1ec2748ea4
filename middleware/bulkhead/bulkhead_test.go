package bulkhead_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
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
	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper { return bulkhead.New(bulkhead.NewBulkhead(1000))(base) },
		rttest.Unwraps(), rttest.Guards())
}

// H4: at most so many attempts of a key run at the same time, however the host is spelled, and
// those of another key do not count.
func TestAtMostSoManyRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{gate: make(chan struct{})}
		b := bulkhead.NewBulkhead(3)
		rt := bulkhead.New(b)(s)
		var group sync.WaitGroup
		for i := range 10 {
			target := []string{"https://api.example.com/", "https://API.example.com.:443/a", "https://api.example.COM:443/b"}[i%3]
			group.Go(func() {
				resp, err := rt.RoundTrip(get(t, t.Context(), target))
				if assert.NoError(t, err) {
					_ = resp.Body.Close()
				}
			})
		}
		synctest.Wait()
		state, _ := b.Snapshot(host)
		assert.Equal(t, bulkhead.State{InUse: 3, Queued: 7}, state)
		other := make(chan error, 1)
		go func() {
			resp, err := rt.RoundTrip(get(t, t.Context(), "https://api.example.com:8443/"))
			layer.CloseBody(resp.Body)
			other <- err
		}()
		synctest.Wait()
		assert.EqualValues(t, 4, s.running.Load())
		time.Sleep(time.Second)
		close(s.gate)
		group.Wait()
		require.NoError(t, <-other)
		state, _ = b.Snapshot(host)
		assert.Equal(t, bulkhead.State{}, state)
		assert.EqualValues(t, 11, s.calls.Load())
		assert.EqualValues(t, 4, s.peak.Load())
	})
}

// H4: a permit is held until the body was closed or read to its end, or until the call fails.
func TestAPermitIsHeldUntilTheBodyEnds(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, row := range map[string]struct {
		resp   func(*http.Request) (*http.Response, error)
		end    func(*testing.T, *http.Response)
		before int // permits that are held before the end
	}{
		"closed":       {nil, func(t *testing.T, r *http.Response) { require.NoError(t, r.Body.Close()) }, 1},
		"closed twice": {nil, func(*testing.T, *http.Response) {}, 1},
		"read to its end": {nil, func(t *testing.T, r *http.Response) {
			all, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			assert.Equal(t, "ok", string(all))
		}, 1},
		"broken": {func(req *http.Request) (*http.Response, error) {
			resp := body(req)
			resp.Body = io.NopCloser(iotest.ErrReader(broken))
			return resp, nil
		}, func(t *testing.T, r *http.Response) {
			_, err := io.ReadAll(r.Body)
			require.ErrorIs(t, err, broken)
		}, 1},
		"no body": {func(req *http.Request) (*http.Response, error) {
			resp := body(req)
			resp.Body = http.NoBody
			return resp, nil
		}, func(*testing.T, *http.Response) {}, 0},
		"an error": {func(*http.Request) (*http.Response, error) { return nil, broken }, func(*testing.T, *http.Response) {}, 0},
		"a panic":  {func(*http.Request) (*http.Response, error) { panic("below") }, func(*testing.T, *http.Response) {}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bulkhead.NewBulkhead(1)
			base := row.resp
			if base == nil {
				base = func(req *http.Request) (*http.Response, error) { return body(req), nil }
			}
			rt := bulkhead.New(b)(transport.RoundTripperFunc(base))
			resp := func() *http.Response {
				defer func() { _ = recover() }()
				resp, _ := rt.RoundTrip(get(t, t.Context(), "https://"+host))
				return resp
			}()
			state, known := b.Snapshot(host)
			require.True(t, known)
			assert.Equal(t, row.before, state.InUse)
			if row.end(t, resp); name == "closed twice" {
				_ = resp.Body.Close()
				_ = resp.Body.Close()
			}
			state, _ = b.Snapshot(host)
			assert.Zero(t, state.InUse)
			assert.Zero(t, state.Oldest)
			again, err := bulkhead.New(b)(&server{}).RoundTrip(get(t, t.Context(), "https://"+host))
			require.NoError(t, err)
			layer.CloseBody(again.Body)
		})
	}
}

// H4: the connection after a 101 stays writable, and holds the permit until it is closed.
func TestAnUpgradedConnectionHoldsItsPermit(t *testing.T) {
	t.Parallel()
	b := bulkhead.NewBulkhead(1)
	near, far := io.Pipe()
	rt := bulkhead.New(b)(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp := body(req)
		resp.StatusCode, resp.Body = http.StatusSwitchingProtocols, struct {
			io.ReadCloser
			io.Writer
		}{near, far}
		return resp, nil
	}))
	resp, err := rt.RoundTrip(get(t, t.Context(), "https://"+host))
	require.NoError(t, err)
	w, writes := resp.Body.(io.Writer)
	require.True(t, writes)
	go func() { _, _ = io.WriteString(w, "hi") }()
	read := make([]byte, 2)
	_, err = io.ReadFull(resp.Body, read)
	require.NoError(t, err)
	state, _ := b.Snapshot(host)
	assert.Equal(t, 1, state.InUse)
	require.NoError(t, resp.Body.Close())
	state, _ = b.Snapshot(host)
	assert.Zero(t, state.InUse)
}

// H4: attempts get their permits in the order of arrival.
func TestTheQueueIsInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		rt := bulkhead.New(bulkhead.NewBulkhead(1, bulkhead.WithMaxWait(0)))(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			order = append(order, req.URL.Path)
			mu.Unlock()
			time.Sleep(time.Minute)
			return body(req), nil
		}))
		var want []string
		var group sync.WaitGroup
		for i := range 20 {
			want = append(want, fmt.Sprintf("/%d", i))
			group.Go(func() {
				resp, err := rt.RoundTrip(get(t, t.Context(), "https://"+host+want[i]))
				if assert.NoError(t, err) {
					_ = resp.Body.Close()
				}
			})
			synctest.Wait()
		}
		group.Wait()
		assert.Equal(t, want, order)
	})
}

// occupied returns a bulkhead whose only permit is taken.
func occupied(t *testing.T, opts ...bulkhead.Option) (b *bulkhead.Bulkhead, release func()) {
	t.Helper()
	b = bulkhead.NewBulkhead(1, opts...)
	resp, err := bulkhead.New(b)(&server{}).RoundTrip(get(t, t.Context(), "https://"+host))
	require.NoError(t, err)
	return b, func() { _ = resp.Body.Close() }
}

// H4: a refusal is typed, says that nothing was sent, and is not retried; the record, the
// events and the observer have it with its reason.
func TestARefusal(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		opts    []bulkhead.Option
		retry   []retry.Option
		queue   int // attempts that wait already
		bound   bulkhead.Bound
		waited  time.Duration
		message string
	}{
		"no queue": {
			opts: []bulkhead.Option{bulkhead.WithoutQueue()}, bound: bulkhead.BoundMaxQueue,
			message: `bulkhead: key "api.example.com": not sent: 1 attempts are running, and no more may wait (see bulkhead.WithMaxQueue)`,
		},
		"full queue": {
			opts: []bulkhead.Option{bulkhead.WithMaxQueue(2)}, queue: 2, bound: bulkhead.BoundMaxQueue,
			message: `bulkhead: key "api.example.com": not sent: 1 attempts are running, and no more may wait (see bulkhead.WithMaxQueue)`,
		},
		"long wait": {
			bound: bulkhead.BoundMaxWait, waited: 10 * time.Second,
			message: `bulkhead: key "api.example.com": not sent: 1 attempts are running; waited 10s, as long as bulkhead.WithMaxWait allows (10s by default)`,
		},
		"time of the loop": {
			retry: []retry.Option{retry.WithMaxElapsed(4 * time.Second)}, bound: bulkhead.BoundMaxElapsed, waited: 4 * time.Second,
			message: `bulkhead: key "api.example.com": not sent: 1 attempts are running; waited 4s, as long as retries may begin (see retry.WithMaxElapsed)`,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var events []bulkhead.Event
			var calls []metrics.CallEvent
			b, release := occupied(t, append(row.opts, bulkhead.WithObserver(func(e bulkhead.Event) { events = append(events, e) }))...)
			defer release()
			ctx, cancel := context.WithCancel(t.Context())
			for range row.queue {
				go func() { _, _ = bulkhead.New(b)(&server{}).RoundTrip(get(t, ctx, "https://"+host)) }()
			}
			synctest.Wait()
			p := metrics.NewPublishers()
			p.Call.Subscribe(metrics.On(func(_ context.Context, e metrics.CallEvent) { calls = append(calls, e) }))
			s := &server{}
			client, err := tripware.New(tripware.WithBase(s), tripware.WithBulkhead(b), tripware.WithMetrics(p), tripware.WithRetry(row.retry...))
			require.NoError(t, err)
			begun := time.Now()
			_, err = client.Do(get(t, t.Context(), "https://"+host+"/x?token=secret"))
			assert.Equal(t, row.waited, time.Since(begun), name)
			var full *bulkhead.FullError
			require.ErrorAs(t, err, &full, name)
			assert.Equal(t, bulkhead.FullError{Key: host, Permits: 1, Bound: row.bound, Waited: row.waited}, *full, name)
			require.ErrorIs(t, err, bulkhead.ErrFull, name)
			assert.EqualError(t, full, row.message, name)
			assert.True(t, full.NotSent())
			assert.Zero(t, s.calls.Load(), name)

			call := transport.CallOfError(err)
			assert.Zero(t, call.AttemptCount())
			assert.Equal(t, retry.ReasonBulkhead, call.Reason(), name)
			assert.Equal(t, transport.ClassBulkheadFull, call.ErrorClass(), name)
			if row.waited > 0 {
				assert.Equal(t, []transport.Wait{{For: row.waited, Before: 1, Cause: transport.WaitBulkhead, Reason: "all permits are taken"}}, call.Waits(), name)
			}
			require.Len(t, calls, 1)
			assert.Equal(t, transport.ClassBulkheadFull, calls[0].ErrorClass)
			assert.Equal(t, retry.ReasonBulkhead, calls[0].Reason)
			require.Len(t, events, 1)
			e := events[0]
			assert.Equal(t, call.TransactionID(), e.Request.TransactionID)
			e.Request.TransactionID = ""
			assert.Equal(t, bulkhead.Event{
				Kind: bulkhead.Refused, Key: host, Bound: row.bound, Waited: row.waited,
				Request: bulkhead.Request{Method: "GET", URL: "https://api.example.com/x?token=***"},
			}, e, name)
			state, _ := b.Snapshot(host)
			assert.EqualValues(t, 1, state.Refused, name)
			cancel()
			synctest.Wait()
		})
	}
}

// H4: the context counts in the queue; an attempt that leaves gives its place to the next.
func TestAnAttemptMayLeaveTheQueue(t *testing.T) {
	t.Parallel()
	reason := errors.New("no longer wanted")
	for name, row := range map[string]struct {
		ctx  func(context.Context) (context.Context, func())
		edit func(*http.Request)
		want []error
	}{
		"canceled": {func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(reason) })
			return ctx, func() { cancel(nil) }
		}, nil, []error{context.Canceled, reason}},
		"deadline": {func(ctx context.Context) (context.Context, func()) {
			return context.WithTimeout(ctx, time.Second)
		}, nil, []error{context.DeadlineExceeded}},
		"Request.Cancel": {nil, func(req *http.Request) {
			ended := make(chan struct{})
			time.AfterFunc(time.Second, func() { close(ended) })
			req.Cancel = ended //nolint:staticcheck // callers still use it
		}, []error{context.Canceled}},
	} {
		synctest.Test(t, func(t *testing.T) {
			b, release := occupied(t)
			ctx, end := t.Context(), func() {}
			if row.ctx != nil {
				ctx, end = row.ctx(ctx)
			}
			defer end()
			closed := &closer{Reader: strings.NewReader("sent")}
			req := get(t, ctx, "https://"+host)
			req.Method, req.Body = http.MethodPut, closed
			if row.edit != nil {
				row.edit(req)
			}
			s := &server{}
			begun := time.Now()
			left := make(chan error, 1)
			go func() {
				_, err := bulkhead.New(b)(s).RoundTrip(req)
				left <- err
			}()
			synctest.Wait()
			next := make(chan time.Duration, 1)
			go func() {
				resp, err := bulkhead.New(b)(s).RoundTrip(get(t, t.Context(), "https://"+host))
				if assert.NoError(t, err) {
					layer.CloseBody(resp.Body)
				}
				next <- time.Since(begun)
			}()
			err := <-left
			assert.Equal(t, time.Second, time.Since(begun), name)
			for _, want := range row.want {
				require.ErrorIs(t, err, want, name)
			}
			require.ErrorContains(t, err, "not sent", name)
			unsent, ok := errors.AsType[retry.UnsentError](err)
			assert.True(t, ok && unsent.NotSent(), name)
			assert.Equal(t, 1, closed.closed, name)
			time.Sleep(time.Second)
			release()
			assert.Equal(t, 2*time.Second, <-next, name)
			assert.EqualValues(t, 1, s.calls.Load(), name)
			state, _ := b.Snapshot(host)
			assert.Equal(t, bulkhead.State{}, state, name)
		})
	}
}

type closer struct {
	io.Reader

	closed int
}

func (c *closer) Close() error { c.closed++; return nil }

// H4: a permit that is given in the moment in which its attempt leaves goes on to the next.
func TestAPermitForOneThatLeaves(t *testing.T) {
	t.Parallel()
	for _, released := range []bool{false, true} { // which comes first is what the attempt sees
		synctest.Test(t, func(t *testing.T) {
			b, release := occupied(t)
			ctx, cancel := context.WithCancel(t.Context())
			left := make(chan error, 1)
			go func() {
				_, err := bulkhead.New(b)(&server{}).RoundTrip(get(t, ctx, "https://"+host))
				left <- err
			}()
			synctest.Wait()
			if released {
				release()
				cancel()
			} else {
				cancel()
				release()
			}
			require.ErrorIs(t, <-left, context.Canceled)
			state, _ := b.Snapshot(host)
			assert.Equal(t, bulkhead.State{}, state)
		})
	}
}

// H4: a permit that is held for too long is reported once, with its call, and kept.
func TestALongHoldIsToldOnce(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		opts []bulkhead.Option
		told int
	}{
		"default": {nil, 2}, "none": {[]bulkhead.Option{bulkhead.WithMaxHold(0)}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer // the handler has a lock
			var mu sync.Mutex
			var events []bulkhead.Event
			b := bulkhead.NewBulkhead(3, append(row.opts,
				bulkhead.WithLogger(slog.New(slog.NewTextHandler(&log, nil))),
				bulkhead.WithObserver(func(e bulkhead.Event) {
					mu.Lock()
					defer mu.Unlock()
					events = append(events, e)
				}),
			)...)
			rt := transport.Chain(&server{}, transport.Identity(), bulkhead.New(b))
			var held []*http.Response
			for _, path := range []string{"/a?token=secret", "/short", "/b"} {
				resp, err := rt.RoundTrip(get(t, transport.WithRoute(t.Context(), "GET "+path[:2]), "https://"+host+path))
				require.NoError(t, err)
				held = append(held, resp)
				time.Sleep(20 * time.Second)
			}
			require.NoError(t, held[1].Body.Close()) // at 1 minute, after 40 seconds
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			assert.Equal(t, row.told, strings.Count(log.String(), "\n"), "%s: %s", name, log.String())
			require.Len(t, events, row.told, name)
			for i, e := range events {
				assert.Equal(t, bulkhead.Overdue, e.Kind)
				assert.Equal(t, time.Minute, e.Held)
				assert.Equal(t, []string{"GET /a", "GET /b"}[i], e.Request.Route)
				assert.Contains(t, log.String(), "transaction_id="+e.Request.TransactionID)
			}
			assert.NotContains(t, log.String(), "secret")
			state, _ := b.Snapshot(host)
			assert.Equal(t, 2, state.InUse, "told, and kept")
			assert.Equal(t, 11*time.Minute, state.Oldest)
			assert.EqualValues(t, row.told, state.Overdue)
			layer.CloseBody(held[0].Body)
			layer.CloseBody(held[2].Body)
		})
	}
}

// H4: the wait is no part of the attempt's timeout, and the observer hears of it.
func TestTheWaitIsNoPartOfTheAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var events []bulkhead.Event
		b, release := occupied(t, bulkhead.WithObserver(func(e bulkhead.Event) { events = append(events, e); panic("an observer") }))
		time.AfterFunc(5*time.Second, release)
		rt := transport.Chain(&server{}, retry.New(retry.WithAttemptTimeout(time.Second), retry.WithMaxRetries(0)), bulkhead.New(b))
		resp, err := rt.RoundTrip(get(t, t.Context(), "https://"+host))
		require.NoError(t, err)
		assert.Equal(t, 5*time.Second, transport.CallOf(resp).Waited())
		require.Len(t, events, 1)
		assert.Equal(t, bulkhead.Admitted, events[0].Kind)
		assert.Equal(t, 5*time.Second, events[0].Waited)
		layer.CloseBody(resp.Body)
	})
}

// H4: a call holds no permit while it waits for its next attempt.
func TestARetryReleasesItsPermit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := bulkhead.NewBulkhead(1)
		rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp := body(req)
			resp.StatusCode = http.StatusServiceUnavailable
			return resp, nil
		}), retry.New(retry.WithBackoff(retry.Constant), retry.WithBaseDelay(time.Second), retry.WithMaxRetries(1)), bulkhead.New(b))
		ended := make(chan *http.Response, 1)
		go func() {
			resp, _ := rt.RoundTrip(get(t, t.Context(), "https://"+host))
			ended <- resp
		}()
		synctest.Wait()
		state, _ := b.Snapshot(host)
		assert.Zero(t, state.InUse)
		resp := <-ended
		assert.Equal(t, 2, transport.CallOf(resp).AttemptCount())
		layer.CloseBody(resp.Body)
	})
}

// H4: the order of layers is checked, and the front door has it.
func TestTheOrderIsChecked(t *testing.T) {
	t.Parallel()
	b := bulkhead.NewBulkhead(1)
	client, err := tripware.New(tripware.WithBase(&server{}), tripware.WithBulkhead(b))
	require.NoError(t, err)
	assert.Contains(t, fmt.Sprint(client.Transport), ") > bulkhead > ratelimit")
	require.ErrorContains(t, transport.Check(transport.Chain(&server{}, bulkhead.New(b), retry.New())),
		"bulkhead is listed before retry(5, 429,500,502-599): the first would run once per call")
	require.ErrorContains(t, transport.Check(transport.Chain(&server{}, ratelimit.New(nil), bulkhead.New(b))),
		"ratelimit is listed before bulkhead: attempts would wait too late")
	bare, err := tripware.New(tripware.WithBase(&server{}), tripware.WithBulkhead(nil))
	require.NoError(t, err)
	assert.NotContains(t, fmt.Sprint(bare.Transport), "> bulkhead")
}

// A zero is no bound, or none; what can be neither is refused.
func TestZeroIsNoBoundOrNone(t *testing.T) {
	t.Parallel()
	for want, b := range map[string]*bulkhead.Bulkhead{
		"": bulkhead.NewBulkhead(1, bulkhead.WithMaxQueue(0), bulkhead.WithMaxWait(0), bulkhead.WithMaxHold(0), bulkhead.WithIdleKeys(0),
			bulkhead.WithLogger(nil), bulkhead.WithObserver(nil), nil),
		"bulkhead: 0 permits are below 1":     bulkhead.NewBulkhead(0),
		"bulkhead: key function is nil":       bulkhead.NewBulkhead(1, bulkhead.WithKey(nil)),
		"bulkhead: max queue -1 is negative":  bulkhead.NewBulkhead(1, bulkhead.WithMaxQueue(-1)),
		"bulkhead: max wait -1ns is negative": bulkhead.NewBulkhead(1, bulkhead.WithMaxWait(-1)),
		"bulkhead: max hold -1ns is negative": bulkhead.NewBulkhead(1, bulkhead.WithMaxHold(-1)),
		"bulkhead: idle time of keys -1ns":    bulkhead.NewBulkhead(1, bulkhead.WithIdleKeys(-1)),
	} {
		if want == "" {
			require.NoError(t, b.Fault())
			continue
		}
		require.ErrorContains(t, b.Fault(), want)
		_, err := tripware.New(tripware.WithBulkhead(b))
		require.ErrorContains(t, err, want)
		closed := &closer{Reader: strings.NewReader("sent")}
		req := get(t, t.Context(), "https://"+host)
		req.Body = closed
		_, err = bulkhead.New(b)(&server{}).RoundTrip(req)
		require.ErrorContains(t, err, want)
		assert.Equal(t, 1, closed.closed)
	}
	require.NoError(t, (*bulkhead.Bulkhead)(nil).Fault())
}

// H4: idle keys go; a key in use stays.
func TestIdleKeysGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := bulkhead.NewBulkhead(2, bulkhead.WithKey(func(req *http.Request) string { return req.URL.Path }))
		rt := bulkhead.New(b)(&server{})
		held, err := rt.RoundTrip(get(t, t.Context(), "https://"+host+"/held"))
		require.NoError(t, err)
		for i := range 500 {
			resp, err := rt.RoundTrip(get(t, t.Context(), fmt.Sprintf("https://%s/%d", host, i)))
			require.NoError(t, err)
			layer.CloseBody(resp.Body)
			time.Sleep(time.Minute)
		}
		assert.LessOrEqual(t, len(b.Keys()), 14)
		assert.Equal(t, "/499", b.Keys()[0])
		state, known := b.Snapshot("/held")
		assert.True(t, known)
		assert.Equal(t, 1, state.InUse)
		layer.CloseBody(held.Body)
		_, known = b.Snapshot("/0")
		assert.False(t, known)
	})
}

// The key function sees no record of the call, as its requests are no attempts of it.
func TestTheKeyFunctionSeesNoRecord(t *testing.T) {
	t.Parallel()
	var seen *transport.Call
	b := bulkhead.NewBulkhead(1, bulkhead.WithKey(func(req *http.Request) string {
		seen = transport.CallFrom(req.Context())
		return ""
	}))
	resp, err := transport.Chain(&server{}, transport.Identity(), bulkhead.New(b)).RoundTrip(get(t, t.Context(), "https://"+host))
	require.NoError(t, err)
	layer.CloseBody(resp.Body)
	assert.Nil(t, seen)
}

// H4: under load no permit is lost and none is given twice.
func TestNoPermitIsLost(t *testing.T) {
	t.Parallel()
	s := &server{}
	b := bulkhead.NewBulkhead(4, bulkhead.WithMaxQueue(20))
	rt := bulkhead.New(b)(s)
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			for i := range 100 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%5)*100*time.Microsecond)
				if i%5 == 0 {
					ctx = t.Context()
				}
				resp, err := rt.RoundTrip(get(t, ctx, "https://"+host))
				if err == nil {
					if i%2 == 0 {
						_, _ = io.Copy(io.Discard, resp.Body)
					}
					_ = resp.Body.Close()
				}
				cancel()
			}
		})
	}
	group.Wait()
	assert.LessOrEqual(t, s.peak.Load(), int64(4))
	state, _ := b.Snapshot(host)
	assert.Zero(t, state.InUse)
	assert.Zero(t, state.Queued)
}

func TestStatusesForAPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, release := occupied(t)
		assert.Equal(t, []transport.KeyStatus{{Key: host, State: "full", Detail: "1 of 1 in use, 0 queued, 0 refused"}}, b.KeyStatuses(10))
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, _ = bulkhead.New(b)(&server{}).RoundTrip(get(t, ctx, "https://"+host)) }()
		time.Sleep(1500 * time.Millisecond)
		assert.Equal(t, []transport.KeyStatus{{Key: host, State: "queue", Detail: "1 of 1 in use, 1 queued, 0 refused, oldest held for 1.5s"}}, b.KeyStatuses(10))
		cancel()
		synctest.Wait()
		release()
		assert.Equal(t, []transport.KeyStatus{{Key: host, State: "free", Detail: "0 of 1 in use, 0 queued, 0 refused"}}, b.KeyStatuses(10))
		assert.Empty(t, b.KeyStatuses(0))
	})
}
