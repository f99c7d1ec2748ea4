package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A step is one attempt of a played call, and the wait that follows it.
type step struct {
	takes  time.Duration
	status int
	err    error
	wait   transport.Wait
}

func backoff(d time.Duration, why string) transport.Wait {
	return transport.Wait{For: d, Cause: transport.WaitBackoff, Reason: why}
}

// played returns a chain that sends each request as often as there are steps. The waits are
// recorded when they begin, and may be watched from outside.
func played(steps []step, during func(call *transport.Call)) http.RoundTripper {
	n := 0
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		s := steps[n]
		n++
		time.Sleep(s.takes)
		if s.err != nil {
			return nil, s.err
		}
		return answer(s.status)(req)
	})
	loop := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (resp *http.Response, err error) {
			call := transport.CallFrom(req.Context())
			for i := range steps {
				if resp, err = next.RoundTrip(req); err == nil {
					layer.CloseBody(resp.Body)
				}
				if w := steps[i].wait; w.For > 0 {
					layer.AddWait(req.Context(), w.For, w.Cause, w.Reason)
					during(call)
					time.Sleep(w.For)
				}
			}
			record.WriterOf(req.Context()).SetRateLimit(record.RateLimit{State: "OK", HasQuota: true, Limit: 100, Remaining: 3, Reset: 2 * time.Second})
			return resp, err
		})
	}
	return transport.Chain(base, transport.Identity(), loop)
}

func troubled() []step {
	return []step{
		{12 * time.Millisecond, 429, nil, backoff(800*time.Millisecond, "status 429")},
		{3 * time.Millisecond, 0, syscall.ECONNRESET, backoff(1234567*time.Microsecond, "broken connection")},
		{20 * time.Millisecond, 200, nil, transport.Wait{}},
	}
}

// O3: a printed record lists the attempts and waits, while the call runs and afterwards.
func TestARecordPrintsWhatTheCallWentThrough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var during []string
		rt := played(troubled(), func(call *transport.Call) { during = append(during, call.String()) })
		req := get(t, transport.WithTransactionID(t.Context(), "tx-1"))
		req.URL = &url.URL{Scheme: "https", Host: "api.example.com", Path: "/v2/alerts"}
		resp, err := rt.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		const target = "call tx-1: GET https://api.example.com/v2/alerts: "
		assert.Equal(t, []string{
			target + "running for 12ms with 1 attempt: #1 429 in 12ms, waiting 800ms (backoff: status 429)",
			target + "running for 815ms with 2 attempts: #1 429 in 12ms, waited 800ms (backoff: status 429); " +
				"#2 connection reset by peer in 3ms, waiting 1.23s (backoff: broken connection)",
		}, during)
		whole := target + "200 after 3 attempts in 2.07s: #1 429 in 12ms, waited 800ms (backoff: status 429); " +
			"#2 connection reset by peer in 3ms, waited 1.23s (backoff: broken connection); #3 200 in 20ms; " +
			"rate limit 3 of 100 left, renewed in 2s (OK)"
		call := transport.CallOf(resp)
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%t"} {
			assert.Equal(t, whole, fmt.Sprintf(format, call), format)
			assert.Contains(t, fmt.Sprintf(format, struct{ Call *transport.Call }{call}), whole, "%s inside a struct", format)
		}
		assert.Equal(t, fmt.Sprintf("%q", whole), fmt.Sprintf("%q", call))
		assert.Equal(t, "call", fmt.Sprintf("%.4s", call))
	})
}

