package retry_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
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
	"github.com/tripware/tripware/transport/network"
)

// A server responds to the attempts by the steps of a script; the last step repeats.
type server struct {
	script []step
	bodies []string
	times  []time.Time
	calls  int
	drops  []*body
}

type step struct {
	status int
	header http.Header
	err    error
	takes  time.Duration
}

func status(codes ...int) []step {
	steps := make([]step, len(codes))
	for i, code := range codes {
		steps[i].status = code
	}
	return steps
}

type body struct {
	io.Reader
	closed int
}

func (b *body) Close() error { b.closed++; return nil }

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	now := s.script[min(s.calls, len(s.script)-1)]
	s.calls++
	s.times = append(s.times, time.Now())
	if req.Body != nil {
		sent, _ := io.ReadAll(req.Body)
		layer.CloseBody(req.Body)
		s.bodies = append(s.bodies, string(sent))
	}
	if now.takes > 0 {
		select {
		case <-time.After(now.takes):
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
	if now.err != nil {
		return nil, now.err
	}
	answer := &body{Reader: strings.NewReader(fmt.Sprint("answer ", s.calls))}
	s.drops = append(s.drops, answer)
	header := now.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: now.status, Header: header, Body: answer, Request: req}, nil
}

func request(ctx context.Context, method, text string) *http.Request {
	var content io.Reader = http.NoBody
	if text != "" {
		content = strings.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, "https://api.example.com/things?token=t", content)
	if err != nil {
		panic(err)
	}
	return req
}

// call runs one call through a chain in a bubble of virtual time.
func call(t *testing.T, s *server, req func(ctx context.Context) *http.Request, check func(*testing.T, *http.Response, *transport.Call, error), opts ...retry.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, rec := transport.Begin(t.Context())
		resp, err := transport.Chain(s, retry.New(opts...)).RoundTrip(req(ctx))
		rec.End()
		check(t, resp, rec, err)
		if resp != nil {
			require.NoError(t, resp.Body.Close())
		}
		for i, answer := range s.drops {
			assert.Equal(t, 1, answer.closed, "response %d is closed once", i+1)
		}
		assert.Equal(t, s.calls, rec.AttemptCount(), "O3")
	})
}

func getIt(ctx context.Context) *http.Request  { return request(ctx, http.MethodGet, "") }
func postIt(ctx context.Context) *http.Request { return request(ctx, http.MethodPost, "text") }
func markedIt(ctx context.Context) *http.Request {
	return request(retry.Safe(ctx), http.MethodPost, "text")
}

func keyedIt(ctx context.Context) *http.Request {
	req := postIt(ctx)
	req.Header.Set("Idempotency-Key", "k")
	return req
}

// R3, R4: at most MaxRetries follow the first attempt; the last response is returned unread.
func TestStopsAfterTheLastRetryAndReturnsItsResponse(t *testing.T) {
	t.Parallel()
	s := &server{script: status(503)}
	call(t, s, getIt, func(t *testing.T, resp *http.Response, rec *transport.Call, err error) {
		require.NoError(t, err)
		assert.Equal(t, 6, s.calls)
		assert.Equal(t, retry.ReasonAttempts, rec.Reason())
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, "answer 6", string(text))
		assert.Equal(t, 5, rec.Retries())
	}, retry.WithMaxElapsed(0))
}

// R2: full jitter; each wait is below its ceiling and the maximum delay.
func TestWaitsStayBelowTheirCeilings(t *testing.T) {
	t.Parallel()
	for range 50 {
		s := &server{script: status(500, 502, 503, 504, 599, 200)}
		call(t, s, getIt, func(t *testing.T, _ *http.Response, rec *transport.Call, err error) {
			require.NoError(t, err)
			require.Len(t, rec.Waits(), 5)
			for i, wait := range rec.Waits() {
				assert.LessOrEqual(t, wait.For, min(4*time.Second, time.Second<<i))
				assert.Equal(t, wait.For, s.times[i+1].Sub(s.times[i]))
				assert.Equal(t, i+2, wait.Before)
			}
			assert.Empty(t, rec.Reason())
		}, retry.WithMaxDelay(4*time.Second))
	}
}

