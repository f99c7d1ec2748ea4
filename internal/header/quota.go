package header

import (
	"cmp"
	"math"
	"strings"
	"time"
)

// A Quota is one rate limit of a server.
type Quota struct {
	Limit     int           // requests per window; 0 if unknown
	Remaining int           // requests left in the window
	Reset     time.Duration // time until the window is renewed; 0 if unknown
	Known     bool          // whether Remaining was read; if false, there is no quota
}

// Strictest returns the quota with fewer requests left, or, if they are equal, the one that
// is renewed later. A known quota is stricter than an unknown one.
func Strictest(a, b Quota) Quota {
	switch {
	case !a.Known && !b.Known:
		return Quota{}
	case !b.Known, a.Known && order(a, b) <= 0:
		return a
	}
	return b
}

// order is negative if a is stricter than b.
func order(a, b Quota) int {
	return cmp.Or(
		cmp.Compare(a.Remaining, b.Remaining),
		cmp.Compare(b.Reset, a.Reset),
		cmp.Compare(uint(a.Limit)-1, uint(b.Limit)-1), // 0, an unknown limit, becomes the largest
	)
}

// ReadQuota parses separate headers for the limit, the remaining requests and the reset. If
// there is no valid number of remaining requests, the quota is unknown.
func ReadQuota(limit, remaining, reset []string, clock Clock) (q Quota) {
	if q.Remaining, q.Known = Count(remaining); q.Known {
		q.Limit, _ = Count(limit)
		q.Reset, _ = Wait(reset, clock)
	}
	return q
}

// Count parses the lines of a header that counts requests, each of which may be a list, and
// returns the smallest number. A number may have parameters, as in 76;w=21600. Fractions
// are truncated, a negative number counts as 0, and a number above [math.MaxInt32] counts as
// math.MaxInt32. ok is false if there is no valid number.
func Count(lines []string) (n int, ok bool) {
	for _, line := range lines {
		if short, isShort := digits(line); isShort { // the most common form
			n, ok = least(n, ok, short)
			continue
		}
		for line != "" {
			var member string
			member, line, _ = strings.Cut(line, ",")
			if m, isCount := count(member); isCount {
				n, ok = least(n, ok, m)
			}
		}
	}
	return n, ok
}

func least(n int, has bool, m int) (int, bool) {
	if has {
		m = min(n, m)
	}
	return m, true
}

// count parses one member of a list.
func count(text string) (int, bool) {
	text, _, _ = strings.Cut(text, ";")
	text, negative := strings.CutPrefix(strings.TrimSpace(text), "-")
	n, rest, ok := cutNumber(text)
	switch {
	case !ok || rest != "":
		return 0, false
	case negative:
		return 0, true
	}
	return int(min(n.whole, math.MaxInt32)), true
}