// O3: JSON and slog use the same documented keys.
func TestARecordHasOneFormForJSONAndLogs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt := played(troubled(), func(*transport.Call) {})
		ctx := transport.WithTransactionID(t.Context(), "tx-1")
		ctx, call := transport.Begin(ctx)
		layer.Put(ctx, transport.Route("GET /v2/alerts"))
		resp, err := rt.RoundTrip(get(t, ctx))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		record.WriterOf(ctx).SetReason("attempts")
		call.End()
		want := `{"transaction_id": "tx-1", "method": "GET", "url": "http://api.example.com/", "route": "GET /v2/alerts",
			"start": "1999-12-31T16:00:00-08:00", "elapsed_ms": 2069.567, "sealed": true,
			"status": 200, "attempt_count": 3, "attempts": [
				{"attempt": 1, "start_ms": 0, "elapsed_ms": 12, "status": 429},
				{"attempt": 2, "start_ms": 812, "elapsed_ms": 3, "error": "connection reset by peer"},
				{"attempt": 3, "start_ms": 2049.567, "elapsed_ms": 20, "status": 200}],
			"wait_count": 2, "waited_ms": 2034.567, "waits": [
				{"before_attempt": 2, "wait_ms": 800, "cause": "backoff", "reason": "status 429"},
				{"before_attempt": 3, "wait_ms": 1234.567, "cause": "backoff", "reason": "broken connection"}],
			"reason": "attempts", "rate_limit": {"state": "OK", "limit": 100, "remaining": 3, "reset_ms": 2000}}`
		data, err := json.Marshal(call)
		require.NoError(t, err)
		start, err := json.Marshal(call.Start())
		require.NoError(t, err)
		want = strings.Replace(want, `"1999-12-31T16:00:00-08:00"`, string(start), 1)
		assert.JSONEq(t, want, string(data))

		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("done", "call", call)
		var line struct{ Call json.RawMessage }
		require.NoError(t, json.Unmarshal(log.Bytes(), &line))
		assert.JSONEq(t, want, string(line.Call))
		log.Reset()
		slog.New(slog.NewTextHandler(&log, nil)).Info("done", "call", call)
		for _, part := range []string{
			"call.transaction_id=tx-1", "call.attempt_count=3", "call.elapsed_ms=2069.567", `\"error\":\"connection reset by peer\"`,
			`call.rate_limit="{\"state\":\"OK\",\"limit\":100,\"remaining\":3,\"reset_ms\":2000}"`,
		} {
			assert.Contains(t, log.String(), part)
		}
	})
}

// O3: other ways in which a call ends, and a record with few values.
func TestARecordPrintsHowTheCallEnded(t *testing.T) {
	t.Parallel()
	sent := func(steps ...step) func(t *testing.T) *transport.Call {
		return func(t *testing.T) *transport.Call {
			t.Helper()
			resp, err := played(steps, func(*transport.Call) {}).RoundTrip(get(t, t.Context()))
			if err != nil {
				return transport.CallOfError(err)
			}
			require.NoError(t, resp.Body.Close())
			return transport.CallOf(resp)
		}
	}
	begun := func(f func(ctx context.Context, call *transport.Call)) func(t *testing.T) *transport.Call {
		return func(t *testing.T) *transport.Call {
			t.Helper()
			ctx, call := transport.Begin(t.Context())
			f(ctx, call)
			return call
		}
	}
	for name, row := range map[string]struct {
		call func(t *testing.T) *transport.Call
		want string
	}{
		"an error of several lines": {sent(step{err: errors.New("a\r\nb\tc")}),
			"GET http://api.example.com/: failed after 1 attempt in 0s: #1 a  b c in 0s; rate limit 3 of 100 left, renewed in 2s (OK)"},
		"nil":       {func(*testing.T) *transport.Call { return nil }, "no call"},
		"one":       {sent(step{takes: time.Second, status: 204}), "GET http://api.example.com/: 204 after 1 attempt in 1s; rate limit 3 of 100 left, renewed in 2s (OK)"},
		"one error": {sent(step{takes: time.Second, err: io.EOF}), "GET http://api.example.com/: failed after 1 attempt in 1s: #1 EOF in 1s; rate limit 3 of 100 left, renewed in 2s (OK)"},
		"a wait that nothing follows": {sent(step{status: 503, wait: backoff(time.Second, "status 503")}),
			"GET http://api.example.com/: ended in a wait after 1 attempt in 1s: #1 503 in 0s, waited 1s (backoff: status 503); rate limit 3 of 100 left, renewed in 2s (OK)"},
		"begun":    {begun(func(context.Context, *transport.Call) { time.Sleep(time.Minute) }), "running for 1m0s with no attempt"},
		"not sent": {begun(func(_ context.Context, call *transport.Call) { call.End() }), "not sent, ended in 0s"},
		"a limiter's wait at first": {begun(func(ctx context.Context, _ *transport.Call) {
			layer.AddWait(ctx, 2*time.Second, transport.WaitLimit, "")
		}), "running for 0s with no attempt: waiting 2s (limit)"},
		"a reason": {begun(func(ctx context.Context, call *transport.Call) {
			record.WriterOf(ctx).SetReason("budget")
			record.WriterOf(ctx).SetRateLimit(record.RateLimit{State: "THROTTLED"})
			call.End()
		}), "not sent, ended in 0s; retries ended: budget; rate limit THROTTLED"},
		"a quota without a limit": {begun(func(ctx context.Context, call *transport.Call) {
			record.WriterOf(ctx).SetRateLimit(record.RateLimit{HasQuota: true, Remaining: 7})
		}), "running for 0s with no attempt; rate limit 7 left"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				call := row.call(t)
				want := row.want
				if call != nil {
					want = "call " + call.TransactionID() + ": " + want
				}
				assert.Equal(t, want, call.String())
				data, err := json.Marshal(call)
				require.NoError(t, err)
				assert.True(t, json.Valid(data))
				assert.Equal(t, call == nil, string(data) == "null")
			})
		})
	}
	data, err := (*transport.Call)(nil).MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, "null", string(data))
	assert.Nil(t, (*transport.Call)(nil).LogValue().Any())
}

