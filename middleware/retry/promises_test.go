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
	"net/http"
	"net/http/httptrace"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// C1: neither the caller's request nor one that was passed down is modified, even if the
// loop needs another body, a timeout or a trace.
func TestARequestIsNotWrittenOnceItIsHandedDown(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]io.Reader{
		"GetBody": strings.NewReader("text"), "seeker": &seekable{Reader: bytes.NewReader([]byte("text"))}, "stream": io.MultiReader(strings.NewReader("text")),
	} {
		req, err := http.NewRequestWithContext(retry.Safe(t.Context()), http.MethodPost, "https://api.example.com/things", content)
		require.NoError(t, err)
		req.Header["X-A"] = append(make([]string, 0, 4), "1")
		req.Trailer = http.Header{"X-T": nil}
		before := *req
		header, trailer := req.Header.Clone(), req.Trailer.Clone()

		s := &server{script: status(503, 503, 200)}
		var sent []*http.Request
		var was []http.Request
		base := transport.RoundTripperFunc(func(r *http.Request) (*http.Response, error) {
			sent, was = append(sent, r), append(was, *r)
			return s.RoundTrip(r)
		})
		resp, err := retry.New(retry.WithBaseDelay(0), retry.WithAttemptTimeout(time.Minute), retry.WithCallTimeout(time.Hour))(base).RoundTrip(req)
		require.NoError(t, err, name)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, []string{"text", "text", "text"}, s.bodies, name)
		for i, r := range append(sent, req) {
			want := append(was, before)[i]
			body, ctx, getBody := want.Body == r.Body, want.Context() == r.Context(), (want.GetBody == nil) == (r.GetBody == nil)
			assert.Equal(t, [3]bool{true, true, true}, [3]bool{body, ctx, getBody}, "%s: body, context, GetBody of request %d", name, i+1)
			assert.Same(t, want.URL, r.URL, name)
			assert.Equal(t, [3]any{want.Method, want.Host, want.ContentLength}, [3]any{r.Method, r.Host, r.ContentLength}, name)
			assert.Equal(t, header, r.Header, name)
			assert.Equal(t, trailer, r.Trailer, name)
		}
		assert.Equal(t, []string{"1", "", "", ""}, req.Header["X-A"][:4], name)
	}
}

type seekable struct {
	*bytes.Reader
	closed int
}

func (s *seekable) Close() error { s.closed++; return nil }

// C2: a body that the attempts share is closed once by the loop, however the call ends. Each
// body from GetBody is closed once by the base.
func TestEachBodyIsClosedOnce(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		step []step
		opts []retry.Option
		bad  bool
	}{
		{"success", status(429, 200), nil, false},
		{"the end of the retries", status(503), nil, false},
		{"an error", []step{{err: errors.New("broken")}}, nil, false},
		{"no time for a wait", []step{{status: 503, header: http.Header{"Retry-After": {"20"}}}}, []retry.Option{retry.WithMaxElapsed(time.Second)}, false},
		{"canceled while it waits", []step{{status: 503, header: http.Header{"Retry-After": {"20"}}}}, nil, true},
		{"a policy that is impossible", status(200), []retry.Option{retry.WithMaxRetries(-1)}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(retry.WithPolicy(retry.Safe(t.Context()), row.opts...), time.Hour)
				defer cancel()
				time.AfterFunc(10*time.Second, cancel)
				own := &seekable{Reader: bytes.NewReader([]byte("text"))}
				var made []*body
				for _, req := range []*http.Request{request(ctx, http.MethodPost, ""), request(ctx, http.MethodPost, "")} {
					req.Body, req.ContentLength = own, 4
					if len(made) == 0 && own.closed > 0 {
						first := &body{Reader: strings.NewReader("text")}
						made = append(made, first)
						req.Body, req.GetBody = first, func() (io.ReadCloser, error) {
							made = append(made, &body{Reader: strings.NewReader("text")})
							return made[len(made)-1], nil
						}
					}
					resp, err := retry.New(retry.WithBaseDelay(0))(&server{script: row.step}).RoundTrip(req)
					assert.Equal(t, row.bad, err != nil && resp == nil && !strings.Contains(err.Error(), "broken"))
					if resp != nil {
						require.NoError(t, resp.Body.Close())
					}
				}
				assert.Equal(t, 1, own.closed)
				require.NotEmpty(t, made)
				for i, b := range made {
					assert.Equal(t, 1, b.closed, "body %d of %d", i+1, len(made))
				}
			})
		})
	}
}

