package transport_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/transport"
)

// R6, L1, L4: every form in which servers are known to describe their limits.
func TestRateLimitForms(t *testing.T) {
	t.Parallel()
	type limit = transport.RateLimit
	now := time.Date(2026, time.November, 27, 7, 50, 0, 0, time.UTC) // 1795765800
	wait := func(d time.Duration) limit { return limit{RetryAfter: d, HasRetryAfter: true} }
	spent := func(d time.Duration) limit { return limit{Reset: d, HasQuota: true} }
	left := func(n int) limit { return limit{Remaining: n, HasQuota: true} }
	for _, row := range []struct {
		name   string
		header []string
		want   limit
	}{
		{"no header", nil, limit{}},
		{"other headers", []string{"Content-Type: text/html", "Date: Fri, 27 Nov 2026 07:50:00 GMT"}, limit{}},

		// Retry-After
		{"seconds", []string{"Retry-After: 120"}, wait(2 * time.Minute)},
		{"blanks", []string{"Retry-After:  120 \t"}, wait(2 * time.Minute)},
		{"zero", []string{"Retry-After: 0"}, wait(0)},
		{"a fraction", []string{"Retry-After: 12.542"}, wait(12542 * time.Millisecond)},
		{"a fraction, rounded up", []string{"Retry-After: 0.0001"}, wait(time.Millisecond)},
		{"a fraction of many digits", []string{"Retry-After: 1.00000000000000000001"}, wait(1001 * time.Millisecond)},
		{"a fraction of zero", []string{"Retry-After: 5."}, wait(5 * time.Second)},
		{"epoch seconds", []string{"Retry-After: 1795765820"}, wait(20 * time.Second)},
		{"epoch milliseconds", []string{"Retry-After: 1795765820500"}, wait(20500 * time.Millisecond)},
		{"epoch seconds in the past", []string{"Retry-After: 1795765799"}, wait(0)},
		{"a span", []string{"Retry-After: 1h"}, wait(time.Hour)},
		{"IMF-fixdate", []string{"Retry-After: Fri, 27 Nov 2026 07:50:25 GMT"}, wait(25 * time.Second)},
		{"RFC 850 date", []string{"Retry-After: Friday, 27-Nov-26 07:50:25 GMT"}, wait(25 * time.Second)},
		{"asctime date", []string{"Retry-After: Fri Nov 27 07:50:25 2026"}, wait(25 * time.Second)},
		{"a date in the past", []string{"Retry-After: Fri, 27 Nov 2026 07:49:59 GMT"}, wait(0)},
		{"RFC 3339", []string{"Retry-After: 2026-11-27T07:51:00Z"}, wait(time.Minute)},
		{"several lines", []string{"Retry-After: 3", "Retry-After: 7", "Retry-After: x"}, wait(7 * time.Second)},
		{"a list", []string{"Retry-After: 5, 10"}, wait(10 * time.Second)},
		{"a list with a date first", []string{"Retry-After: Fri, 27 Nov 2026 07:50:25 GMT, 5"}, wait(25 * time.Second)},
		{"a list with a date last", []string{"Retry-After: 5,Friday, 27-Nov-26 07:50:25 GMT"}, wait(25 * time.Second)},
		{"a list with an empty member", []string{"Retry-After: , 5,"}, wait(5 * time.Second)},
		{"a weekday and a number", []string{"Retry-After: Fri, 5"}, wait(5 * time.Second)},
		{"too long for a duration", []string{"Retry-After: 99999999999999999999999999"}, wait(math.MaxInt64)},
		{"a date too far away for a duration", []string{"Retry-After: 999999999999"}, wait(math.MaxInt64)},
		{"milliseconds", []string{"Retry-After-Ms: 7500"}, wait(7500 * time.Millisecond)},
		{"a fraction of a millisecond", []string{"Retry-After-Ms: 7.2"}, wait(8 * time.Millisecond)},
		{"milliseconds beside fewer seconds", []string{"Retry-After: 7", "Retry-After-Ms: 7500"}, wait(7500 * time.Millisecond)},
		{"milliseconds beside more seconds", []string{"Retry-After: 8", "Retry-After-Ms: 7500"}, wait(8 * time.Second)},
		{"too many milliseconds", []string{"Retry-After-Ms: 99999999999999999999"}, wait(math.MaxInt64)},
		{
			"our clock is wrong",
			[]string{"Date: Fri, 27 Nov 2026 07:45:00 GMT", "Retry-After: Fri, 27 Nov 2026 07:45:25 GMT"},
			wait(25 * time.Second),
		},
		{
			"our clock is wrong, epoch",
			[]string{"Date: Fri, 27 Nov 2026 07:55:00 GMT", "Retry-After: 1795766120"},
			wait(20 * time.Second),
		},
		{"an invalid Date", []string{"Date: today", "Retry-After: Fri, 27 Nov 2026 07:50:25 GMT"}, wait(25 * time.Second)},
		{"negative", []string{"Retry-After: -1"}, limit{}},
		{"a sign", []string{"Retry-After: +5"}, limit{}},
		{"a negative span", []string{"Retry-After: -1h"}, limit{}},
		{"a formula", []string{"Retry-After: =(3600 - now) / 1000"}, limit{}},
		{"a product", []string{"Retry-After: 5 * 60"}, limit{}},
		{"words", []string{"Retry-After: soon", "Retry-After-Ms: "}, limit{}},
		{"a point alone", []string{"Retry-After: ."}, limit{}},
		{"an impossible date", []string{"Retry-After: Fri, 32 Nov 2026 07:50:25 GMT"}, limit{}},

		// Resets
		{"reset in seconds", []string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 30"}, spent(30 * time.Second)},
		{"reset with a fraction", []string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1.5"}, spent(1500 * time.Millisecond)},
		{"reset in epoch seconds", []string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795765830"}, spent(30 * time.Second)},
		{
			"reset in epoch seconds with a fraction",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795765806.432"},
			spent(6432 * time.Millisecond),
		},
		{
			"reset in epoch milliseconds",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795765830123"},
			spent(30123 * time.Millisecond),
		},
		{
			"reset in epoch microseconds",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795765830123000"},
			spent(30123 * time.Millisecond),
		},
		{
			"reset in epoch nanoseconds",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795765830123000000"},
			spent(30123 * time.Millisecond),
		},
		{
			"reset in epoch nanoseconds, rounded up",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795765830123000001"},
			spent(30124 * time.Millisecond),
		},
		{
			"reset as a span",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2m59.56s"},
			spent(2*time.Minute + 59560*time.Millisecond),
		},
		{
			"reset as a span of milliseconds",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 500ms"},
			spent(500 * time.Millisecond),
		},
		{
			"reset as an HTTP date",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: Fri, 27 Nov 2026 07:51:00 GMT"},
			spent(time.Minute),
		},
		{"reset in RFC 3339", []string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-11-27T07:51:00Z"}, spent(time.Minute)},
		{
			"reset in RFC 3339 with a fraction",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-11-27T07:50:01.25Z"},
			spent(1250 * time.Millisecond),
		},
		{
			"reset in RFC 3339 with an offset",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-11-27T08:51:00+01:00"},
			spent(time.Minute),
		},
		{
			"reset with an offset without a colon",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-11-27T08:51:00+0100"},
			spent(time.Minute),
		},
		{
			"Atlassian, a date without seconds",
			[]string{"X-RateLimit-Limit: 350", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-11-27T07:51Z"},
			limit{Limit: 350, Reset: time.Minute, HasQuota: true},
		},
		{
			"a date without seconds, with an offset",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2026-11-27T06:51-01:00"},
			spent(time.Minute),
		},
		{"reset in the past", []string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1600000000"}, spent(0)},
		{
			"reset from the response's Date",
			[]string{"Date: Fri, 27 Nov 2026 07:49:00 GMT", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1795765800"},
			spent(time.Minute),
		},
		{"the longest of several resets", []string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 30, 60"}, spent(time.Minute)},
		{"a reset that is none", []string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: noon"}, spent(0)},
		{"a reset without remaining requests", []string{"X-RateLimit-Reset: 30", "X-RateLimit-Limit: 5"}, limit{Reset: 30 * time.Second}},
		{"several resets without remaining requests", []string{"X-RateLimit-Reset: 30", "RateLimit-Reset: 60, x"}, limit{Reset: time.Minute}},

		// Counts
		{"remaining", []string{"X-RateLimit-Remaining: 5"}, left(5)},
		{
			"remaining and limit",
			[]string{"X-RateLimit-Limit: 60", "X-RateLimit-Remaining: 5"},
			limit{Limit: 60, Remaining: 5, HasQuota: true},
		},
		{
			"remaining with parameters",
			[]string{"RateLimit-Limit: 100;w=21600", "RateLimit-Remaining: 76;w=21600"},
			limit{Limit: 100, Remaining: 76, HasQuota: true},
		},
		{"parameters without a number", []string{"RateLimit-Limit: ;w=21600", "RateLimit-Remaining: ;w=21600"}, limit{}},
		{"two numbers, joined by a proxy", []string{"X-RateLimit-Remaining: 991, 98"}, left(98)},
		{"two lines", []string{"X-RateLimit-Remaining: 98", "X-RateLimit-Remaining: 991"}, left(98)},
		{"remaining with a fraction", []string{"X-RateLimit-Remaining: 0.0", "X-RateLimit-Reset: 30"}, spent(30 * time.Second)},
		{"less than one remaining", []string{"X-RateLimit-Remaining: 0.9"}, left(0)},
		{"negative remaining", []string{"X-RateLimit-Remaining: -1", "X-RateLimit-Reset: 30"}, spent(30 * time.Second)},
		{"more than 2^31 remaining", []string{"X-RateLimit-Remaining: 9999999999"}, left(math.MaxInt32)},
		{"more than an int remaining", []string{"X-RateLimit-Remaining: 99999999999999999999"}, left(math.MaxInt32)},
		{
			"a limit with its windows",
			[]string{"RateLimit-Limit: 10, 10;w=1, 50;w=60", "RateLimit-Remaining: 5"},
			limit{Limit: 10, Remaining: 5, HasQuota: true},
		},
		{"a word", []string{"X-RateLimit-Remaining: many"}, limit{}},
		{"a sign before remaining", []string{"X-RateLimit-Remaining: +1"}, limit{}},
		{"a minus alone", []string{"X-RateLimit-Remaining: -"}, limit{}},

		// Names
		{
			"dashes",
			[]string{"X-Rate-Limit-Limit: 600", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: 1795765860"},
			limit{Limit: 600, Reset: time.Minute, HasQuota: true},
		},
		{
			"three headers of the draft",
			[]string{"RateLimit-Limit: 100", "RateLimit-Remaining: 50", "RateLimit-Reset: 30"},
			limit{Limit: 100, Remaining: 50, Reset: 30 * time.Second, HasQuota: true},
		},
		{
			"the first family is unusable",
			[]string{"X-RateLimit-Remaining: x", "X-Rate-Limit-Remaining: 4", "X-Rate-Limit-Reset: 9"},
			limit{Remaining: 4, Reset: 9 * time.Second, HasQuota: true},
		},
		{
			"two families, the second stricter",
			[]string{"X-RateLimit-Limit: 9", "X-RateLimit-Remaining: 5", "X-RateLimit-Reset: 60", "RateLimit-Limit: 8", "RateLimit-Remaining: 0", "RateLimit-Reset: 2"},
			limit{Limit: 8, Reset: 2 * time.Second, HasQuota: true},
		},
		{
			"two families, the first stricter",
			[]string{"X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2", `RateLimit: "day";r=5;t=60`},
			spent(2 * time.Second),
		},
		{
			"two families, equal but for the reset",
			[]string{"X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Reset: 2", "RateLimit-Remaining: 0", "RateLimit-Reset: 3"},
			spent(3 * time.Second),
		},
		{
			"two families, equal but for the limit",
			[]string{"X-RateLimit-Remaining: 0", "X-Rate-Limit-Remaining: 0", "X-Rate-Limit-Limit: 7"},
			limit{Limit: 7, HasQuota: true},
		},
		{
			"Beta- is for information",
			[]string{"Beta-RateLimit-Remaining: 0", `Beta-RateLimit: "q";r=0;t=9`, "Beta-Retry-After: 9", "X-Beta-RateLimit-Remaining: 0"},
			limit{},
		},
		{
			"what only one vendor says",
			[]string{
				"X-RateLimit-State: THROTTLED", "X-RateLimit-Reason: ACCOUNT", "X-RateLimit-Period-In-Sec: 60", "X-Response-Time: 0.25",
				"X-RateLimit-NearLimit: true", "RateLimit-Reason: jira-burst-based",
			},
			limit{},
		},

		// The RateLimit field
		{"one policy", []string{`RateLimit: "default";r=50;t=30`}, limit{Remaining: 50, Reset: 30 * time.Second, HasQuota: true}},
		{"two policies, the first spent", []string{`RateLimit: "hour";r=0;t=3000, "minute";r=50;t=30`}, spent(3000 * time.Second)},
		{"two policies, the second spent", []string{`RateLimit: "minute";r=50;t=30, "hour";r=0;t=3000`}, spent(3000 * time.Second)},
		{"two policies, both spent", []string{`RateLimit: "burst";r=0;t=1, "hour";r=0;t=3000`}, spent(3000 * time.Second)},
		{"two lines with a policy each", []string{`RateLimit: "daily";r=900;t=3600`, `RateLimit: "burst";r=0;t=1`}, spent(time.Second)},
		{
			"separators in a name",
			[]string{`RateLimit: "a,b;r=0;t=9\",r=0";r=7;t=5`},
			limit{Remaining: 7, Reset: 5 * time.Second, HasQuota: true},
		},
		{
			"blanks and capitals",
			[]string{`RateLimit: "default" ; R = 50 ; T = 30`},
			limit{Remaining: 50, Reset: 30 * time.Second, HasQuota: true},
		},
		{"a policy without remaining requests", []string{`RateLimit: "d";t=30`}, limit{}},
		{
			"a policy without remaining requests beside another",
			[]string{`RateLimit: "d";t=30, "e";r=4;t=2`},
			limit{Remaining: 4, Reset: 2 * time.Second, HasQuota: true},
		},
		{
			"a policy with a partition key",
			[]string{`RateLimit: "default";r=50;t=30;pk=:cHM0NGd3:`},
			limit{Remaining: 50, Reset: 30 * time.Second, HasQuota: true},
		},
		{
			"the draft's earlier form",
			[]string{"RateLimit: limit=100, remaining=50, reset=30"},
			limit{Limit: 100, Remaining: 50, Reset: 30 * time.Second, HasQuota: true},
		},
		{
			"the earlier form on several lines",
			[]string{"RateLimit: reset=30", "RateLimit: remaining=50", "RateLimit: limit=100"},
			limit{Limit: 100, Remaining: 50, Reset: 30 * time.Second, HasQuota: true},
		},
		{"nothing but separators", []string{"RateLimit: ;;=,r=x"}, limit{}},
		{"an open quote", []string{`RateLimit: "default;r=50;t=30`}, limit{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			few := header(row.header...)
			assert.Equal(t, row.want, transport.ParseRateLimit(few, now))
			assert.Equal(t, row.want.RetryAfter, transport.RetryAfter(few, now))
			many := few.Clone()
			for i := range 9 {
				many[fmt.Sprintf("X-Other-%d", i)] = []string{"1"}
			}
			assert.Equal(t, row.want, transport.ParseRateLimit(many, now), "among many headers")
		})
	}
}
