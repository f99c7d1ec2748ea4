package transport

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers that say something of rate limits, in the form that net/http
// keeps them. The first five are those of Opsgenie's API
// (https://docs.opsgenie.com/docs/api-rate-limiting), which other vendors share
// in part; the last are those of the IETF's draft "RateLimit header fields for HTTP".
const (
	HeaderState        = "X-Ratelimit-State"
	HeaderReason       = "X-Ratelimit-Reason"
	HeaderPeriod       = "X-Ratelimit-Period-In-Sec"
	HeaderRequestID    = "X-Request-Id"
	HeaderResponseTime = "X-Response-Time"
	HeaderRetryAfter   = "Retry-After"
	HeaderLimit        = "X-Ratelimit-Limit"
	HeaderRemaining    = "X-Ratelimit-Remaining"
	HeaderReset        = "X-Ratelimit-Reset"
	HeaderRateLimit    = "Ratelimit"
)

// Throttled is the [RateLimit] state of a server that asks to slow down.
const Throttled = "THROTTLED"

// A RateLimit is what one response said of rate limits, and of itself. A header
// that is missing or garbled leaves its zero value.
type RateLimit struct {
	State        string        // "OK" or "THROTTLED"; the set is open
	Reason       string        // what was limited, such as "ACCOUNT"
	Period       time.Duration // the window whose bucket was hit: a second or a minute
	RequestID    string        // the server's id of the request
	ResponseTime time.Duration // as the server measured it
	RetryAfter   time.Duration // zero when there was no usable hint; saturated, not overflowed
	Limit        int           // requests per window; meaningful if HasQuota
	Remaining    int           // requests left in it; meaningful if HasQuota
	Reset        time.Duration // from the response until the window is renewed; meaningful if HasQuota
	HasQuota     bool          // the response told a number of remaining requests
}

// Throttled reports whether the server asked to slow down by its state header.
// A status of 429 says the same without one.
func (r RateLimit) Throttled() bool { return strings.EqualFold(r.State, Throttled) }

// ParseRateLimit reads header. The time now is what dates are measured from; its
// zero value stands for the present, and the clock is read only for a date.
func ParseRateLimit(header http.Header, now time.Time) (r RateLimit) {
	r.parse(header, now)
	return r
}

func (r *RateLimit) parse(header http.Header, now time.Time) {
	r.State = one(header, HeaderState)
	r.Reason = one(header, HeaderReason)
	r.Period = seconds(one(header, HeaderPeriod))
	r.RequestID = one(header, HeaderRequestID)
	r.ResponseTime = fraction(one(header, HeaderResponseTime))
	r.RetryAfter = RetryAfter(header, now)
	if !r.parseQuota(header, HeaderLimit, HeaderRemaining, HeaderReset, now) &&
		!r.parseQuota(header, "Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", now) {
		if field := one(header, HeaderRateLimit); field != "" {
			r.parseField(field)
		}
	}
}

// RetryAfter returns how long header asks to wait: Retry-After in seconds or in
// one of the three date forms (RFC 9110 sections 10.2.3 and 5.6.7). Of several
// the longest counts. It is zero without a usable one: one that is negative,
// fractional or no date, or a date that has passed. A number too large for a
// duration saturates. A zero now stands for the present.
func RetryAfter(header http.Header, now time.Time) (longest time.Duration) {
	for _, value := range header[HeaderRetryAfter] {
		value = strings.TrimSpace(value)
		wait := seconds(value)
		if wait == 0 {
			wait = until(value, now)
		}
		longest = max(longest, wait)
	}
	return longest
}

// until reads a date; one that has passed, or none, is no wait.
func until(value string, now time.Time) time.Duration {
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(0, distance(at, now))
}

func one(header http.Header, name string) string {
	if values := header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// distance is how far at lies ahead of now, or of the present if now is zero. It
// saturates.
func distance(at, now time.Time) time.Duration {
	if now.IsZero() {
		return time.Until(at)
	}
	return at.Sub(now)
}

// seconds reads a whole number of seconds; zero for anything else.
func seconds(value string) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" { // an absent header must not cost an error
		return 0
	}
	n, err := strconv.ParseUint(value, 10, 63) // of a range error n is the largest
	switch {
	case err != nil && !errors.Is(err, strconv.ErrRange):
		return 0
	case n > uint64(math.MaxInt64/time.Second):
		return math.MaxInt64
	}
	return time.Duration(n) * time.Second
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

func (r *RateLimit) parseQuota(header http.Header, limit, remaining, reset string, now time.Time) bool {
	left, ok := count(one(header, remaining))
	if !ok {
		return false
	}
	r.HasQuota, r.Remaining = true, left
	r.Limit, _ = count(one(header, limit))
	r.Reset = untilReset(one(header, reset), now)
	return true
}

// epoch is where a reset cannot be a number of seconds to wait any more (31
// years) and must be a date: vendors send either under the same name.
const epoch = 1_000_000_000

func untilReset(value string, now time.Time) time.Duration {
	wait := seconds(value)
	if wait < epoch*time.Second {
		return wait
	}
	at := time.Unix(int64(wait/time.Second), 0)
	return max(0, distance(at, now))
}

// parseField reads the draft's structured field: `"default";r=50;t=30`, and the
// form of its earlier versions, `limit=100, remaining=50, reset=30`.
func (r *RateLimit) parseField(value string) {
	for part := range strings.FieldsFuncSeq(value, func(c rune) bool { return c == ';' || c == ',' }) {
		name, number, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, ok := count(number)
		if !ok {
			continue
		}
		switch strings.ToLower(name) {
		case "r", "remaining":
			r.Remaining, r.HasQuota = n, true
		case "t", "reset":
			r.Reset = seconds(number)
		case "limit":
			r.Limit = n
		}
	}
}

// count reads a whole number that is not negative.
func count(value string) (int, bool) {
	if value == "" { // an absent header must not cost an error
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31)
	return int(n), err == nil
}
