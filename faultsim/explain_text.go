package faultsim

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tripware/tripware/transport/cost"
)

// String returns the explanation as a text of several lines: the layers, the worst case of a
// call, the load in an outage, and the warnings.
func (e Explanation) String() string {
	var b strings.Builder
	e.writeLayers(&b)
	e.writeCall(&b)
	if e.Outage != nil {
		e.writeLoad(&b)
	}
	if len(e.Unknown)+len(e.Warnings) > 0 {
		b.WriteString("\n")
	}
	for _, name := range e.Unknown {
		fmt.Fprintf(&b, "unknown: %s: the figures do not include what it does\n", name)
	}
	for _, warning := range e.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", warning)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (e Explanation) writeLayers(b *strings.Builder) {
	for _, l := range e.Layers {
		fmt.Fprintf(b, "%s: %s\n", l.Name, l.Does)
		for _, s := range l.Settings {
			fmt.Fprintf(b, "    %-16s %s\n", s.Name, s.Value)
		}
	}
}

func (e Explanation) writeCall(b *strings.Builder) {
	b.WriteString("\nworst case of a call\n")
	attempts := many(e.Attempts)
	if e.Renewals > 0 {
		attempts += fmt.Sprintf(", of which %s with a new credential after a 401", many(e.Renewals))
	}
	rows := [][2]string{
		{"attempts", attempts},
		{"requests on the wire", e.wire()},
		{"longest wait", hinted(e.LongestWait, e.LongestDelay)},
		{"all waits", hinted(e.Waits, e.Delays)},
		{"time until the header", limited(e.Time)},
		{"time with the body", limited(e.BodyTime)},
	}
	if e.Attempts > 1 {
		rows = append(rows, [2]string{"below a client that retries", e.multiplied()})
	}
	writeRows(b, rows)
}

// writeRows writes names and values in two columns.
func writeRows(b *strings.Builder, rows [][2]string) {
	width := 0
	for _, row := range rows {
		width = max(width, len(row[0]))
	}
	for _, row := range rows {
		fmt.Fprintf(b, "    %-*s  %s\n", width, row[0], row[1])
	}
}

// wire says how the number of requests comes about.
func (e Explanation) wire() string {
	text := many(e.Attempts)
	if e.Hops > 1 {
		text = fmt.Sprintf("%s with redirects (%s hops)", many(cost.Times(e.Attempts, e.Hops)), many(e.Hops))
	}
	switch {
	case e.Resends == NoLimit:
		text += "; what the base sends again is unknown"
	case e.Resends > 0:
		text += fmt.Sprintf("; up to %s if each finds %d idle connections closed, after which net/http sends it again",
			many(e.Requests), e.Resends)
	}
	return text
}

// multiplied says what becomes of the attempts below clients that retry by themselves.
func (e Explanation) multiplied() string {
	var texts []string
	for _, known := range []struct {
		name     string
		attempts int
	}{{"AWS SDK", 3}, {"azcore", 4}, {"client-go", 11}} {
		n := cost.Times(e.Attempts, known.attempts)
		if e.perCall { // it counts the retries of all its attempts together
			n = cost.Sum(e.Attempts, known.attempts-1)
		}
		texts = append(texts, fmt.Sprintf("%s (%d attempts) %s", known.name, known.attempts, many(n)))
	}
	return strings.Join(texts, ", ")
}

func (e Explanation) writeLoad(b *strings.Builder) {
	l := e.Outage
	fmt.Fprintf(b, "\nload of a server that is down: %s calls a second from %s\n", figure(l.Calls), clients(l.Clients))
	row := func(name, unit string, n, calls float64) [2]string {
		return [2]string{name, fmt.Sprintf("up to %s requests%s, %s for each call", figure(n), unit, figure(n/calls))}
	}
	var rows [][2]string
	for _, d := range []time.Duration{time.Second, 10 * time.Second, time.Minute} {
		rows = append(rows, row("in the first "+short(d), "", l.First(d), l.Calls*d.Seconds()))
	}
	writeRows(b, append(rows,
		row("after that", " a second", l.Steady, l.Calls),
		row("if it throttles (429)", " a second", l.Throttled, l.Calls)))
}

func clients(n int) string {
	if n == 1 {
		return "1 client"
	}
	return fmt.Sprintf("%d clients", n)
}

func many(n int) string {
	if n == NoLimit {
		return "no limit"
	}
	return strconv.Itoa(n)
}

// figure is a number with three significant digits, or all digits before the point.
func figure(n float64) string {
	if n >= 100 {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.3g", n)
}

func limited(d time.Duration) string {
	if d == Never {
		return "unbounded: no timeout is set"
	}
	return short(d)
}

// hinted is a wait, and what it is without hints of the server.
func hinted(d, plain time.Duration) string {
	text := limitedWait(d)
	if plain != d {
		text += ", or " + limitedWait(plain) + " if the server never asks for a wait"
	}
	return text
}

func limitedWait(d time.Duration) string {
	if d == Never {
		return "no limit"
	}
	if d == 0 {
		return "none"
	}
	return short(d)
}
