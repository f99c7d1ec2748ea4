package transport_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

func addBackoff(ctx context.Context, d time.Duration, why string) layer.Waiting {
	return layer.AddWait(ctx, d, transport.WaitBackoff, why)
}

// waiting is a layer that makes each request wait.
func waiting(d time.Duration) transport.Middleware {
	return layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		addBackoff(req.Context(), d, "status 503")
		time.Sleep(d)
		return next.RoundTrip(req)
	})
}

// watched is a layer that watches the waits below it.
func watched(f func(transport.Wait)) transport.Middleware {
	return layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req.WithContext(transport.WatchWaits(req.Context(), f)))
		return layer.Restore(resp, req), err
	})
}

// O1, O3: all watchers are called when a wait begins, without the record locked, with or
// without a record.
func TestAWaitIsToldWhenItBegins(t *testing.T) {
	t.Parallel()
	for name, stack := range map[string]func(...transport.Middleware) http.RoundTripper{
		"in a chain": func(layers ...transport.Middleware) http.RoundTripper { return transport.Chain(answer(200), layers...) },
		"by hand": func(layers ...transport.Middleware) http.RoundTripper {
			return layers[0](layers[1](layers[2](answer(200))))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				ctx, call := transport.Begin(t.Context())
				var told []string
				watch := func(name string) transport.Middleware {
					return watched(func(w transport.Wait) {
						assert.Equal(t, transport.Wait{For: time.Minute, Before: 1, Cause: transport.WaitBackoff, Reason: "status 503"}, w)
						assert.Zero(t, time.Since(begun))
						assert.Equal(t, []transport.Wait{w}, call.Waits(), "it is on the record already, which is not locked")
						told = append(told, name)
					})
				}
				resp, err := stack(watch("outer"), watch("inner"), waiting(time.Minute)).RoundTrip(get(t, ctx))
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				assert.Equal(t, []string{"inner", "outer"}, told)
			})
		})
	}
	told := 0
	addBackoff(transport.WatchWaits(t.Context(), func(w transport.Wait) {
		told++
		assert.Zero(t, w.Before)
	}), time.Second, "without a record").End(time.Minute)
	assert.Equal(t, 1, told)
}

// O3: new requests of a layer inside an attempt, and code that it calls, have separate
// waits.
func TestWaitsInsideAnAttemptAreNotTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := transport.Chain(answer(200), waiting(time.Hour))
		aside := layered(func(req *http.Request, next http.RoundTripper) (*http.Response, error) {
			for _, ctx := range []context.Context{req.Context(), layer.Detach(req.Context())} {
				other := get(t, ctx)
				other.URL.Path = "/token"
				resp, err := asked.RoundTrip(other)
				require.NoError(t, err)
				layer.CloseBody(resp.Body)
			}
			return next.RoundTrip(req)
		})
		var told []time.Duration
		rt := transport.Chain(answer(200), watched(func(w transport.Wait) { told = append(told, w.For) }), waiting(time.Second), aside)
		resp, err := rt.RoundTrip(get(t, t.Context()))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, []time.Duration{time.Second}, told)
	})
}

// O3: the actual duration of a wait replaces the planned one while the call runs.
func TestAWaitIsPutRight(t *testing.T) {
	t.Parallel()
	ctx, call := transport.Begin(t.Context())
	first := addBackoff(ctx, time.Minute, "a")
	second := addBackoff(ctx, time.Minute, "b")
	second.End(time.Second)
	assert.Equal(t, time.Minute+time.Second, call.Waited())
	first.End(2 * time.Second)
	assert.Equal(t, 3*time.Second, call.Waited())
	call.End()
	first.End(time.Hour)
	addBackoff(ctx, time.Minute, "late").End(time.Hour)
	assert.Equal(t, 3*time.Second, call.Waited())
	layer.Waiting{}.End(time.Hour)
	assert.Zero(t, (*transport.Call)(nil).Waited())
}

// O1: a panic of a watcher does not affect the call, and is reported once.
func TestAPanicOfAWatchIsContained(t *testing.T) { //nolint:paralleltest // it sets the default logger
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	told := 0
	ctx, call := transport.Begin(t.Context())
	ctx = transport.WatchWaits(ctx, func(transport.Wait) { told++ })
	ctx = transport.WatchWaits(ctx, func(transport.Wait) { panic("apiKey=canary") })
	for range 3 {
		addBackoff(ctx, time.Second, "x")
	}
	assert.Equal(t, 3, told)
	assert.Len(t, call.Waits(), 3)
	assert.Equal(t, 1, bytes.Count(log.Bytes(), []byte("panicked")))
	assert.NotContains(t, log.String(), "canary")
}

// C7: if requests with one record run concurrently, each watcher is called once for each
// wait of its own request.
func TestWatchesOfOneRecordAreToldOfTheirOwnWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, call := transport.Begin(t.Context())
		var group sync.WaitGroup
		for i := range 32 {
			group.Go(func() {
				var told []time.Duration
				want := time.Duration(i+1) * time.Second
				rt := transport.Chain(answer(200), watched(func(w transport.Wait) { told = append(told, w.For) }), waiting(want))
				resp, err := rt.RoundTrip(get(t, ctx))
				if assert.NoError(t, err) {
					assert.NoError(t, resp.Body.Close())
				}
				assert.Equal(t, []time.Duration{want}, told)
			})
		}
		group.Wait()
		assert.Len(t, call.Waits(), 32)
	})
}