// C3: a panic of the base reaches the caller, and the next round trip of the
// call has a retry loop again.
func TestAPanicBelowLeavesTheCallUsable(t *testing.T) {
	t.Parallel()
	s := &server{script: status(503)}
	calm := false
	chain := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if !calm {
			panic("the base")
		}
		return s.RoundTrip(req)
	}), retry.New(retry.WithBaseDelay(0), retry.WithCallTimeout(time.Hour)))
	ctx, rec := transport.Begin(t.Context())
	assert.PanicsWithValue(t, "the base", func() { _, _ = chain.RoundTrip(getIt(ctx)) })
	calm = true
	resp, err := chain.RoundTrip(getIt(ctx))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 6, s.calls)
	assert.Equal(t, retry.ReasonAttempts, rec.Reason())
}

// C5: a response that is not retried is returned unchanged and unread.
func TestAnAnswerIsReturnedAsItCame(t *testing.T) {
	t.Parallel()
	for _, code := range []int{200, 204, 301, 302, 307, 401, 404, 501} {
		s := &server{script: []step{{status: code, header: http.Header{"Location": {"/elsewhere"}, "Set-Cookie": {"a=b"}}}}}
		chain := transport.Chain(s, retry.New())
		for range 2 {
			req := getIt(t.Context())
			resp, err := chain.RoundTrip(req)
			require.NoError(t, err)
			assert.Equal(t, code, resp.StatusCode)
			assert.NotContains(t, req.Header, "Cookie")
			text, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Contains(t, string(text), "answer ")
			require.NoError(t, resp.Body.Close())
		}
		assert.Equal(t, 2, s.calls, code)
	}
}

// C8: the timer and context of an attempt timeout end when the attempt fails.
func TestTheContextOfAFailedAttemptEnds(t *testing.T) {
	t.Parallel()
	var sent []context.Context
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent = append(sent, req.Context())
		if len(sent) == 2 {
			return okStatus(req, 503), nil
		}
		return nil, errors.New("broken")
	})
	_, err := retry.New(retry.WithAttemptTimeout(time.Hour), retry.WithMaxRetries(2), retry.WithBaseDelay(0))(base).RoundTrip(getIt(t.Context()))
	require.Error(t, err)
	require.Len(t, sent, 3)
	for i, ctx := range sent {
		require.Error(t, ctx.Err(), "attempt %d", i+1)
	}
}

func okStatus(req *http.Request, code int) *http.Response {
	return &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody, Request: req}
}

// R2, R3, R5, R10, R14: the defaults are those in docs/promises.md.
func TestTheDefaultsAreWhatIsPromised(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 64<<10, layer.DrainBytes)
	assert.Equal(t, 100*time.Millisecond, layer.DrainTime)
	var steps []retry.Step
	s := &server{script: status(503)}
	call(t, s, getIt, func(t *testing.T, _ *http.Response, rec *transport.Call, err error) {
		require.NoError(t, err)
		assert.Equal(t, retry.ReasonAttempts, rec.Reason())
	}, retry.WithBackoff(func(s retry.Step) time.Duration {
		steps = append(steps, s)
		return 12 * time.Second // five such waits use up MaxElapsed
	}))
	require.Len(t, steps, 5)
	assert.Equal(t, time.Second, steps[0].Base)
	assert.Equal(t, 30*time.Second, steps[0].Max)
	call(t, &server{script: status(503)}, getIt, func(t *testing.T, _ *http.Response, rec *transport.Call, _ error) {
		assert.Equal(t, retry.ReasonElapsed, rec.Reason())
	}, retry.WithBackoff(func(retry.Step) time.Duration { return 12*time.Second + 1 }))
	for _, row := range []struct {
		size, length int64
		attempts     int
	}{{1 << 20, 1 << 20, 2}, {1<<20 + 1, 1<<20 + 1, 1}, {1 << 20, -1, 2}} {
		s := &server{script: status(429, 200)}
		req := request(t.Context(), http.MethodPost, "")
		req.Body, req.ContentLength = io.NopCloser(io.LimitReader(endlessText{}, row.size)), row.length
		roundTrip(t, retry.New(retry.WithBaseDelay(0))(s), req)
		assert.Len(t, s.bodies, row.attempts, "%d bytes, announced as %d", row.size, row.length)
		for _, text := range s.bodies {
			assert.Len(t, text, int(row.size))
		}
	}
}

