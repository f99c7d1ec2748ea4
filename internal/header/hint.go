// Package header validates header names and values, and parses the numbers, durations
// and dates that servers use to describe their rate limits. It accepts the many forms
// that servers send, and ignores other values.
package header

import (
	"net/http"
	"strings"
	"time"
)

// A Clock returns the time from which a date in a response is measured. It is the Date
// in the response's Header, so that differences between the clocks of client and server
// do not matter. If there is no valid Date, it is Now, or the current time if Now is
// zero. Both are read only if there is a date to measure.
type Clock struct {
	Header http.Header
	Now    time.Time
}

// until returns the time until at, or zero if at is in the past.
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

// Wait parses the lines of a header such as Retry-After, each of which may be a list,
// and returns the longest wait. It accepts
//   - seconds, with or without a fraction;
//   - seconds, milli-, micro- and nanoseconds since 1970, distinguished by their
//     size: 1e9 seconds (31 years) and more cannot be a wait;
//   - durations such as 2m59.56s and 500ms;
//   - the three forms of an HTTP date (RFC 9110 section 5.6.7);
//   - RFC 3339 dates, with or without seconds.
//
// The wait is rounded up to the millisecond. It is never negative: a date in the past
// means a wait of zero. If it overflows, it is math.MaxInt64. ok is false if there is no
// valid value; negative numbers are invalid.
func Wait(lines []string, clock Clock) (wait time.Duration, ok bool) {
	return longest(lines, time.Second, clock)
}

// WaitMillis is [Wait] for headers such as Retry-After-Ms, whose unit is a millisecond.
func WaitMillis(lines []string, clock Clock) (wait time.Duration, ok bool) {
	return longest(lines, time.Millisecond, clock)
}

func longest(lines []string, unit time.Duration, clock Clock) (wait time.Duration, ok bool) {
	for _, line := range lines {
		if n, short := digits(line); short { // the most common form
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

// next parses the first member of a list and returns the rest of the list. An HTTP date
// contains a comma, after the day of the week.
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

// value parses one member and ignores its parameters.
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

// epoch is the number of seconds from which a number is taken as a date instead of a
// wait, since vendors send either in the same header.
const epoch = 1_000_000_000

// wait returns the duration of n units, or the time until n if it is a date.
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
