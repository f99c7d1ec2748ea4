package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// hedged sends each request several times at once, each a second after the one before, and
// returns what came first.
func hedged(legs int) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			type result struct {
				resp *http.Response
				err  error
			}
			results := make(chan result, legs)
			var contexts []context.Context
			for range legs {
				contexts = append(contexts, layer.NextAttempt(req.Context()))
			}
			var wg sync.WaitGroup
			for i, ctx := range contexts {
				wg.Go(func() {
					time.Sleep(time.Duration(i) * time.Second) // virtual
					resp, err := next.RoundTrip(req.WithContext(ctx))
					results <- result{resp, err}
				})
			}
			wg.Wait()
			first := <-results
			return layer.Restore(first.resp, req), first.err
		})
	}
}

// A noted attempt is what a layer below learned of it before it was sent.
type noted struct{ number, resends, again int }

// noting asks for the number of each attempt, twice.
func noting(mu *sync.Mutex, notes *[]noted) transport.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			var n noted
			n.number, n.resends = layer.AttemptNumber(req.Context())
			n.again, _ = layer.AttemptNumber(req.Context())
			mu.Lock()
			*notes = append(*notes, n)
			mu.Unlock()
			return next.RoundTrip(req)
		})
	}
}

// O3, T1: attempts that run at the same time have different numbers, which are those in the
// record, whichever begins first.
func TestConcurrentAttemptsHaveNumbersOfTheirOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var notes []noted
		slow := func(next http.RoundTripper) http.RoundTripper { // the first leg is overtaken by the second
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				if n, _ := layer.AttemptNumber(req.Context()); n == 1 {
					layer.AddWait(req.Context(), 1500*time.Millisecond, "limit", "why")
					time.Sleep(1500 * time.Millisecond) // virtual
				}
				return next.RoundTrip(req)
			})
		}
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			time.Sleep(10 * time.Second) // virtual
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
		})
		rt := transport.Chain(base, transport.Identity(), hedged(3), slow, noting(&mu, &notes))
		resp, err := rt.RoundTrip(get(t, t.Context()))
		require.NoError(t, err)
		assert.Equal(t, []noted{{2, 0, 2}, {1, 1, 1}, {3, 2, 3}}, notes)
		call := transport.CallOf(resp)
		assert.Equal(t, 3, call.AttemptCount())
		var starts []time.Duration
		for _, a := range call.Attempts() {
			starts = append(starts, a.Start.Sub(call.Start()))
			assert.Equal(t, 10*time.Second, a.Elapsed)
			assert.Equal(t, http.StatusOK, a.Status)
		}
		assert.Equal(t, []int{1, 2, 3}, numbersOf(call))
		assert.Equal(t, []time.Duration{1500 * time.Millisecond, time.Second, 2 * time.Second}, starts)
		assert.Equal(t, 1, call.Waits()[0].Before)
		assert.Contains(t, call.String(), "waited 1.5s (limit: why); #1 200 in 10s; #2 200 in 10s; #3 200 in 10s")
	})
}

// O3: an attempt that is not sent leaves its number to the next one; one that runs beside
// others leaves a gap.
func TestAnAttemptThatIsNotSentHasNoEntry(t *testing.T) {
	t.Parallel()
	// refusing refuses the first attempts that have number 1.
	refusing := func(times int64) transport.Middleware {
		var refused atomic.Int64
		return func(next http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				if n, _ := layer.AttemptNumber(req.Context()); n == 1 && refused.Add(1) <= times {
					return nil, layer.Refuse(req, errors.New("refused"))
				}
				return next.RoundTrip(req)
			})
		}
	}
	for _, row := range []struct {
		name  string
		layer transport.Middleware
		times int64
		want  []int
	}{
		{"one after the other", retry.New(retry.WithBaseDelay(0)), 2, []int{1}},
		{"at the same time", hedged(3), 1, []int{2, 3}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, call := transport.Begin(t.Context())
				_, _ = transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
				}), transport.Identity(), row.layer, refusing(row.times)).RoundTrip(get(t, ctx))
				assert.Equal(t, row.want, numbersOf(call))
				assert.Equal(t, len(row.want), call.AttemptCount())
			})
		})
	}
}

