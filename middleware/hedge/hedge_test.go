package hedge_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// H1: a further leg is sent after the delay, at most so many, and the first response wins.
func TestASlowCallGetsASecondLeg(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		opts  []hedge.Option
		times []time.Duration
		sent  int
		took  time.Duration
	}{
		{"a fast call", nil, []time.Duration{49 * ms}, 1, 49 * ms},
		{"a slow call", nil, []time.Duration{time.Second, 10 * ms}, 2, 60 * ms},
		{"the first is faster after all", nil, []time.Duration{70 * ms, time.Second}, 2, 70 * ms},
		{"no third leg", nil, []time.Duration{time.Second, time.Second, ms}, 2, time.Second},
		{"a third leg", []hedge.Option{hedge.WithMaxExtra(2)}, []time.Duration{time.Second, time.Second, ms}, 3, 101 * ms},
		{"none", []hedge.Option{hedge.WithMaxExtra(0)}, []time.Duration{time.Second}, 1, time.Second},
		{"off", []hedge.Option{hedge.Off()}, []time.Duration{time.Second}, 1, time.Second},
		{"all at once", []hedge.Option{hedge.WithDelay(0)}, []time.Duration{time.Second, 10 * ms}, 2, 10 * ms},
		{"the default, without samples", []hedge.Option{hedge.WithPercentile(95, 20, time.Second)}, []time.Duration{3 * time.Second, ms}, 2, 1001 * ms},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				base := &server{script: times(row.times...)}
				rt := chain(base, hedge.New(append([]hedge.Option{hedge.WithDelay(50 * ms)}, row.opts...)...))
				p := send(t, rt, get(t, t.Context()))
				require.NoError(t, p.err)
				assert.Equal(t, "hello", p.body)
				assert.Len(t, base.requests(), row.sent)
				assert.Equal(t, row.took, p.took)
			})
		})
	}
}

// H1: only what is safe to send twice, and can be, is hedged.
func TestOnlyWhatCanBeSentTwiceIsHedged(t *testing.T) {
	t.Parallel()
	body := func(req *http.Request) { req.Body, req.ContentLength = io.NopCloser(strings.NewReader("x")), 1 }
	again := func(req *http.Request) {
		body(req)
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
	}
	operation := func(repeat record.Repeat) transport.Middleware {
		return func(next http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				layer.Put(req.Context(), record.Operation{Repeat: repeat})
				return next.RoundTrip(req)
			})
		}
	}
	for _, row := range []struct {
		name   string
		method string
		with   func(*http.Request)
		layers []transport.Middleware
		mark   bool
		sent   int
	}{
		{name: "GET", method: http.MethodGet, sent: 2},
		{name: "PUT with GetBody", method: http.MethodPut, with: again, sent: 2},
		{name: "PUT without GetBody", method: http.MethodPut, with: body, sent: 1},
		{name: "PUT without GetBody below a loop that copies it", method: http.MethodPut, with: body, layers: []transport.Middleware{retry.New()}, sent: 1},
		{name: "PUT with GetBody below a loop", method: http.MethodPut, with: again, layers: []transport.Middleware{retry.New()}, sent: 2},
		{name: "POST", method: http.MethodPost, sent: 1},
		{name: "POST that is marked", method: http.MethodPost, mark: true, sent: 2},
		{name: "POST that is marked, below a loop", method: http.MethodPost, mark: true, layers: []transport.Middleware{retry.New()}, sent: 2},
		{name: "POST with a key", method: http.MethodPost, with: func(req *http.Request) { req.Header.Set("Idempotency-Key", "1") }, sent: 2},
		{name: "an operation that is safe", method: http.MethodPost, layers: []transport.Middleware{operation(record.RepeatAlways)}, sent: 2},
		{name: "an operation that is not", method: http.MethodPut, layers: []transport.Middleware{operation(record.RepeatRefused)}, sent: 1},
		{name: "an upgrade", method: http.MethodGet, with: func(req *http.Request) { req.Header.Set("Upgrade", "websocket") }, sent: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				base := &server{script: times(time.Second)}
				ctx := t.Context()
				if row.mark {
					ctx = retry.Safe(ctx)
				}
				req := get(t, ctx)
				req.Method = row.method
				if row.with != nil {
					row.with(req)
				}
				p := send(t, chain(base, append(row.layers, hedge.New(hedge.WithDelay(50*ms)))...), req)
				require.NoError(t, p.err)
				assert.Len(t, base.requests(), row.sent)
			})
		})
	}
}

