package services_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport"
)

// status is what the vendor answers about a request.
type status struct {
	Success bool   `json:"success"`
	ID      string `json:"id"`
}

var errRefused = errors.New("alert does not exist")

func (s status) EntityID() string { return s.ID }

func (s status) Failure() error {
	if s.Success {
		return nil
	}
	return errRefused
}

// repair is a service's form of a pending request.
type repair struct {
	*services.Pending[status, item]
}

// work is a server that settles a request after some probes.
type work struct {
	probes   atomic.Int32
	fetches  atomic.Int32
	after    int32 // the probe that finds it settled
	success  bool
	nameless bool                             // the status names no entity
	probe    func(req *http.Request, n int32) // runs before a probe is answered; may be nil
}

func (w *work) RoundTrip(req *http.Request) (*http.Response, error) {
	id, _ := strings.CutPrefix(req.URL.Path, "/requests/")
	n := w.probes.Add(1)
	if w.probe != nil {
		w.probe(req, n)
	}
	switch {
	case n < w.after:
		return always(404, `{}`, "X-Error-Type", "NotProcessed").RoundTrip(req)
	case w.nameless:
		return always(200, fmt.Sprintf(`{"data":{"success":%t}}`, w.success)).RoundTrip(req)
	}
	return always(200, fmt.Sprintf(`{"data":{"success":%t,"id":"id-%s"}}`, w.success, id)).RoundTrip(req)
}

func (w *work) tracker(t *testing.T, polling ...poll.Option) *services.Tracker[status, item, repair] {
	t.Helper()
	c, err := services.New(&http.Client{Transport: w}, base, vendor{}, services.WithPolling(polling...))
	require.NoError(t, err)
	return services.NewTracker(c, "GET /requests/{requestId}",
		func(p *services.Pending[status, item]) *repair { return &repair{p} },
		func(_ context.Context, id string) (*services.Result[item], error) {
			w.fetches.Add(1)
			return &services.Result[item]{Value: item{ID: id}}, nil
		})
}

func (w *work) pending(t *testing.T, polling ...poll.Option) *repair {
	t.Helper()
	return w.tracker(t, polling...).Resume("r-1")
}

// Promise S3: each question polls by itself when need be, once, and the outcome is remembered.
func TestThePollingIsDoneOnceAndRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &work{after: 4, success: true}
		p := w.pending(t)
		entity, err := p.Entity(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "id-r-1", entity.Value.ID)
		id, err := p.ID(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "id-r-1", id)
		got, err := p.Wait(t.Context())
		require.NoError(t, err)
		assert.True(t, got.Value.Success)
		assert.EqualValues(t, 4, w.probes.Load())
		_, err = p.Entity(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 2, w.fetches.Load(), "the entity is fetched as it is now")
	})
}

// Promise S3: a failure is final and typed; nothing is asked again.
func TestAFailureIsFinal(t *testing.T) {
	t.Parallel()
	w := &work{after: 1}
	p := w.pending(t)
	for range 2 {
		got, err := p.Wait(t.Context())
		require.ErrorIs(t, err, errRefused)
		require.ErrorIs(t, err, services.ErrFailed)
		failed := asError(t, err)
		assert.Equal(t, "r-1", failed.RequestID)
		assert.Equal(t, "GET /requests/{requestId}", failed.Route)
		assert.NotEmpty(t, failed.TransactionID)
		assert.Nil(t, got)
	}
	_, err := p.Entity(t.Context())
	require.ErrorIs(t, err, errRefused)
	assert.EqualValues(t, 1, w.probes.Load())
	assert.Zero(t, w.fetches.Load())
}

// Promise S3: ten probes after the first, and the wait can be taken up again.
func TestAnUnsettledWaitIsNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &work{after: 13, success: true}
		p := w.pending(t)
		_, err := p.Wait(t.Context())
		require.ErrorIs(t, err, poll.ErrUnsettled)
		require.ErrorIs(t, err, services.ErrNotProcessed)
		assert.EqualValues(t, 11, w.probes.Load())
		_, err = p.Wait(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 13, w.probes.Load())
	})
}

