package faultsim

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Timeline returns a table of the run, with a row for each of up to 24 parts of equal
// length and for each change of the script: when it begins, what the script says, the calls
// and requests a second, the requests for each call, the share of calls that failed, and the
// median and the 99th percentile of how long calls took. The bar is the number of requests a
// second.
func (r *Result) Timeline() string {
	rows := r.rows()
	most := 0.0
	server := len("server")
	for _, row := range rows {
		most = max(most, row.requests)
		server = max(server, len(row.server))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-7s  %-*s  %7s  %10s  %8s  %6s  %7s  %7s\n",
		"from", server, "server", "calls/s", "requests/s", "per call", "failed", "p50", "p99")
	for _, row := range rows {
		line := fmt.Sprintf("%-7s  %-*s  %7.1f  %10.1f  %8.2f  %6s  %7s  %7s  %s", short(row.from), server, row.server, row.calls,
			row.requests, row.part.Amplification(), percent(row.part.Failed(), row.part.Calls()),
			brief(row.part.P(50)), brief(row.part.P(99)),
			strings.Repeat("#", int(math.Round(row.requests/max(most, 1)*barWidth))))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

const (
	barWidth  = 20
	mostRows  = 24
	mostLabel = 30
)

// A row is a part of a timeline.
type row struct {
	from            time.Duration
	server          string
	calls, requests float64 // a second
	part            *Result
}

func (r *Result) rows() (rows []row) {
	script := r.world.sim.others.script
	from, to := r.from, r.to
	edges := []time.Duration{from, to}
	for _, s := range script.spans(to) {
		edges = append(edges, s.from)
	}
	if from < r.world.length {
		edges = append(edges, min(to, r.world.length))
	}
	step := stepOf(to - from)
	for at := from - from%step + step; at < to; at += step {
		edges = append(edges, at)
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	edges = slices.DeleteFunc(edges, func(at time.Duration) bool { return at < from || at > to })
	for i := 1; i < len(edges); i++ {
		part := r.Between(edges[i-1], edges[i])
		if edges[i-1] >= r.world.length && part.Requests() == 0 {
			continue
		}
		seconds := (edges[i] - edges[i-1]).Seconds()
		label := script.at(edges[i-1]).label()
		if edges[i-1] >= r.world.length {
			label = "(no new calls)"
		}
		rows = append(rows, row{edges[i-1], label, float64(part.Calls()) / seconds, float64(part.Requests()) / seconds, part})
	}
	return rows
}

// label names the phase in a few words.
func (p phase) label() string {
	texts := make([]string, len(p.faults))
	for i, f := range p.faults {
		if texts[i] = f.label(); !f.open || i > 0 {
			texts[i] = fmt.Sprintf("%s %.3g%%", texts[i], 100*f.share)
		}
	}
	text := strings.Join(texts, ", ")
	if len(text) > mostLabel {
		text = text[:mostLabel-3] + "..."
	}
	return text
}

// stepOf returns the length of the parts of a timeline.
func stepOf(length time.Duration) time.Duration {
	for _, step := range []time.Duration{
		100 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	} {
		if length <= mostRows*step {
			return step
		}
	}
	return time.Hour
}

// percent returns n of all in percent.
func percent(n, all int) string {
	if all == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(all))
}

// brief rounds a duration to three digits.
func brief(d time.Duration) string {
	if d == Never {
		return "never"
	}
	for unit := time.Second; unit >= time.Microsecond; unit /= 10 {
		if d >= unit*100 {
			return short(d.Round(unit))
		}
	}
	return short(d)
}

// scripts returns those of all servers.
func (w *world) scripts() []Script {
	scripts := []Script{w.sim.others.script}
	for _, server := range w.sim.hosts {
		scripts = append(scripts, server.script)
	}
	return scripts
}