// R9, R7: which method is retried after which response.
func TestWhatIsRepeated(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken pipe")
	dial := &net.OpError{Op: "dial", Err: errors.New("refused")}
	fact := func(repeat record.Repeat) func(ctx context.Context) *http.Request {
		return func(ctx context.Context) *http.Request {
			layer.Put(ctx, record.Operation{Repeat: repeat})
			return postIt(ctx)
		}
	}
	for _, row := range []struct {
		name  string
		req   func(context.Context) *http.Request
		first step
		opts  []retry.Option
		calls int
		why   transport.Reason
	}{
		{"GET on 503", getIt, step{status: 503}, nil, 2, ""},
		{"GET on 501", getIt, step{status: 501}, nil, 1, ""},
		{"GET on a broken connection", getIt, step{err: broken}, nil, 2, ""},
		{"POST on 503", postIt, step{status: 503}, nil, 1, retry.ReasonMethod},
		{"POST on 429", postIt, step{status: 429}, nil, 2, ""},
		{"POST on a broken connection", postIt, step{err: broken}, nil, 1, retry.ReasonMethod},
		{"POST that found no connection", postIt, step{err: fmt.Errorf("x: %w", dial)}, nil, 2, ""},
		{"POST whose proxy has no upstream", postIt, step{err: &network.ProxyError{Status: 502}}, nil, 2, ""},
		{"POST whose proxy cannot be reached", postIt, step{err: &network.ProxyError{Err: dial}}, nil, 2, ""},
		{"POST that could not be signed", postIt, step{err: unsigned{}}, nil, 2, ""},
		{"marked POST on 503", markedIt, step{status: 503}, nil, 2, ""},
		{"marked POST on a broken connection", markedIt, step{err: broken}, nil, 2, ""},
		{"POST with a key on 503", keyedIt, step{status: 503}, nil, 2, ""},
		{"POST with a key on a broken connection", keyedIt, step{err: broken}, nil, 2, ""},
		{"any method on status", postIt, step{status: 503}, []retry.Option{retry.WithAnyMethodOnStatus()}, 2, ""},
		{"any method on status is not on error", postIt, step{err: broken}, []retry.Option{retry.WithAnyMethodOnStatus()}, 1, retry.ReasonMethod},
		{"any method on error", postIt, step{err: broken}, []retry.Option{retry.WithAnyMethodOnError()}, 2, ""},
		{"a call that knows it is harmless", fact(record.RepeatAlways), step{status: 503}, nil, 2, ""},
		{"repeated when refused, 503", fact(record.RepeatRefused), step{status: 503}, nil, 2, ""},
		{"repeated when refused, 500", fact(record.RepeatRefused), step{status: 500}, []retry.Option{retry.WithAnyMethodOnStatus()}, 1, retry.ReasonMethod},
		{"repeated when refused, broken", fact(record.RepeatRefused), step{err: broken}, nil, 1, retry.ReasonMethod},
		{"repeated when refused, unsent", fact(record.RepeatRefused), step{err: dial}, nil, 2, ""},
		// R8: never.
		{"certificate", getIt, step{err: x509.UnknownAuthorityError{}}, nil, 1, ""},
		{"host name", getIt, step{err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}}, nil, 1, ""},
		{"a TLS alert", getIt, step{err: &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}}, nil, 1, ""},
		{"a proxy's certificate", getIt, step{err: &network.ProxyError{Err: x509.UnknownAuthorityError{}}}, nil, 1, ""},
		{"a proxy's 407 to CONNECT", getIt, step{err: &network.ProxyError{Status: 407}}, nil, 1, ""},
		{"a proxy's 407", getIt, step{status: 407}, []retry.Option{retry.WithCodes("4xx")}, 1, ""},
		{"an upgrade", getIt, step{status: 101}, []retry.Option{retry.WithCodes("1xx", "101")}, 1, ""},
		{"a refusal", getIt, step{err: refusal{}}, []retry.Option{retry.WithAnyMethodOnError()}, 1, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &server{script: []step{row.first, {status: 200}}}
			call(t, s, row.req, func(t *testing.T, _ *http.Response, rec *transport.Call, err error) {
				assert.Equal(t, row.calls, s.calls)
				assert.Equal(t, row.why, rec.Reason())
				if row.first.err != nil && row.calls == 1 {
					require.ErrorIs(t, err, row.first.err)
				} else {
					require.NoError(t, err)
				}
			}, row.opts...)
		})
	}
}

type unsigned struct{}

func (unsigned) Error() string { return "no credential" }
func (unsigned) NotSent() bool { return true }

type refusal struct{}

func (refusal) Error() string   { return "not sent" }
func (refusal) Retryable() bool { return false }

