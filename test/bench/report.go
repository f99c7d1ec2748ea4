package bench

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// A report is what the pages are made of.
type report struct {
	results

	date     time.Time
	took     time.Duration
	versions map[string]string // by path of the module
}

// written says when and where it was measured.
func (r report) written() string {
	return fmt.Sprintf("Written on %s with %s on %s/%s: %s, %d cores. The run took %s.", r.date.Format(time.DateOnly),
		runtime.Version(), runtime.GOOS, runtime.GOARCH, processorModel(), runtime.NumCPU(), r.took.Round(time.Second))
}

// processorModel returns the model of the processor as Linux names it.
func processorModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if name, model, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
				return strings.Join(strings.Fields(model), " ")
			}
		}
	}
	return "processor of unknown model"
}

const introduction = `# Benchmarks

What a call through Tripware costs, beside what a program does by hand and beside other modules. One command writes this page
and its picture in about six minutes:

    make bench

%s
Times drift from run to run and from machine to machine, ratios of one run much less, and allocations not at all; the
[method](#method) is described below. A dash means that a contestant cannot do it.

![Time and allocations of a call beside a bare http.Client](benchmarks.svg)
`

const method = `
## Method

- **Times.** In each round all contestants take turns, in an order that is drawn anew. The chunk of calls of each one runs between
  two chunks of the reference, and counts as its time divided by the mean of those two. A tenth of the calls runs untimed before. The
  tables show the median of all rounds, and the quartiles in brackets.
- **Clocks.** Calls from memory, one after the other, are measured in processor time, that of the collector included, which other
  programs barely change. Calls of many goroutines and calls over loopback are measured in wall time.
- **Allocations.** The counters of the runtime over 1,000 calls on one processor, without a collection between them; the least of
  five passes.
- **Full.** Every contestant does what it can by its options and hooks. The rest is done by a round tripper below it, as its user would
  have to write it.
- **Heap.** The heap, garbage included, is looked at sixteen times while each body is read; the largest size, less what there was before.
- **Failures.** A call that does not end with 200 ends the run, and a test checks what arrives: headers, statuses, bodies.

## Contestants

%s
To correct a contestant's settings, or to add one: each is a file in [test/bench](../test/bench).
`

// usersPage returns docs/benchmarks.md.
func (r report) usersPage() string {
	var b strings.Builder
	fmt.Fprintf(&b, introduction, r.written())
	for _, q := range questions() {
		if q.internal {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", q.title)
		fmt.Fprintf(&b, "%s\n\n%s", q.text, q.table(r.results[q.title]))
		if q.note != "" {
			fmt.Fprintf(&b, "\n%s\n", q.note)
		}
		for _, row := range r.results[q.title] {
			if row.remark != "" {
				fmt.Fprintf(&b, "\n%s: %s\n", row.name, row.remark)
			}
		}
	}
	fmt.Fprintf(&b, method, markdown("lll", []string{"name", "version", "how it is set up"}, r.compared()))
	return b.String()
}

// compared returns the contestants with their versions.
func (r report) compared() [][]string {
	var rows [][]string
	for _, c := range append(contestants(), officialSDK()) {
		version := r.versions[c.module]
		switch c.module {
		case ourModule:
			version = "this tree"
		case "":
			version = runtime.Version()
		}
		rows = append(rows, []string{c.name, version, c.setup})
	}
	return rows
}
