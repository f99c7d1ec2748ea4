package layer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// letGo is how long a body that is rewound is waited for until the attempt that
// has it closed it: over HTTP/2 it may be read after the response.
const letGo = 100 * time.Millisecond

// How much is asked of a body at once: at least, while it grows, and at most.
const (
	leastChunk = 512
	chunk      = 32 << 10
)

var (
	errReadAfterClose = errors.New("transport: replay request body: read after close")
	errNoReturn       = errors.New("its Read did not return")
)

// A source is a body that one attempt after the other reads. Each does so by a
// handle of its own, and the handle by way of a goroutine that alone reads the
// body: so a Read of a handle ends with its context, or when the handle is
// closed, even if the Read of the body does not.
//
// Of a body that cannot seek, the parts hold all that was read, up to the ceiling,
// for the attempts that follow; else there is one part, with the last bytes.
type source struct {
	body    io.ReadCloser
	length  int64 // what the request announces; -1: nothing
	raw     bool  // it is a response's: its errors stay what they are
	ceiling int64
	seeker  io.Seeker // nil: the body cannot be rewound
	start   int64     // where it stood

	mu       sync.Mutex
	parts    [][]byte
	read     int64         // how much was read of the body since its start
	err      error         // what ended the body: io.EOF, or a BodyError
	lost     bool          // more was read than may be kept
	reader   *handle       // the last one
	filling  bool          // a Read of the body runs
	fill     chan []byte   // to the goroutine that reads; nil: none runs
	filled   chan struct{} // wakes the handle that waits
	idle     chan struct{} // closed when nobody uses the body any more; nil: nobody waits for that
	finished bool          // no attempt follows
	closed   bool
	panicked any
}

// rewinds reports whether the body can seek, and keeps where it stands.
func (s *source) rewinds() bool {
	seeker, ok := s.body.(io.Seeker)
	if !ok {
		return false
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return false
	}
	s.seeker, s.start = seeker, start
	return true
}

func (s *source) overran() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost
}

func (s *source) fault() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault, ok := s.err.(*BodyError); ok { //nolint:errorlint // checked made it
		return fault
	}
	return nil
}

func (s *source) held() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reader != nil && !s.reader.closed
}

