package transport_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
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

// R6: seconds or any of the three date forms; what is unusable is ignored.
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
		{[]string{"1.5"}, 0},
		{[]string{"+5"}, 0},
		{[]string{"soon"}, 0},
		{[]string{""}, 0},
		{[]string{"3", "7", "x"}, 7 * time.Second},
		{[]string{"9223372037"}, math.MaxInt64},
		{[]string{"99999999999999999999999999"}, math.MaxInt64},
	} {
		h := http.Header{transport.HeaderRetryAfter: row.values}
		assert.Equal(t, row.want, transport.RetryAfter(h, now), "%q", row.values)
	}
}

// L1: missing or garbled headers give zero values.
func TestRateLimitHeadersOfSeveralVendors(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	for _, row := range []struct {
		name   string
		header http.Header
		want   transport.RateLimit
	}{
		{"nothing", http.Header{}, transport.RateLimit{}},
		{"Opsgenie", header("X-RateLimit-State: THROTTLED", "X-RateLimit-Reason: ACCOUNT", "X-RateLimit-Period-In-Sec: 60", "X-Request-ID: r", "X-Response-Time: 0.25"),
			transport.RateLimit{State: "THROTTLED", Reason: "ACCOUNT", Period: time.Minute, RequestID: "r", ResponseTime: 250 * time.Millisecond}},
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
		{"garbage", header("X-RateLimit-Period-In-Sec: x", "X-Response-Time: NaN", "X-RateLimit-Remaining: -1", "RateLimit: ;;=,r=x"), transport.RateLimit{}},
	} {
		assert.Equal(t, row.want, transport.ParseRateLimit(row.header, now), row.name)
	}
	assert.True(t, transport.RateLimit{State: "throttled"}.Throttled())
	assert.False(t, transport.RateLimit{State: "OK"}.Throttled())
}

// L1: a response time is read whichever way it is written, and what is none is zero.
func TestResponseTimesInAllTheirForms(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"":                     0,
		"0":                    0,
		"7":                    7 * time.Second,
		"7.":                   7 * time.Second,
		".5":                   500 * time.Millisecond,
		"0.012":                12 * time.Millisecond,
		"0.3":                  300 * time.Millisecond,
		"999999999":            999999999 * time.Second,
		"0.1234567":            123456700,
		"0.0123456789":         12345678,
		"1000000000":           1000000000 * time.Second,
		" 0.25 ":               250 * time.Millisecond,
		"1e-3":                 time.Millisecond,
		"+2":                   2 * time.Second,
		"-1":                   0,
		".":                    0,
		"1.2.3":                0,
		"0x10":                 0,
		"NaN":                  0,
		"Inf":                  0,
		"99999999999999999999": 0,
		"1 000":                0,
	} {
		got := transport.ParseRateLimit(http.Header{transport.HeaderResponseTime: {value}}, time.Time{}).ResponseTime
		assert.Equal(t, want, got, "%q", value)
	}
}

func FuzzParseRateLimit(f *testing.F) {
	for _, seed := range []string{"120", "Sun, 06 Nov 1994 08:49:37 GMT", "9223372037", `"default";r=50;t=30`, "-1", "1e309"} {
		f.Add(seed)
	}
	now := time.Date(1994, time.November, 6, 8, 49, 7, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		h := http.Header{}
		for _, name := range []string{
			transport.HeaderRetryAfter, transport.HeaderPeriod, transport.HeaderResponseTime, transport.HeaderRateLimit,
			transport.HeaderLimit, transport.HeaderRemaining, transport.HeaderReset,
		} {
			h[name] = []string{value}
		}
		r := transport.ParseRateLimit(h, now)
		for _, d := range []time.Duration{r.RetryAfter, r.Period, r.ResponseTime, r.Reset} {
			assert.GreaterOrEqual(t, d, time.Duration(0))
		}
		assert.GreaterOrEqual(t, r.Remaining, 0)
	})
}
