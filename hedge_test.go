package tripware_test

import (
	"bytes"
	"context"
	"encoding/json"
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

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

const ms = time.Millisecond

// A leg is how a scripted base answers an attempt.
type leg struct {
	after  time.Duration
	status int
}

// legs answers each attempt, in the order in which they begin, as its leg says.
func legs(all ...leg) transport.RoundTripperFunc {
	var mu sync.Mutex
	n := 0
	return func(req *http.Request) (*http.Response, error) {
		mu.Lock()
		l := all[min(n, len(all)-1)]
		n++
		mu.Unlock()
		timer := time.NewTimer(l.after)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
		return &http.Response{
			StatusCode: l.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("hello")), ContentLength: 5, Request: req,
		}, nil
	}
}

func getThings(t *testing.T, client *http.Client) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com/things", http.NoBody)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp
}

// H1, T1: the record, the events and the log tell every leg of a hedge, and which has lost.
func TestEveryLegIsToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var attempts []metrics.HTTPEvent
		var calls []metrics.CallEvent
		publishers := metrics.NewPublishers()
		publishers.HTTP.Subscribe(metrics.On(func(_ context.Context, e metrics.HTTPEvent) {
			mu.Lock()
			defer mu.Unlock()
			attempts = append(attempts, e)
		}))
		publishers.Call.Subscribe(metrics.On(func(_ context.Context, e metrics.CallEvent) { calls = append(calls, e) }))
		var text lockedBuffer
		log := slog.New(slog.NewJSONHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
		client, err := tripware.New(
			tripware.WithBase(legs(leg{ms, 503}, leg{time.Second, 200}, leg{10 * ms, 503}, leg{30 * ms, 200})),
			tripware.WithHedge(hedge.WithDelay(50*ms), hedge.WithMaxExtra(2)),
			tripware.WithRetry(retry.WithBaseDelay(0)), tripware.WithMetrics(publishers), tripware.WithLogger(log))
		require.NoError(t, err)
		call := transport.CallOf(getThings(t, client))
		time.Sleep(ms)
		synctest.Wait()

		type told struct {
			number, leg int
			lost        bool
			status      int
			class       transport.ErrorClass
			took        time.Duration
		}
		var record []told
		for _, a := range call.Attempts() {
			record = append(record, told{a.Number, a.Leg, a.Lost, a.Status, a.Class, a.Elapsed})
		}
		assert.Equal(t, []told{
			{1, 1, false, 503, "", ms},
			{2, 1, true, 0, transport.ClassHedgeLost, 130 * ms},
			{3, 2, true, 503, "", 10 * ms},
			{4, 3, false, 200, "", 30 * ms},
		}, record)
		assert.Equal(t, 131*ms, call.Elapsed())
		assert.Contains(t, call.String(), "200 after 4 attempts in 131ms: #1 503 in 1ms")
		assert.Contains(t, call.String(), "#2 lost in 130ms; #3 503 lost in 10ms; #4 200 in 30ms")
		var view map[string]any
		require.NoError(t, unmarshal(call, &view))
		assert.InDelta(t, 200, view["status"], 0)

		mu.Lock()
		defer mu.Unlock()
		var events []told
		for _, e := range attempts {
			events = append(events, told{e.Request.Attempt, e.Leg, e.Lost, e.StatusCode, e.ErrorClass, e.Duration})
		}
		assert.ElementsMatch(t, []told{
			{1, 1, false, 503, "", ms},
			{2, 1, true, 0, transport.ClassHedgeLost, 130 * ms},
			{3, 2, false, 503, "", 10 * ms}, // it was not known yet
			{4, 3, false, 200, "", 30 * ms},
		}, events)
		for _, e := range attempts {
			assert.Equal(t, map[int]string{1: "", 2: "status 503", 3: "hedge", 4: "hedge"}[e.Request.Attempt], e.RetryCause)
			assert.Equal(t, e.Request.Attempt-1, e.ResendCount)
		}
		require.Len(t, calls, 1)
		assert.Equal(t, 4, calls[0].Attempts)
		assert.Equal(t, 2, calls[0].Hedges)
		assert.Equal(t, 1, calls[0].HedgeWins)
		assert.Contains(t, text.String(), `"msg":"http attempt"`)
		for line := range strings.Lines(text.String()) {
			if strings.Contains(line, `"leg":1,"lost":true`) {
				assert.Contains(t, line, `"level":"DEBUG"`)
				assert.Contains(t, line, `"attempt":2`)
				return
			}
		}
		t.Error("the log does not have the leg that has lost:\n", text.String())
	})
}

// H1, O3: the record says how the call ended, which need not be how its last attempt did, and
// what a leg does after it has lost changes nothing.
func TestTheRecordKeepsHowAHedgeEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := legs(leg{70 * ms, 200}, leg{time.Second, 200})
		rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			return base(req.WithContext(context.WithoutCancel(req.Context()))) // it ignores its context
		}), hedge.New(hedge.WithDelay(50*ms)))
		ctx, call := transport.Begin(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/things", http.NoBody)
		require.NoError(t, err)
		resp, err := rt.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		before := call.Attempts()
		time.Sleep(2 * time.Second) // virtual
		synctest.Wait()
		assert.Equal(t, before, call.Attempts())
		assert.Equal(t, 20*ms, before[1].Elapsed)
		assert.Equal(t, transport.ClassHedgeLost, before[1].Class)
		call.End()
		assert.Contains(t, call.String(), "200 after 2 attempts")
		var view map[string]any
		require.NoError(t, unmarshal(call, &view))
		assert.InDelta(t, 200, view["status"], 0)
	})
}

