package layer

import (
	"context"

	"github.com/tripware/tripware/internal/record"
)

var _ record.SharedBody = (*handle)(nil)

// A handle is the body of one attempt, which reads from a source. Closing it releases the
// source, but leaves the caller's body open for the next attempt.
type handle struct {
	source *source
	ctx    context.Context

	part, off int // position of the next read; guarded by the source's mutex
	closed    bool
}

// Shared implements [record.SharedBody].
func (h *handle) Shared() {}

// take copies bytes that are already in the parts.
func (h *handle) take(p []byte) (n int) {
	for parts := h.source.parts; h.part < len(parts); h.part, h.off = h.part+1, 0 {
		m := copy(p[n:], parts[h.part][h.off:])
		n, h.off = n+m, h.off+m
		if n == len(p) || h.part == len(parts)-1 {
			break // the last part may still grow
		}
	}
	return n
}

// left reports whether the parts have more bytes.
func (h *handle) left() bool {
	parts := h.source.parts
	return h.part < len(parts)-1 || h.off < len(parts[h.part])
}

func (h *handle) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err := h.source.serve(h, p)
		if n > 0 || err != nil {
			return n, err
		}
		select {
		case <-h.source.filled:
		case <-h.ctx.Done():
			return 0, context.Cause(h.ctx)
		}
	}
}

// Close releases the source, and ends a blocked Read.
func (h *handle) Close() error {
	s := h.source
	s.mu.Lock()
	h.closed = true
	finished := s.finished && s.reader == h
	s.wake()
	s.settle()
	s.mu.Unlock()
	if finished {
		s.close()
	}
	return nil
}
