package ratelimit_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// L1: the record holds what the last response said, and not what one before it did.
func TestTheLastResponseCounts(t *testing.T) {
	t.Parallel()
	ctx, call := transport.Begin(t.Context())
	first := answer(503, "Retry-After", "7", ratelimit.VendorState, "SLOW")
	rt := transport.Chain(begin(first, answer(200, "X-Request-Id", "r-2"), answer(200)), reading(nil))
	for _, want := range []transport.RateLimit{
		{RetryAfter: 7 * time.Second, HasRetryAfter: true, State: "SLOW", Throttled: true}, {RequestID: "r-2"}, {},
	} {
		send(t, rt, request(t, nil).WithContext(ctx))
		assert.Equal(t, want, call.RateLimit())
	}
}

// L1: what a caller does with the header of the response changes nothing on the
// record, and does not race with it; a date counts from when the response came.
func TestTheRecordDoesNotFollowTheHeader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		at := time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat)
		base := always(200, "Retry-After", at, "X-RateLimit-Remaining", "3", "X-Request-Id", "r-1", ratelimit.VendorState, "OK")
		resp := send(t, transport.Chain(base, reading(nil)), request(t, nil))
		call := transport.CallOf(resp)
		edited := make(chan struct{})
		go func() {
			defer close(edited)
			for name, values := range resp.Header {
				values[0] = "99"
				resp.Header[name] = append(values, "100")
			}
			clear(resp.Header)
		}()
		want := transport.RateLimit{
			State: "OK", RequestID: "r-1", RetryAfter: 30 * time.Second, HasRetryAfter: true, Remaining: 3, HasQuota: true,
		}
		assert.Equal(t, want, call.RateLimit())
		<-edited
		time.Sleep(time.Minute)
		assert.Equal(t, want, call.RateLimit())
	})
}

// L1: layers above read a response as the reader does, and others without it.
func TestAResponseIsReadByTheReaderItCameThrough(t *testing.T) {
	t.Parallel()
	said := []string{ratelimit.VendorState, "SLOW", "Retry-After", "0"}
	plain, read := transport.RateLimit{HasRetryAfter: true}, transport.RateLimit{HasRetryAfter: true, State: "SLOW", Throttled: true}
	var above transport.RateLimit
	probe := func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			above = transport.RateLimitOf(resp)
			return resp, err
		})
	}
	assert.Equal(t, read, transport.RateLimitOf(send(t, transport.Chain(always(200, said...), probe, reading(nil)), request(t, nil))))
	assert.Equal(t, read, above)
	assert.Equal(t, plain, transport.RateLimitOf(send(t, transport.Chain(always(200, said...), ratelimit.New(nil)), request(t, nil))))
	assert.Equal(t, plain, transport.RateLimitOf(answer(200, said...)))
	assert.Zero(t, transport.RateLimitOf(nil))
}

// C10: a reader that is nil is refused; of several readers the last one counts.
func TestOneReaderCounts(t *testing.T) {
	t.Parallel()
	rt := ratelimit.New(ratelimit.NewLimiter(ratelimit.WithMaxWait(-1)), nil, ratelimit.WithReader(nil))(always(200))
	_, err := rt.RoundTrip(request(t, nil))
	for _, fault := range []error{err, transport.Check(rt)} {
		require.ErrorContains(t, fault, "ratelimit: reader is nil: leave WithReader out")
		require.ErrorContains(t, fault, "max wait -1ns")
	}
	mine := func(_ http.Header, said transport.RateLimit) transport.RateLimit {
		said.State = "mine"
		return said
	}
	two := ratelimit.New(nil, ratelimit.WithReader(nil), ratelimit.WithReader(ratelimit.ReadVendor), ratelimit.WithReader(mine))
	resp := send(t, transport.Chain(always(200, ratelimit.VendorState, "SLOW"), two), request(t, nil))
	assert.Equal(t, transport.RateLimit{State: "mine"}, transport.CallOf(resp).RateLimit())
}