// H1: a failure does not beat a good response in flight, and what is returned when all legs
// have failed is a response before an error, and a later one before an earlier one.
func TestAFailureDoesNotWin(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	type ending struct {
		after  time.Duration
		status int // 0 for an error
	}
	for _, row := range []struct {
		name   string
		first  ending
		second ending
		layers []transport.Middleware
		status int
		took   time.Duration
	}{
		{name: "a 503", first: ending{200 * ms, 200}, second: ending{10 * ms, 503}, status: 200, took: 200 * ms},
		{name: "a 429", first: ending{200 * ms, 200}, second: ending{10 * ms, 429}, status: 200, took: 200 * ms},
		{name: "a 404 is a response like any other", first: ending{200 * ms, 200}, second: ending{10 * ms, 404}, status: 404, took: 60 * ms},
		{name: "an error", first: ending{200 * ms, 200}, second: ending{10 * ms, 0}, status: 200, took: 200 * ms},
		{name: "an error of the first", first: ending{60 * ms, 0}, second: ending{40 * ms, 200}, status: 200, took: 90 * ms},
		{name: "a 503 of the first, before the delay", first: ending{40 * ms, 503}, second: ending{ms, 200}, status: 503, took: 40 * ms},
		{name: "two failures", first: ending{200 * ms, 503}, second: ending{10 * ms, 500}, status: 503, took: 200 * ms},
		{name: "a failure and an error", first: ending{200 * ms, 0}, second: ending{10 * ms, 500}, status: 500, took: 200 * ms},
		{name: "an error and a failure", first: ending{200 * ms, 502}, second: ending{10 * ms, 0}, status: 502, took: 200 * ms},
		{name: "two errors", first: ending{200 * ms, 0}, second: ending{10 * ms, 0}, status: 0, took: 200 * ms},
		{
			name: "a status that the loop retries", first: ending{200 * ms, 200}, second: ending{10 * ms, 404},
			layers: []transport.Middleware{retry.New(retry.WithCodes("404"))}, status: 200, took: 200 * ms,
		},
		{
			name: "a status that the loop does not retry", first: ending{200 * ms, 200}, second: ending{10 * ms, 503},
			layers: []transport.Middleware{retry.New(retry.WithCodes("404"))}, status: 503, took: 60 * ms,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var closed atomic.Int32
				base := &server{script: func(n int, req *http.Request) (*http.Response, error) {
					e := row.first
					if n > 1 {
						e = row.second
					}
					resp, err := after(req, e.after, e.status)
					if err == nil && e.status == 0 {
						return nil, broken
					}
					if resp != nil {
						resp.Body = &counted{resp.Body, &closed}
					}
					return resp, err
				}}
				p := send(t, chain(base, append(row.layers, hedge.New(hedge.WithDelay(50*ms)))...), get(t, t.Context()))
				assert.Equal(t, row.took, p.took)
				if row.status == 0 {
					require.ErrorIs(t, p.err, broken)
				} else {
					require.NoError(t, p.err)
					assert.Equal(t, row.status, p.resp.StatusCode)
				}
				synctest.Wait()
				opened := int32(0)
				for i, e := range []ending{row.first, row.second}[:len(base.requests())] {
					if e.status != 0 && (e.after+time.Duration(i)*50*ms <= row.took) {
						opened++
					}
				}
				assert.Equal(t, opened, closed.Load(), "each response is closed once")
			})
		})
	}
}

type counted struct {
	io.ReadCloser

	closed *atomic.Int32
}

func (c *counted) Close() error {
	c.closed.Add(1)
	return c.ReadCloser.Close()
}

// H1: losers are canceled at once, the winner only when its body is closed.
func TestTheWinnerLivesUntilItsBodyIsClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := &server{script: times(time.Second, 10*ms)}
		resp, err := chain(base, hedge.New(hedge.WithDelay(50*ms))).RoundTrip(get(t, t.Context()))
		require.NoError(t, err)
		synctest.Wait()
		loser, winner := base.requests()[0].Context(), base.requests()[1].Context()
		require.ErrorIs(t, loser.Err(), context.Canceled)
		assert.Equal(t, transport.ClassHedgeLost, transport.ClassifyError(base.requests()[0], context.Cause(loser)))
		time.Sleep(time.Hour) // virtual
		require.NoError(t, winner.Err())
		all, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(all))
		require.NoError(t, winner.Err())
		require.NoError(t, resp.Body.Close())
		require.Error(t, winner.Err())
	})
}

