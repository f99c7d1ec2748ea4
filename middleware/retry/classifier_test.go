package retry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// R18: a classifier decides by status, header, error and the beginning of the body, which
// the reader of the response still gets.
func TestAClassifierDecides(t *testing.T) {
	t.Parallel()
	throttled := func(o retry.Outcome) retry.Answer {
		if o.Status == 400 && bytes.Contains(o.Prefix(), []byte("answer 1")) {
			return retry.Yes
		}
		return retry.AsUsual
	}
	final := func(o retry.Outcome) retry.Answer {
		if o.Header.Get("X-Should-Retry") == "false" || o.Err != nil {
			return retry.No
		}
		return retry.AsUsual
	}
	broken := errors.New("broken")
	for name, row := range map[string]struct {
		classifier retry.Classifier
		script     []step
		req        func(context.Context) *http.Request
		calls      int
		text       string
	}{
		"a code in the body":          {throttled, status(400, 400), getIt, 2, "answer 2"},
		"for every method":            {throttled, status(400, 200), postIt, 2, "answer 2"},
		"a success":                   {func(o retry.Outcome) retry.Answer { return map[bool]retry.Answer{true: retry.Yes}[o.Attempt < 3] }, status(200), getIt, 3, "answer 3"},
		"a header says no":            {final, []step{{status: 503, header: http.Header{"X-Should-Retry": {"false"}}}}, getIt, 1, "answer 1"},
		"as usual":                    {final, status(503, 200), getIt, 2, "answer 2"},
		"an error that is final":      {final, []step{{err: broken}}, getIt, 1, ""},
		"an error of a POST":          {func(retry.Outcome) retry.Answer { return retry.Yes }, []step{{err: broken}, {status: 204}, {status: 204}}, postIt, 6, "answer 6"},
		"what is never repeated":      {func(retry.Outcome) retry.Answer { return retry.Yes }, status(407), getIt, 1, "answer 1"},
		"an upgrade":                  {func(retry.Outcome) retry.Answer { return retry.Yes }, status(101), getIt, 1, "answer 1"},
		"none":                        {nil, status(503, 200), getIt, 2, "answer 2"},
		"an answer that there is not": {func(retry.Outcome) retry.Answer { return 9 }, status(503, 200), getIt, 2, "answer 2"},
		"nor for an error of a POST":  {func(retry.Outcome) retry.Answer { return 9 }, []step{{err: broken}}, postIt, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &server{script: row.script}
			call(t, s, row.req, func(t *testing.T, resp *http.Response, _ *transport.Call, err error) {
				assert.Equal(t, row.calls, s.calls)
				if row.text == "" {
					require.ErrorIs(t, err, broken)
					return
				}
				require.NoError(t, err)
				text, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				assert.Equal(t, row.text, string(text))
			}, retry.WithClassifier(row.classifier))
		})
	}
}

// R4, R18: the record, the error and the hook say that a classifier prevented a retry. It is
// not the reason of a response that would not have been retried anyway.
func TestANoIsTheReason(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, row := range map[string]struct {
		last step
		req  func(context.Context) *http.Request
		why  transport.Reason
		told []transport.Reason
	}{
		"a status that is retried":     {step{status: 503}, getIt, retry.ReasonClassifier, []transport.Reason{"", retry.ReasonClassifier}},
		"a response that throttles":    {step{status: 429}, postIt, retry.ReasonClassifier, []transport.Reason{"", retry.ReasonClassifier}},
		"a status that is not retried": {step{status: 404}, getIt, "", []transport.Reason{""}},
		"a success":                    {step{status: 200}, getIt, "", []transport.Reason{""}},
		"an error":                     {step{err: broken}, getIt, retry.ReasonClassifier, []transport.Reason{"", retry.ReasonClassifier}},
		"an error that is final":       {step{err: refusal{}}, getIt, "", []transport.Reason{""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			classify := retry.WithClassifier(func(o retry.Outcome) retry.Answer {
				if o.Attempt == 2 {
					return retry.No
				}
				return retry.AsUsual
			})
			var told []transport.Reason
			note := retry.WithHook(func(_ context.Context, e retry.Event) { told = append(told, e.Reason) })
			call(t, &server{script: []step{{status: 429}, row.last}}, row.req, func(t *testing.T, _ *http.Response, rec *transport.Call, err error) {
				assert.Equal(t, row.why, rec.Reason())
				assert.Equal(t, 2, rec.AttemptCount())
				if row.last.err != nil {
					e, ok := errors.AsType[*retry.Error](err)
					require.True(t, ok)
					assert.Equal(t, row.why, e.Reason)
				}
			}, classify, note)
			assert.Equal(t, row.told, told)
		})
	}
}

