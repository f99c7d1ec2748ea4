package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// A result is what a row measured.
type result struct {
	row     row
	reports []report
	counts  counts
}

// sum returns what all processes did together, with the longest times.
func (r *result) sum() (all report, slowest, fastest time.Duration) {
	for i := range r.reports {
		p := &r.reports[i]
		all.Done, all.Failed, all.Trips, all.Downs = all.Done+p.Done, all.Failed+p.Failed, all.Trips+p.Trips, all.Downs+p.Downs
		all.Held = max(all.Held, p.Held)
		if all.Failure == "" {
			all.Failure = p.Failure
		}
		if all.Cause == "" {
			all.Cause = p.Cause
		}
		slowest = max(slowest, p.Took)
		if fastest == 0 || p.Took < fastest {
			fastest = p.Took
		}
	}
	return all, slowest, fastest
}

// A figure is a measured value beside its bound.
type figure struct {
	text, limit string
	met         bool
}

func ratio(got, most float64, missing bool) figure {
	switch {
	case missing:
		return figure{text: "–", met: true}
	case most == 0:
		return figure{text: fmt.Sprintf("%.3f", got), met: true}
	}
	return figure{fmt.Sprintf("%.3f", got), fmt.Sprintf("%g", most), got <= most}
}

// headings of the figures.
var headings = []string{ //nolint:gochecknoglobals // a constant
	"sent/success", "wall/ideal", "slowest/fastest", "trips/request", "worst second/rate", "held by the store", "ran into it",
	"failed calls",
}

// figures returns the figures in the order of the headings.
func (r *result) figures() []figure {
	all, slowest, fastest := r.sum()
	b := &r.row.bound
	store := r.row.kind == shared || r.row.kind == sharedAny
	calls := 0
	for _, n := range r.row.calls {
		calls += n
	}
	ideal := (float64(calls)-burst)/rate + r.row.lost.Seconds()
	unevenly := r.row.calls[0] != r.row.calls[1]
	peak := 0
	for _, n := range r.counts.Seconds[min(1, len(r.counts.Seconds)):] {
		peak = max(peak, n)
	}
	held := figure{text: "–", met: true}
	if store {
		held.text = all.Held.Round(time.Millisecond).String()
		if b.held > 0 {
			// A timer may fire late, and the limiter is looked at each millisecond.
			held.limit, held.met = b.held.String(), all.Held <= b.held+10*time.Millisecond
		}
	}
	into := figure{text: "–", met: true}
	if r.row.lost > 0 {
		into.text = fmt.Sprintf("%d, and %d in flight", r.counts.Into, r.counts.InFlight)
		if b.into >= 0 {
			into.limit, into.met = strconv.Itoa(b.into), r.counts.Into <= b.into
		}
	}
	return []figure{
		ratio(float64(r.counts.Sent)/float64(max(1, all.Done)), b.sent, false),
		ratio(slowest.Seconds()/ideal, b.wall, r.row.every > 0),
		ratio(slowest.Seconds()/fastest.Seconds(), b.spread, unevenly || r.row.every > 0),
		ratio(float64(all.Trips)/float64(max(1, r.counts.Sent)), b.trips, !store),
		ratio(float64(peak)/rate, b.peak, false),
		held, into,
		{text: strconv.Itoa(all.Failed), limit: "0", met: all.Failed == 0},
	}
}

// line describes the result in a line.
func (r *result) line() string {
	parts := []string{r.row.name}
	for i, f := range r.figures() {
		text := headings[i] + " " + f.text
		if !f.met {
			text += " (NOT MET: " + f.limit + ")"
		}
		parts = append(parts, text)
	}
	all, _, _ := r.sum()
	if all.Cause != "" {
		parts = append(parts, fmt.Sprintf("the store failed %d times: %s", all.Downs, all.Cause))
	}
	if all.Failure != "" {
		parts = append(parts, "a call failed: "+all.Failure)
	}
	return strings.Join(parts, "; ")
}

// broken returns an error if a call failed, or, of a short run, if a bound is not met.
func (r *result) broken(short bool) error {
	all, _, _ := r.sum()
	if all.Failed > 0 {
		return fmt.Errorf("%s: %d calls failed: %s", r.row.name, all.Failed, all.Failure)
	}
	for i, f := range r.figures() {
		if short && !f.met {
			return fmt.Errorf("%s: %s %s, at most %s", r.row.name, headings[i], f.text, f.limit)
		}
	}
	return nil
}

// tables returns the results as a table in Markdown.
func tables(results []result, version string, took time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Written on %s by `make fleet` with %s, redis-server %s and %d cores, in %s.", time.Now().Format(time.DateOnly),
		runtime.Version(), version, runtime.NumCPU(), took.Round(time.Second))
	b.WriteString(" In brackets are the bounds; a bold figure does not meet its bound.\n\n")
	fmt.Fprintf(&b, "| | %s | |\n|---|%s---|\n", strings.Join(headings, " | "), strings.Repeat("--:|", len(headings)))
	group := ""
	for i := range results {
		r := &results[i]
		if r.row.group != group {
			group = r.row.group
			fmt.Fprintf(&b, "| **%s** |%s |\n", group, strings.Repeat(" |", len(headings)))
		}
		fmt.Fprintf(&b, "| %s |", r.row.name)
		bounded, met := false, true
		for _, f := range r.figures() {
			switch {
			case !f.met:
				fmt.Fprintf(&b, " **%s** (≤ %s) |", f.text, f.limit)
			case f.limit != "" && f.limit != "0":
				fmt.Fprintf(&b, " %s (≤ %s) |", f.text, f.limit)
			default:
				fmt.Fprintf(&b, " %s |", f.text)
			}
			bounded, met = bounded || f.limit != "" && f.limit != "0", met && f.met
		}
		switch {
		case !met:
			b.WriteString(" NOT MET |\n")
		case bounded:
			b.WriteString(" met |\n")
		default:
			b.WriteString(" |\n")
		}
	}
	return b.String()
}

// The lines around the table in a page.
const (
	tableBegins = "<!-- fleet: make fleet -->\n"
	tableEnds   = "<!-- end -->"
)

func replaceIn(page, table string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		return errors.New(page + " has no lines for the table: " + tableBegins + tableEnds)
	}
	return os.WriteFile(page, []byte(before+tableBegins+"\n"+table+"\n"+tableEnds+after), 0o600) //nolint:gosec // the caller names the page
}
