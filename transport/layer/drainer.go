package layer

import (
	"io"
	"slices"
	"sync"
	"time"
)

// A Drainer drains many bodies with a single timer, for a layer such as a retry loop that
// drops many responses. Most decorators need only [Drain]. The zero value is ready to use.
// A Drainer is safe for concurrent use.
//
// A Drainer must not be used in two bubbles of testing/synctest, because its timer belongs
// to one of them.
type Drainer struct {
	free sync.Pool // of *drain that no tick can reach

	mu      sync.Mutex
	running []*drain
	ticking bool
	ticked  time.Time // last update of the remaining times
}

// tick is how often a Drainer checks for bodies that take too long. A body that is added
// between two ticks is charged from the last tick, so that it is closed up to one tick
// early, but never late. A tick that the machine runs late makes it earlier still.
const tick = DrainTime / 10

// Drain drains and closes body like the function [Drain], but may stop a tick of 10 ms, or
// as long as the machine takes to run it, before the time within. If within is less than [DrainTime], it uses a separate timer and is
// exact.
func (d *Drainer) Drain(body io.ReadCloser, limit int64, within time.Duration) {
	if within < DrainTime || nothingToRead(body, limit, within) {
		Drain(body, limit, within)
		return
	}
	b := d.begin(body, limit, within)
	defer d.end(b) // also if the body panics
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

// remove removes b from the list, and reports whether b may be reused: no tick has closed
// it, and no goroutine is about to.
func (d *Drainer) remove(b *drain) (untouched bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	last := len(d.running) - 1
	i := slices.Index(d.running, b)
	d.running[i], d.running[last] = d.running[last], nil
	d.running = d.running[:last]
	return b.remains >= tick
}

// tick closes the bodies whose time ends before the next tick.
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
