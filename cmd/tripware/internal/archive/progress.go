package archive

import (
	"fmt"
	"io"
	"strings"
	"sync"
)

// The words that the progress of an export counts.
const (
	Saved  = "saved"
	Partly = "saved in part" // a part could not be read
	Kept   = "kept"          // already in the folder, so not read again
)

const barWidth = 20

// Progress shows one line for each kind of resource. On a terminal it redraws the lines in
// place; elsewhere it prints each line once, when that kind and those above it have ended. It
// is safe for concurrent use.
type Progress struct {
	mu    sync.Mutex
	out   io.Writer
	live  bool
	lines []*Line
	shown int // lines that are on the screen, or that are printed for good
}

// NewProgress returns a Progress that writes to out, or that shows nothing if out is nil.
// Live says whether out is a terminal.
func NewProgress(out io.Writer, live bool) *Progress { return &Progress{out: out, live: live} }

// A Line is the progress of one kind.
type Line struct {
	show   *Progress
	name   string
	words  []string // in the order in which they were counted first
	counts map[string]int
	total  int
	ended  bool
	failed bool
}

// Line returns the line of a name, and adds it if there is none.
func (p *Progress) Line(name string) *Line {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lines {
		if l.name == name {
			return l
		}
	}
	l := &Line{show: p, name: name, counts: map[string]int{}}
	p.lines = append(p.lines, l)
	p.draw()
	return l
}

// Note prints a line of text above the others.
func (p *Progress) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil {
		return
	}
	if p.live && p.shown > 0 {
		text = fmt.Sprintf("\x1b[%dA\r\x1b[2K%s", p.shown, text) // in place of the first, which is drawn below
		p.shown = 0
	}
	_, _ = io.WriteString(p.out, text+"\n")
	p.draw()
}

// Expect adds to the number of what is to be counted.
func (l *Line) Expect(n int) { l.change(func() { l.total += n }) }

// Add counts one under a word.
func (l *Line) Add(word string) {
	l.change(func() {
		if l.counts[word] == 0 {
			l.words = append(l.words, word)
		}
		l.counts[word]++
	})
}

// End ends the line and says whether it failed.
func (l *Line) End(failed bool) { l.change(func() { l.ended, l.failed = true, failed }) }

// Left returns how much is known to be left.
func (p *Progress) Left() (n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.lines {
		n += int64(l.total - l.done())
	}
	return n
}

func (l *Line) done() (n int) {
	for _, each := range l.counts {
		n += each
	}
	return n
}

func (l *Line) change(what func()) {
	l.show.mu.Lock()
	defer l.show.mu.Unlock()
	what()
	l.show.draw()
}

// draw prints the lines that have ended or, on a terminal, redraws all lines with one write,
// since writing them one by one would flicker.
func (p *Progress) draw() {
	if p.out == nil {
		return
	}
	var b strings.Builder
	for !p.live && p.shown < len(p.lines) && p.lines[p.shown].ended {
		fmt.Fprintln(&b, p.lines[p.shown])
		p.shown++
	}
	if !p.live {
		_, _ = io.WriteString(p.out, b.String())
		return
	}
	if p.shown > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", p.shown) // up to the first
	}
	for _, l := range p.lines {
		fmt.Fprintf(&b, "\r\x1b[2K%s %v\n", l.bar(), l)
	}
	p.shown = len(p.lines)
	_, _ = io.WriteString(p.out, b.String())
}

func (l *Line) bar() string {
	filled := 0
	switch {
	case l.total > 0:
		filled = barWidth * l.done() / l.total
	case l.ended:
		filled = barWidth
	}
	return strings.Repeat("█", filled) + strings.Repeat("░", barWidth-filled)
}

// String returns such as "teams                  12 of 40  8 saved  4 kept".
func (l *Line) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s %d", l.name, l.done())
	if !l.ended || l.failed {
		fmt.Fprintf(&b, " of %d", l.total)
	}
	for _, word := range l.words {
		fmt.Fprintf(&b, "  %d %s", l.counts[word], word)
	}
	if l.failed {
		b.WriteString("  stopped")
	}
	return b.String()
}