type endlessText struct{}

func (endlessText) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// waits returns the first waits of many calls after a given response.
func waits(t *testing.T, first step, req func(context.Context) *http.Request, opts ...retry.Option) (least, most, mean time.Duration) {
	t.Helper()
	const runs = 400
	synctest.Test(t, func(t *testing.T) {
		least = time.Duration(1<<63 - 1)
		rt := func() http.RoundTripper {
			return transport.Chain(&server{script: []step{first, {status: 200}}}, retry.New(opts...), vendor())
		}
		for range runs {
			ctx, rec := transport.Begin(t.Context())
			roundTrip(t, rt(), req(ctx))
			require.Len(t, rec.Waits(), 1)
			wait := rec.Waits()[0].For
			least, most, mean = min(least, wait), max(most, wait), mean+wait/runs
		}
	})
	return least, most, mean
}

// vendor is a layer below the loop that reads a vendor's headers.
func vendor() transport.Middleware {
	return ratelimit.New(nil, ratelimit.WithReader(func(header http.Header, said transport.RateLimit) transport.RateLimit {
		said.Throttled = header.Get("Vendor-State") == "SLOW"
		said.Period, _ = time.ParseDuration(header.Get("Vendor-Period") + "s")
		return said
	}))
}

// R2, R6: without a hint a wait is uniform from zero to the ceiling. With a hint it is the
// hint plus a random value up to the ceiling, or to a tenth of the hint if that is more.
func TestAWaitIsEvenOverItsSpan(t *testing.T) {
	t.Parallel()
	hint := func(status int, name, value string) step {
		return step{status: status, header: http.Header{name: {value}}}
	}
	const period, state = "Vendor-Period", "Vendor-State"
	throttled := hint(503, period, "60")
	throttled.header[state] = []string{"SLOW"}
	for _, row := range []struct {
		name      string
		first     step
		from, to  time.Duration
		overrides []retry.Option
	}{
		{"no hint", step{status: 503}, 0, time.Second, nil},
		{"a short hint", hint(503, "Retry-After", "2"), 2 * time.Second, 3 * time.Second, nil},
		{"a long hint", hint(429, "Retry-After", "20"), 20 * time.Second, 22 * time.Second, nil},
		{"a window of a minute", hint(429, period, "60"), 0, 30 * time.Second, nil},
		{"a window of a minute, capped", hint(429, period, "60"), 0, 4 * time.Second, []retry.Option{retry.WithMaxDelay(4 * time.Second)}},
		{"a window of a second", hint(429, period, "1"), 0, time.Second, nil},
		{"a window that was not hit", hint(503, period, "60"), 0, time.Second, nil},
		{"a window that throttles by its state", throttled, 0, 30 * time.Second, nil},
		{"a fraction", hint(429, "Retry-After", "2.5"), 2500 * time.Millisecond, 3500 * time.Millisecond, nil},
		{"a negative hint", hint(429, "Retry-After", "-5"), 0, time.Second, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			least, most, mean := waits(t, row.first, getIt, row.overrides...)
			span := row.to - row.from
			// 400 even draws: the mean deviates by 0.015 spans, and all miss the outer 5 % once in 10^9.
			assert.GreaterOrEqual(t, least, row.from)
			assert.LessOrEqual(t, most, row.to)
			assert.Less(t, least, row.from+span/20)
			assert.Greater(t, most, row.to-span/20)
			assert.InDelta(t, float64(row.from+span/2), float64(mean), float64(span)/10)
		})
	}
}

// R6: the longest possible hint does not overflow: the call ends because of its limits,
// instead of retrying at once.
func TestAHintThatSaturatesDoesNotOverflow(t *testing.T) {
	t.Parallel()
	for range 20 {
		s := &server{script: []step{{status: 503, header: http.Header{"Retry-After": {"99999999999999999999"}}}}}
		call(t, s, getIt, func(t *testing.T, resp *http.Response, rec *transport.Call, err error) {
			require.NoError(t, err)
			assert.Equal(t, 503, resp.StatusCode)
			assert.Equal(t, retry.ReasonElapsed, rec.Reason())
			assert.Equal(t, 1, s.calls)
		}, retry.WithMaxHint(0))
	}
}

