package bench

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// A bar is one row of the picture.
type bar struct {
	name  string
	value float64
	label string
	fill  string
}

// overheads draws what full contestants cost beyond a bare client, as an SVG
// picture: time on the left, allocations on the right.
func overheads(found results) string {
	const ours, hand, other = "#0969da", "#57606a", "#afb8c1"
	var times, allocs []bar
	for _, row := range found[titleSuccess] {
		took, more := found.at(titleSuccess, row.name, colFull), found.at(titleSuccess, row.name, colFullAllocs)
		if math.IsNaN(took) {
			continue
		}
		fill := other
		switch {
		case strings.HasPrefix(row.name, nameOurs):
			fill = ours
		case strings.HasSuffix(row.name, "by hand"):
			fill = hand
		}
		name := strings.Replace(row.name, ", an observer on each channel", ", observers", 1)
		times = append(times, bar{name, took, fixed(took) + " ×", fill})
		allocs = append(allocs, bar{name, more, beyond(exact(more)), fill})
	}
	var b strings.Builder
	height := 80 + 24*len(times)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="920" height="%d" viewBox="0 0 920 %[1]d" role="img" `+
		`font-family="DejaVu Sans,Arial,sans-serif" font-size="12" fill="#24292f">
<title>What a call costs beyond a bare http.Client</title>
<rect width="920" height="%[1]d" fill="#ffffff"/>
<text x="20" y="28" font-size="16" font-weight="bold">A call that succeeds at once, beside a bare http.Client</text>
`, height)
	drawBars(&b, 210, 240, 1, "time, × bare; the axis begins at 1", times)
	drawBars(&b, 680, 170, 0, "allocations beyond bare", allocs)
	b.WriteString("</svg>\n")
	return b.String()
}

// drawBars draws sorted bars to the right of x, at most so long, and their names to the left.
func drawBars(b *strings.Builder, x, length, from float64, title string, all []bar) {
	const soft = "#6e7781"
	all = slices.SortedStableFunc(slices.Values(all), func(a, b bar) int { return cmp.Compare(a.value, b.value) })
	most := from + 1e-9
	if len(all) > 0 {
		most = max(most, all[len(all)-1].value)
	}
	fmt.Fprintf(b, `<text x="%.0f" y="58" fill="%s">%s</text>`+"\n", x, soft, html.EscapeString(title))
	for i, bar := range all {
		y, span := 72+24*i, max(1, length*(bar.value-from)/(most-from))
		fmt.Fprintf(b, `<text x="%.0f" y="%d" text-anchor="end">%s</text>`, x-8, y+12, html.EscapeString(bar.name))
		fmt.Fprintf(b, `<rect x="%.0f" y="%d" width="%.1f" height="15" rx="2" fill="%s"/>`, x, y, span, bar.fill)
		fmt.Fprintf(b, `<text x="%.1f" y="%d" font-size="11">%s</text>`+"\n", x+span+6, y+12, html.EscapeString(bar.label))
	}
}