// R8: a request that cannot be sent is not retried.
func TestARequestThatCannotBeSentIsTriedOnce(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*http.Request){
		"scheme": func(r *http.Request) { r.URL.Scheme = "gopher" },
		"host":   func(r *http.Request) { r.URL.Host = "" },
		"url":    func(r *http.Request) { r.URL = nil },
		"method": func(r *http.Request) { r.Method = "G T" },
		"header": func(r *http.Request) { r.Header["X"] = []string{"a\nb"} },
	} {
		s := &server{script: []step{{err: errors.New("cannot be sent")}}}
		call(t, s, func(ctx context.Context) *http.Request {
			req := getIt(ctx)
			spoil(req)
			return req
		}, func(t *testing.T, _ *http.Response, _ *transport.Call, err error) {
			require.Error(t, err, name)
			assert.Equal(t, 1, s.calls, name)
		})
	}
}

// R6: a hint is a minimum, with jitter so that clients do not retry together.
func TestAHintIsAFloor(t *testing.T) {
	t.Parallel()
	s := &server{script: []step{{status: 503, header: http.Header{"Retry-After": {"20"}}}, {status: 200}}}
	call(t, s, getIt, func(t *testing.T, _ *http.Response, rec *transport.Call, err error) {
		require.NoError(t, err)
		require.Len(t, rec.Waits(), 1)
		wait := rec.Waits()[0].For
		assert.GreaterOrEqual(t, wait, 20*time.Second)
		assert.LessOrEqual(t, wait, 22*time.Second)
	})
}

// R6: the policy decides about hints that are longer than the maximum.
func TestALongHint(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		value    string
		opt      retry.Option
		why      transport.Reason
		min, max time.Duration
	}{
		{"stop by default", "3600", nil, retry.ReasonHint, 0, 0},
		{"stop on overflow", "9223372037", nil, retry.ReasonHint, 0, 0},
		{"clamp", "3600", retry.WithClampedHint(10 * time.Second), "", 10 * time.Second, 11 * time.Second},
		{"honour", "3600", retry.WithMaxHint(0), "", time.Hour, time.Hour + 6*time.Minute},
		{"short delays do not shorten hints", "25", retry.WithMaxDelay(time.Second), "", 25 * time.Second, 27500 * time.Millisecond},
		{"nor lengthen them", "31", retry.WithMaxDelay(time.Second), retry.ReasonHint, 0, 0},
		{"long delays allow long hints", "60", retry.WithMaxDelay(time.Minute), "", time.Minute, 66 * time.Second},
		{"no bound on delays, none on hints", "3600", retry.WithMaxDelay(0), "", time.Hour, time.Hour + 6*time.Minute},
		{"below the largest hint", "60", retry.WithMaxHint(time.Minute), "", time.Minute, 66 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &server{script: []step{{status: 429, header: http.Header{"Retry-After": {row.value}}}, {status: 200}}}
			call(t, s, getIt, func(t *testing.T, resp *http.Response, rec *transport.Call, err error) {
				require.NoError(t, err)
				assert.Equal(t, row.why, rec.Reason())
				if row.why != "" {
					assert.Equal(t, 429, resp.StatusCode)
					assert.Empty(t, rec.Waits())
					return
				}
				assert.GreaterOrEqual(t, rec.Waited(), row.min)
				assert.LessOrEqual(t, rec.Waited(), row.max)
			}, retry.WithMaxElapsed(0), row.opt)
		})
	}
}

// R3: no wait begins that would go beyond MaxElapsed or the caller's deadline.
func TestNoWaitBeginsThatCannotEnd(t *testing.T) {
	t.Parallel()
	hint := http.Header{"Retry-After": {"20"}}
	s := &server{script: []step{{status: 503, header: hint}}}
	call(t, s, getIt, func(t *testing.T, resp *http.Response, rec *transport.Call, err error) {
		require.NoError(t, err)
		assert.Equal(t, 503, resp.StatusCode)
		assert.Equal(t, retry.ReasonElapsed, rec.Reason())
		assert.Equal(t, 3, s.calls, "two waits of 20 s fit into 59 s, a third does not")
	}, retry.WithMaxElapsed(59*time.Second))

	synctest.Test(t, func(t *testing.T) {
		s := &server{script: []step{{status: 503, header: hint}}}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		begun := time.Now()
		resp, err := transport.Chain(s, retry.New()).RoundTrip(getIt(ctx))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, retry.ReasonDeadline, transport.CallOf(resp).Reason())
		assert.Zero(t, time.Since(begun))
	})
}

