package inspect

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
)

// begin registers a call that begins.
func (i *Inspector) begin(req *http.Request) *trip {
	t := i.newTrip(req)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.begun++
	t.serial.Store(i.begun)
	t.enter(req)
	i.running.push(t)
	t.where = isRunning
	return t
}

// enter adds a trip, which begins now, to the record of its request, if it is open. The Inspector
// is locked, since round trips of one record may begin at the same time.
func (t *trip) enter(req *http.Request) {
	t.own.alone = t
	known, found := record.Observe(t.node, &t.own, &t.begun)
	switch {
	case !found: // the usual case: a record with one trip
	case known.several != nil:
		known.several.add(t)
	default: // else a trip that is kept would keep all others of its record
		layer.Put(req.Context(), &facts{several: &several{trips: []*trip{known.alone, t}}})
	}
}

// abandon forgets a call that ended by a panic.
func (i *Inspector) abandon(t *trip) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.unlink(t)
	i.used -= t.drop()
}

// read moves a call whose response has arrived, and which takes so many bytes, to those whose
// body is being read.
func (i *Inspector) read(t *trip, size int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.unlink(t)
	t.size = size
	i.used += size
	t.where = isReading
	i.reading.push(t)
	if i.reading.count > maxReading {
		oldest := i.reading.first
		oldest.mu.Lock()
		oldest.date(time.Now)
		oldest.mu.Unlock()
		i.keep(oldest)
	}
	i.shrink(0)
}

// maxReading is how many calls may have a body that was neither read to its end nor closed.
// Programs that forget to close a body would otherwise fill the memory. Older ones count as
// ended.
const maxReading = 1000

// finish moves a call that ended, and takes so many bytes, to those that are kept.
func (i *Inspector) finish(t *trip, size int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch t.where {
	case isRunning:
		t.size = size
		i.used += size
		i.keep(t)
	case isReading:
		i.used += size - t.size
		t.size = size
		i.keep(t)
	case isGone, isKept: // it was dropped to save memory, or its body was open for too long
	}
	i.shrink(0)
}

// keep puts a call into the rings. Its size is already counted.
func (i *Inspector) keep(t *trip) {
	i.unlink(t)
	i.ended++
	t.where = isKept
	t.holders = 1 // until it is in the rings
	t.serial.Store(i.ended)
	failed, slow := t.outcome == "failure", i.slowFrom > 0 && t.headed >= i.slowFrom // neither changes after head
	for _, r := range [...]struct {
		ring *ring
		is   bool
	}{{&i.recent, true}, {&i.failed, failed}, {&i.slow, slow}} {
		if r.is {
			i.release(r.ring.push(t))
		}
	}
	i.release(t)
}

// release drops a call that no ring keeps any more.
func (i *Inspector) release(t *trip) {
	if t == nil {
		return
	}
	if t.holders--; t.holders > 0 {
		return
	}
	i.used -= t.size
	if i.bodies > 0 {
		i.used -= t.drop()
	}
	t.where = isGone
}

// shrink drops the oldest calls until so many bytes are free.
func (i *Inspector) shrink(free int) {
	for _, r := range [...]*ring{&i.recent, &i.slow, &i.failed} {
		for i.used+free > i.memory && r.count > 0 {
			i.release(r.pop())
		}
	}
	for i.used+free > i.memory && i.reading.count > 0 {
		t := i.reading.first
		i.unlink(t)
		t.holders = 1
		i.release(t)
	}
}

// reserve reports whether there is room for n more bytes of bodies, and takes them.
func (i *Inspector) reserve(n int) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.shrink(n)
	if i.used+n > i.memory {
		return false
	}
	i.used += n
	return true
}

func (i *Inspector) giveBack(n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.used -= n
}