// R7: requests are idempotent by RFC 9110, or by an idempotency key in either header.
func TestWhichRequestsAreIdempotent(t *testing.T) {
	t.Parallel()
	broken := step{err: errors.New("broken")}
	for method, calls := range map[string]int{"": 2, "GET": 2, "HEAD": 2, "OPTIONS": 2, "TRACE": 2, "PUT": 2, "DELETE": 2, "POST": 1, "PATCH": 1, "CONNECT": 1, "get": 1} {
		s := &server{script: []step{broken, {status: 200}}}
		_, _ = retry.New(retry.WithBaseDelay(0))(s).RoundTrip(methodIt(t, method))
		assert.Equal(t, calls, s.calls, "%q", method)
	}
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		s := &server{script: []step{broken, {status: 200}}}
		req := methodIt(t, http.MethodPost)
		req.Header.Set(name, "k")
		roundTrip(t, retry.New(retry.WithBaseDelay(0))(s), req)
		assert.Equal(t, 2, s.calls, name)
	}
}

func methodIt(t *testing.T, method string) *http.Request {
	t.Helper()
	req := getIt(t.Context())
	req.Method = method
	return req
}

// R7: a failed POST is retried if that attempt requested a connection and obtained none. The
// attempt before it proves nothing, nor does a base that does not call the trace.
func TestAConnectionThatWasNotHadProvesThatNothingWasSent(t *testing.T) {
	t.Parallel()
	const silent, asked, had = "silent", "asked", "had"
	for _, row := range []struct {
		name  string
		trace []string
		calls int
	}{
		{"a base that traces nothing", []string{silent, ""}, 1},
		{"asked for and not had", []string{asked, ""}, 2},
		{"had", []string{had, ""}, 1},
		{"had by an attempt that was throttled, then not", []string{had + " 429", asked, ""}, 3},
		{"had by an attempt that was throttled, then silent", []string{had + " 429", silent, ""}, 2},
		{"not had, then had", []string{asked, had, ""}, 2},
		{"not had, then silent", []string{asked, silent, ""}, 2},
	} {
		var calls int
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			step := row.trace[calls]
			calls++
			if trace := httptrace.ContextClientTrace(req.Context()); step != "" && step != silent {
				trace.GetConn("api.example.com:443")
				if strings.HasPrefix(step, had) {
					trace.GotConn(httptrace.GotConnInfo{})
				}
			}
			switch {
			case step == "":
				return okStatus(req, 200), nil
			case strings.HasSuffix(step, "429"):
				return okStatus(req, 429), nil
			}
			return nil, errors.New("broken")
		})
		resp, err := retry.New(retry.WithBaseDelay(0))(base).RoundTrip(postIt(t.Context()))
		assert.Equal(t, row.calls, calls, row.name)
		assert.Equal(t, row.calls == len(row.trace), err == nil, row.name)
		if resp != nil {
			require.NoError(t, resp.Body.Close())
		}
	}
}

// The stream error of net/http is not exported. errors.As converts it to any type with the
// same fields.
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (e streamError) Error() string { return "stream error" }

func (e streamError) As(target any) bool {
	to := reflect.ValueOf(target).Elem()
	if to.Kind() != reflect.Struct || to.NumField() != 3 || to.Type().Field(1).Name != "Code" {
		return false
	}
	to.Set(reflect.ValueOf(e).Convert(to.Type()))
	return true
}

// R7: a refused stream was not processed (RFC 9113, section 8.7). A stream that ended in
// another way may have been.
func TestARefusedStreamProvesThatNothingWasDone(t *testing.T) {
	t.Parallel()
	for code, calls := range map[uint32]int{7: 2, 0: 1, 1: 1, 2: 1, 8: 1, 11: 1} {
		fault := fmt.Errorf("send: %w", streamError{StreamID: 3, Code: code})
		s := &server{script: []step{{err: fault}, {status: 200}}}
		resp, err := retry.New(retry.WithBaseDelay(0))(s).RoundTrip(postIt(t.Context()))
		assert.Equal(t, calls, s.calls, "code %d", code)
		assert.Equal(t, calls == 1, errors.Is(err, fault), "code %d", code)
		if resp != nil {
			require.NoError(t, resp.Body.Close())
		}
	}
}

