package transport_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/transport"
)

func header(lines ...string) http.Header {
	h := http.Header{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	return h
}

// R6: seconds or any of the three date forms; invalid values are ignored.
// [TestRateLimitForms] has the other forms.
func TestRetryAfterInAllItsForms(t *testing.T) {
	t.Parallel()
	now := time.Date(1994, time.November, 6, 8, 49, 7, 0, time.UTC)
	for _, row := range []struct {
		values []string
		want   time.Duration
	}{
		{nil, 0},
		{[]string{"120"}, 2 * time.Minute},
		{[]string{" 120 "}, 2 * time.Minute},
		{[]string{"0"}, 0},
		{[]string{"Sun, 06 Nov 1994 08:49:37 GMT"}, 30 * time.Second},
		{[]string{"Sunday, 06-Nov-94 08:49:37 GMT"}, 30 * time.Second},
		{[]string{"Sun Nov  6 08:49:37 1994"}, 30 * time.Second},
		{[]string{"Sun, 06 Nov 1994 08:00:00 GMT"}, 0},
		{[]string{"-1"}, 0},
		{[]string{"1.5"}, 1500 * time.Millisecond},
		{[]string{"+5"}, 0},
		{[]string{"soon"}, 0},
		{[]string{""}, 0},
		{[]string{"3", "7", "x"}, 7 * time.Second},
		{[]string{"784111747"}, 784111747 * time.Second},
		{[]string{"999999999999"}, math.MaxInt64},
		{[]string{"99999999999999999999999999"}, math.MaxInt64},
	} {
		h := http.Header{"Retry-After": row.values}
		assert.Equal(t, row.want, transport.RetryAfter(h, now), "%q", row.values)
	}
}

// L1: missing or invalid headers give zero values.
func TestRateLimitHeadersOfSeveralVendors(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	for _, row := range []struct {
		name   string
		header http.Header
		want   transport.RateLimit
	}{
		{"nothing", http.Header{}, transport.RateLimit{}},
		{"GitHub", header("X-RateLimit-Limit: 60", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1700000030"),
			transport.RateLimit{Limit: 60, Reset: 30 * time.Second, HasQuota: true}},
		{"reset in seconds", header("X-RateLimit-Remaining: 5", "X-RateLimit-Reset: 30"),
			transport.RateLimit{Remaining: 5, Reset: 30 * time.Second, HasQuota: true}},
		{"reset in the past", header("X-RateLimit-Remaining: 5", "X-RateLimit-Reset: 1600000000"),
			transport.RateLimit{Remaining: 5, HasQuota: true}},
		{"IETF", header(`RateLimit: "default";r=50;t=30`), transport.RateLimit{Remaining: 50, Reset: 30 * time.Second, HasQuota: true}},
		{"IETF, earlier", header("RateLimit: limit=100, remaining=50, reset=30"),
			transport.RateLimit{Limit: 100, Remaining: 50, Reset: 30 * time.Second, HasQuota: true}},
		{"IETF, in three headers", header("RateLimit-Limit: 100", "RateLimit-Remaining: 50", "RateLimit-Reset: 30"),
			transport.RateLimit{Limit: 100, Remaining: 50, Reset: 30 * time.Second, HasQuota: true}},
		{"garbage", header("Retry-After: x", "X-RateLimit-Remaining: x", "RateLimit: ;;=,r=x"), transport.RateLimit{}},
	} {
		assert.Equal(t, row.want, transport.ParseRateLimit(row.header, now), row.name)
	}
}

// R6, R18: a 429, a state that says so, and a 403 with Retry-After or a spent quota
// throttle. Retry-After is a hint whatever the status, a spent quota if the response
// throttles, and a period never.
func TestThrottlesAndHints(t *testing.T) {
	t.Parallel()
	const s = time.Second
	type limit = transport.RateLimit
	after := func(d time.Duration) limit { return limit{RetryAfter: d, HasRetryAfter: true} }
	spent := limit{Reset: 25 * s, HasQuota: true}
	for _, row := range []struct {
		name      string
		status    int
		said      limit
		throttles bool
		hint      time.Duration
	}{
		{"429", 429, limit{}, true, 0},
		{"429, Retry-After", 429, after(7 * s), true, 7 * s},
		{"429, spent", 429, spent, true, 25 * s},
		{"429, spent, renewal unknown", 429, limit{HasQuota: true}, true, 0},
		{"429, requests left", 429, limit{Remaining: 3, Reset: 25 * s, HasQuota: true}, true, 0},
		{"429, both", 429, limit{RetryAfter: 7 * s, HasRetryAfter: true, Reset: 25 * s, HasQuota: true}, true, 7 * s},
		{"429, both, the date is past", 429, limit{HasRetryAfter: true, Reset: 25 * s, HasQuota: true}, true, 0},
		{"429, renewal alone", 429, limit{Reset: 25 * s}, true, 25 * s},
		{"200, renewal alone", 200, limit{Reset: 25 * s}, false, 0},
		{"429, period", 429, limit{Period: time.Minute}, true, 0},
		{"403", 403, limit{}, false, 0},
		{"403, Retry-After", 403, after(20 * s), true, 20 * s},
		{"403, Retry-After: 0", 403, after(0), true, 0},
		{"403, spent", 403, spent, true, 25 * s},
		{"403, requests left", 403, limit{Remaining: 3, Reset: 25 * s, HasQuota: true}, false, 0},
		{"403, state", 403, limit{Throttled: true}, true, 0},
		{"200", 200, limit{}, false, 0},
		{"200, spent", 200, spent, false, 0},
		{"200, state", 200, limit{Throttled: true, Period: time.Minute}, true, 0},
		{"200, a state that does not ask", 200, limit{State: "THROTTLED"}, false, 0},
		{"200, state and spent", 200, limit{Throttled: true, Reset: 2 * s, HasQuota: true}, true, 2 * s},
		{"503, Retry-After", 503, after(20 * s), false, 20 * s},
		{"503, spent", 503, spent, false, 0},
		{"503, state", 503, limit{Throttled: true}, true, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, row.throttles, row.said.Throttles(row.status))
			assert.Equal(t, row.hint, row.said.Hint(row.status))
		})
	}
}

// The clock is read only for a date.
func TestADateIsMeasuredFromThePresent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		at := time.Now().Add(time.Minute)
		said := transport.ParseRateLimit(header("Retry-After: "+at.UTC().Format(http.TimeFormat)), time.Time{})
		assert.Equal(t, time.Minute, said.RetryAfter)
	})
}

// Reading ordinary headers, many or few, does not allocate.
func TestNoAllocationsForOrdinaryLimits(t *testing.T) { //nolint:paralleltest // it counts allocations
	ordinary := []string{
		"Content-Type: text/html", "Date: Fri, 27 Nov 2026 07:50:00 GMT", "X-Request-Id: r-1", "Retry-After: 7",
		"X-RateLimit-Limit: 60", "X-RateLimit-Remaining: 59", "X-RateLimit-Reset: 1795765830",
	}
	many := append([]string{"Retry-After-Ms: 7500", `RateLimit: "a";r=5;t=2, "b";r=1;t=60`, "Via: a", "Age: 1", "Etag: b"}, ordinary...)
	for _, lines := range [][]string{nil, ordinary, many} {
		h := header(lines...)
		assert.Zero(t, testing.AllocsPerRun(100, func() { transport.ParseRateLimit(h, time.Time{}) }), "%d headers", len(h))
	}
}
