package transport

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	hint "github.com/tripware/tripware/internal/header"
)

// Throttled is the [RateLimit] state of a server that asks to slow down.
const Throttled = "THROTTLED"

// A RateLimit is what one response said of rate limits, and of itself. A header
// that is missing or invalid leaves the zero value of its fields.
type RateLimit struct {
	State         string        // "OK" or "THROTTLED"; the set is open
	Reason        string        // what was limited, such as "ACCOUNT"
	Period        time.Duration // the window whose bucket was hit: a second or a minute
	RequestID     string        // the server's id of the request
	ResponseTime  time.Duration // as the server measured it
	RetryAfter    time.Duration // how long the server asks to wait; meaningful if HasRetryAfter
	Limit         int           // requests per window, 0 if unknown; meaningful if HasQuota
	Remaining     int           // requests left in it; meaningful if HasQuota
	Reset         time.Duration // from the response until the window is renewed; meaningful if HasQuota
	HasQuota      bool          // the response told a number of remaining requests
	HasRetryAfter bool          // the response carried a usable Retry-After or Retry-After-Ms
	NearLimit     bool          // less than a fifth of a quota is left, as Atlassian counts
}

// Throttled reports whether the server asked to slow down by its state header.
// [RateLimit.Throttles] considers the status too.
func (r RateLimit) Throttled() bool { return strings.EqualFold(r.State, Throttled) }

// Throttles reports whether a response with the given status asks the client to
// slow down: a status of 429 (RFC 6585 section 4), a state of THROTTLED, or a 403
// that carries Retry-After or a spent quota, which is how GitHub reports its
// secondary limits
// (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit).
// A 503 does not throttle, whatever it carries: the server is unavailable.
func (r RateLimit) Throttles(status int) bool {
	switch status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return r.HasRetryAfter || r.spent() || r.Throttled()
	}
	return r.Throttled()
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

// ParseRateLimit reads the headers of a response.
//
// RetryAfter is what the function [RetryAfter] returns. A quota is read from
// X-RateLimit-Limit, -Remaining and -Reset, from the same names with
// X-Rate-Limit- or RateLimit-, and from the RateLimit field of the IETF draft.
// Where a response describes several quotas, in one of these or in several, the
// strictest counts: the fewest remaining requests, then the longest reset. In a
// list of numbers, the least remaining and the longest reset count. Resets are
// read in all the forms of Retry-After. A quota needs a number of remaining
// requests: a negative number counts as 0, a fraction is cut off. Headers that
// begin with Beta-, which Atlassian sends for information, are ignored.
//
// Dates are measured from the response's own Date header; without a valid one
// they are measured from now. The zero value of now stands for the present. The
// clock is read only for a date.
func ParseRateLimit(header http.Header, now time.Time) (r RateLimit) {
	r.parse(header, now)
	return r
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

// parse reads each header that is there. A small map is faster to walk than to
// look up that many names in, most of which are missing (BenchmarkParseRateLimit).
func (r *RateLimit) parse(header http.Header, now time.Time) {
	clock := hint.Clock{Header: header, Now: now}
	if len(header) <= 8 {
		for name, lines := range header {
			r.read(name, lines, clock)
		}
		return
	}
	for _, name := range [...]string{
		hint.State, hint.Reason, hint.Period, hint.RequestID, hint.ResponseTime, hint.RetryAfter, hint.RetryAfterMs,
		hint.Remaining, hint.DashedRemaining, hint.DraftRemaining, hint.RateLimit, hint.NearLimit, hint.DraftReason,
	} {
		if lines := header[name]; len(lines) > 0 {
			r.read(name, lines, clock)
		}
	}
}

// read adds what one header says. The order of the headers does not matter.
func (r *RateLimit) read(name string, lines []string, clock hint.Clock) {
	switch name {
	case hint.State:
		r.State = first(lines)
	case hint.Reason:
		r.Reason = first(lines)
	case hint.DraftReason:
		if len(clock.Header[hint.Reason]) == 0 {
			r.Reason = first(lines)
		}
	case hint.Period:
		r.Period, _ = hint.Wait(lines, clock)
	case hint.RequestID:
		r.RequestID = first(lines)
	case hint.ResponseTime:
		r.ResponseTime = fraction(first(lines))
	case hint.RetryAfter:
		r.waits(hint.Wait(lines, clock))
	case hint.RetryAfterMs:
		r.waits(hint.WaitMillis(lines, clock))
	case hint.NearLimit:
		r.NearLimit = strings.EqualFold(strings.TrimSpace(first(lines)), "true")
	default:
		r.readQuota(name, lines, clock)
	}
}

func (r *RateLimit) waits(wait time.Duration, ok bool) {
	r.RetryAfter, r.HasRetryAfter = max(r.RetryAfter, wait), r.HasRetryAfter || ok
}

func (r *RateLimit) readQuota(name string, lines []string, clock hint.Clock) {
	var q hint.Quota
	switch header := clock.Header; name {
	case hint.Remaining:
		q = hint.ReadQuota(header[hint.Limit], lines, header[hint.Reset], clock)
	case hint.DashedRemaining:
		q = hint.ReadQuota(header["X-Rate-Limit-Limit"], lines, header["X-Rate-Limit-Reset"], clock)
	case hint.DraftRemaining:
		q = hint.ReadQuota(header["Ratelimit-Limit"], lines, header["Ratelimit-Reset"], clock)
	case hint.RateLimit:
		q = hint.ReadField(lines, clock)
	default:
		return
	}
	q = hint.Strictest(q, hint.Quota{Limit: r.Limit, Remaining: r.Remaining, Reset: r.Reset, Known: r.HasQuota})
	r.Limit, r.Remaining, r.Reset, r.HasQuota = q.Limit, q.Remaining, q.Reset, q.Known
}

func first(lines []string) string {
	if len(lines) > 0 {
		return lines[0]
	}
	return ""
}

// fraction reads seconds with a fraction; zero for anything that is no sensible time.
func fraction(value string) time.Duration {
	if value == "" {
		return 0
	}
	if d, ok := decimal(value); ok {
		return d
	}
	s, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !(s > 0 && s < float64(math.MaxInt64/time.Second)) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

// decimal reads a time as servers write it, such as "0.012": digits and at most
// one point after the first, nine bytes in all. It gives exact nanoseconds, at a
// fraction of what [strconv.ParseFloat] costs (BenchmarkParseRateLimit).
func decimal(value string) (d time.Duration, ok bool) {
	if len(value) > 9 { // what fits cannot overflow
		return 0, false
	}
	n, unit, point := int64(0), int64(time.Second), false
	for i := range len(value) {
		switch c := value[i]; {
		case c == '.' && i > 0 && !point:
			point = true
		case c < '0' || c > '9':
			return 0, false
		default:
			n = n*10 + int64(c-'0')
			if point {
				unit /= 10
			}
		}
	}
	return time.Duration(n * unit), true
}