// S3: any other error ends the wait, but not for good.
func TestAnotherErrorEndsTheWaitButNotForGood(t *testing.T) {
	t.Parallel()
	w := &work{after: 1, success: true}
	answers := []http.RoundTripper{always(404, `{}`), w}
	c, err := services.New(&http.Client{Transport: transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		next := answers[0]
		answers = answers[1:]
		return next.RoundTrip(req)
	})}, base, vendor{})
	require.NoError(t, err)
	p := services.NewTracker(c, "GET /requests/{requestId}", func(p *services.Pending[status, item]) *repair { return &repair{p} },
		func(context.Context, string) (*services.Result[item], error) { return nil, errRefused }).Resume("r-1")
	_, err = p.Wait(t.Context())
	require.ErrorIs(t, err, services.ErrNotFound)
	require.NotErrorIs(t, err, poll.ErrUnsettled)
	_, err = p.Wait(t.Context())
	require.NoError(t, err)
	_, err = p.Entity(t.Context())
	require.ErrorIs(t, err, errRefused)
}

// S3: what the server leaves out is told as the server's error, not as the caller's.
func TestWhatTheServerLeavesOutIsItsError(t *testing.T) {
	t.Parallel()
	w := &work{after: 1, success: true, nameless: true}
	_, err := w.pending(t).ID(t.Context())
	require.ErrorIs(t, err, services.ErrResponse)
	assert.ErrorContains(t, err, "the server reports success but sent no id")

	c := open(t, always(202, `{"result":"ok"}`))
	tracker := services.NewTracker(c, "GET /requests/{requestId}",
		func(p *services.Pending[status, item]) *repair { return &repair{p} },
		func(context.Context, string) (*services.Result[item], error) { return nil, errRefused })
	_, err = tracker.Accept(t.Context(), "POST /things", nil, services.RetryIfRefused)
	require.ErrorIs(t, err, services.ErrResponse)
	assert.ErrorContains(t, err, "sent no request id")
}

func TestAllWhoWaitShareOnePolling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &work{after: 8, success: true}
		p := w.pending(t)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				id, err := p.ID(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, "id-r-1", id)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 8, w.probes.Load())
	})
}

// One caller's time is not another's: who leaves, leaves alone, and if it was the
// one who polled, another goes on.
func TestEachCallerLeavesOnItsOwnContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &work{after: 10, success: true}
		p := w.pending(t, poll.WithHint(func(error) time.Duration { return time.Second }), poll.WithBaseDelay(0))
		cause := errors.New("no patience")
		began := time.Now()
		leave := func(after time.Duration) context.Context {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(after, func() { cancel(cause) })
			return ctx
		}
		var wg sync.WaitGroup
		wait := func(ctx context.Context, left time.Duration) {
			wg.Go(func() {
				_, err := p.Wait(ctx)
				if left == 0 {
					assert.NoError(t, err)
					return
				}
				assert.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, cause)
				assert.Equal(t, left, time.Since(began))
			})
			synctest.Wait() // they come one after the other: the first polls
		}
		wait(leave(2500*time.Millisecond), 2500*time.Millisecond)
		wait(leave(500*time.Millisecond), 500*time.Millisecond)
		wait(t.Context(), 0)
		short, cancel := context.WithTimeout(t.Context(), 1200*time.Millisecond)
		defer cancel()
		wg.Go(func() {
			_, err := p.Wait(short)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		wg.Wait()
		assert.EqualValues(t, 10, w.probes.Load())
	})
}

