package ratelimit_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

const url = "https://api.example.com/v2/alerts"

func request(t *testing.T, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	require.NoError(t, err)
	return req
}

// always answers every request alike.
func always(status int, headers ...string) http.RoundTripper {
	return transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return answer(status, headers...), nil })
}

// A countedBody counts its closes.
type countedBody struct {
	io.Reader

	closed int
}

func (b *countedBody) Close() error { b.closed++; return nil }

// L1: what an answer says is read whatever its status.
func TestPutsWhatEveryAnswerSaysOnTheRecord(t *testing.T) {
	t.Parallel()
	said := []string{ratelimit.VendorState, "OK", ratelimit.VendorPeriod, "60", "X-Request-Id", "r-1", "Retry-After", "7"}
	for _, status := range []int{200, 202, 301, 404, 422, 429, 500, 503} {
		for name, limiter := range map[string]*ratelimit.Limiter{"reading": nil, "limiting": ratelimit.NewLimiter()} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				t.Parallel()
				rt := transport.Chain(always(status, said...), reading(limiter))
				resp, err := rt.RoundTrip(request(t, nil))
				require.NoError(t, err)
				defer resp.Body.Close()
				assert.Equal(t, transport.RateLimit{
					State: "OK", Period: time.Minute, RequestID: "r-1", RetryAfter: 7 * time.Second, HasRetryAfter: true,
				}, transport.CallOf(resp).RateLimit())
			})
		}
	}
}

// L1: whatever the form in which it is said; and of garbage nothing is kept.
func TestReadsTheHeadersOfOtherVendors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		headers []string
		want    transport.RateLimit
	}{
		{"retry after", []string{"Retry-After", "7"}, transport.RateLimit{RetryAfter: 7 * time.Second, HasRetryAfter: true}},
		{"a quota", []string{"X-RateLimit-Remaining", "3", "X-RateLimit-Limit", "10", "X-RateLimit-Reset", "5"},
			transport.RateLimit{HasQuota: true, Remaining: 3, Limit: 10, Reset: 5 * time.Second}},
		{"the draft's field", []string{"RateLimit", `"default";r=50;t=30`},
			transport.RateLimit{HasQuota: true, Remaining: 50, Reset: 30 * time.Second}},
		{"a request id alone", []string{"X-Request-Id", "r-1"}, transport.RateLimit{}},
		{"what only one vendor says", []string{ratelimit.VendorState, "SLOW"}, transport.RateLimit{}},
		{"garbage", []string{"Retry-After", "soon", "X-RateLimit-Remaining", "x"}, transport.RateLimit{}},
		{"nothing", []string{"Content-Type", "text/html"}, transport.RateLimit{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			resp, err := transport.Chain(always(200, row.headers...), ratelimit.New(nil)).RoundTrip(request(t, nil))
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.Equal(t, row.want, transport.CallOf(resp).RateLimit())
		})
	}
}

// C10: a limiter with impossible settings names them all, and lets nothing pass.
func TestRefusesImpossibleSettings(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.NewLimiter(
		nil, ratelimit.WithKey(nil), ratelimit.WithJitter(nil), ratelimit.WithRate(-1, 0),
		ratelimit.WithMaxPause(-1), ratelimit.WithMaxWait(-1), ratelimit.WithIdleKeys(-1), ratelimit.WithMaxQueue(-1),
	)
	rt := ratelimit.New(limiter)(always(200))
	body := &countedBody{Reader: strings.NewReader("x")}
	resp, err := rt.RoundTrip(request(t, body))
	assert.Nil(t, resp)
	for _, fault := range []error{err, transport.Check(rt), limiter.Fault()} {
		for _, part := range []string{"key function", "jitter function", "rate -1", "max pause -1ns", "max wait -1ns", "max queue -1", "idle time"} {
			require.ErrorContains(t, fault, part)
		}
	}
	assert.Equal(t, 1, body.closed)
	require.EqualError(t, ratelimit.NewLimiter(ratelimit.WithRate(0.5, 0)).Fault(),
		"ratelimit: burst 0 is below 1, so that rate 0.5 could send nothing: set WithRate(0.5, 1) or a larger burst")
	for _, legal := range []*ratelimit.Limiter{nil, ratelimit.NewLimiter(), ratelimit.NewLimiter(ratelimit.WithRate(0, 0))} {
		require.NoError(t, transport.Check(ratelimit.New(legal)(always(200))))
	}
}

func TestNamesItsLayerAndItsPlace(t *testing.T) {
	t.Parallel()
	own, ok := ratelimit.New(nil)(always(200)).(interface {
		Layer() string
		Place() layer.Place
	})
	require.True(t, ok)
	assert.Equal(t, "ratelimit", own.Layer())
	assert.Equal(t, layer.AtLimit, own.Place())
}

// Code that puts a chain below a client with a limiter of its own must know of ours.
func TestTellsItsLimiter(t *testing.T) {
	t.Parallel()
	for _, limiter := range []*ratelimit.Limiter{nil, ratelimit.NewLimiter()} {
		own, ok := ratelimit.New(limiter)(always(200)).(interface{ Limiter() *ratelimit.Limiter })
		require.True(t, ok)
		assert.Same(t, limiter, own.Limiter())
	}
}

// C1, C3: the request goes on as it is, and an error comes back as it is.
func TestPassesRequestAndErrorThrough(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	var got *http.Request
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		got = req
		return nil, reset
	})
	for _, limiter := range []*ratelimit.Limiter{nil, ratelimit.NewLimiter()} {
		req := request(t, nil)
		_, err := ratelimit.New(limiter)(base).RoundTrip(req)
		assert.Same(t, req, got)
		assert.Equal(t, reset, err)
	}
}

// C3: a panic below reaches the caller and leaves neither a lock nor an attempt behind.
func TestAPanicBelowLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	limiter := ratelimit.NewLimiter()
	base := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { panic("broken base") })
	assert.PanicsWithValue(t, "broken base", func() {
		_, _ = ratelimit.New(limiter)(base).RoundTrip(request(t, nil))
	})
	state, ok := limiter.Snapshot("api.example.com")
	require.True(t, ok)
	assert.Zero(t, state.Running)
	resp, err := ratelimit.New(limiter)(always(200)).RoundTrip(&http.Request{}) // C3: without a URL, too
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}
