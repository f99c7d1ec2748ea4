package layer

import (
	"io"
	"slices"
	"sync"
	"time"
)

// A Drainer does what [Drain] does for all responses that a layer drops, with one
// timer for all of them instead of one for each: for a retry loop. Most decorators
// need only Drain. The zero value is ready, and a Drainer is safe for concurrent use.
//
// The timer ticks while there are bodies. A Drainer must not be used under two clocks,
// such as in two bubbles of testing/synctest: their timers end with them.
type Drainer struct {
	free sync.Pool // of *drain that no tick can reach any more

	mu      sync.Mutex
	running []*drain
	ticking bool
	ticked  time.Time // when the time that remains was last brought up to date
}

// tick is how often a Drainer looks for bodies that take too long. One that joins
// between two ticks is charged for the time since the last, so that it is closed up to
// a tick early, and never late.
const tick = DrainTime / 10

// Drain drains and closes body as the function does, but that the time within may be
// up to 10 ms less. A time below [DrainTime] gets a timer of its own, and holds exactly.
func (d *Drainer) Drain(body io.ReadCloser, limit int64, within time.Duration) {
	if within < DrainTime || nothingToRead(body, limit, within) {
		Drain(body, limit, within)
		return
	}
	b := d.begin(body, limit, within)
	defer d.end(b) // also when the body panics
	b.read()
}

func (d *Drainer) begin(body io.ReadCloser, limit int64, within time.Duration) *drain {
	b, ok := d.free.Get().(*drain)
	if !ok {
		b = &drain{}
	}
	b.body, b.left, b.remains = body, limit, within
	b.closed.Store(false)

	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = append(d.running, b)
	if !d.ticking {
		d.ticking, d.ticked = true, time.Now()
		time.AfterFunc(tick, d.tick)
	}
	return b
}

func (d *Drainer) end(b *drain) {
	b.shut()
	if d.remove(b) {
		b.body = nil
		d.free.Put(b)
	}
}

// remove takes b off the list, and reports whether no tick has closed it: a tick does
// that in a goroutine, which may be about to.
func (d *Drainer) remove(b *drain) (untouched bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := len(d.running) - 1
	i := slices.Index(d.running, b)
	d.running[i], d.running[last] = d.running[last], nil
	d.running = d.running[:last]
	return b.remains >= tick
}

// tick closes the bodies for which the next tick would be too late.
func (d *Drainer) tick() {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	passed := now.Sub(d.ticked)
	d.ticked = now
	for _, b := range d.running {
		due := b.remains >= tick
		if b.remains -= passed; due && b.remains < tick {
			go b.shut() // it may block
		}
	}
	if d.ticking = len(d.running) > 0; d.ticking {
		time.AfterFunc(tick, d.tick)
	}
}