// R8: no wait and no retry follow any of the errors of net/http for a server that cannot be
// trusted, nor a cancellation during the attempt.
func TestWhatNoRepeatMendsIsTriedOnce(t *testing.T) {
	t.Parallel()
	for _, fault := range []error{
		&tls.CertificateVerificationError{Err: errors.New("self-signed")}, x509.UnknownAuthorityError{},
		x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, x509.CertificateInvalidError{Reason: x509.Expired},
		tls.RecordHeaderError{Msg: "no TLS"}, context.Canceled,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &server{script: []step{{err: fault}}}
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if fault == context.Canceled { //nolint:errorlint // the row that is so
				cancel()
			}
			return s.RoundTrip(req)
		})
		told := 0
		ctx, rec := transport.Begin(ctx)
		_, err := transport.Chain(base, retry.New(retry.WithHook(func(context.Context, retry.Event) { told++ }))).RoundTrip(getIt(ctx))
		require.ErrorIs(t, err, fault)
		assert.Equal(t, 1, s.calls, "%T", fault)
		assert.Zero(t, told, "%T", fault)
		assert.Empty(t, rec.Waits(), "%T", fault)
		cancel()
	}
}

// R13: the attempt timeout ends with the headers, and the body has the rest of the call's time.
func TestABodyHasTheRestOfTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent context.Context
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			sent = req.Context() //nolint:fatcontext // it is looked at below
			time.Sleep(900 * time.Millisecond)
			return okBase(req)
		})
		resp, err := retry.New(retry.WithAttemptTimeout(time.Second), retry.WithCallTimeout(time.Minute))(base).RoundTrip(getIt(t.Context()))
		require.NoError(t, err)
		defer resp.Body.Close()
		time.Sleep(59 * time.Second)
		require.NoError(t, sent.Err(), "59.9 s after the beginning")
		time.Sleep(time.Second)
		require.ErrorIs(t, context.Cause(sent), retry.ErrCallTimeout)
	})
}

// R15: the inner loop's shorter time limit applies to the outer loop, and the record says
// that the inner one passed the request through.
func TestTheShorterTimeOfTwoRetriersCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &server{script: []step{{status: 503, header: http.Header{"Retry-After": {"20"}}}, {status: 200}}}
		outer, inner := retry.New(retry.WithMaxElapsed(0)), retry.New(retry.WithMaxElapsed(10*time.Second))
		ctx, rec := transport.Begin(t.Context())
		resp, err := transport.Chain(s, outer, inner).RoundTrip(getIt(ctx))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, 503, resp.StatusCode)
		assert.Equal(t, retry.ReasonElapsed, rec.Reason())

		ctx, rec = transport.Begin(t.Context())
		roundTrip(t, transport.Chain(&server{script: status(200)}, outer, inner), getIt(ctx))
		assert.Equal(t, retry.ReasonNested, rec.Reason())
	})
}

// R14: retries are limited to a full reserve and a fifth of the calls, then to ten a second.
// Other clients have separate budgets, also those of the same middleware.
func TestTheBudgetIsAsLargeAsPromised(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, loop := &server{script: status(503)}, retry.New(retry.WithBaseDelay(0))
		client := loop(s)
		spend := func(rt http.RoundTripper, calls int) (retries int) {
			before := s.calls
			for range calls {
				roundTrip(t, rt, getIt(t.Context()))
			}
			return s.calls - before - calls
		}
		assert.InDelta(t, 100+640/5, spend(client, 640), 2)
		time.Sleep(2 * time.Second)
		assert.InDelta(t, 20+20/5, spend(client, 20), 2)
		assert.InDelta(t, 100+40/5, spend(loop(s), 40), 2, "another client")
	})
}

// R16: a hook gets the status or the error, never both.
func TestAHookIsToldOfTheAnswer(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var events []retry.Event
	hook := func(_ context.Context, e retry.Event) { events = append(events, e) }
	s := &server{script: []step{{status: 502}, {err: broken}, {status: 200}}}
	roundTrip(t, retry.New(retry.WithBaseDelay(0), retry.WithHook(hook))(s), getIt(t.Context()))
	require.Len(t, events, 2)
	assert.Equal(t, 502, events[0].Status)
	require.NoError(t, events[0].Err)
	assert.Zero(t, events[1].Status)
	assert.Equal(t, broken, events[1].Err)
}

