package header

import (
	"cmp"
	"math"
	"strings"
	"time"
)

// A Quota is what a server says of one limit.
type Quota struct {
	Limit     int           // requests per window; 0 when unknown
	Remaining int           // requests left in it
	Reset     time.Duration // until the window is renewed; 0 when unknown
	Known     bool          // Remaining was read; otherwise there is no quota
}

// Strictest returns the quota with the fewest requests left; of two that are
// equal, the one that is renewed later. A quota that is not known loses to any other.
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

// ReadQuota reads a family of headers that give the limit, the remaining requests
// and the reset separately. Without usable remaining requests there is no quota.
func ReadQuota(limit, remaining, reset []string, clock Clock) (q Quota) {
	if q.Remaining, q.Known = Count(remaining); q.Known {
		q.Limit, _ = Count(limit)
		q.Reset, _ = Wait(reset, clock)
	}
	return q
}

// Count reads the lines of a header that counts requests, each of which may be a
// list, and returns the smallest number. A number may have parameters, as in
// 76;w=21600. Fractions are cut off, a negative number counts as 0, and one above
// [math.MaxInt32] as that. The result is false when there is no number.
func Count(lines []string) (n int, ok bool) {
	for _, line := range lines {
		if short, isShort := digits(line); isShort { // nearly all are of this form
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

// count reads one member of a list.
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
