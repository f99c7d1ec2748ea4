package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Positions in the picture, in its own units.
const (
	width, height = 880, 400
	plotWidth     = 350
	top, bottom   = 74, 340 // of both plots
	mostClients   = 200     // at the right end of the axis
	characterWide = 6.4     // about, in a legend
)

// Colors and dashes of the lines, in the order of the algorithms. They are visible on
// white and on black.
var strokes = []string{
	`stroke="#388bfd" stroke-width="3.5"`,
	`stroke="#bc7a00" stroke-dasharray="7 3"`,
	`stroke="#2da44e"`,
	`stroke="#e5534b" stroke-dasharray="2 3"`,
	`stroke="#a371f7" stroke-dasharray="9 3 2 3"`,
}

// A plot shows one quantity on a logarithmic axis.
type plot struct {
	title       string
	left        float64
	least, most float64 // what the axis spans
	quantity    func(outcome) float64
	label       func(float64) string
}

func plots() []plot {
	number := func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
	seconds := func(n float64) string { return number(n) + " s" }
	return []plot{
		{"calls until all have written", 60, 10, 10_000, func(o outcome) float64 { return o.calls }, number},
		{"time until all have written", 500, 0.1, 200, func(o outcome) float64 { return o.took.Seconds() }, seconds},
	}
}

// picture draws the results as an SVG that needs neither a script nor an embedded
// font.
func picture(results []result) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%d" role="img" `, width, height)
	b.WriteString(`font-family="Helvetica,Arial,sans-serif" font-size="12" fill="#768390" stroke-width="2">` + "\n")
	b.WriteString("<title>Clients that contend for one row: calls and time by backoff</title>\n")
	b.WriteString("<!-- generated: go run ./examples/jitter -svg docs/jitter.svg -->\n")
	legend(&b, results)
	for _, p := range plots() {
		p.axes(&b)
		for i, r := range results {
			p.line(&b, r, strokes[i])
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// legend names the lines above both plots.
func legend(b *strings.Builder, results []result) {
	x := plots()[0].left
	for i, r := range results {
		fmt.Fprintf(b, `<path d="M%.0f 20h28" %s/><text x="%.0f" y="24">%s</text>`+"\n", x, strokes[i], x+34, r.name)
		x += 34 + characterWide*float64(len(r.name)) + 18
	}
	fmt.Fprintf(b, `<circle cx="%.0f" cy="20" r="4.5" fill="none" stroke="#768390" stroke-width="1.5"/>`, x+6)
	fmt.Fprintf(b, `<text x="%.0f" y="24">as published, at %d clients</text>`+"\n", x+16, published)
}

// axes draws the title, the grid and its labels.
func (p plot) axes(b *strings.Builder) {
	const line = `<path d="M%.1f %.1f%s" stroke="#768390" stroke-opacity=".3" stroke-width="1"/>` + "\n"
	const text = `<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>` + "\n"
	middle := p.left + plotWidth/2
	fmt.Fprintf(b, text, middle, top-14.0, "middle", ` font-size="14" font-weight="bold"`, p.title)
	for n := p.least; n <= p.most; n *= 10 {
		fmt.Fprintf(b, line, p.left, p.y(n), fmt.Sprintf("h%d", plotWidth))
		fmt.Fprintf(b, text, p.left-8, p.y(n)+4, "end", "", p.label(n))
	}
	for clients := 0; clients <= mostClients; clients += 50 {
		fmt.Fprintf(b, line, p.x(clients), float64(top), fmt.Sprintf("v%d", bottom-top))
		fmt.Fprintf(b, text, p.x(clients), bottom+18.0, "middle", "", strconv.Itoa(clients))
	}
	fmt.Fprintf(b, text, middle, bottom+42.0, "middle", "", "clients")
}

// line draws the results of an algorithm, and a ring at the published one.
func (p plot) line(b *strings.Builder, r result, stroke string) {
	var way strings.Builder
	for _, at := range r.points {
		fmt.Fprintf(&way, " %.1f,%.1f", p.x(at.clients), p.y(p.quantity(at.outcome)))
	}
	fmt.Fprintf(b, `<polyline points="%s" fill="none" %s/>`+"\n", strings.TrimSpace(way.String()), stroke)
	fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="4.5" fill="none" stroke="#768390" stroke-width="1.5"/>`+"\n",
		p.x(published), p.y(p.quantity(r.published)))
}

func (p plot) x(clients int) float64 {
	return p.left + plotWidth*float64(clients)/mostClients
}

func (p plot) y(n float64) float64 {
	return bottom - (bottom-top)*math.Log(n/p.least)/math.Log(p.most/p.least)
}
