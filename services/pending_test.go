package services_test

import (
	"context"
	"errors"
	"fmt"
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

type status struct {
	Success bool
	ID      string
}

// work is an asynchronous request that settles after some probes.
type work struct {
	probes  atomic.Int32
	fetches atomic.Int32
	after   int32 // the probe that finds it settled
	success bool
	fault   func(probe int32) error
}

var errFailed = errors.New("alert does not exist")

func (w *work) tracking() services.Tracking[status, item] {
	return services.Tracking[status, item]{
		Status: func(_ context.Context, requestID string) (*services.Result[status], error) {
			n := w.probes.Add(1)
			if w.fault != nil {
				if err := w.fault(n); err != nil {
					return nil, err
				}
			}
			if n < w.after {
				return nil, &services.Error{Route: "GET /requests/" + requestID, Kind: services.ErrNotProcessed}
			}
			return &services.Result[status]{Value: status{w.success, "id-" + requestID}}, nil
		},
		Verdict: func(_ string, got *services.Result[status]) error {
			if !got.Value.Success {
				return errFailed
			}
			return nil
		},
		ID: func(s status) string { return s.ID },
		Fetch: func(_ context.Context, id string) (*services.Result[item], error) {
			w.fetches.Add(1)
			return &services.Result[item]{Value: item{ID: id}}, nil
		},
	}
}

func (w *work) pending() *services.Pending[status, item] {
	return services.NewPending("r-1", services.Metadata{}, w.tracking())
}

// Promise S3: each question polls by itself when need be, once, and the outcome is remembered.
func TestThePollingIsDoneOnceAndRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &work{after: 4, success: true}
		p := w.pending()
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
	p := w.pending()
	for range 2 {
		got, err := p.Wait(t.Context())
		require.ErrorIs(t, err, errFailed)
		assert.Nil(t, got)
	}
	_, err := p.Entity(t.Context())
	require.ErrorIs(t, err, errFailed)
	assert.EqualValues(t, 1, w.probes.Load())
	assert.Zero(t, w.fetches.Load())
}

// Promise S3: ten probes after the first, and the wait can be taken up again.
func TestAnUnsettledWaitIsNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &work{after: 13, success: true}
		p := w.pending()
		_, err := p.Wait(t.Context())
		require.ErrorIs(t, err, poll.ErrUnsettled)
		require.ErrorIs(t, err, services.ErrNotProcessed)
		assert.EqualValues(t, 11, w.probes.Load())
		_, err = p.Wait(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 13, w.probes.Load())
	})
}

func TestAnotherErrorEndsTheWaitButNotForGood(t *testing.T) {
	t.Parallel()
	gone := &services.Error{Status: 404, Kind: services.ErrNotFound}
	w := &work{after: 1, success: true, fault: func(n int32) error {
		if n == 1 {
			return gone
		}
		return nil
	}}
	p := w.pending()
	_, err := p.Wait(t.Context())
	require.ErrorIs(t, err, services.ErrNotFound)
	require.NotErrorIs(t, err, poll.ErrUnsettled)
	_, err = p.Wait(t.Context())
	require.NoError(t, err)
}

func TestAllWhoWaitShareOnePolling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &work{after: 8, success: true}
		p := w.pending()
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
		tracking := w.tracking()
		tracking.Poll = []poll.Option{poll.WithHint(func(error) time.Duration { return time.Second }), poll.WithBaseDelay(0)}
		p := services.NewPending("r-1", services.Metadata{}, tracking)
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
		w := &work{after: 3, success: true}
		tracking := w.tracking()
		tracking.Poll = []poll.Option{poll.WithHint(func(error) time.Duration { return 10 * time.Second })}
		first := tracking.Status
		tracking.Status = func(ctx context.Context, id string) (*services.Result[status], error) {
			time.Sleep(time.Second) // a probe that takes its time lets the others come
			return first(ctx, id)
		}
		p := services.NewPending("r-1", services.Metadata{}, tracking)
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
	w := &work{after: 1, success: true, fault: func(n int32) error {
		if n == 1 {
			panic("boom")
		}
		return nil
	}}
	p := w.pending()
	assert.PanicsWithValue(t, "boom", func() { _, _ = p.Wait(t.Context()) })
	_, err := p.Wait(t.Context())
	require.NoError(t, err)
}

func TestARequestWithoutAnIDIsNotPolled(t *testing.T) {
	t.Parallel()
	w := &work{after: 1, success: true}
	_, err := services.NewPending("", services.Metadata{}, w.tracking()).Wait(t.Context())
	require.ErrorIs(t, err, services.ErrArgument)
	assert.Zero(t, w.probes.Load())
}

func TestImpossiblePollingOptionsAreReported(t *testing.T) {
	t.Parallel()
	w := &work{after: 1, success: true}
	p := w.pending()
	_, err := p.Wait(t.Context(), poll.WithMaxRetries(-1))
	require.ErrorContains(t, err, "max retries -1 is negative")
	_, err = p.Wait(t.Context())
	require.NoError(t, err)
}

func TestEachProbeIsACallOfItsOwn(t *testing.T) {
	t.Parallel()
	ctx, call := transport.Begin(t.Context())
	w := &work{after: 1, success: true}
	tracking := w.tracking()
	status := tracking.Status
	tracking.Status = func(ctx context.Context, id string) (*services.Result[verdict], error) {
		assert.Nil(t, transport.CallFrom(ctx))
		return status(ctx, id)
	}
	_, err := services.NewPending("r-1", services.Metadata{}, tracking).Wait(ctx)
	require.NoError(t, err)
	assert.Zero(t, call.AttemptCount())
}

type verdict = status // where a variable called status hides it

func ExampleNewPending() {
	answers := []string{"", "", "alert-7"}
	pending := services.NewPending("request-1", services.Metadata{}, services.Tracking[string, string]{
		Status: func(context.Context, string) (*services.Result[string], error) {
			id := answers[0]
			answers = answers[1:]
			if id == "" {
				return nil, services.ErrNotProcessed
			}
			return &services.Result[string]{Value: id}, nil
		},
		Verdict: func(string, *services.Result[string]) error { return nil },
		ID:      func(status string) string { return status },
		Fetch: func(_ context.Context, id string) (*services.Result[string], error) {
			return &services.Result[string]{Value: "the alert with id " + id}, nil
		},
		Poll: []poll.Option{poll.WithBaseDelay(0)},
	})
	alert, err := pending.Entity(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(alert.Value)
	// Output: the alert with id alert-7
}