// R12: canceling a call ends its wait at once, with the cause.
func TestCancellingAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{script: []step{{status: 503, header: http.Header{"Retry-After": {"20"}}}}}
		cause := errors.New("shutting down")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5*time.Second, func() { cancel(cause) })
		begun := time.Now()
		_, err := retry.New()(s).RoundTrip(getIt(ctx))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, cause)
		assert.Equal(t, 5*time.Second, time.Since(begun))
		assert.Equal(t, 1, s.drops[0].closed)
	})
}

// C2: a call that is already canceled is not sent, and its body is closed.
func TestACancelledCallIsNotSent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &server{script: status(200)}
	req := getIt(ctx)
	sent := &body{Reader: strings.NewReader("x")}
	req.Body = sent
	_, err := retry.New()(s).RoundTrip(req)
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, s.calls)
	assert.Equal(t, 1, sent.closed)
}

// R4: the returned error unwraps to the error of the last attempt.
func TestTheLastErrorIsWrapped(t *testing.T) {
	t.Parallel()
	last := errors.New("the last")
	s := &server{script: []step{{err: errors.New("the first")}, {err: errors.New("the second")}, {err: last}}}
	call(t, s, getIt, func(t *testing.T, _ *http.Response, rec *transport.Call, err error) {
		require.ErrorIs(t, err, last)
		fault, ok := errors.AsType[*retry.Error](err)
		require.True(t, ok)
		assert.Equal(t, 3, fault.Attempts)
		assert.Equal(t, "retry: gave up after 3 attempts: the last", err.Error())
		assert.Same(t, rec, transport.CallOfError(err))
	}, retry.WithMaxRetries(2))
}

// R10: the same body on each attempt.
func TestTheBodyIsSentAgain(t *testing.T) {
	t.Parallel()
	s := &server{script: status(429, 429, 200)}
	call(t, s, postIt, func(t *testing.T, _ *http.Response, _ *transport.Call, err error) {
		require.NoError(t, err)
		assert.Equal(t, []string{"text", "text", "text"}, s.bodies)
	})
}

// R10: a stream longer than the replay buffer is sent once, and the reason is recorded.
func TestALongStreamIsSentOnce(t *testing.T) {
	t.Parallel()
	s := &server{script: status(429, 200)}
	call(t, s, func(ctx context.Context) *http.Request {
		req := postIt(ctx)
		req.Body, req.GetBody, req.ContentLength = io.NopCloser(strings.NewReader("12345")), nil, 5
		return req
	}, func(t *testing.T, resp *http.Response, rec *transport.Call, err error) {
		require.NoError(t, err)
		assert.Equal(t, 429, resp.StatusCode)
		assert.Equal(t, retry.ReasonNotReplayable, rec.Reason())
		assert.Equal(t, []string{"12345"}, s.bodies)
	}, retry.WithReplayBuffer(4))
}

// R10: a GetBody that fails ends the call with its error.
func TestAGetBodyThatFailsEndsTheCall(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	s := &server{script: status(429)}
	call(t, s, func(ctx context.Context) *http.Request {
		req := postIt(ctx)
		req.GetBody = func() (io.ReadCloser, error) { return nil, gone }
		return req
	}, func(t *testing.T, _ *http.Response, _ *transport.Call, err error) {
		require.ErrorIs(t, err, gone)
		assert.Equal(t, 1, s.calls)
	})
}

// R13: errors.Is distinguishes the three timeouts.
func TestTheClocksAreToldApart(t *testing.T) {
	t.Parallel()
	slow := []step{{status: 200, takes: 10 * time.Second}}
	for _, row := range []struct {
		name   string
		opts   []retry.Option
		ctx    time.Duration
		is     []error
		isNot  []error
		calls  int
		within time.Duration
	}{
		{"attempt", []retry.Option{retry.WithAttemptTimeout(time.Second), retry.WithMaxRetries(2), retry.WithBaseDelay(0)}, time.Hour,
			[]error{retry.ErrAttemptTimeout, context.DeadlineExceeded}, []error{context.Canceled, retry.ErrCallTimeout}, 3, 3 * time.Second},
		{"call", []retry.Option{retry.WithCallTimeout(4 * time.Second)}, time.Hour,
			[]error{retry.ErrCallTimeout, context.DeadlineExceeded}, []error{context.Canceled, retry.ErrAttemptTimeout}, 1, 4 * time.Second},
		{"caller", []retry.Option{retry.WithAttemptTimeout(time.Minute), retry.WithCallTimeout(time.Minute)}, 2 * time.Second,
			[]error{context.DeadlineExceeded}, []error{retry.ErrCallTimeout, retry.ErrAttemptTimeout}, 1, 2 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{script: slow}
				ctx, cancel := context.WithTimeout(t.Context(), row.ctx)
				defer cancel()
				begun := time.Now()
				_, err := retry.New(row.opts...)(s).RoundTrip(getIt(ctx))
				for _, want := range row.is {
					require.ErrorIs(t, err, want)
				}
				for _, other := range row.isNot {
					require.NotErrorIs(t, err, other)
				}
				assert.Equal(t, row.calls, s.calls)
				assert.Equal(t, row.within, time.Since(begun))
				timeout, ok := errors.AsType[net.Error](err)
				assert.True(t, ok && timeout.Timeout(), "%v", err)
			})
		})
	}
}

