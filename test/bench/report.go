package bench

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// A Report is what docs/benchmarks.md is made of.
type Report struct {
	Results

	Date     time.Time
	Machine  Machine
	Versions map[string]string // by path of the module
}

// A Machine is where it was measured.
type Machine struct {
	Processor string
	Cores     int
	Go, OS    string
}

// ThisMachine describes the one that runs the process.
func ThisMachine() Machine {
	return Machine{Processor: processor(), Cores: runtime.NumCPU(), Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH}
}

// processor returns the model of the processor as Linux names it.
func processor() string {
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

//go:embed report.md.tmpl
var page string

// Write writes the page.
func (r Report) Write(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"table": table, "whole": whole, "plain": plain, "signed": signed, "two": two, "nanos": nanos, "cell": cell,
		"figure": figure, "bytes": heapCell, "ratio": func(f Ratio) string { return f.String() }, "load": loadCell,
		"carried": Carried, "pacing": pacing, "heads": func() []string { return []string{"name", "version", "how it is set up"} },
	}).Parse(page)
	if err != nil {
		return fmt.Errorf("bench: parse the page: %w", err)
	}
	if err := t.Execute(w, r); err != nil {
		return fmt.Errorf("bench: write the page: %w", err)
	}
	return nil
}

// Met counts the limits that are kept to.
func (r Report) Met() (n int) {
	for _, v := range r.Verdicts() {
		if v.Met {
			n++
		}
	}
	return n
}

// Unmet are the limits that are not kept to.
func (r Report) Unmet() (all []Verdict) {
	for _, v := range r.Verdicts() {
		if !v.Met {
			all = append(all, v)
		}
	}
	return all
}

// Strays counts the figures on the path of success whose quartiles lie so far
// apart that the run had better be made again.
func (r Report) Strays() (n int) {
	const wide = 1.25
	for _, row := range r.Success.Rows {
		for _, f := range []*Figure{row.Retry, row.Full} {
			if f != nil && f.Ratio.High > wide*f.Ratio.Low {
				n++
			}
		}
	}
	return n
}

// Compared are the contestants with their versions; the one by hand has none.
func (r Report) Compared() [][]string {
	var rows [][]string
	for _, c := range append(Contestants(), officialSDK()) {
		version := r.Versions[c.Module]
		switch c.Module {
		case ourModule:
			version = "this tree"
		case "":
			version = r.Machine.Go
		}
		rows = append(rows, []string{c.Name, version, c.Setup})
	}
	return rows
}

// pacing is the table of throttling.
func pacing(r Report) string {
	head := []string{""}
	for _, h := range Hintings() {
		head = append(head, h.Name+": sent", "wall", "failed")
	}
	var rows [][]string
	for _, row := range r.Throttle {
		line := []string{row.Name}
		for _, h := range Hintings() {
			got := row.By[h.Name]
			line = append(line, two(got.Sent), two(got.Wall)+" ("+two(got.Worst)+")", strconv.Itoa(got.Failed))
		}
		rows = append(rows, line)
	}
	return table(1, head, rows)
}

// Rows are the lines of a growth table.
func (c Curve) Rows() [][]string {
	var rows [][]string
	for _, p := range c.Points {
		line := []string{whole(float64(p.Size)), nanos(p.Took)}
		for i, v := range p.Values {
			if strings.HasPrefix(c.Columns[i], "×") {
				line = append(line, two(v))
			} else {
				line = append(line, plain(v))
			}
		}
		rows = append(rows, line)
	}
	return rows
}

// Head is the head of a growth table.
func (c Curve) Head() []string { return append([]string{c.Title, "ns per " + c.Unit}, c.Columns...) }

// table writes a Markdown table. All columns but so many on the left are numbers.
func table(texts int, head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		for _, text := range cells {
			b.WriteString("| " + cell(text) + " ")
		}
		b.WriteString("|\n")
	}
	line(head)
	for i := range head {
		if i < texts {
			b.WriteString("|---")
		} else {
			b.WriteString("|--:")
		}
	}
	b.WriteString("|\n")
	for _, row := range rows {
		line(row)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// figure writes the cells of a figure on the path of success.
func figure(f *Figure) string {
	if f == nil {
		return none + " | " + none + " | " + none
	}
	return f.Ratio.String() + " | " + signed(f.Cost.Allocs) + " | " + signed(f.Cost.Bytes)
}

func heapCell(grown *uint64) string {
	if grown == nil {
		return none
	}
	return memory(*grown)
}

func loadCell(l *Load) string {
	if l == nil {
		return none + " | " + none
	}
	return l.Throughput.String() + " | " + strconv.FormatInt(l.Opened, 10)
}