// O3: a running attempt is printed as running, also from another goroutine.
func TestARunningAttemptPrints(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, call := transport.Begin(transport.WithTransactionID(t.Context(), "tx"))
		rt := played([]step{{status: 503, wait: backoff(time.Second, "x")}, {takes: time.Hour, status: 200}}, func(*transport.Call) {})
		req, done := get(t, ctx), make(chan error)
		go func() {
			_, err := rt.RoundTrip(req)
			done <- err
		}()
		time.Sleep(61 * time.Second)
		assert.Equal(t, "call tx: GET http://api.example.com/: running for 1m1s with 2 attempts: #1 503 in 0s, waited 1s (backoff: x); #2 running for 1m0s", call.String())
		require.NoError(t, <-done)
		call.End()
	})
}

// O3: a printed record is bounded and on one line, whatever happened.
func TestAPrintedRecordIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		long := strings.Repeat("long\r\n ", 1<<17)
		steps := make([]step, 0, 100)
		for range 100 {
			steps = append(steps, step{err: errors.New(long), wait: backoff(time.Second, long)})
		}
		rt := played(steps, func(*transport.Call) {})
		req := get(t, t.Context())
		req.Method = strings.Repeat("M", 1<<20)
		req.URL.Path, req.URL.RawQuery = "/"+strings.Repeat("p", 1<<20), strings.Repeat("q=1&", 1<<20)
		_, err := rt.RoundTrip(req)
		require.Error(t, err)
		call := transport.CallOfError(err)
		assert.Less(t, len(call.String()), 32<<10)
		assert.NotContains(t, call.String(), "\n")
		assert.Contains(t, call.String(), "ended in a wait after 100 attempts")
		assert.Contains(t, call.String(), "; … 84 more …; #93 ")
		data, err := json.Marshal(call)
		require.NoError(t, err)
		assert.Less(t, len(data), 32<<10)
		var form struct {
			Attempts     []struct{ Attempt int }
			AttemptCount int `json:"attempt_count"`
			WaitCount    int `json:"wait_count"`
			Waits        []struct{}
		}
		require.NoError(t, json.Unmarshal(data, &form))
		require.Len(t, form.Attempts, 16)
		assert.Len(t, form.Waits, 16)
		assert.Equal(t, []int{8, 93, 100}, []int{form.Attempts[7].Attempt, form.Attempts[8].Attempt, form.Attempts[15].Attempt})
		assert.Equal(t, []int{100, 100}, []int{form.AttemptCount, form.WaitCount})
	})
}

type rude struct{}

func (rude) Error() string { panic("no text") }