// H1: a response that comes just after the other one is closed.
func TestALateResponseIsClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var closed atomic.Int32
		release := make(chan struct{})
		base := &server{script: func(n int, req *http.Request) (*http.Response, error) {
			if n > 1 {
				return after(req, 10*ms, 200)
			}
			<-release // it ignores its context
			resp, err := after(req.WithContext(context.WithoutCancel(req.Context())), ms, 200)
			resp.Body = &counted{resp.Body, &closed}
			return resp, err
		}}
		p := send(t, chain(base, hedge.New(hedge.WithDelay(50*ms))), get(t, t.Context()))
		require.NoError(t, p.err)
		assert.Equal(t, 60*ms, p.took)
		close(release)
		time.Sleep(2 * ms) // virtual
		synctest.Wait()
		assert.EqualValues(t, 1, closed.Load())
	})
}

// C8: a base that ignores its context delays no call, is reported once, and gets no further
// legs while many of them run.
func TestABaseThatIgnoresItsContextIsBounded(t *testing.T) { //nolint:paralleltest // it sets the default logger
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		base := &server{script: func(n int, req *http.Request) (*http.Response, error) {
			if layerLeg(req) == 1 && n <= 128 {
				<-release
			}
			return after(req, 10*ms, 200)
		}}
		rt := chain(base, hedge.New(hedge.WithDelay(50*ms), hedge.WithoutBudget()))
		for range 64 {
			assert.Equal(t, 60*ms, send(t, rt, get(t, t.Context())).took)
		}
		assert.Len(t, base.requests(), 128)
		time.Sleep(time.Minute) // virtual
		synctest.Wait()
		assert.Equal(t, 1, strings.Count(log.String(), "ignores the context"), log.String())
		base.play(times(time.Second))
		send(t, rt, get(t, t.Context()))
		assert.Len(t, base.requests(), 129, "no further leg while 64 have not ended")
		close(release)
		synctest.Wait()
		send(t, rt, get(t, t.Context()))
		assert.Len(t, base.requests(), 131)
	})
}

func layerLeg(req *http.Request) int { return record.LegOf(req.Context()) }

// C2, R12: canceling the call ends all legs at once, with the error of the caller.
func TestTheCallerCancelsAllLegs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := &server{script: times(time.Hour)}
		rt := chain(base, hedge.New(hedge.WithDelay(50*ms)))
		why := errors.New("no longer wanted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(80*ms, func() { cancel(why) })
		p := send(t, rt, get(t, ctx))
		require.ErrorIs(t, p.err, why)
		assert.Equal(t, 80*ms, p.took)
		assert.Len(t, base.requests(), 2)

		release := make(chan struct{})
		deaf := &server{script: func(_ int, req *http.Request) (*http.Response, error) {
			<-release
			return nil, req.Context().Err()
		}}
		ctx, cancel = context.WithCancelCause(t.Context())
		time.AfterFunc(80*ms, func() { cancel(why) })
		p = send(t, chain(deaf, hedge.New(hedge.WithDelay(50*ms))), get(t, ctx))
		require.ErrorIs(t, p.err, why)
		require.ErrorIs(t, p.err, context.Canceled)
		assert.Equal(t, 180*ms, p.took, "a base that ignores its context is left after 100 ms")
		close(release)
	})
}

// C2: each leg has its own body, with the same bytes, closed once; one that GetBody does not
// return costs only the further leg.
func TestEachLegHasItsBody(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]error{"GetBody": nil, "a GetBody that fails": errors.New("disk is gone")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var opened, closed atomic.Int32
				open := func() io.ReadCloser {
					opened.Add(1)
					return &counted{io.NopCloser(strings.NewReader("payload")), &closed}
				}
				req := get(t, t.Context())
				req.Method, req.Body, req.ContentLength = http.MethodPut, open(), 7
				req.GetBody = func() (io.ReadCloser, error) {
					if fails != nil {
						return nil, fails
					}
					return open(), nil
				}
				var mu sync.Mutex
				var texts []string
				base := &server{script: func(n int, req *http.Request) (*http.Response, error) {
					text, err := io.ReadAll(req.Body)
					mu.Lock()
					texts = append(texts, string(text))
					mu.Unlock()
					if err != nil {
						return nil, err
					}
					return after(req, time.Duration(2-n)*time.Second+ms, 200)
				}}
				body := req.Body
				p := send(t, chain(base, hedge.New(hedge.WithDelay(50*ms))), req)
				require.NoError(t, p.err)
				synctest.Wait()
				assert.Same(t, body, req.Body)
				assert.Equal(t, opened.Load(), closed.Load())
				if fails != nil {
					assert.Equal(t, []string{"payload"}, texts)
				} else {
					assert.Equal(t, []string{"payload", "payload"}, texts)
				}
			})
		})
	}
}

