package bench

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// A value is a measurement: a median with its quartiles, or one exact number.
type value struct{ low, mid, high float64 }

// missing returns the value of what cannot be measured.
func missing() value { return exact(math.NaN()) }

func exact(f float64) value { return value{f, f, f} }

// exactly returns an exact value for each number.
func exactly(numbers ...float64) []value {
	values := make([]value, len(numbers))
	for i, f := range numbers {
		values[i] = exact(f)
	}
	return values
}

// none returns n missing values.
func none(n int) []value { return slices.Repeat([]value{missing()}, n) }

// spread returns the median and the quartiles of samples.
func spread(samples []float64) value {
	if len(samples) == 0 {
		return missing()
	}
	sorted := slices.Sorted(slices.Values(samples))
	at := func(share float64) float64 {
		place := share * float64(len(sorted)-1)
		below := int(place)
		above := min(below+1, len(sorted)-1)
		return sorted[below] + (place-float64(below))*(sorted[above]-sorted[below])
	}
	return value{at(0.25), at(0.5), at(0.75)}
}

// inverse turns a ratio of times into one of throughputs.
func (v value) inverse() value { return value{1 / v.high, 1 / v.mid, 1 / v.low} }

// A column has a name and a format.
type column struct {
	name   string
	format func(value) string
}

// columnsOf returns columns of one format.
func columnsOf(format func(value) string, names ...string) []column {
	columns := make([]column, len(names))
	for i, name := range names {
		columns[i] = column{name, format}
	}
	return columns
}

// dash is shown for a missing value.
const dash = "–"

// ratio shows two decimals, with the quartiles if they differ from the median.
func ratio(v value) string {
	text := fixed(v.mid)
	if fixed(v.low) != fixed(v.high) {
		text += " (" + fixed(v.low) + "-" + fixed(v.high) + ")"
	}
	return text
}

// number shows thousands with commas and, below 100, at most one decimal.
func number(v value) string { return plain(v.mid) }

// beyond shows a number with its sign.
func beyond(v value) string {
	if v.mid >= 0 {
		return "+" + plain(v.mid)
	}
	return plain(v.mid)
}

// memory shows bytes as KiB or MiB.
func memory(v value) string {
	const kib, mib = 1 << 10, 1 << 20
	if v.mid >= mib {
		return plain(math.Round(v.mid/mib)) + " MiB"
	}
	return plain(math.Ceil(v.mid/kib)) + " KiB"
}

func fixed(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

func plain(f float64) string {
	if f != math.Round(f) && math.Abs(f) < 100 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	digits := strconv.FormatFloat(math.Abs(math.Round(f)), 'f', 0, 64)
	var b strings.Builder
	if f <= -0.5 {
		b.WriteByte('-')
	}
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// markdown returns a table. The letters of align are one column each: l for text, r for numbers.
func markdown(align string, head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		for _, cell := range cells {
			b.WriteString("| " + strings.NewReplacer("|", `\|`, "\n", " ").Replace(cell) + " ")
		}
		b.WriteString("|\n")
	}
	line(head)
	b.WriteString(strings.NewReplacer("l", "|---", "r", "|--:").Replace(align) + "|\n")
	for _, cells := range rows {
		line(cells)
	}
	return b.String()
}

// table returns the Markdown table of a question.
func (q question) table(rows []row) string {
	head := []string{""}
	for _, c := range q.columns {
		head = append(head, c.name)
	}
	var lines [][]string
	for _, r := range rows {
		if len(r.values) == 0 {
			continue
		}
		line := []string{r.name}
		for i, v := range r.values {
			text := dash
			if !math.IsNaN(v.mid) {
				text = q.columns[i].format(v)
			}
			line = append(line, text)
		}
		lines = append(lines, line)
	}
	return markdown("l"+strings.Repeat("r", len(q.columns)), head, lines)
}