// C4, R13: the attempt's context lives until the body is closed.
func TestTheAttemptsContextLivesUntilTheBodyIsClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent context.Context
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			sent = req.Context() //nolint:fatcontext // it is looked at below
			return okBase(req)
		})
		req := getIt(t.Context())
		resp, err := retry.New(retry.WithAttemptTimeout(time.Second), retry.WithCallTimeout(time.Minute))(base).RoundTrip(req)
		require.NoError(t, err)
		assert.Same(t, req, resp.Request)
		time.Sleep(30 * time.Second)
		require.NoError(t, sent.Err(), "the attempt's clock stops at the head")
		require.NoError(t, resp.Body.Close())
		require.Error(t, sent.Err())
	})
}

// R13: a limiter's wait does not count against the attempt timeout.
func TestALimitersWaitHoldsTheAttemptsClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := func(next http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				clock := layer.ClockFrom(req.Context())
				clock.Hold()
				time.Sleep(time.Minute)
				clock.Restart()
				return next.RoundTrip(req)
			})
		}
		s := &server{script: []step{{status: 200, takes: 900 * time.Millisecond}}}
		resp, err := transport.Chain(s, retry.New(retry.WithAttemptTimeout(time.Second)), limiter).RoundTrip(getIt(t.Context()))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, 1, s.calls)
	})
}

// R13: what a layer does while it holds the attempt's clock costs no time, also after the
// response; afterwards the clock has the time that was left.
func TestAHeldClockGoesOnWithWhatWasLeft(t *testing.T) {
	t.Parallel()
	for slept, want := range map[time.Duration]error{300 * time.Millisecond: nil, 500 * time.Millisecond: retry.ErrAttemptTimeout} {
		synctest.Test(t, func(t *testing.T) {
			observer := func(next http.RoundTripper) http.RoundTripper {
				return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					clock := layer.ClockFrom(req.Context())
					for range 2 {
						time.Sleep(300 * time.Millisecond)
						clock.Hold()
						time.Sleep(time.Minute)
						clock.Resume()
					}
					time.Sleep(slept)
					return next.RoundTrip(req)
				})
			}
			s := &server{script: []step{{status: 200}}}
			resp, err := transport.Chain(s, retry.New(retry.WithAttemptTimeout(time.Second), retry.WithMaxRetries(0)), observer).RoundTrip(getIt(t.Context()))
			require.ErrorIs(t, err, want)
			if err == nil {
				require.NoError(t, resp.Body.Close())
			}
		})
	}
}

// C4: the body of a 101 stays writable with an attempt timeout.
func TestAnUpgradedBodyStaysWritable(t *testing.T) {
	t.Parallel()
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		near, far := net.Pipe()
		t.Cleanup(func() { _ = far.Close() })
		return &http.Response{StatusCode: 101, Header: http.Header{}, Body: near, Request: req}, nil
	})
	resp, err := retry.New(retry.WithAttemptTimeout(time.Second))(base).RoundTrip(getIt(t.Context()))
	require.NoError(t, err)
	_, ok := resp.Body.(io.Writer)
	assert.True(t, ok)
	require.NoError(t, resp.Body.Close())
}

