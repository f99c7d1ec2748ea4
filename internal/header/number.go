package header

import (
	"math"
	"math/bits"
	"strings"
	"time"
)

// A number is a non-negative decimal number.
type number struct {
	whole    uint64 // saturates
	fraction uint64 // in billionths, rounded up, so up to 1e9
}

const billion = 1_000_000_000

// digits parses text of at most nine digits, which cannot overflow.
func digits(text string) (n int, ok bool) {
	if text == "" || len(text) > 9 {
		return 0, false
	}
	for i := range len(text) {
		c := text[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	return n, true
}

// cutNumber parses the number at the beginning of text, which may have a decimal point,
// and returns the rest of text.
func cutNumber(text string) (n number, rest string, ok bool) {
	i := 0
	for ; i < len(text) && isDigit(text[i]); i++ {
		if n.whole > (math.MaxUint64-9)/10 {
			n.whole = math.MaxUint64
			continue
		}
		n.whole = n.whole*10 + uint64(text[i]-'0')
	}
	ok = i > 0
	if i < len(text) && text[i] == '.' {
		var length int
		n.fraction, length = fraction(text[i+1:])
		i += 1 + length
		ok = ok || length > 0
	}
	return n, text[i:], ok
}

// fraction parses the digits after a decimal point. It returns their value in
// billionths, and the number of digits.
func fraction(text string) (billionths uint64, length int) {
	unit, up := uint64(billion), uint64(0)
	for ; length < len(text) && isDigit(text[length]); length++ {
		digit := uint64(text[length] - '0')
		if unit /= 10; unit == 0 && digit > 0 {
			up = 1
		}
		billionths += digit * unit
	}
	return billionths + up, length
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// huge reports whether n is too large for any date or duration.
func (n number) huge() bool { return n.whole > math.MaxInt64 }

// times returns n units, rounded up to the nanosecond. It saturates.
func (n number) times(unit time.Duration) time.Duration {
	over, whole := bits.Mul64(n.whole, uint64(unit))
	if over > 0 || whole > math.MaxInt64 {
		return math.MaxInt64
	}
	high, low := bits.Mul64(n.fraction, uint64(unit))
	part, remainder := bits.Div64(high, low, billion)
	if remainder > 0 {
		part++
	}
	return sum(time.Duration(whole), time.Duration(part))
}

// sum adds two non-negative durations. It saturates.
func sum(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// ceil rounds up to the millisecond.
func ceil(d time.Duration) time.Duration {
	part := d % time.Millisecond
	if part == 0 {
		return d
	}
	return sum(d, time.Millisecond-part)
}

// span parses a duration such as 2m59.56s.
func span(text string) (d time.Duration, ok bool) {
	for text != "" {
		n, rest, isNumber := cutNumber(text)
		unit, rest := cutUnit(rest)
		if !isNumber || unit == 0 {
			return 0, false
		}
		d, ok, text = sum(d, n.times(unit)), true, rest
	}
	return ceil(d), ok
}

func cutUnit(text string) (unit time.Duration, rest string) {
	for _, u := range [...]struct {
		name string
		unit time.Duration
	}{
		{"ms", time.Millisecond}, {"us", time.Microsecond}, {"\u00b5s", time.Microsecond}, {"\u03bcs", time.Microsecond},
		{"ns", time.Nanosecond}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, // ms must come before m
	} {
		if after, ok := strings.CutPrefix(text, u.name); ok {
			return u.unit, after
		}
	}
	return 0, text
}
