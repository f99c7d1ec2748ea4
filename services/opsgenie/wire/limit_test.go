package wire_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport"
)

// L1: what Opsgenie's and Atlassian's headers say is added to what is known; missing
// and garbled ones leave the zero value.
func TestLimitsInTheVendorsHeaders(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		header http.Header
		want   transport.RateLimit
	}{
		{"nothing", http.Header{}, transport.RateLimit{}},
		{"Opsgenie", http.Header{
			"X-Ratelimit-State": {"THROTTLED"}, "X-Ratelimit-Reason": {"ACCOUNT"}, "X-Ratelimit-Period-In-Sec": {"60"}, "X-Response-Time": {"0.25"},
			"X-Request-Id": {"r-1"},
		}, transport.RateLimit{RequestID: "r-1", State: "THROTTLED", Throttled: true, Reason: "ACCOUNT", Period: time.Minute, ResponseTime: 250 * time.Millisecond}},
		{"OK", http.Header{"X-Ratelimit-State": {"OK"}}, transport.RateLimit{State: "OK"}},
		{"in small letters", http.Header{"X-Ratelimit-State": {"throttled"}}, transport.RateLimit{State: "throttled", Throttled: true}},
		{"near the limit", http.Header{"X-Ratelimit-Nearlimit": {" True "}}, transport.RateLimit{NearLimit: true}},
		{"not near the limit", http.Header{"X-Ratelimit-Nearlimit": {"false"}}, transport.RateLimit{}},
		{"Atlassian's reason", http.Header{"Ratelimit-Reason": {"jira-burst-based"}}, transport.RateLimit{Reason: "jira-burst-based"}},
		{"Opsgenie's reason counts first", http.Header{"Ratelimit-Reason": {"jira-burst-based"}, "X-Ratelimit-Reason": {"ACCOUNT"}},
			transport.RateLimit{Reason: "ACCOUNT"}},
		{"garbage", http.Header{"X-Ratelimit-Period-In-Sec": {"x"}, "X-Response-Time": {"NaN"}, "X-Ratelimit-Nearlimit": {"1"}}, transport.RateLimit{}},
	} {
		assert.Equal(t, row.want, wire.ReadLimit(row.header, transport.RateLimit{}), row.name)
		known := transport.RateLimit{RetryAfter: time.Second, HasRetryAfter: true, HasQuota: true, Remaining: 3}
		got := wire.ReadLimit(row.header, known)
		assert.Equal(t, known.Hint(503), got.Hint(503), row.name)
		assert.Equal(t, 3, got.Remaining, row.name)
	}
}

// L1: a number of seconds is read whichever way it is written, and what is none is zero.
func TestSecondsInAllTheirForms(t *testing.T) {
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
		"1000000000":           1000000000 * time.Second,
		" 0.25 ":               250 * time.Millisecond,
		"1e-3":                 time.Millisecond,
		"+2":                   2 * time.Second,
		"-1":                   0,
		".":                    0,
		"1.2.3":                0,
		"NaN":                  0,
		"Inf":                  0,
		"99999999999999999999": 0,
		"1 000":                0,
	} {
		header := http.Header{"X-Response-Time": {value}, "X-Ratelimit-Period-In-Sec": {value}}
		got := wire.ReadLimit(header, transport.RateLimit{})
		assert.InDelta(t, want, got.ResponseTime, 1, "%q", value)
		assert.Equal(t, got.ResponseTime, got.Period, "%q", value)
	}
}

// The headers of an ordinary response cost no allocation.
func TestNoAllocationsForOrdinaryLimits(t *testing.T) { //nolint:paralleltest // it counts allocations
	header := http.Header{
		"X-Ratelimit-State": {"OK"}, "X-Ratelimit-Reason": {"ACCOUNT"}, "X-Ratelimit-Period-In-Sec": {"60"}, "X-Response-Time": {"0.012"},
	}
	assert.Zero(t, testing.AllocsPerRun(100, func() { wire.ReadLimit(header, transport.RateLimit{}) }))
}