// R14: an outage does not multiply the load; retries after a 429 spend nothing.
func TestABudgetBoundsRetriesInAnOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{script: status(503)}
		client := retry.New(retry.WithBaseDelay(0))(s)
		for range 640 {
			roundTrip(t, client, getIt(t.Context()))
		}
		assert.Less(t, s.calls, 640*16/10)
		assert.Greater(t, s.calls, 640+100)
		ctx, rec := transport.Begin(t.Context())
		roundTrip(t, client, getIt(ctx))
		assert.Equal(t, retry.ReasonBudget, rec.Reason())

		throttled := &server{script: status(429, 429, 200)}
		roundTrip(t, retry.New(retry.WithBudget(layer.NewBudget(0, 0, 0)), retry.WithBaseDelay(0))(throttled), getIt(t.Context()))
		assert.Equal(t, 3, throttled.calls)

		time.Sleep(10 * time.Second)
		before := s.calls
		roundTrip(t, client, getIt(t.Context()))
		assert.Equal(t, before+6, s.calls, "the reserve fills by time")
	})
}

// R14: a budget may be shared, and switched off.
func TestABudgetIsPerClientUnlessShared(t *testing.T) {
	t.Parallel()
	spent := layer.NewBudget(0, 1, 0)
	for i, row := range []struct {
		opt   retry.Option
		calls int
	}{{retry.WithBudget(spent), 2}, {retry.WithBudget(spent), 1}, {retry.WithoutBudget(), 3}, {retry.WithBudget(nil), 3}} {
		s := &server{script: status(503)}
		roundTrip(t, retry.New(row.opt, retry.WithMaxRetries(2), retry.WithBaseDelay(0))(s), getIt(t.Context()))
		assert.Equal(t, row.calls, s.calls, "row %d", i)
	}
}

// R14: what is left of a budget can be read, with what time has added.
func TestABudgetSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := layer.NewBudget(0.5, 3, 1)
		assert.InDelta(t, 3, b.Left(), 0)
		for range 3 {
			assert.True(t, b.Withdraw())
		}
		assert.InDelta(t, 0, b.Left(), 0)
		b.Deposit()
		time.Sleep(2 * time.Second) // virtual
		assert.InDelta(t, 2.5, b.Left(), 0)
		time.Sleep(time.Minute)
		assert.InDelta(t, 3, b.Left(), 0)
		assert.True(t, math.IsInf((*retry.Budget)(nil).Left(), 1))
	})
}

// R15: a policy per call.
func TestAPolicyPerCall(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		opts  []retry.Option
		calls int
		fails bool
	}{
		{"fewer", []retry.Option{retry.WithMaxRetries(1)}, 2, false},
		{"off", []retry.Option{retry.Off()}, 1, false},
		{"other codes", []retry.Option{retry.WithCodes("429")}, 1, false},
		{"impossible", []retry.Option{retry.WithMaxRetries(-1), retry.WithCodes("x")}, 0, true},
	} {
		s := &server{script: status(503)}
		outer := retry.WithPolicy(t.Context(), retry.WithMaxRetries(3), nil)
		resp, err := retry.New(retry.WithBaseDelay(0))(s).RoundTrip(getIt(retry.WithPolicy(outer, row.opts...)))
		if row.fails {
			require.ErrorContains(t, err, `"x"`, row.name)
			require.ErrorContains(t, err, "-1", row.name)
		} else {
			require.NoError(t, err, row.name)
			layer.CloseBody(resp.Body)
		}
		assert.Equal(t, row.calls, s.calls, row.name)
	}
}

// R15: of two nested loops the inner one passes requests through; the stricter limits apply.
func TestTwoRetriersDoNotMultiply(t *testing.T) {
	t.Parallel()
	strict, loose := retry.New(retry.WithMaxRetries(2), retry.WithBaseDelay(0)), retry.New(retry.WithMaxRetries(4), retry.WithBaseDelay(0))
	for name, stack := range map[string]func(http.RoundTripper) http.RoundTripper{
		"strict above": func(base http.RoundTripper) http.RoundTripper { return strict(loose(base)) },
		"strict below": func(base http.RoundTripper) http.RoundTripper { return loose(strict(base)) },
		"in nested chains": func(base http.RoundTripper) http.RoundTripper {
			return transport.Chain(transport.Chain(base, strict), loose)
		},
	} {
		s := &server{script: status(503)}
		rt := stack(s)
		resp, err := rt.RoundTrip(getIt(t.Context()))
		require.NoError(t, err, name)
		layer.CloseBody(resp.Body)
		assert.Equal(t, 3, s.calls, name)
		assert.ErrorContains(t, transport.Check(rt), "multiply", name)
	}
}