// A3: no form of a record shows a secret of a layer, a server or the URL. If an error's
// method panics, only its text is lost.
func TestAPrintedRecordShowsNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "canary7f3a"
	errs := []error{
		&url.Error{Op: "Get", URL: "https://u:" + secret + "@x.io/?token=" + secret, Err: io.EOF},
		errors.New(strings.Repeat("x", 380) + " https://user:" + secret + "@x.io/" + strings.Repeat("y", 400)),
		errors.New(`{"apiKey": "` + secret + `"}`),
		rude{},
	}
	for i := range 60 { // wherever the text is cut
		errs = append(errs, errors.New(strings.Repeat("x", 350+i)+" token="+secret+" and more, and https://"+secret+"@x.io"))
	}
	base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		err := errs[0]
		errs = errs[1:]
		return nil, err
	})
	rt := transport.Chain(base, transport.Identity())
	for range errs {
		ctx, call := transport.Begin(t.Context())
		layer.Put(ctx, transport.Route("GET /?apiKey="+secret))
		layer.AddWait(ctx, 0, "token="+secret, "https://u:"+secret+"@x.io refused")
		record.WriterOf(ctx).SetReason("token=" + secret)
		record.WriterOf(ctx).SetRateLimit(record.RateLimit{State: "token=" + secret, Reason: "token=" + secret, RequestID: "token=" + secret})
		req := get(t, ctx)
		req.Method = http.MethodPatch
		req.URL.User = url.UserPassword("u", secret)
		req.URL.RawQuery = "apiKey=" + secret + "&limit=" + strings.Repeat("5", 400) + "&token=" + secret
		_, err := rt.RoundTrip(req)
		require.Error(t, err)
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("done", "call", call)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("done", "call", call)
		data, err := json.Marshal(call)
		require.NoError(t, err)
		all := fmt.Sprintf("%v %+v %#v %s %q %x %d", call, call, call, call, call, call, call) + log.String() + string(data)
		assert.NotContains(t, all, secret[:6])
		assert.NotContains(t, all, "%!", "nothing that fmt could not print")
	}
}

// C7: many goroutines may print a record while its call runs.
func TestARecordMayBePrintedWhileItIsWritten(t *testing.T) {
	t.Parallel()
	rt := transport.Chain(answer(503), transport.Identity(), twice)
	ctx, call := transport.Begin(t.Context())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				resp, err := rt.RoundTrip(get(t, ctx))
				if assert.NoError(t, err) {
					layer.CloseBody(resp.Body)
				}
				addBackoff(ctx, time.Second, "x").End(time.Minute)
			}
		})
		group.Go(func() {
			for range 50 {
				_, err := json.Marshal(call)
				assert.NoError(t, err)
				assert.NotEmpty(t, call.String())
				_ = call.LogValue()
			}
		})
	}
	group.Wait()
	call.End()
	assert.Contains(t, call.String(), "800 attempts")
	assert.Contains(t, call.String(), "384 more waits")
}

// The record keeps all values of a response's rate limit.
func TestTheRecordKeepsAWholeRateLimit(t *testing.T) {
	t.Parallel()
	var said transport.RateLimit
	value := reflect.ValueOf(&said).Elem()
	for i := range value.NumField() {
		switch field := value.Field(i); field.Kind() {
		case reflect.String:
			field.SetString(value.Type().Field(i).Name)
		case reflect.Int, reflect.Int64:
			field.SetInt(int64(i + 1))
		case reflect.Bool:
			field.SetBool(true)
		default:
			t.Fatal(field.Kind())
		}
	}
	ctx, call := transport.Begin(t.Context())
	record.WriterOf(ctx).SetRateLimit(record.RateLimit(said))
	assert.Equal(t, said, call.RateLimit())
}

// The method is that of the first request, in any spelling.
func TestARecordKnowsItsMethod(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"", "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "PURGE"} {
		ctx, call := transport.Begin(t.Context())
		for _, each := range []string{method, "LATER"} {
			req := get(t, ctx)
			req.Method = each
			resp, err := transport.Chain(answer(200)).RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
		if method == "" {
			method = http.MethodGet
		}
		assert.Contains(t, call.String(), ": "+method+" http://")
	}
	resp, err := transport.Chain(answer(200)).RoundTrip(&http.Request{Method: "PURGE"})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Regexp(t, `^call [0-9a-f-]{36}: 200 after 1 attempt in `, transport.CallOf(resp).String())
}
