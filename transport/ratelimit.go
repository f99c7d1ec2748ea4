package transport

import (
	"net/http"
	"time"

	hint "github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
)

// A RateLimit is the rate limit of one response. Headers that are missing or invalid leave
// their fields zero.
//
// State, Reason, Period, RequestID, ResponseTime, NearLimit and Throttled have no standard
// header. They are zero unless the ratelimit middleware has a reader for the headers of a
// vendor.
type RateLimit struct {
	State         string        // the server's name for its state, such as "OK"
	Reason        string        // the server's name for the limit that applied
	Period        time.Duration // the window in which the server counts requests
	RequestID     string        // the server's id for the request
	ResponseTime  time.Duration // how long the server took, as it measured itself
	RetryAfter    time.Duration // how long the server asks to wait; valid if HasRetryAfter
	Limit         int           // requests per window, 0 if unknown; valid if HasQuota
	Remaining     int           // requests left in the window; valid if HasQuota
	Reset         time.Duration // from the response until the window is renewed; 0 if unknown
	HasQuota      bool          // the response has a number of remaining requests
	HasRetryAfter bool          // the response has a valid Retry-After or Retry-After-Ms
	NearLimit     bool          // the server reports that the quota is nearly used up
	Throttled     bool          // the server's state asks the client to slow down, whatever the status
}

// Throttles reports whether a response with the given status asks the client to slow down:
// if the status is 429 (RFC 6585 section 4), if Throttled is set, or if a 403 has a
// Retry-After or no requests left, which is how GitHub reports its secondary limits
// (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit).
// A 503 without Throttled does not throttle, even with a Retry-After: the server is
// unavailable.
func (r RateLimit) Throttles(status int) bool {
	switch status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return r.HasRetryAfter || r.spent() || r.Throttled
	}
	return r.Throttled
}

// Hint returns how long the server asks the client to wait after a response with the given
// status. That is RetryAfter, whatever the status (RFC 9110 section 10.2.3). Without one,
// it is Reset if the response throttles and does not say that requests are left; the IETF
// draft "RateLimit header fields for HTTP" gives Retry-After precedence too. Otherwise it is
// zero. Period is not a hint, since it says how requests are counted, not how long to wait.
func (r RateLimit) Hint(status int) time.Duration {
	switch {
	case r.HasRetryAfter:
		return r.RetryAfter
	case (r.spent() || !r.HasQuota) && r.Throttles(status):
		return r.Reset
	}
	return 0
}

// spent reports whether no requests are left.
func (r RateLimit) spent() bool { return r.HasQuota && r.Remaining == 0 }

// ParseRateLimit returns the rate limit in the headers of a response. It reads the headers
// in general use; [RateLimitOf] also reads those of a vendor.
//
// RetryAfter is the result of the function [RetryAfter]. A quota is read from
// X-RateLimit-Limit, -Remaining and -Reset, from the same names with X-Rate-Limit- or
// RateLimit-, and from the RateLimit field of the IETF draft. Of several quotas the
// strictest counts: the one with the fewest remaining requests, then with the longest
// reset. In a list of numbers, the fewest remaining and the longest reset count. A reset
// may have any form of Retry-After, so that a number below 1e9 is not a time but a wait. A
// quota needs a number of remaining requests: a negative number counts as 0, one above
// 2,147,483,647 as that, and a fraction is cut off. Without a quota, the longest reset of
// these three headers is read.
//
// Dates are measured from the response's Date header, or else from now. A zero now means
// the current time, which is read only if there is a date.
func ParseRateLimit(header http.Header, now time.Time) (r RateLimit) {
	clock := hint.Clock{Header: header, Now: now}
	if lines := header[hint.RetryAfter]; len(lines) > 0 {
		r.waits(hint.Wait(lines, clock))
	}
	if lines := header[hint.RetryAfterMs]; len(lines) > 0 {
		r.waits(hint.WaitMillis(lines, clock))
	}
	r.family(hint.Limit, hint.Remaining, hint.Reset, clock)
	r.family(hint.DashedLimit, hint.DashedRemaining, hint.DashedReset, clock)
	r.family(hint.DraftLimit, hint.DraftRemaining, hint.DraftReset, clock)
	if lines := header[hint.RateLimit]; len(lines) > 0 {
		r.counts(hint.ReadField(lines, clock))
	}
	if !r.HasQuota {
		for _, name := range [...]string{hint.Reset, hint.DashedReset, hint.DraftReset} {
			wait, _ := hint.Wait(header[name], clock)
			r.Reset = max(r.Reset, wait)
		}
	}
	return r
}

// RateLimitOf returns the rate limit of resp: the result of [ParseRateLimit] at the current
// time, and what the reader of the ratelimit middleware adds, if resp came through one with
// a reader. For a nil resp it is zero.
func RateLimitOf(resp *http.Response) RateLimit {
	if resp == nil {
		return RateLimit{}
	}
	said := ParseRateLimit(resp.Header, time.Time{})
	if resp.Request == nil {
		return said
	}
	if read := record.LimitReaderOf(resp.Request.Context()); read != nil {
		return RateLimit(read(resp.Header, record.RateLimit(said)))
	}
	return said
}

// RetryAfter returns how long a response with this header asks to wait: its Retry-After
// (RFC 9110 section 10.2.3) or Retry-After-Ms, whichever is longer. The result is zero if
// there is no valid value, and for a date in the past; [ParseRateLimit] distinguishes the
// two, and describes how dates are measured.
//
// A value may be a number of seconds (or milliseconds), a duration such as 2m59.56s, a
// number of seconds, milli-, micro- or nanoseconds since 1970, one of the three HTTP dates
// (RFC 9110 section 5.6.7), or an RFC 3339 date with or without seconds. A number that as a
// wait would be 1e9 seconds (31 years) or longer is a time since 1970, and a smaller one a
// wait. So times before September 2001 cannot be written as numbers: see docs/testing.md for
// the clock of testing/synctest, which begins in 2000. Of several values,
// on several lines or separated by commas, the longest counts. Negative numbers are
// invalid. The wait is rounded up to the millisecond, and is at most [math.MaxInt64].
func RetryAfter(header http.Header, now time.Time) time.Duration {
	clock := hint.Clock{Header: header, Now: now}
	wait, _ := hint.Wait(header[hint.RetryAfter], clock)
	millis, _ := hint.WaitMillis(header[hint.RetryAfterMs], clock)
	return max(wait, millis)
}

// waits adds a wait for which the server asks.
func (r *RateLimit) waits(wait time.Duration, ok bool) {
	r.RetryAfter, r.HasRetryAfter = max(r.RetryAfter, wait), r.HasRetryAfter || ok
}

// family adds the quota in three headers that belong together.
func (r *RateLimit) family(limit, remaining, reset string, clock hint.Clock) {
	if lines := clock.Header[remaining]; len(lines) > 0 {
		r.counts(hint.ReadQuota(clock.Header[limit], lines, clock.Header[reset], clock))
	}
}

// counts adds a quota.
func (r *RateLimit) counts(q hint.Quota) {
	q = hint.Strictest(q, hint.Quota{Limit: r.Limit, Remaining: r.Remaining, Reset: r.Reset, Known: r.HasQuota})
	r.Limit, r.Remaining, r.Reset, r.HasQuota = q.Limit, q.Remaining, q.Reset, q.Known
}