// A4: a layer below may ask for one extra attempt, outside the limits.
func TestALayerBelowMayAskForOneAttemptMore(t *testing.T) {
	t.Parallel()
	s := &server{script: status(401, 401, 200)}
	var granted []bool
	asking := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			again, _ := record.Again(req.Context())
			granted = append(granted, again)
			return resp, err
		})
	}
	resp, err := transport.Chain(s, retry.New(retry.WithMaxRetries(0)), asking).RoundTrip(getIt(t.Context()))
	require.NoError(t, err)
	layer.CloseBody(resp.Body)
	assert.Equal(t, 401, resp.StatusCode)
	assert.Equal(t, []bool{true, false}, granted, "once per call")
	assert.Equal(t, 2, s.calls)
	assert.Equal(t, 1, s.drops[0].closed)
}

// R16: hooks get plain values and no record; a panic in one does not affect the call.
func TestHooksSeeEachFailedAttempt(t *testing.T) {
	t.Parallel()
	s := &server{script: []step{{status: 503}, {err: errors.New("broken")}, {status: 503}}}
	var events []retry.Event
	hook := func(ctx context.Context, e retry.Event) {
		assert.Nil(t, transport.CallFrom(ctx))
		events = append(events, e)
		panic("hooks must not break calls")
	}
	call(t, s, getIt, func(t *testing.T, _ *http.Response, rec *transport.Call, err error) {
		require.NoError(t, err)
		require.Len(t, events, 3)
		assert.Equal(t, []string{"status 503", "broken connection", "status 503"},
			[]string{events[0].Cause, events[1].Cause, events[2].Cause})
		assert.Equal(t, []int{1, 2, 3}, []int{events[0].Attempt, events[1].Attempt, events[2].Attempt})
		assert.Equal(t, rec.Waits()[0].For, events[0].Wait)
		assert.Equal(t, retry.ReasonAttempts, events[2].Reason)
		assert.Equal(t, rec.TransactionID(), events[1].TransactionID)
		assert.NotContains(t, events[0].URL, "token=t")
	}, retry.WithMaxRetries(2), retry.WithHook(hook), retry.WithHook(nil))
}

// R17, C10: invalid settings refuse every call with an error that lists all of them.
func TestBadSettingsRefuseEveryCall(t *testing.T) {
	t.Parallel()
	refusing := retry.New(
		retry.WithCodes("5x"), retry.WithMaxRetries(-1), retry.WithBaseDelay(2*time.Second), retry.WithMaxDelay(time.Second),
		retry.WithMaxElapsed(-1), retry.WithAttemptTimeout(-1), retry.WithCallTimeout(-1), retry.WithBackoff(nil), retry.WithReplayBuffer(-1),
		retry.WithDrain(-1, -1), retry.WithMaxHint(-1), retry.WithBudget(layer.NewBudget(-1, math.NaN(), -1)),
	)(okBase)
	_, err := refusing.RoundTrip(getIt(t.Context()))
	for _, part := range []string{
		`"5x"`, "max retries", "below base delay", "max elapsed", "attempt timeout", "call timeout", "backoff is nil",
		"replay buffer", "drain of", "drain time", "max hint", "ratio", "reserve", "refill",
	} {
		require.ErrorContains(t, err, part)
	}
	assert.EqualError(t, transport.Check(refusing), err.Error())
	require.Error(t, transport.Check(retry.New(retry.WithCodes())(okBase)), "an empty list of codes")
	require.NoError(t, transport.Check(retry.New(retry.WithCodes(), retry.Off())(okBase)))
	require.NoError(t, transport.Check(retry.New(retry.WithBaseDelay(0), retry.WithMaxDelay(0), retry.WithMaxElapsed(0), retry.WithMaxRetries(0))(okBase)))
}

// R2: the other algorithms stay within their bounds.
func TestOtherBackoffs(t *testing.T) {
	t.Parallel()
	s := retry.Step{Retry: 3, Base: time.Second, Max: 10 * time.Second, Ceiling: 4 * time.Second, Last: 2 * time.Second}
	for range 1000 {
		assert.LessOrEqual(t, retry.FullJitter(s), 4*time.Second)
		equal := retry.EqualJitter(s)
		assert.True(t, equal >= 2*time.Second && equal <= 4*time.Second)
		decorrelated := retry.Decorrelated(s)
		assert.True(t, decorrelated >= time.Second && decorrelated <= 6*time.Second)
		assert.LessOrEqual(t, retry.Decorrelated(retry.Step{Base: time.Second, Max: 10 * time.Second, Last: math.MaxInt64}), 10*time.Second)
	}
	assert.Equal(t, time.Second, retry.Constant(s))
}

