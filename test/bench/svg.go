package bench

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A drawing is an SVG picture in the making.
type drawing struct {
	strings.Builder

	width, height int
}

const (
	inkText  = "#24292f"
	inkSoft  = "#6e7781"
	inkGrid  = "#d8dee4"
	inkOurs  = "#0969da"
	inkOther = "#afb8c1"
	inkHand  = "#57606a"
)

func draw(width, height int, title string) *drawing {
	d := &drawing{width: width, height: height}
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img" `+
		`font-family="DejaVu Sans,Arial,sans-serif">`, width, height)
	d.put(`<title>%s</title>`, html.EscapeString(title))
	d.put(`<rect width="%d" height="%d" fill="#ffffff"/>`, width, height)
	return d
}

func (d *drawing) put(format string, args ...any) {
	_, _ = fmt.Fprintf(d, format+"\n", args...)
}

func (d *drawing) text(x, y float64, size int, anchor, fill, text string) {
	d.put(`<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" fill="%s">%s</text>`, x, y, size, anchor, fill, html.EscapeString(text))
}

func (d *drawing) bold(x, y float64, size int, text string) {
	d.put(`<text x="%.1f" y="%.1f" font-size="%d" font-weight="bold" fill="%s">%s</text>`, x, y, size, inkText, html.EscapeString(text))
}

func (d *drawing) line(x1, y1, x2, y2 float64, stroke, dash string) {
	d.put(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-dasharray="%s"/>`, x1, y1, x2, y2, stroke, dash)
}

// end returns the picture.
func (d *drawing) end() string {
	d.put("</svg>")
	return d.String()
}

// A bar is one row of a bar picture.
type bar struct {
	name  string
	value float64
	label string
	fill  string
}

// Overheads draws what full contestants cost beyond a bare client: time on the
// left, allocations on the right.
func (s Success) Overheads() string {
	var times, allocs []bar
	for _, row := range s.Rows {
		if row.Full == nil {
			continue
		}
		fill := inkOther
		switch {
		case strings.HasPrefix(row.Name, nameChain):
			fill = inkOurs
		case row.Name == nameByHand:
			fill = inkHand
		}
		name := strings.Replace(row.Name, ", an observer on each channel", ", observers", 1)
		if row.Full.Ratio.Median == 0 {
			continue
		}
		times = append(times, bar{name, row.Full.Ratio.Median, two(row.Full.Ratio.Median) + " ×", fill})
		allocs = append(allocs, bar{name, row.Full.Cost.Allocs, signed(row.Full.Cost.Allocs), fill})
	}
	const width, row, top = 920, 24, 74
	d := draw(width, top+row*len(times)+34, "What a call costs beyond a bare http.Client")
	d.bold(20, 28, 16, "A call that succeeds at once, beside a bare http.Client")
	d.bars(20, top, 190, 240, "time, × bare; the axis begins at 1", times, 1)
	d.bars(490, top, 190, 170, "allocations beyond bare", allocs, 0)
	d.text(20, float64(d.height-12), 11, "start", inkSoft,
		"from memory; key, user agent, transaction id, retry, metrics, rate-limit parsing; otelhttp: spans and metrics only")
	return d.end()
}

// bars draws bars from the value from, sorted, with names of a given width on their left.
func (d *drawing) bars(x, y, names, span float64, title string, all []bar, from float64) {
	const row, thick = 24.0, 15.0
	all = slices.SortedStableFunc(slices.Values(all), func(a, b bar) int { return cmp.Compare(a.value, b.value) })
	most := from
	for _, b := range all {
		most = max(most, b.value)
	}
	d.text(x+names, y-14, 12, "start", inkSoft, title)
	for i, b := range all {
		at := y + row*float64(i)
		length := 0.0
		if most > from {
			length = max(1, span*(b.value-from)/(most-from))
		}
		d.text(x+names-8, at+12, 12, "end", inkText, b.name)
		d.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="2" fill="%s"/>`, x+names, at, length, thick, b.fill)
		d.text(x+names+length+6, at+12, 11, "start", inkText, b.label)
	}
	d.line(x+names, y-6, x+names, y+row*float64(len(all)), inkSoft, "none")
}

// GrowthPlots draws the time of a piece against the size of each curve.
func GrowthPlots(curves []Curve) string {
	const columns, wide, high, margin = 3, 300, 210, 10
	rows := (len(curves) + columns - 1) / columns
	d := draw(columns*wide+2*margin, rows*high+50, "How the time of a call grows")
	d.bold(20, 28, 16, "Time by size")
	for i, c := range curves {
		d.plot(float64(margin+(i%columns)*wide), float64(40+(i/columns)*high), wide, high, c)
	}
	return d.end()
}

// plot draws one curve. Sizes that span more than two decades have a logarithmic axis.
func (d *drawing) plot(x, y, wide, high float64, c Curve) {
	if len(c.Points) == 0 {
		return
	}
	left, right, top, bottom := x+52, x+wide-18, y+30, y+high-42
	first, last := float64(c.Points[0].Size), float64(c.Points[len(c.Points)-1].Size)
	scale := func(size float64) float64 { return (size - first) / max(last-first, 1) }
	if first > 0 && last/first > 100 {
		scale = func(size float64) float64 { return math.Log(size/first) / math.Log(last/first) }
	}
	most := 0.0
	for _, p := range c.Points {
		most = max(most, float64(p.Took))
	}
	most = ceiling(most)
	d.text(left, top-12, 12, "start", inkText, c.Title)
	for _, share := range []float64{0, 0.5, 1} {
		at := bottom - share*(bottom-top)
		d.line(left, at, right, at, inkGrid, "none")
		d.text(left-6, at+4, 10, "end", inkSoft, micros(share*most))
	}
	const room = 22 // that a label takes
	free := left
	path := make([]string, 0, len(c.Points))
	for i, p := range c.Points {
		px := left + scale(float64(p.Size))*(right-left)
		py := bottom - float64(p.Took)/most*(bottom-top)
		path = append(path, fmt.Sprintf("%.1f,%.1f", px, py))
		d.put(`<circle cx="%.1f" cy="%.1f" r="2.5" fill="%s"/>`, px, py, inkOurs)
		if px >= free && (i == len(c.Points)-1 || px <= right-room) {
			d.text(px, bottom+16, 10, "middle", inkSoft, brief(p.Size))
			free = px + room
		}
	}
	d.put(`<polyline points="%s" fill="none" stroke="%s" stroke-width="1.5"/>`, strings.Join(path, " "), inkOurs)
	d.text((left+right)/2, bottom+32, 10, "middle", inkSoft, "time per "+c.Unit)
}

// ceiling returns a round number that is not below v.
func ceiling(v float64) float64 {
	if v <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 2, 4, 6, 8} {
		if v <= step*unit {
			return step * unit
		}
	}
	return 10 * unit
}

func micros(nanos float64) string { return fmt.Sprintf("%.4g µs", nanos/1000) }

// brief writes thousands as k.
func brief(n int) string {
	if n >= 1000 && n%1000 == 0 {
		return fmt.Sprintf("%dk", n/1000)
	}
	return strconv.Itoa(n)
}