// The deadline of the one who polls makes it give up early; that is no outcome
// for the others.
func TestADeadlineOfTheOneWhoPollsIsNotTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &work{after: 3, success: true, probe: func(*http.Request, int32) {
			time.Sleep(time.Second) // a probe that takes its time lets the others come
		}}
		p := w.pending(t, poll.WithHint(func(error) time.Duration { return 10 * time.Second }))
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			_, err := p.Wait(ctx)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		synctest.Wait()
		wg.Go(func() {
			_, err := p.Wait(t.Context())
			assert.NoError(t, err)
		})
		wg.Wait()
		assert.EqualValues(t, 3, w.probes.Load())
	})
}

func TestAProbeThatPanicsLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	w := &work{after: 1, success: true, probe: func(_ *http.Request, n int32) {
		if n == 1 {
			panic("boom")
		}
	}}
	p := w.pending(t)
	assert.PanicsWithValue(t, "boom", func() { _, _ = p.Wait(t.Context()) })
	_, err := p.Wait(t.Context())
	require.NoError(t, err)
}

func TestARequestWithoutAnIDIsNotPolled(t *testing.T) {
	t.Parallel()
	w := &work{after: 1, success: true}
	_, err := w.tracker(t).Resume("").Wait(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
	assert.EqualError(t, err, "services: GET /requests/{requestId}: argument requestId is required")
	assert.Zero(t, w.probes.Load())
	_, err = new(repair).Wait(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
	_, err = new(services.Pending[status, item]).ID(t.Context())
	require.ErrorContains(t, err, "is the zero value")
}

func TestImpossiblePollingOptionsAreReported(t *testing.T) {
	t.Parallel()
	w := &work{after: 1, success: true}
	p := w.pending(t)
	_, err := p.Wait(t.Context(), poll.WithMaxRetries(-1))
	require.ErrorContains(t, err, "max retries -1 is negative")
	_, err = p.Wait(t.Context())
	require.NoError(t, err)
}

// S3: a probe is not part of the record that the context of the wait was begun with.
func TestEachProbeIsACallOfItsOwn(t *testing.T) {
	t.Parallel()
	ctx, call := transport.Begin(t.Context())
	w := &work{after: 1, success: true, probe: func(req *http.Request, _ int32) {
		assert.NotSame(t, call, transport.CallFrom(req.Context()))
	}}
	_, err := w.pending(t).Wait(ctx)
	require.NoError(t, err)
	assert.Zero(t, call.AttemptCount())
}

// exampleStatus is what the vendor answers about a request.
type exampleStatus struct {
	ID string `json:"id"`
}

func (s exampleStatus) EntityID() string { return s.ID }
func (s exampleStatus) Failure() error   { return nil }

func ExampleTracker() {
	type thing struct {
		Name string `json:"name"`
	}
	type pending = services.Pending[exampleStatus, thing]
	answers := map[string][]http.RoundTripper{
		"POST /things":        {always(202, `{"requestId":"r-1"}`)},
		"GET /requests/r-1":   {always(404, `{}`, "X-Error-Type", "NotProcessed"), always(200, `{"data":{"id":"thing-7"}}`)},
		"GET /things/thing-7": {always(200, `{"data":{"name":"seven"}}`)},
	}
	client, err := services.New(&http.Client{Transport: transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		key := req.Method + " " + req.URL.Path
		next := answers[key][0]
		answers[key] = answers[key][1:]
		return next.RoundTrip(req)
	})}, base, vendor{}, services.WithPolling(poll.WithBaseDelay(0)))
	if err != nil {
		panic(err)
	}
	type byID struct {
		ID string `path:"id"`
	}
	tracker := services.NewTracker(client, "GET /requests/{requestId}",
		func(p *pending) *pending { return p },
		func(ctx context.Context, id string) (*services.Result[thing], error) {
			return services.Do[thing](ctx, client, "GET /things/{id}", byID{id}, services.ByMethod)
		})
	accepted, err := tracker.Accept(context.Background(), "POST /things", nil, services.RetryIfRefused)
	if err != nil {
		panic(err)
	}
	made, err := accepted.Entity(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(accepted.RequestID, made.Value.Name)
	// Output: r-1 seven
}
