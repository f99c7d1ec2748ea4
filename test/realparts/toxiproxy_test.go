//go:build realparts && linux

package realparts_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/middleware/retry"
)

func toxiproxyScenarios(program string) []scenario {
	over := func(handler http.HandlerFunc, f func(t *testing.T, w *wire)) func(t *testing.T) {
		return func(t *testing.T) { f(t, newWire(t, program, handler)) }
	}
	return []scenario{
		{"latency: an attempt that takes too long is cut and repeated", over(nil, latency)},
		{"latency: what is slow but in time is one attempt", over(nil, slowButInTime)},
		{"timeout: the three clocks are told apart", over(nil, threeClocks)},
		{"reset_peer: a GET is repeated", over(nil, resetGet)},
		{"reset_peer: a POST is not doubled", over(nil, resetPost)},
		{"reset_peer: a POST that may be repeated is, with its body", over(nil, resetSafePost)},
		{"reset_peer: of half of the connections fails no GET", over(hangUp, resetHalf)},
		{"down: a POST that was not sent is repeated", over(nil, downPost)},
		{"limit_data: a head that is cut is repeated", over(nil, cutHead)},
		{"limit_data: a body that is cut is its reader's error", over(longAnswer, cutBody)},
		{"limit_data: a POST whose body is cut is sent once", over(nil, cutPost)},
		{"slow_close: an answer is whole before the connection is closed", over(longAnswer, slowClose)},
		{"slow_close: a dropped answer without an end holds nobody up", over(endsByClose(), slowCloseDropped)},
		{"latency: 50 calls with two retries each use one connection", over(answers(503, 503, 200), drained)},
	}
}

const (
	short  = 250 * time.Millisecond // a clock of ours that runs out
	enough = time.Second            // one that what is not slowed down keeps
	long   = 5000                   // milliseconds of a toxic: what waits for it is too late
	early  = 4 * time.Second        // what did not wait for it
)

// Promise R13.
func latency(t *testing.T, w *wire) {
	w.add(fault("latency", "downstream", "latency", long))
	var first error
	note := retry.WithHook(func(_ context.Context, e retry.Event) { first = e.Err })
	began := time.Now()
	a := w.client(w.heal, note, retry.WithAttemptTimeout(enough)).get(t, w.url)
	requireReached(t, a, 2)
	assert.ErrorIs(t, first, retry.ErrAttemptTimeout)
	assert.Less(t, time.Since(began), early)
}

func slowButInTime(t *testing.T, w *wire) {
	w.add(fault("latency", "downstream", "latency", 200))
	began := time.Now()
	requireReached(t, w.client(nil, retry.WithAttemptTimeout(early)).get(t, w.url), 1)
	assert.GreaterOrEqual(t, time.Since(began), 200*time.Millisecond)
}

// Promise R13: nothing comes back, for ever.
func threeClocks(t *testing.T, w *wire) {
	w.add(fault("timeout", "downstream", "timeout", 0))
	began := time.Now()
	a := w.client(nil, retry.WithAttemptTimeout(short), retry.WithMaxRetries(1)).get(t, w.url)
	assert.ErrorIs(t, a.err, retry.ErrAttemptTimeout)
	assert.ErrorIs(t, a.err, context.DeadlineExceeded, "as the timeouts of net/http")
	assert.NotErrorIs(t, a.err, retry.ErrCallTimeout)
	assert.Equal(t, 2, a.record.AttemptCount())
	assert.Equal(t, retry.ReasonAttempts, a.record.Reason())

	a = w.client(nil, retry.WithCallTimeout(short)).get(t, w.url)
	assert.ErrorIs(t, a.err, retry.ErrCallTimeout)
	assert.NotErrorIs(t, a.err, retry.ErrAttemptTimeout)
	assert.Equal(t, 1, a.record.AttemptCount())

	ctx, cancel := context.WithTimeout(t.Context(), short)
	defer cancel()
	a = w.client(nil, retry.WithAttemptTimeout(early)).do(ctx, http.MethodGet, w.url, "", nil)
	assert.ErrorIs(t, a.err, context.DeadlineExceeded)
	assert.NotErrorIs(t, a.err, retry.ErrAttemptTimeout)
	assert.NotErrorIs(t, a.err, retry.ErrCallTimeout)
	assert.Equal(t, 1, a.record.AttemptCount())
	assert.Less(t, time.Since(began), early)
}

// reset breaks the connection when the answer comes back: the target had the request.
func reset(w *wire) { w.add(fault("reset_peer", "downstream", "timeout", 0)) }

// Promise R7.
func resetGet(t *testing.T, w *wire) {
	reset(w)
	requireReached(t, w.client(w.heal).get(t, w.url), 2)
	assert.Len(t, w.far.seen(), 2)
}

// Promise R7.
func resetPost(t *testing.T, w *wire) {
	reset(w)
	a := w.client(w.heal).post(t, w.url, "charge the card")
	require.Error(t, a.err)
	end, ok := errors.AsType[*retry.Error](a.err)
	require.Truef(t, ok, "%v", a.err)
	assert.Equal(t, retry.ReasonMethod, end.Reason)
	assert.Equal(t, 1, a.record.AttemptCount())
	assert.Len(t, w.far.seen(), 1)
}

