package archive

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

const barWidth = 20

// Progress shows one line for each service. On a terminal it redraws all lines in
// place; elsewhere it prints each line when it and those above it have ended. It is
// safe for concurrent use.
type Progress struct {
	mu    sync.Mutex
	out   io.Writer
	live  bool
	lines []*Line
	shown int // lines that are on the screen, or printed for good
	notes []string
}

// NewProgress shows progress on out; live says whether it is a terminal.
func NewProgress(out io.Writer, live bool) *Progress { return &Progress{out: out, live: live} }

// IsTerminal reports whether a file is a terminal on which lines can be redrawn.
func IsTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// A Line is the progress of one service.
type Line struct {
	show   *Progress
	name   string
	words  []string
	counts map[string]int
	total  int // negative until it is known
	ended  bool
	failed bool
}

// Line adds a line that counts what the words say.
func (p *Progress) Line(name string, words ...string) *Line {
	l := &Line{show: p, name: name, words: words, counts: map[string]int{}, total: -1}
	p.change(func() { p.lines = append(p.lines, l) })
	return l
}

// Expect sets the total to be counted.
func (l *Line) Expect(total int) { l.show.change(func() { l.total = total }) }

// Add counts one.
func (l *Line) Add(word string) { l.show.change(func() { l.counts[word]++ }) }

// End ends the line, and says whether there was an error.
func (l *Line) End(err error) { l.show.change(func() { l.ended, l.failed = true, err != nil }) }

// Note adds a remark for [Progress.Notes].
func (p *Progress) Note(format string, args ...any) {
	p.change(func() { p.notes = append(p.notes, fmt.Sprintf(format, args...)) })
}

// Notes returns all remarks, sorted.
func (p *Progress) Notes() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(slices.Values(p.notes))
}

// Count returns the count of a word in all lines.
func (p *Progress) Count(word string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lines {
		n += l.counts[word]
	}
	return n
}

func (p *Progress) change(what func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	what()
	if p.live {
		p.redraw()
		return
	}
	for p.shown < len(p.lines) && p.lines[p.shown].ended {
		_, _ = fmt.Fprintln(p.out, p.lines[p.shown])
		p.shown++
	}
}

// redraw overwrites all lines with one write, since writing them one by one would flicker.
func (p *Progress) redraw() {
	var b strings.Builder
	if p.shown > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", p.shown) // up to the first
	}
	for _, l := range p.lines {
		fmt.Fprintf(&b, "\r\x1b[2K%v\n", l)
	}
	p.shown = len(p.lines)
	_, _ = io.WriteString(p.out, b.String())
}

// String returns such as "teams  ████████░░░░  12/40  8 saved  4 kept".
func (l *Line) String() string {
	done := 0
	for _, n := range l.counts {
		done += n
	}
	filled, of := 0, "…"
	if l.total >= 0 {
		of = fmt.Sprintf("%d/%d", done, l.total)
		filled = barWidth
		if l.total > 0 {
			filled = barWidth * done / l.total
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s  %s%s  %s", l.name, strings.Repeat("█", filled), strings.Repeat("░", barWidth-filled), of)
	for _, word := range l.words {
		if n := l.counts[word]; n > 0 {
			fmt.Fprintf(&b, "  %d %s", n, word)
		}
	}
	if l.failed {
		b.WriteString("  stopped")
	}
	return b.String()
}
