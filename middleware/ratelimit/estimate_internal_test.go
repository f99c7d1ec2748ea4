package ratelimit

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// A server answers attempts as told and keeps when the last came.
type server struct {
	answers []http.Header // of a 429; nil: 200
	last    time.Time
}

func (s *server) RoundTrip(*http.Request) (*http.Response, error) {
	s.last = time.Now()
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}
	if len(s.answers) > 0 {
		if refused := s.answers[0]; refused != nil {
			resp.StatusCode, resp.Header = http.StatusTooManyRequests, refused
		}
		s.answers = s.answers[1:]
	}
	return resp, nil
}

func ask(ctx context.Context, rt http.RoundTripper) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://h/", nil)
	if err != nil {
		return
	}
	if resp, err := rt.RoundTrip(req); err == nil {
		_ = resp.Body.Close()
	}
}

func throttle(name, value string) http.Header { return http.Header{name: {value}} }

func accepted(n int, then ...http.Header) []http.Header {
	return append(make([]http.Header, n), then...)
}

// L2, R3: the limiter tells the retry loop, as exactly as can be known, when it
// would admit the next attempt: after the pause, behind those that wait, at the
// rate that was set or the pace that was learned.
func TestTheEstimateIsWhenTheNextAttemptGoes(t *testing.T) {
	t.Parallel()
	const off = 0.2 // how far a learned pace may be from what was foreseen
	still := WithJitter(func() float64 { return 0 })
	for _, row := range []struct {
		name    string
		opts    []LimiterOption
		answers []http.Header
		waiting int
		err     float64
	}{
		{"nothing is known", nil, nil, 0, 0},
		{"a burst is left", []LimiterOption{WithRate(1, 5)}, nil, 0, 0},
		{"a rate", []LimiterOption{WithRate(2, 1)}, nil, 0, 0},
		{"a rate, and a queue", []LimiterOption{WithRate(2, 1)}, nil, 20, 0},
		{"a pause", nil, []http.Header{throttle("Retry-After", "5")}, 0, 0},
		{"a pause, and a queue", nil, []http.Header{throttle("Retry-After", "5")}, 50, off},
		{"a pause, a burst before it and a queue", nil, accepted(40, throttle("Retry-After", "5")), 60, off},
		{"a pause, a rate and a queue", []LimiterOption{WithRate(1, 1)}, []http.Header{throttle("Retry-After", "5")}, 9, off},
		{"the pace of a window", nil, []http.Header{throttle(VendorPeriod, "1")}, 0, 0.01},
		{"the pace of a window, and a queue", nil, accepted(100, throttle(VendorPeriod, "10")), 30, off},
		{"the slowest pace, and a queue", nil, []http.Header{throttle(VendorPeriod, "60")}, 30, off},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				base := &server{answers: row.answers}
				limiter := NewLimiter(append(row.opts, still, WithMaxWait(0))...)
				rt := New(limiter, WithReader(ReadVendor))(base)
				for range max(1, len(row.answers)) {
					ask(t.Context(), rt)
				}
				for range row.waiting {
					go ask(t.Context(), rt)
				}
				synctest.Wait()
				k, now := limiter.keys["h"], time.Now()
				k.mu.Lock()
				in, _ := k.next(now, 0, 0)
				k.mu.Unlock()
				ask(t.Context(), rt)
				assert.InDelta(t, base.last.Sub(now).Seconds(), in.Seconds(), row.err*base.last.Sub(now).Seconds()+1e-5)
			})
		})
	}
}

// L2: the estimate says what would be refused.
func TestTheEstimateKnowsARefusal(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		opts    []LimiterOption
		waiting int
		refused bool
	}{
		{"within the longest wait", []LimiterOption{WithMaxWait(6 * time.Second)}, 0, false},
		{"beyond the longest wait", []LimiterOption{WithMaxWait(5 * time.Second)}, 0, true},
		{"a place is left in the queue", []LimiterOption{WithMaxQueue(3)}, 2, false},
		{"the queue is full", []LimiterOption{WithMaxQueue(2)}, 2, true},
		{"no bounds", []LimiterOption{WithMaxWait(0), WithMaxQueue(0)}, 3, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limiter := NewLimiter(append(row.opts, WithJitter(func() float64 { return 0 }))...)
				base := &server{answers: []http.Header{throttle("Retry-After", "5")}}
				rt := New(limiter, WithReader(ReadVendor))(base)
				ask(t.Context(), rt)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				for range row.waiting {
					go ask(ctx, rt)
				}
				synctest.Wait()
				k, came := limiter.keys["h"], base.last
				k.claim(time.Now())
				in, refuses := (&turn{limiter: limiter, key: k}).finish(t.Context(), 0, nil)
				assert.Positive(t, in)
				assert.Equal(t, row.refused, refuses)
				go ask(ctx, rt)
				synctest.Wait()
				state, _ := limiter.Snapshot("h")
				assert.Equal(t, row.refused, state.Waiting == row.waiting, "the next attempt meets what was foreseen")
				assert.Equal(t, came, base.last)
			})
		})
	}
}

// A key that holds nobody up has nothing to note.
func TestAFreeKeyNotesNothing(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]LimiterOption{nil, {WithLearning(false)}} {
		limiter := NewLimiter(opts...)
		ask(t.Context(), New(limiter)(&server{}))
		k := limiter.keys["h"]
		k.claim(time.Now())
		_, held := (&turn{limiter: limiter, key: k}).finish(t.Context(), 0, nil)
		assert.False(t, held)
	}
}
