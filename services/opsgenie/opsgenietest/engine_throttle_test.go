package opsgenietest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/services/opsgenie/opsgenietest"
)

func TestThrottleAnswersTheNextRequestsOfOneDomain(t *testing.T) {
	t.Parallel()
	s := opsgenietest.New(t)
	c := dial(t, s)
	s.Throttle(opsgenietest.DomainAlert, 2)
	assert.Equal(t, 200, c.do("GET", "/v2/alerts", "").status, "the list is of another domain")
	for range 2 {
		r := c.do("POST", "/v2/alerts", created)
		require.Equal(t, http.StatusTooManyRequests, r.status)
		assert.Equal(t, "THROTTLED ACCOUNT 1", r.header.Get("X-RateLimit-State")+" "+r.header.Get("X-RateLimit-Reason")+" "+r.header.Get("X-RateLimit-Period-In-Sec"))
		assert.Equal(t, "You are making too many requests!", r.body.Message)
		assert.Empty(t, r.header.Get("Retry-After"), "the service documents none")
	}
	assert.Equal(t, 202, c.do("POST", "/v2/alerts", created).status)
}

func TestABucketGivesWhatItHoldsAndFillsWithTime(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := opsgenietest.New(t, opsgenietest.WithClock(clock.now),
		opsgenietest.WithRateLimit(opsgenietest.DomainHeartbeat, 2, 3), opsgenietest.WithRateLimit(opsgenietest.DomainSearch, 0.5, 1))
	c := dial(t, s)
	take := func(n int) (codes []int) {
		for range n {
			codes = append(codes, c.do("GET", "/v2/heartbeats", "").status)
		}
		return codes
	}
	assert.Equal(t, []int{200, 200, 200, 429, 429}, take(5))
	clock.move(time.Second)
	assert.Equal(t, []int{200, 200, 429}, take(3))
	clock.move(time.Hour)
	assert.Equal(t, []int{200, 200, 200, 429}, take(4), "no more than it holds")
	assert.Equal(t, 200, c.do("GET", "/v2/alerts", "").status, "another domain has its own")
	r := c.do("GET", "/v2/alerts", "")
	assert.Equal(t, 429, r.status)
	assert.Equal(t, "60", r.header.Get("X-RateLimit-Period-In-Sec"))
	assert.Equal(t, 401, func() int { c.key = "wrong"; return c.do("GET", "/v2/alerts", "").status }())
}
