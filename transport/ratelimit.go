package transport

import (
	"net/http"
	"time"

	hint "github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/internal/record"
)

// A RateLimit is what one response said of rate limits, and of itself. A header
// that is missing or invalid leaves the zero value of its fields.
//
// State, Reason, Period, RequestID, ResponseTime, NearLimit and Throttled are in no
// header that all servers share. They are zero unless the ratelimit middleware has a reader for the
// headers of one vendor.
type RateLimit struct {
	State         string        // the server's own word for its state, such as "OK"
	Reason        string        // the server's own word for what was limited
	Period        time.Duration // the window in which the server counted the requests
	RequestID     string        // the server's id of the request
	ResponseTime  time.Duration // how long the server took, as it measured
	RetryAfter    time.Duration // how long the server asks to wait; meaningful if HasRetryAfter
	Limit         int           // requests per window, 0 if unknown; meaningful if HasQuota
	Remaining     int           // requests left in it; meaningful if HasQuota
	Reset         time.Duration // from the response until the window is renewed; meaningful if HasQuota
	HasQuota      bool          // the response told a number of remaining requests
	HasRetryAfter bool          // the response carried a usable Retry-After or Retry-After-Ms
	NearLimit     bool          // the server says that the quota is nearly spent
	Throttled     bool          // the server's state asks the client to slow down, whatever the status
}

// Throttles reports whether a response with the given status asks the client to
// slow down: a status of 429 (RFC 6585 section 4), a state that says so, or a 403
// that carries Retry-After or a spent quota, which is how GitHub reports its
// secondary limits
// (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit).
// A 503 alone does not throttle, whatever hint it carries: the server is unavailable.
func (r RateLimit) Throttles(status int) bool {
	switch status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return r.HasRetryAfter || r.spent() || r.Throttled
	}
	return r.Throttled
}

// Hint returns how long the server asks the client to wait after a response with
// the given status: its Retry-After, whatever the status (RFC 9110 section
// 10.2.3). Without one it is the time until a spent quota is renewed, if the
// response throttles: the IETF draft "RateLimit header fields for HTTP" leaves it
// to the client to wait for that, and gives Retry-After precedence. Otherwise it
// is zero. The Period of a window is no hint: it tells how requests are counted,
// not how long to wait.
func (r RateLimit) Hint(status int) time.Duration {
	switch {
	case r.HasRetryAfter:
		return r.RetryAfter
	case r.spent() && r.Throttles(status):
		return r.Reset
	}
	return 0
}

// spent reports whether no requests are left.
func (r RateLimit) spent() bool { return r.HasQuota && r.Remaining == 0 }

// ParseRateLimit reads the headers in general use of a response.
//
// RetryAfter is what the function [RetryAfter] returns. A quota is read from X-RateLimit-Limit, -Remaining and -Reset, from
// the same names with X-Rate-Limit- or RateLimit-, and from the RateLimit field of
// the IETF draft. Where a response describes several quotas, in one of these or in
// several, the strictest counts: the fewest remaining requests, then the longest
// reset. In a list of numbers, the least remaining and the longest reset count.
// Resets are read in all the forms of Retry-After. A quota needs a number of
// remaining requests: a negative number counts as 0, one above 2,147,483,647 as
// that, and a fraction is cut off.
//
// Dates are measured from the response's own Date header; without a valid one
// they are measured from now. The zero value of now stands for the present. The
// clock is read only for a date.
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
	return r
}

// RateLimitOf returns what resp says of rate limits: what [ParseRateLimit] reads,
// with what the reader of the ratelimit middleware adds, if resp came through one
// that has a reader. Dates are measured from the present. A nil resp says nothing.
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

// RetryAfter returns how long the response with this header asks to wait:
// Retry-After (RFC 9110 section 10.2.3) or Retry-After-Ms, whichever is longer.
// It reads a number of seconds (of milliseconds), a duration such as 2m59.56s,
// seconds, milli-, micro- or nanoseconds since 1970, the three HTTP dates (RFC
// 9110 section 5.6.7) and RFC 3339 dates with or without seconds. Of several
// values, on several lines or separated by commas, the longest counts.
//
// The wait is rounded up to the millisecond. A value too large for a duration
// saturates at [math.MaxInt64]. The result is zero without a usable value, and
// for a date in the past; negative numbers are not usable. [ParseRateLimit]
// distinguishes the two. Dates are measured as it describes.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	clock := hint.Clock{Header: header, Now: now}
	wait, _ := hint.Wait(header[hint.RetryAfter], clock)
	millis, _ := hint.WaitMillis(header[hint.RetryAfterMs], clock)
	return max(wait, millis)
}

// waits adds a wait that the server asks for.
func (r *RateLimit) waits(wait time.Duration, ok bool) {
	r.RetryAfter, r.HasRetryAfter = max(r.RetryAfter, wait), r.HasRetryAfter || ok
}

// family adds the quota that three headers of one family give.
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