// O3: a call that its caller ends, while one leg has failed and the other does not end, takes as
// long as the caller has waited.
func TestTheRecordOfAnAbandonedHedge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		var n atomic.Int32
		rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if n.Add(1) == 1 {
				<-release
			}
			return nil, io.ErrUnexpectedEOF
		}), hedge.New(hedge.WithDelay(50*ms)))
		ctx, cancel := context.WithTimeout(t.Context(), 200*ms)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/things", http.NoBody)
		require.NoError(t, err)
		_, err = rt.RoundTrip(req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 300*ms, transport.CallOfError(err).Elapsed())
	})
}

// O3: with several round trips in one record, the numbers of attempts have no gaps, and a wait is
// before the attempt that follows it.
func TestTheLegsOfSeveralRoundTripsAreNumbered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rt := transport.Chain(legs(leg{ms, 503}, leg{ms, 200}, leg{ms, 503}, leg{time.Second, 200}, leg{ms, 200}),
			retry.New(retry.WithBackoff(retry.Constant)), hedge.New(hedge.WithDelay(50*ms)))
		ctx, call := transport.Begin(t.Context())
		defer call.End()
		for range 2 {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/things", http.NoBody)
			require.NoError(t, err)
			resp, err := rt.RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
		var told [][2]int
		for _, a := range call.Attempts() {
			told = append(told, [2]int{a.Number, a.Leg})
		}
		assert.Equal(t, [][2]int{{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 2}}, told)
		require.Len(t, call.Waits(), 2)
		assert.Equal(t, 2, call.Waits()[0].Before)
		assert.Equal(t, 4, call.Waits()[1].Before)
	})
}

func unmarshal(call *transport.Call, into any) error {
	data, err := json.Marshal(call)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// lockedBuffer is a buffer that several goroutines write to.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// A4, H1: an extra attempt with a new token belongs to the leg that wins: a leg that has lost
// asks for none.
func TestALostLegAsksForNoExtraAttempt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		legs []leg
		opts []tripware.Option
		sent int
	}{
		{"the 401 comes first", []leg{{60 * ms, 401}, {time.Second, 200}, {ms, 200}}, nil, 3},
		{"the 401 comes second", []leg{{70 * ms, 200}, {10 * ms, 401}, {ms, 200}}, nil, 2},
		{"without a loop", []leg{{60 * ms, 401}, {time.Second, 200}, {ms, 200}}, []tripware.Option{tripware.WithRetry(retry.Off())}, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var n atomic.Int32
				tokens := auth.Refresh(func(context.Context) (auth.Token, error) {
					if n.Add(1) > 1 {
						time.Sleep(20 * ms) // in the meantime, the other leg may win
					}
					return auth.Token{Value: redact.NewSecret(strings.Repeat("t", int(n.Load())))}, nil
				})
				var sent atomic.Int32
				base := legs(row.legs...)
				client, err := tripware.New(append(row.opts,
					tripware.WithBase(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
						sent.Add(1)
						return base(req)
					})),
					tripware.WithAuth("https://api.example.com", tokens), tripware.WithHedge(hedge.WithDelay(50*ms)))...)
				require.NoError(t, err)
				resp := getThings(t, client)
				assert.Equal(t, 200, resp.StatusCode)
				time.Sleep(time.Second)
				synctest.Wait()
				assert.EqualValues(t, row.sent, sent.Load())
				assert.Equal(t, row.sent, transport.CallOf(resp).AttemptCount())
			})
		})
	}
}

// C10: WithHedge puts the hedge below the retry loop, and New reports two of them.
func TestTheHedgeIsInItsPlace(t *testing.T) {
	t.Parallel()
	base := tripware.WithBase(legs(leg{0, 200}))
	rt, err := tripware.NewTransport(base, tripware.WithHedge(hedge.WithDelay(time.Second)), tripware.WithHedge(hedge.WithMaxExtra(2)))
	require.NoError(t, err)
	assert.Contains(t, layerNames(rt), "retry(5, 429,500,502-599) > hedge(1s, 2) > ratelimit")
	rt, err = tripware.NewTransport(base)
	require.NoError(t, err)
	assert.NotContains(t, layerNames(rt), "hedge")
	_, err = tripware.NewTransport(base, tripware.WithHedge(), tripware.PerAttempt(hedge.New()))
	require.ErrorContains(t, err, "two hedges multiply their attempts: remove one")
	_, err = tripware.NewTransport(base, tripware.WithHedge(hedge.Off()), tripware.PerAttempt(hedge.New()))
	require.NoError(t, err)
	_, err = tripware.NewTransport(base, tripware.PerCall(hedge.New()))
	require.ErrorContains(t, err, "each attempt of the hedge would be retried for itself: swap them")
	_, err = tripware.NewTransport(base, tripware.WithHedge(hedge.WithDelay(-1)))
	require.ErrorContains(t, err, "delay -1ns is negative")
	assert.Equal(t, layer.AtHedge, layerPlace(hedge.New()))
}

func layerNames(rt http.RoundTripper) string {
	var names []string
	for _, l := range transport.Layers(rt) {
		if named, ok := l.(interface{ Layer() string }); ok {
			names = append(names, named.Layer())
		}
	}
	return strings.Join(names, " > ")
}

func layerPlace(mw transport.Middleware) layer.Place {
	l, _ := mw(nil).(interface{ Place() layer.Place })
	return l.Place()
}