// R18, C5: the prefix is at most 4 KiB, and is waited for at most 100 ms.
func TestThePrefixIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: pr, Request: req}, nil
		})
		go func() {
			_, _ = io.WriteString(pw, strings.Repeat("x", 5000))
			time.Sleep(time.Minute)
			_, _ = io.WriteString(pw, "end")
			_ = pw.Close()
		}()
		var prefix []byte
		classify := func(o retry.Outcome) retry.Answer { prefix = o.Prefix(); return retry.AsUsual }
		begun := time.Now()
		resp, err := retry.New(retry.WithClassifier(classify))(base).RoundTrip(getIt(t.Context()))
		require.NoError(t, err)
		assert.Len(t, prefix, 4<<10)
		assert.LessOrEqual(t, time.Since(begun), 100*time.Millisecond)
		all, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, strings.Repeat("x", 5000)+"end", string(all))
		require.NoError(t, resp.Body.Close())
	})
}

// R18: a panic of a classifier counts as AsUsual and is reported once.
func TestAPanicOfAClassifierIsReportedOnce(t *testing.T) { //nolint:paralleltest // it borrows the default logger
	var log bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(was)
	rt := retry.New(retry.WithBaseDelay(0), retry.WithClassifier(func(retry.Outcome) retry.Answer { panic("apiKey=canary") }))
	s := &server{script: status(503, 503, 200)}
	resp, err := rt(s).RoundTrip(getIt(t.Context()))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, 3, s.calls)
	assert.Equal(t, 1, strings.Count(log.String(), "function=classifier"), log.String())
	assert.NotContains(t, log.String(), "canary")
}

// R7: the methods of an error of another package say whether the attempt may be retried, and
// whether anything was sent.
func TestAForeignErrorSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		err      error
		get, put int
	}{
		"plain":         {errors.New("plain"), 6, 1},
		"final":         {foreign{retryable: false}, 1, 1},
		"may succeed":   {foreign{retryable: true}, 6, 1},
		"nothing sent":  {foreign{retryable: true, unsent: true}, 6, 6},
		"final, unsent": {foreign{unsent: true}, 1, 1},
	} {
		for i, it := range []func(context.Context) *http.Request{getIt, postIt} {
			s := &server{script: []step{{err: row.err}}}
			_, err := retry.New(retry.WithBaseDelay(0))(s).RoundTrip(it(t.Context()))
			require.ErrorIs(t, err, row.err)
			assert.Equal(t, []int{row.get, row.put}[i], s.calls, name)
		}
	}
	var _ retry.RetryableError = foreign{}
	var _ retry.UnsentError = foreign{}
}

type foreign struct{ retryable, unsent bool }

func (f foreign) Error() string   { return "foreign" }
func (f foreign) Retryable() bool { return f.retryable }
func (f foreign) NotSent() bool   { return f.unsent }

// R20: with the same seed the waits are the same, call by call.
func TestOneSeedDrawsTheSameWaits(t *testing.T) {
	t.Parallel()
	for _, backoff := range []retry.Backoff{retry.FullJitter, retry.EqualJitter, retry.Decorrelated} {
		draw := func(seed uint64) (waits []time.Duration) {
			synctest.Test(t, func(t *testing.T) {
				rt := retry.New(retry.WithRandom(rand.NewPCG(seed, 1)), retry.WithBackoff(backoff))(&server{script: status(503)})
				for range 3 {
					ctx, record := transport.Begin(t.Context())
					resp, err := rt.RoundTrip(getIt(ctx))
					require.NoError(t, err)
					require.NoError(t, resp.Body.Close())
					for _, w := range record.Waits() {
						waits = append(waits, w.For)
					}
				}
			})
			return waits
		}
		first := draw(7)
		assert.Len(t, first, 15)
		assert.Equal(t, first, draw(7))
		assert.NotEqual(t, first, draw(8))
		assert.NotEqual(t, first[:5], first[5:10], "each call has a source of its own")
	}
}
