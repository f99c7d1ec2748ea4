// Package header knows which names and values a header can have, and reads the
// numbers, durations and dates with which servers describe their rate limits.
// Servers write those in many forms; a value that has none of them is ignored.
package header

import (
	"net/http"
	"strings"
	"time"
)

// A Clock tells the time from which a date in a response is measured: the Date of
// Header, the response's own, so that a difference between the clocks of client
// and server does not matter. Without a valid Date it is Now; the zero value of
// Now stands for the present. Neither is read before there is a date to measure.
type Clock struct {
	Header http.Header
	Now    time.Time
}

// until returns how far ahead at is; a date in the past is no wait.
func (c Clock) until(at time.Time) time.Duration {
	return ceil(max(0, at.Sub(c.now())))
}

func (c Clock) now() time.Time {
	for _, line := range c.Header["Date"] {
		if date, ok := httpDate(strings.TrimSpace(line)); ok {
			return date
		}
	}
	if c.Now.IsZero() {
		return time.Now()
	}
	return c.Now
}

// Wait reads the lines of a header such as Retry-After, each of which may be a
// list, and returns the longest wait. It understands
//   - seconds, with or without a fraction;
//   - seconds, milli-, micro- and nanoseconds since 1970, told apart by their
//     size: 1e9 seconds (31 years) and more cannot be a wait;
//   - durations such as 2m59.56s and 500ms;
//   - the three HTTP dates (RFC 9110 section 5.6.7);
//   - RFC 3339 dates, with or without seconds.
//
// The wait is rounded up to the millisecond and is never negative: a date in the
// past is a wait of zero. One too long for a duration is math.MaxInt64. The
// result is false when no value was usable; negative numbers are not.
func Wait(lines []string, clock Clock) (wait time.Duration, ok bool) {
	return longest(lines, time.Second, clock)
}

// WaitMillis is [Wait] for headers such as Retry-After-Ms, whose numbers are
// milliseconds.
func WaitMillis(lines []string, clock Clock) (wait time.Duration, ok bool) {
	return longest(lines, time.Millisecond, clock)
}

func longest(lines []string, unit time.Duration, clock Clock) (wait time.Duration, ok bool) {
	for _, line := range lines {
		if n, short := digits(line); short { // nearly all are of this form
			wait, ok = max(wait, time.Duration(n)*unit), true
			continue
		}
		for line != "" {
			var d time.Duration
			var read bool
			if d, read, line = next(line, unit, clock); read {
				wait, ok = max(wait, d), true
			}
		}
	}
	return wait, ok
}

// next reads the first member of a list and returns the members after it. An
// HTTP date contains a comma of its own, after the day of the week.
func next(list string, unit time.Duration, clock Clock) (wait time.Duration, ok bool, rest string) {
	member, rest, _ := strings.Cut(list, ",")
	if startsWithDay(strings.TrimSpace(member)) {
		half, after, _ := strings.Cut(rest, ",")
		date := strings.TrimSpace(list[:min(len(list), len(member)+1+len(half))])
		if at, valid := httpDate(date); valid {
			return clock.until(at), true, after
		}
	}
	wait, ok = value(member, unit, clock)
	return wait, ok, rest
}

// value reads one member, without the parameters that may follow it.
func value(text string, unit time.Duration, clock Clock) (wait time.Duration, ok bool) {
	text, _, _ = strings.Cut(text, ";")
	text = strings.TrimSpace(text)
	n, rest, ok := cutNumber(text)
	if ok && rest == "" {
		return n.wait(unit, clock), true
	}
	if at, isDate := date(text); isDate {
		return clock.until(at), true
	}
	return span(text)
}

// epoch is the number of seconds, or the date, at which a number stops being a
// wait: vendors send either under the same name.
const epoch = 1_000_000_000

// wait returns the duration of n units, or the time until the date that n is.
func (n number) wait(unit time.Duration, clock Clock) time.Duration {
	wait := n.times(unit)
	if wait < epoch*time.Second || n.huge() {
		return ceil(wait)
	}
	for unit > time.Nanosecond && n.whole >= epoch*uint64(time.Second/unit)*1000 {
		unit /= 1000
	}
	perSecond := uint64(time.Second / unit)
	part := number{whole: n.whole % perSecond, fraction: n.fraction}
	return clock.until(time.Unix(int64(n.whole/perSecond), int64(part.times(unit))))
}