func TestARetrierPrintsItsPolicy(t *testing.T) {
	t.Parallel()
	assert.Contains(t, fmt.Sprint(transport.Chain(okBase, retry.New())), "retry(5, 429,500,502-599)")
	assert.Contains(t, fmt.Sprint(transport.Chain(okBase, retry.New(retry.Off()))), "retry(off)")
}

func TestALoopThatRetriesIsFound(t *testing.T) {
	t.Parallel()
	placed := func(next http.RoundTripper) http.RoundTripper {
		return &foreignLoop{layer.NewLink("loop", layer.AtRetry, next)}
	}
	for name, row := range map[string]struct {
		rt   http.RoundTripper
		want bool
	}{
		"retries":          {transport.Chain(okBase, transport.Identity(), retry.New()), true},
		"no retries":       {transport.Chain(okBase, retry.New(retry.WithMaxRetries(0))), true}, // a policy of the context may set them
		"off":              {transport.Chain(okBase, retry.New(retry.Off())), false},
		"off, and another": {transport.Chain(okBase, retry.New(retry.Off()), placed), true},
		"a foreign loop":   {transport.Chain(okBase, placed), true},
		"no loop":          {transport.Chain(okBase, transport.Identity()), false},
		"nil":              {nil, false},
	} {
		assert.Equal(t, row.want, transport.Retries(row.rt), name)
	}
}

type foreignLoop struct{ layer.Link }

func (l *foreignLoop) RoundTrip(req *http.Request) (*http.Response, error) { return l.Send(req) }

// C7: many goroutines may use one loop.
func TestARetrierIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if calls.Add(1)%3 != 0 {
			return &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		}
		return okBase(req)
	})
	chain := transport.Chain(base, transport.Identity(), retry.New(retry.WithBaseDelay(0), retry.WithoutBudget(), retry.WithMaxRetries(50)))
	results := make(chan int, 64)
	for range 64 {
		go func() {
			resp, err := chain.RoundTrip(postSafe(t))
			if err != nil {
				results <- 0
				return
			}
			layer.CloseBody(resp.Body)
			results <- transport.CallOf(resp).AttemptCount()
		}()
	}
	var sum int
	for range 64 {
		sum += <-results
	}
	assert.EqualValues(t, calls.Load(), sum)
}

func postSafe(t *testing.T) *http.Request {
	t.Helper()
	return postIt(retry.Safe(t.Context()))
}

// R5: 50 calls with two retries each use one connection.
func TestDroppedResponsesGiveTheirConnectionBack(t *testing.T) {
	t.Parallel()
	var requests, connections atomic.Int64
	srv := newServer(t, &connections, func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1)%3 != 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, strings.Repeat("x", 60<<10))
		}
	})
	client := http.Client{Transport: retry.New(retry.WithBaseDelay(0), retry.WithDrain(64<<10, time.Minute))(srv.Client().Transport)}
	for range 50 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, http.NoBody)
		require.NoError(t, err)
		resp, err := client.Do(req)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 200, resp.StatusCode)
	}
	assert.EqualValues(t, 150, requests.Load())
	assert.EqualValues(t, 1, connections.Load())
}

// R7: with a real base, nothing was sent if no connection was obtained.
func TestAPostIsRepeatedWhenNoConnectionWasHad(t *testing.T) {
	t.Parallel()
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	ctx, rec := transport.Begin(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+faults.Refusing, strings.NewReader("x"))
	require.NoError(t, err)
	_, err = transport.Chain(base, retry.New(retry.WithBaseDelay(0))).RoundTrip(req)
	require.Error(t, err)
	assert.Equal(t, 6, rec.AttemptCount())
	assert.True(t, slices.ContainsFunc(rec.Waits(), func(w transport.Wait) bool { return w.Reason == "no connection" }))
}

// R7: a server that disconnects after reading the request may have processed it.
func TestAPostIsNotRepeatedAfterItWasSent(t *testing.T) {
	t.Parallel()
	var requests, connections atomic.Int64
	srv := newServer(t, &connections, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		requests.Add(1)
		panic(http.ErrAbortHandler)
	})
	for method, want := range map[string]int64{http.MethodPost: 1, http.MethodPut: 6} {
		requests.Store(0)
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL, strings.NewReader("x"))
		require.NoError(t, err)
		_, err = retry.New(retry.WithBaseDelay(0))(srv.Client().Transport).RoundTrip(req)
		require.Error(t, err)
		assert.Equal(t, want, requests.Load(), method)
	}
}