// C3: a panic of a leg reaches the caller, and that of a leg that has lost does not end the
// program.
func TestAPanicReachesTheCaller(t *testing.T) { //nolint:paralleltest // it sets the default logger
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(before)
	for _, panics := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			base := &server{script: func(n int, req *http.Request) (*http.Response, error) {
				if n == panics {
					time.Sleep(time.Duration(2-n) * 60 * ms)
					panic("the base")
				}
				return after(req, time.Second, 200)
			}}
			rt := chain(base, hedge.New(hedge.WithDelay(50*ms)))
			assert.PanicsWithValue(t, "the base", func() { _, _ = rt.RoundTrip(get(t, t.Context())) })
			synctest.Wait()
		})
	}
	synctest.Test(t, func(t *testing.T) {
		base := &server{script: func(n int, req *http.Request) (*http.Response, error) {
			if n == 1 {
				<-req.Context().Done()
				panic("too late")
			}
			return after(req, ms, 200)
		}}
		p := send(t, chain(base, hedge.New(hedge.WithDelay(50*ms))), get(t, t.Context()))
		require.NoError(t, p.err)
		synctest.Wait()
	})
	synctest.Test(t, func(t *testing.T) {
		req := get(t, t.Context())
		req.Method, req.Body, req.ContentLength = http.MethodPut, io.NopCloser(strings.NewReader("x")), 1
		req.GetBody = func() (io.ReadCloser, error) { panic("GetBody") }
		base := &server{script: times(time.Second)}
		rt := chain(base, hedge.New(hedge.WithDelay(50*ms)))
		assert.PanicsWithValue(t, "GetBody", func() { _, _ = rt.RoundTrip(req) })
		synctest.Wait()
		assert.Error(t, base.requests()[0].Context().Err(), "the first leg is canceled")
	})
}

// H1: a further leg takes a turn of the limiter only if one is free, and the first leg's wait
// for its turn does not count.
func TestAFurtherLegTakesNoTurnFromOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(1, 2))
		base := &server{script: times(20*ms, 400*ms, 400*ms, 400*ms)}
		budget := layer.NewBudget(0, 10, 0)
		rt := chain(base, hedge.New(hedge.WithDelay(50*ms), hedge.WithBudget(budget)), ratelimit.New(limiter))
		send(t, rt, get(t, t.Context())) // one turn is left
		p := send(t, rt, get(t, t.Context()))
		require.NoError(t, p.err)
		assert.Equal(t, 400*ms, p.took)
		assert.Len(t, base.requests(), 2, "there was no turn for a further leg")
		assert.InDelta(t, 10, budget.Left(), 1e-9, "what was not sent is given back")
		call := transport.CallOf(p.resp)
		assert.Len(t, call.Attempts(), 1)
		assert.Empty(t, call.Waits())

		p = send(t, rt, get(t, t.Context())) // waits about half a second, longer than the delay
		require.NoError(t, p.err)
		assert.Len(t, base.requests(), 3)
		assert.Greater(t, p.took, 900*ms)

		time.Sleep(10 * time.Second) // virtual
		p = send(t, rt, get(t, t.Context()))
		require.NoError(t, p.err)
		assert.Len(t, base.requests(), 5, "both turns are free")
		_, known := limiter.Snapshot("api.example.com")
		assert.True(t, known)
	})
}