// Promises R7 and R10.
func resetSafePost(t *testing.T, w *wire) {
	reset(w)
	body := strings.Repeat("a body that takes more than one segment. ", 5000)
	a := w.client(w.heal).do(t.Context(), http.MethodPost, w.url, body, http.Header{"Idempotency-Key": {"one"}})
	requireReached(t, a, 2)

	reset(w)
	a = w.client(w.heal).do(retry.Safe(t.Context()), http.MethodPost, w.url, body, nil)
	requireReached(t, a, 2)

	visits := w.far.seen()
	require.Len(t, visits, 4)
	for _, v := range visits {
		assert.False(t, v.broken)
		assert.Zero(t, strings.Compare(v.body, body), "the same bytes each time")
	}
}

// hangUp ends the connection with the answer, so that each attempt draws anew.
func hangUp(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") }

// Promise O3: the attempts on the record are those that arrived.
func resetHalf(t *testing.T, w *wire) {
	half := fault("reset_peer", "downstream", "timeout", 0)
	half.Toxicity = 0.5
	w.add(half)
	const calls = 60
	attempts := 0
	c := w.client(nil, retry.WithMaxRetries(30))
	for range calls {
		a := c.get(t, w.url)
		require.NoError(t, a.err)
		require.Equal(t, http.StatusOK, a.status)
		attempts += a.record.AttemptCount()
	}
	t.Logf("%d calls over a wire that resets half of the connections: %d attempts", calls, attempts)
	assert.Greater(t, attempts, calls+calls/6, "or nothing was tested")
	assert.Len(t, w.far.seen(), attempts)
}

// Promise R7: nobody listened, so nothing was sent.
func downPost(t *testing.T, w *wire) {
	w.enable(false)
	requireReached(t, w.client(func() { w.enable(true) }).post(t, w.url, "body"), 2)
	assert.Len(t, w.far.seen(), 1)
}

// Promise R7.
func cutHead(t *testing.T, w *wire) {
	w.add(fault("limit_data", "downstream", "bytes", 20))
	requireReached(t, w.client(w.heal).get(t, w.url), 2)

	w.add(fault("limit_data", "downstream", "bytes", 20))
	a := w.client(w.heal).post(t, w.url, "charge the card")
	require.Error(t, a.err)
	assert.Equal(t, 1, a.record.AttemptCount())
	assert.Len(t, w.far.seen(), 3)
}

const longBody = 100_000

func longAnswer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Connection", "close")
	w.Header().Set("Content-Length", "100000")
	_, _ = io.WriteString(w, strings.Repeat("x", longBody))
}

// Promise C5: a body is not read before it is the caller's, and so not mended either.
func cutBody(t *testing.T, w *wire) {
	w.add(fault("limit_data", "downstream", "bytes", 5000))
	a := w.client(w.heal).get(t, w.url)
	require.NoError(t, a.err)
	assert.Equal(t, http.StatusOK, a.status)
	assert.ErrorIs(t, a.cut, io.ErrUnexpectedEOF)
	assert.NotEmpty(t, a.body)
	assert.Less(t, len(a.body), longBody)
	assert.Equal(t, 1, a.record.AttemptCount())
}

// Promise R7.
func cutPost(t *testing.T, w *wire) {
	w.add(fault("limit_data", "upstream", "bytes", 5000))
	a := w.client(w.heal, retry.WithAttemptTimeout(early)).post(t, w.url, strings.Repeat("x", longBody))
	// The target may answer what it got, or the connection may break: nothing is sent twice.
	t.Logf("status %d, error %v", a.status, a.err)
	assert.Equal(t, 1, a.record.AttemptCount())
	for _, v := range w.far.seen() {
		assert.True(t, v.broken)
	}
	assert.LessOrEqual(t, len(w.far.seen()), 1)
}

func slowClose(t *testing.T, w *wire) {
	w.add(fault("slow_close", "downstream", "delay", long))
	began := time.Now()
	a := w.client(nil).get(t, w.url)
	requireReached(t, a, 1)
	assert.Len(t, a.body, longBody)
	assert.Less(t, time.Since(began), early)
}

// endsByClose answers 503, then 200, and the end of the 503 is that of its connection.
func endsByClose() http.HandlerFunc {
	succeed := answers(http.StatusOK)
	first := make(chan struct{}, 1)
	first <- struct{}{}
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-first:
		default:
			succeed(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer faults.Linger(conn)
		_, _ = io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\nno length")
	}
}

// Promise R5: the drain is bounded in time.
func slowCloseDropped(t *testing.T, w *wire) {
	w.add(fault("slow_close", "downstream", "delay", long))
	began := time.Now()
	requireReached(t, w.client(nil).get(t, w.url), 2)
	assert.Less(t, time.Since(began), early)
}

// Promise R5.
func drained(t *testing.T, w *wire) {
	w.add(fault("latency", "downstream", "latency", 5))
	c := w.client(nil)
	for range 50 {
		requireReached(t, c.get(t, w.url), 3)
	}
	assert.Len(t, w.far.seen(), 150)
	assert.Equal(t, 1, w.far.connections())
}
