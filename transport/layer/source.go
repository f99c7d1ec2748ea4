package layer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// letGo is how long to wait until an attempt has closed a body that must be rewound. With
// HTTP/2 the body may be read after the response.
const letGo = 100 * time.Millisecond

// Sizes of a read: the first one, if the length is unknown, and the largest.
const (
	leastChunk = 512
	chunk      = 32 << 10
)

var (
	errReadAfterClose = errors.New("transport: replay request body: read after close")
	errNoReturn       = errors.New("its Read did not return")
)

// A source is a body that is read by one attempt after another. Each attempt has a
// handle. Only one goroutine reads the body, on behalf of the handles. So a Read of a
// handle ends when its context ends or the handle is closed, even if the Read of the
// body blocks.
//
// If the body cannot seek, parts holds everything that was read, up to the ceiling, for
// the following attempts. Otherwise there is one part, which holds the last bytes read.
type source struct {
	body    io.ReadCloser
	length  int64 // the length that the request announces, or -1
	raw     bool  // a response body, whose errors are not changed to a BodyError
	ceiling int64
	seeker  io.Seeker // nil if the body cannot be rewound
	start   int64     // the initial offset

	mu       sync.Mutex
	parts    [][]byte
	read     int64         // number of bytes read since the start
	err      error         // the end of the body: io.EOF or a BodyError
	lost     bool          // more was read than may be stored
	reader   *handle       // the current handle
	filling  bool          // a Read of the body is running
	fill     chan []byte   // buffers for the reading goroutine; nil if there is none
	filled   chan struct{} // wakes the waiting handle
	idle     chan struct{} // closed when the body is no longer in use; nil if nothing waits for that
	finished bool          // there will be no further attempt
	closed   bool
	panicked any
}

// rewinds reports whether the body can seek, and stores its offset.
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

// revoke takes the body from the attempt that is using it.
func (s *source) revoke() {
	s.reader.closed = true
	s.wake()
	s.settle()
}

// reopen returns a new handle for net/http, which no longer uses its handle but may not
// have closed it.
func (s *source) reopen(ctx context.Context) (io.ReadCloser, error) {
	s.mu.Lock()
	s.revoke()
	s.mu.Unlock()
	return s.open(ctx)
}

// busy reports whether an attempt is using the body.
func (s *source) busy() bool { return s.filling || s.reader != nil && !s.reader.closed }

// released waits up to letGo until no attempt is using the body.
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

// settle closes idle if no attempt is using the body.
func (s *source) settle() {
	if s.idle != nil && !s.busy() {
		close(s.idle)
		s.idle = nil
	}
}

// wake wakes the waiting handle. A closed handle that is woken wakes the next.
func (s *source) wake() {
	select {
	case s.filled <- struct{}{}:
	default:
	}
}

// serve copies available bytes to p, or starts to read more.
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

// more starts reading the next part of the body, when h has read all parts.
func (s *source) more(h *handle) {
	last := len(s.parts) - 1
	switch {
	case last < 0:
		s.parts = append(s.parts, make([]byte, 0, s.size()))
	case s.seeker != nil || s.lost: // earlier parts are not needed again
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

// size returns the size of the first read. If the length is known and small, it is one
// more than the length, so that a body that is too long is detected.
func (s *source) size() int {
	switch {
	case s.length >= 0:
		return int(min(s.length+1, chunk))
	case s.seeker != nil:
		return chunk
	}
	return leastChunk
}

// pump reads the body, one part at a time, until it ends or no more is requested.
func (s *source) pump(fill <-chan []byte) {
	for into := range fill {
		if !s.readPart(into) {
			return
		}
	}
}

// readPart reads one part and reports whether there may be another. The body's Read may
// end the goroutine, by a panic or by [runtime.Goexit].
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

// took records the result of a Read of the body.
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

// forget releases the stored bytes when they are no longer needed, since a program may
// keep the record of the call, which refers to its request, for a long time.
func (s *source) forget() {
	if s.closed && !s.filling {
		s.parts = nil
	}
}

// finish is called when there will be no further attempt.
func (s *source) finish() {
	s.mu.Lock()
	s.finished = true
	if s.fill != nil && !s.filling {
		close(s.fill) // a later Read starts another goroutine
		s.fill = nil
	}
	shut := s.reader == nil || s.reader.closed
	s.mu.Unlock()
	if shut {
		s.close()
	}
}

// close closes the body. If a Read is running, Close may block (as for the body of a
// server's request), so it runs in a goroutine.
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
