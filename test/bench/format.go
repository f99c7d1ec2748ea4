package bench

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// none stands where there is no figure.
const none = "–"

// whole writes a number with commas between thousands.
func whole(f float64) string {
	digits := strconv.FormatFloat(math.Abs(math.Round(f)), 'f', 0, 64)
	var b strings.Builder
	if f <= -0.5 {
		b.WriteByte('-')
	}
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// plain writes at most one decimal.
func plain(f float64) string {
	if f == math.Round(f) || math.Abs(f) >= 100 {
		return whole(f)
	}
	return strconv.FormatFloat(f, 'f', 1, 64)
}

// two writes two decimals.
func two(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// signed writes a number with its sign.
func signed(f float64) string {
	if f < 0 {
		return plain(f)
	}
	return "+" + plain(f)
}

// String returns the median, and the quartiles if they lie apart.
func (r Ratio) String() string {
	if r.Median == 0 {
		return none
	}
	if two(r.Low) == two(r.High) {
		return two(r.Median)
	}
	return fmt.Sprintf("%s (%s-%s)", two(r.Median), two(r.Low), two(r.High))
}

// memory writes bytes in KiB or MiB.
func memory(bytes uint64) string {
	const kib, mib = 1 << 10, 1 << 20
	if bytes >= mib {
		return plain(math.Round(float64(bytes)/mib)) + " MiB"
	}
	return plain(math.Ceil(float64(bytes)/kib)) + " KiB"
}

// nanos writes a time as whole nanoseconds.
func nanos(d time.Duration) string { return whole(float64(d)) }

// cell makes text safe inside a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}