// L3: retries alone, without a limiter, if the server sends Retry-After: 1,000 calls by 64
// goroutines against 200 a second with a burst of 50.
func TestRetriesAloneGetThroughABucket(t *testing.T) {
	t.Parallel()
	const calls, ideal = 1000, (1000 - 50) / 200.0
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			b := &bucket{tokens: 50, last: time.Now()}
			rt := retry.New(retry.WithBaseDelay(100 * time.Millisecond))(b)
			begun := time.Now()
			var next atomic.Int64
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					for next.Add(1) <= calls {
						resp, err := rt.RoundTrip(getIt(t.Context()))
						if assert.NoError(t, err) {
							assert.Equal(t, 200, resp.StatusCode)
						}
					}
				})
			}
			wg.Wait()
			assert.LessOrEqual(t, float64(b.requests)/calls, 1.5)
			assert.LessOrEqual(t, time.Since(begun).Seconds()/ideal, 1.7)
		})
	}
}

// A bucket admits 200 requests a second, after a burst of 50.
type bucket struct {
	mu       sync.Mutex
	tokens   float64
	last     time.Time
	requests int
}

func (b *bucket) RoundTrip(req *http.Request) (*http.Response, error) {
	time.Sleep(5 * time.Millisecond)
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.tokens = min(50, b.tokens+200*now.Sub(b.last).Seconds())
	b.last = now
	b.requests++
	if b.tokens < 1 {
		resp := okStatus(req, 429)
		resp.Header.Set("Retry-After", "1")
		return resp, nil
	}
	b.tokens--
	return okStatus(req, 200), nil
}

// O1, R16: only the first panic of a client's hooks is logged. The test is not parallel,
// because it replaces the default logger.
func TestAPanicOfAHookIsReportedOnce(t *testing.T) { //nolint:paralleltest // it borrows the default logger
	before := slog.Default()
	defer slog.SetDefault(before)
	var log bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	hook := func(context.Context, retry.Event) { panic("the hook") }
	rt := retry.New(retry.WithBaseDelay(0), retry.WithHook(hook))(&server{script: status(503)})
	for range 2 {
		roundTrip(t, rt, getIt(t.Context()))
	}
	assert.Equal(t, 1, strings.Count(log.String(), "function=hook"))
	assert.Equal(t, 1, strings.Count(log.String(), "the hook"))
}

// R4, R10: a stream that is longer than the replay buffer is sent once. The response is
// returned at once, and the record says why it was not retried.
func TestAStreamThatTurnsOutTooLongIsSentOnce(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, first := range map[string]step{"a status": {status: 429}, "an error": {err: broken}, "a wish for one attempt more": {status: 401}} {
		s := &server{script: []step{first}}
		asking := func(next http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				resp, err := next.RoundTrip(req)
				if first.status == 401 {
					record.Again(req.Context())
				}
				return resp, err
			})
		}
		ctx, rec := transport.Begin(retry.Safe(t.Context()))
		req := postIt(ctx)
		req.Body, req.GetBody, req.ContentLength = io.NopCloser(strings.NewReader("12345")), nil, -1
		resp, err := transport.Chain(s, retry.New(retry.WithReplayBuffer(4)), asking).RoundTrip(req)
		require.ErrorIs(t, err, first.err, name)
		assert.Equal(t, 1, s.calls, name)
		assert.Empty(t, rec.Waits(), name)
		if first.status != 401 {
			assert.Equal(t, retry.ReasonNotReplayable, rec.Reason(), name)
		}
		if err == nil {
			text, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, "answer 1", string(text), name)
			require.NoError(t, resp.Body.Close())
		}
	}
}

// R3, A4: the extra attempt after a 401 does not count against MaxRetries, but MaxElapsed
// applies to it.
func TestNoAttemptMoreBeginsAfterMaxElapsed(t *testing.T) {
	t.Parallel()
	asking := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			record.Again(req.Context())
			return resp, err
		})
	}
	for takes, calls := range map[time.Duration]int{59 * time.Second: 2, 61 * time.Second: 1} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{script: []step{{status: 401, takes: takes}, {status: 200}}}
			roundTrip(t, transport.Chain(s, retry.New(), asking), getIt(t.Context()))
			assert.Equal(t, calls, s.calls, "%s", takes)
		})
	}
}

// C3, C8: a panic of the base ends the context and the timer of its attempt. Below a custom
// context, the attempt's context needs a goroutine until it ends.
func TestAPanicEndsTheAttemptsContext(t *testing.T) {
	t.Parallel()
	var sent context.Context
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		sent = req.Context() //nolint:fatcontext // it is looked at below
		panic("the base")
	})
	rt := retry.New(retry.WithAttemptTimeout(time.Hour))(base)
	assert.PanicsWithValue(t, "the base", func() { _, _ = rt.RoundTrip(getIt(t.Context())) })
	require.Error(t, sent.Err())
}