// open returns a handle that reads the body from its start.
func (s *source) open(ctx context.Context) (io.ReadCloser, error) {
	if s.seeker != nil && !s.released() {
		return nil, ErrNotReplayable
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if fault, ok := s.err.(*BodyError); ok { //nolint:errorlint // checked made it
		return nil, fault
	}
	if s.lost || s.closed || s.seeker != nil && s.busy() {
		return nil, ErrNotReplayable
	}
	switch {
	case s.reader == nil:
		s.filled = make(chan struct{}, 1)
	case s.seeker != nil:
		if _, err := s.seeker.Seek(s.start, io.SeekStart); err != nil {
			return nil, fmt.Errorf("transport: replay request body: seek to its start: %w", err)
		}
		s.read, s.err = 0, nil
		if len(s.parts) > 0 {
			s.parts[0] = s.parts[0][:0]
		}
	default:
		s.revoke()
	}
	s.reader = &handle{source: s, ctx: ctx}
	return s.reader, nil
}

// revoke takes the body away from the attempt that has it.
func (s *source) revoke() {
	s.reader.closed = true
	s.wake()
	s.settle()
}

// reopen returns another handle to net/http, which is done with the one that it
// has, but may not have closed it.
func (s *source) reopen(ctx context.Context) (io.ReadCloser, error) {
	s.mu.Lock()
	s.revoke()
	s.mu.Unlock()
	return s.open(ctx)
}

// busy reports whether an attempt has the body.
func (s *source) busy() bool { return s.filling || s.reader != nil && !s.reader.closed }

// released waits until no attempt has the body, for a moment.
func (s *source) released() bool {
	s.mu.Lock()
	if !s.busy() {
		s.mu.Unlock()
		return true
	}
	if s.idle == nil {
		s.idle = make(chan struct{})
	}
	idle := s.idle
	s.mu.Unlock()
	timer := time.NewTimer(letGo)
	defer timer.Stop()
	select {
	case <-idle:
		return true
	case <-timer.C:
		return false
	}
}

// settle tells whoever waits for it that no attempt has the body.
func (s *source) settle() {
	if s.idle != nil && !s.busy() {
		close(s.idle)
		s.idle = nil
	}
}

// wake wakes the handle that waits. One that is woken in vain passes it on.
func (s *source) wake() {
	select {
	case s.filled <- struct{}{}:
	default:
	}
}

// serve gives h what there is, or begins to read more.
func (s *source) serve(h *handle, p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.closed {
		s.wake()
		return 0, errReadAfterClose
	}
	n = h.take(p)
	switch {
	case n > 0 && h.left():
		return n, nil
	case s.panicked != nil:
		panic(s.panicked) // as if the body had been read in this goroutine
	case s.err != nil:
		return n, s.err
	case n == 0 && !s.filling:
		s.more(h)
	}
	return n, nil
}

// more has the next part of the body read. The handle has had all that there is.
func (s *source) more(h *handle) {
	last := len(s.parts) - 1
	switch {
	case last < 0:
		s.parts = append(s.parts, make([]byte, 0, s.size()))
	case s.seeker != nil || s.lost: // what was read is not needed again
		reused := s.parts[last][:0]
		clear(s.parts)
		s.parts = append(s.parts[:0], reused)
		h.part, h.off = 0, 0
	case len(s.parts[last]) == cap(s.parts[last]):
		s.parts = append(s.parts, make([]byte, 0, min(2*cap(s.parts[last]), chunk)))
	}
	if s.fill == nil {
		s.fill = make(chan []byte, 1)
		go s.pump(s.fill)
	}
	s.filling = true
	part := s.parts[len(s.parts)-1]
	s.fill <- part[len(part):cap(part)]
}

// size is how much to ask for at first: the whole body and a byte, so that one
// that is too long is found out, if it is known to be short.
func (s *source) size() int {
	switch {
	case s.length >= 0:
		return int(min(s.length+1, chunk))
	case s.seeker != nil:
		return chunk
	}
	return leastChunk
}

// pump reads the body, a part at a time, until it ends or nobody wants more.
func (s *source) pump(fill <-chan []byte) {
	for into := range fill {
		if !s.readPart(into) {
			return
		}
	}
}

// readPart reads one part and reports whether there may be another. A body may end
// the goroutine, by a panic or by [runtime.Goexit].
func (s *source) readPart(into []byte) (more bool) {
	n, err := 0, errNoReturn
	defer func() {
		p := recover()
		s.mu.Lock()
		defer s.mu.Unlock()
		more = s.took(n, err, len(into), p)
	}()
	n, err = s.body.Read(into)
	return true
}

// took takes in what a Read of the body came to.
func (s *source) took(n int, err error, room int, panicked any) (more bool) {
	if n < 0 || n > room {
		n, err = 0, fmt.Errorf("its Read returned %d for a buffer of %d bytes", n, room)
	}
	if s.err = err; !s.raw {
		n, s.err = checked(n, err, s.read, s.length)
	}
	last := len(s.parts) - 1
	s.parts[last] = s.parts[last][:len(s.parts[last])+n]
	s.read += int64(n)
	s.lost = s.lost || s.seeker == nil && s.read > s.ceiling
	s.filling, s.panicked = false, panicked
	if s.err != nil || s.finished {
		s.fill = nil
	}
	s.forget()
	s.wake()
	s.settle()
	return s.fill != nil
}

// forget lets go of what was kept of a body that nobody reads any more: the record
// of the call leads to its last request, and may be kept for long.
func (s *source) forget() {
	if s.closed && !s.filling {
		s.parts = nil
	}
}

// finish says that no attempt follows.
func (s *source) finish() {
	s.mu.Lock()
	s.finished = true
	if s.fill != nil && !s.filling {
		close(s.fill) // whoever reads on begins another
		s.fill = nil
	}
	shut := s.reader == nil || s.reader.closed
	s.mu.Unlock()
	if shut {
		s.close()
	}
}

// close closes the body. If a Read of it runs, that may block (the body of a
// server's request does), so it has a goroutine then.
func (s *source) close() {
	s.mu.Lock()
	first, reading := !s.closed, s.filling
	s.closed = true
	s.forget()
	s.mu.Unlock()
	switch {
	case !first:
	case reading:
		go CloseBody(s.body)
	default:
		CloseBody(s.body)
	}
}