// R14, H1: retries and further legs draw on one budget, into which each call pays once.
func TestHedgeAndRetryShareABudget(t *testing.T) {
	t.Parallel()
	shared := layer.NewBudget(0.5, 1, 0)
	for _, row := range []struct {
		name   string
		layers func() []transport.Middleware
		sent   []int // of slow calls, one after the other
	}{
		{"the loop's", func() []transport.Middleware {
			return []transport.Middleware{retry.New(retry.WithBudget(layer.NewBudget(0.5, 1, 0))), hedge.New(hedge.WithDelay(50 * ms))}
		}, []int{2, 1, 2, 1, 2}},
		{"one that both are given", func() []transport.Middleware {
			return []transport.Middleware{retry.New(retry.WithBudget(shared)), hedge.New(hedge.WithDelay(50*ms), hedge.WithBudget(shared))}
		}, []int{2, 1, 2, 1, 2}},
		{"one without a loop", func() []transport.Middleware {
			return []transport.Middleware{hedge.New(hedge.WithDelay(50*ms), hedge.WithBudget(layer.NewBudget(0.5, 1, 0)))}
		}, []int{2, 1, 2, 1, 2}},
		{"one beside the loop's", func() []transport.Middleware {
			return []transport.Middleware{
				retry.New(retry.WithBudget(layer.NewBudget(0, 0, 0))),
				hedge.New(hedge.WithDelay(50*ms), hedge.WithBudget(layer.NewBudget(0.5, 1, 0))),
			}
		}, []int{2, 1, 2, 1, 2}},
		{"nothing", func() []transport.Middleware {
			return []transport.Middleware{retry.New(retry.WithBudget(layer.NewBudget(0, 0, 0))), hedge.New(hedge.WithDelay(50*ms), hedge.WithBudget(nil))}
		}, []int{1, 1}},
		{"a loop that is off", func() []transport.Middleware {
			return []transport.Middleware{retry.New(retry.Off(), retry.WithBudget(layer.NewBudget(0, 0, 0))), hedge.New(hedge.WithDelay(50 * ms))}
		}, []int{2, 2}},
		{"no limit", func() []transport.Middleware {
			return []transport.Middleware{retry.New(retry.WithBudget(layer.NewBudget(0, 0, 0))), hedge.New(hedge.WithDelay(50*ms), hedge.WithoutBudget())}
		}, []int{2, 2, 2}},
		{"no limit of the loop", func() []transport.Middleware {
			return []transport.Middleware{retry.New(retry.WithoutBudget()), hedge.New(hedge.WithDelay(50 * ms))}
		}, []int{2, 2, 2}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				base := &server{script: times(time.Second)}
				rt := chain(base, row.layers()...)
				var sent []int
				for range row.sent {
					before := len(base.requests())
					p := send(t, rt, get(t, t.Context()))
					require.NoError(t, p.err, "a budget that is spent does not end the call")
					sent = append(sent, len(base.requests())-before)
				}
				assert.Equal(t, row.sent, sent)
			})
		})
	}
}

// H1, R13: the time in which the first leg waits with its clock held does not count, neither for
// the delay nor for the timeout of the attempt.
func TestTheDelayBeginsWhenTheFirstLegIsSent(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		then func(layer.Clock) // how the clock goes on
		took time.Duration     // of the server
		sent int
	}{
		{"Restart", layer.Clock.Restart, 49 * ms, 1},
		{"Restart, a slow response", layer.Clock.Restart, 51 * ms, 2},
		{"Resume", layer.Clock.Resume, 39 * ms, 1},
		{"Resume, a slow response", layer.Clock.Resume, 41 * ms, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				waiting := func(next http.RoundTripper) http.RoundTripper {
					return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
						if layerLeg(req) == 1 {
							clock := layer.ClockFrom(req.Context())
							time.Sleep(10 * ms) // virtual
							clock.Hold()
							time.Sleep(200 * ms) // virtual
							row.then(clock)
						}
						return next.RoundTrip(req)
					})
				}
				base := &server{script: times(row.took)}
				rt := chain(base, retry.New(retry.WithAttemptTimeout(100*ms), retry.WithMaxRetries(0)), hedge.New(hedge.WithDelay(50*ms)), waiting)
				p := send(t, rt, get(t, t.Context()))
				require.NoError(t, p.err)
				assert.Equal(t, 210*ms+row.took, p.took)
				assert.Len(t, base.requests(), row.sent)
			})
		})
	}
}

// R13: the timeout of an attempt ends all its legs, with the timeout as the error.
func TestATimeoutEndsAllLegs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := &server{script: times(time.Hour)}
		rt := chain(base, retry.New(retry.WithAttemptTimeout(200*ms), retry.WithMaxRetries(1), retry.WithBaseDelay(0)), hedge.New(hedge.WithDelay(50*ms)))
		p := send(t, rt, get(t, t.Context()))
		require.ErrorIs(t, p.err, retry.ErrAttemptTimeout)
		assert.Equal(t, 400*ms, p.took)
		assert.Len(t, base.requests(), 4)
		for _, a := range transport.CallOfError(p.err).Attempts() {
			assert.Equal(t, transport.ClassAttemptTimeout, a.Class)
		}
	})
}