func numbersOf(call *transport.Call) (numbers []int) {
	for _, a := range call.Attempts() {
		numbers = append(numbers, a.Number)
	}
	return numbers
}

// O3: a printed record says how many round trips share it, so that retries above the chain
// show. It does not say so of one.
func TestARecordTellsItsRoundTrips(t *testing.T) {
	t.Parallel()
	rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody, Request: req}, nil
	}), retry.New(retry.WithBaseDelay(0), retry.WithMaxRetries(3)))
	ctx, call := transport.Begin(t.Context())
	var shown []string
	for range 4 {
		resp, err := rt.RoundTrip(get(t, ctx))
		require.NoError(t, err)
		layer.CloseBody(resp.Body)
		shown = append(shown, call.String())
	}
	assert.Contains(t, shown[0], "with 4 attempts: #1 503")
	assert.Contains(t, shown[1], "with 8 attempts of 2 round trips: #1 503")
	call.End()
	assert.Contains(t, call.String(), "503 after 16 attempts of 4 round trips in ")
	data, err := json.Marshal(call)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"attempt_count":16,"round_trips":4,`)
	assert.Contains(t, call.LogValue().String(), "round_trips=4")
}

// O3: round trips of one record that follow each other leave no gap, also if the last
// attempt of one was not sent.
func TestASharedRecordHasNoGaps(t *testing.T) {
	t.Parallel()
	refuse := false
	rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
	}), transport.Identity(), func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			_, _ = layer.AttemptNumber(req.Context())
			if refuse = !refuse; refuse {
				return nil, layer.Refuse(req, errors.New("refused"))
			}
			return next.RoundTrip(req)
		})
	})
	ctx, call := transport.Begin(t.Context())
	for range 8 {
		resp, err := rt.RoundTrip(get(t, ctx))
		if err == nil {
			layer.CloseBody(resp.Body)
		}
	}
	assert.Equal(t, []int{1, 2, 3, 4}, numbersOf(call))
}

// T1: the reason why retries ended belongs to its round trip, not to later ones of the record.
func TestAReasonBelongsToItsRoundTrip(t *testing.T) {
	t.Parallel()
	answers := []int{503, 200, 503, 200}
	var reasons []string
	rt := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		code := answers[0]
		answers = answers[1:]
		return &http.Response{StatusCode: code, Body: http.NoBody, Request: req}, nil
	}), transport.Identity(), func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			reasons = append(reasons, record.TallyOf(req.Context()).Reason)
			return resp, err
		})
	}, retry.New(retry.WithMaxRetries(0)))
	ctx, call := transport.Begin(t.Context())
	defer call.End()
	for range 4 {
		resp, err := rt.RoundTrip(get(t, ctx))
		require.NoError(t, err)
		layer.CloseBody(resp.Body)
	}
	assert.Equal(t, []string{"attempts", "", "attempts", ""}, reasons)
	assert.Equal(t, retry.ReasonAttempts, call.Reason())
}

// O3: without a record, and after its end, an attempt still has a number.
func TestAnAttemptWithoutARecordIsTheFirst(t *testing.T) {
	t.Parallel()
	number, resends := layer.AttemptNumber(t.Context())
	assert.Equal(t, 1, number)
	assert.Zero(t, resends)
	assert.Equal(t, t.Context(), layer.NextAttempt(t.Context()))

	resp, err := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
	}), transport.Identity()).RoundTrip(get(t, t.Context()))
	require.NoError(t, err)
	late := layer.NextAttempt(resp.Request.Context())
	assert.Contains(t, fmt.Sprintf("%v %+v %#v", late, late, late), ".WithCall.WithAttempt")
	number, _ = layer.AttemptNumber(late)
	assert.Equal(t, 2, number)
	assert.Equal(t, 1, transport.CallOf(resp).AttemptCount())
}
