package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// ErrNotReplayable is why a body cannot be sent again: it is longer than may be
// kept, or an attempt did not let go of it.
var ErrNotReplayable = errors.New("transport: replay body: it cannot be sent again")

var errReadAfterClose = errors.New("transport: replay body: read after close")

// letGo is how long a replay waits for an attempt to close the body that it
// shares with the next: HTTP/2 may go on reading after the answer.
const letGo = 100 * time.Millisecond

// A Replay sends one request body several times: the same bytes, the same
// length. How is decided before the first attempt.
type Replay struct {
	getBody func() (io.ReadCloser, error)
	source  *source // a body that all attempts share; nil when each gets its own
	ours    bool    // the first attempt gets a body of ours, too
	barred  bool    // too long to be kept
}

// NewReplay looks at the body of req. GetBody is used if there is one; else a
// body that can seek is rewound to where it stands now; else up to ceiling
// bytes are kept, read at once if their number is known and copied aside while
// they are sent if not. A longer body goes out once, as it is. The error is that
// of a body that could not be read; it is closed then.
func NewReplay(req *http.Request, ceiling int64) (Replay, error) {
	switch {
	case req.Body == nil || req.Body == http.NoBody:
		return Replay{}, nil
	case req.GetBody != nil:
		return Replay{getBody: req.GetBody}, nil
	}
	if seeker, ok := req.Body.(io.Seeker); ok {
		if start, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			return Replay{ours: true, source: &source{body: req.Body, seeker: seeker, start: start}}, nil
		}
	}
	switch {
	case req.ContentLength > ceiling || ceiling <= 0:
		return Replay{barred: true}, nil
	case req.ContentLength > 0:
		return keep(req.Body, req.ContentLength)
	}
	return Replay{ours: true, source: &source{body: req.Body, ceiling: ceiling}}, nil
}

// keep reads a body of known length. Length and bytes are the caller's claim: a
// body that does not bear it out goes on as it came, and net/http says so.
func keep(body io.ReadCloser, length int64) (Replay, error) {
	kept, err := io.ReadAll(io.LimitReader(body, length+1))
	CloseBody(body)
	if err != nil {
		return Replay{}, fmt.Errorf("transport: replay body: read it before the first attempt: %w", err)
	}
	again := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(kept)), nil }
	return Replay{ours: true, getBody: again}, nil
}

// Replayable reports whether the body can be sent more than once, as far as is
// known before it was sent.
func (r *Replay) Replayable() bool { return !r.barred && !r.source.overran() }

// First returns the request for the first attempt: req itself, or a copy whose
// body lets the next attempt have it again.
func (r *Replay) First(req *http.Request) (*http.Request, error) {
	if !r.ours {
		return req, nil
	}
	return r.Next(req)
}

// Next returns the request for a further attempt: a copy of req with the body
// for it, or req itself if it has none. It waits for the attempt before to let
// go of a shared body, for a tenth of a second at most. The error Is
// [ErrNotReplayable], or that of GetBody or Seek.
func (r *Replay) Next(req *http.Request) (*http.Request, error) {
	if r.barred {
		return nil, ErrNotReplayable
	}
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil
	}
	open := r.getBody
	if open == nil {
		open = r.source.open
	}
	body, err := open()
	if err != nil {
		return nil, err
	}
	next := *req
	next.Body = body
	if r.getBody != nil {
		next.GetBody = r.getBody // for what net/http repeats by itself, such as a refused stream
	}
	return &next, nil
}

// Finish closes a body that the attempts shared, once the last of them let go
// of it. It must be called when no attempt follows.
func (r *Replay) Finish() {
	if r.source != nil {
		r.source.finish()
	}
}

// A source is a body that one attempt after the other reads: by seeking back,
// or by keeping a copy of what was read.
type source struct {
	body    io.ReadCloser
	seeker  io.Seeker // nil: what is read is kept, up to ceiling bytes
	start   int64
	ceiling int64

	mu       sync.Mutex
	kept     []byte
	overflow bool    // more was read than may be kept
	reader   *handle // the last attempt's
	finished bool
	closed   bool
}

// open gives the body to a further attempt.
func (s *source) open() (io.ReadCloser, error) {
	s.mu.Lock()
	last := s.reader
	s.mu.Unlock()
	if last != nil && !last.released() {
		return nil, ErrNotReplayable
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.overflow || s.closed {
		return nil, ErrNotReplayable
	}
	h := &handle{source: s, done: make(chan struct{})}
	if s.seeker == nil {
		h.again = s.kept
	} else if _, err := s.seeker.Seek(s.start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("transport: replay body: seek to its start: %w", err)
	}
	s.reader = h
	return h, nil
}

// overran reports that more was read than may be kept.
func (s *source) overran() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.overflow
}

func (s *source) finish() {
	s.mu.Lock()
	s.finished = true
	last := s.reader
	s.mu.Unlock()
	if last == nil || last.shut() {
		s.close()
	}
}

func (s *source) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed && s.body != nil {
		CloseBody(s.body)
	}
	s.closed = true
}

// read takes new bytes from the body and keeps a copy if the next attempt needs one.
func (s *source) read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	if s.seeker != nil || n == 0 {
		return n, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.overflow = s.overflow || int64(len(s.kept)+n) > s.ceiling; s.overflow {
		s.kept = nil
	} else {
		s.kept = append(s.kept, p[:n]...)
	}
	return n, err
}

// A handle is one attempt's hold on a shared body. Its Close lets go of the
// body and leaves it open for the next attempt, until the source is finished.
type handle struct {
	source *source
	again  []byte // what earlier attempts read already

	mu      sync.Mutex
	reading bool
	closed  bool
	done    chan struct{} // closed when the handle is closed and no read runs
}

func (h *handle) Read(p []byte) (int, error) {
	if !h.enter() {
		return 0, errReadAfterClose
	}
	defer h.leave()
	if len(h.again) > 0 {
		n := copy(p, h.again)
		h.again = h.again[n:]
		return n, nil
	}
	return h.source.read(p)
}

func (h *handle) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reading = !h.closed
	return h.reading
}

func (h *handle) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reading = false
	if h.closed {
		close(h.done)
	}
}

// Close lets go of the body. A read that is blocked in it is not waited for.
func (h *handle) Close() error {
	h.mu.Lock()
	first, idle := !h.closed, !h.reading
	h.closed = true
	h.mu.Unlock()
	if first && idle {
		close(h.done)
	}
	h.source.mu.Lock()
	finished := h.source.finished
	h.source.mu.Unlock()
	if finished {
		h.source.close()
	}
	return nil
}

// shut reports whether the attempt closed its handle.
func (h *handle) shut() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// released waits a moment for the attempt to let go.
func (h *handle) released() bool {
	select {
	case <-h.done:
		return true
	default:
	}
	timer := time.NewTimer(letGo)
	defer timer.Stop()
	select {
	case <-h.done:
		return true
	case <-timer.C:
		return false
	}
}
