package inspect

import (
	"io"
	"net/http"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// begin registers a call that begins.
func (in *Inspector) begin(req *http.Request) *trip {
	t := in.newTrip(req)
	in.mu.Lock()
	defer in.mu.Unlock()
	if t.call != nil {
		t.enter(req)
	}
	in.begun++
	t.setSerial(in.begun)
	in.running.push(t)
	t.where = isRunning
	return t
}

// enter adds a trip to the record of its request, if it is open. The Inspector is locked, since
// round trips of one record may begin at the same time.
func (t *trip) enter(req *http.Request) {
	ctx := req.Context()
	if known, _ := transport.Lookup[*facts](ctx); known != nil {
		known.add(t)
		return
	}
	t.own.add(t)
	layer.Put(ctx, &t.own)
}

// abandon forgets a call that ended by a panic.
func (in *Inspector) abandon(t *trip) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.unlink(t)
	in.used -= t.drop()
}

// read moves a call whose response has arrived to those whose body is being read, and returns
// the body that reports its end.
func (in *Inspector) read(t *trip, held *passing, req *http.Request, resp *http.Response) io.ReadCloser {
	body := in.reader(t, held, req, resp)
	size := t.bytes()
	in.mu.Lock()
	defer in.mu.Unlock()
	in.unlink(t)
	t.size = size
	in.used += size
	t.where = isReading
	in.reading.push(t)
	if in.reading.count > maxReading {
		in.keep(in.reading.first)
	}
	in.shrink(0)
	return body
}

// maxReading is how many calls may have a body that was neither read to its end nor closed.
// Programs that forget to close a body would otherwise fill the memory. Older ones count as
// ended.
const maxReading = 1000

// finish moves a call that ended to those that are kept.
func (in *Inspector) finish(t *trip) {
	size := t.bytes()
	in.mu.Lock()
	defer in.mu.Unlock()
	switch t.where {
	case isRunning:
		t.size = size
		in.used += size
		in.keep(t)
	case isReading:
		in.used += size - t.size
		t.size = size
		in.keep(t)
	case isGone, isKept: // it was dropped to save memory, or its body was open for too long
	}
	in.shrink(0)
}

// keep puts a call into the rings. Its size is already counted.
func (in *Inspector) keep(t *trip) {
	in.unlink(t)
	in.ended++
	t.setSerial(in.ended)
	t.where = isKept
	t.holders = 1 // until it is in the rings
	t.mu.Lock()
	failed, slow := t.outcome == "failure", in.slowFrom > 0 && t.headed >= in.slowFrom
	t.mu.Unlock()
	for _, r := range [...]struct {
		ring *ring
		is   bool
	}{{&in.recent, true}, {&in.failed, failed}, {&in.slow, slow}} {
		if r.is {
			in.release(r.ring.push(t))
		}
	}
	in.release(t)
}

// release drops a call that no ring keeps any more.
func (in *Inspector) release(t *trip) {
	if t == nil {
		return
	}
	if t.holders--; t.holders > 0 {
		return
	}
	in.used -= t.size + t.drop()
	t.where = isGone
}

// shrink drops the oldest calls until so many bytes are free.
func (in *Inspector) shrink(free int) {
	for _, r := range [...]*ring{&in.recent, &in.slow, &in.failed} {
		for in.used+free > in.memory && r.count > 0 {
			in.release(r.pop())
		}
	}
	for in.used+free > in.memory && in.reading.count > 0 {
		t := in.reading.first
		in.unlink(t)
		t.holders = 1
		in.release(t)
	}
}

// reserve reports whether there is room for n more bytes of bodies, and takes them.
func (in *Inspector) reserve(n int) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.shrink(n)
	if in.used+n > in.memory {
		return false
	}
	in.used += n
	return true
}

func (in *Inspector) giveBack(n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.used -= n
}
