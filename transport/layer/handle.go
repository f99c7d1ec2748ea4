package layer

import "context"

// A handle is one attempt's hold on a source. Its Close lets go of the body and
// leaves it open for the next attempt, until the source is finished.
type handle struct {
	source *source
	ctx    context.Context

	part, off int // what it reads next; these are guarded by the source's mutex
	closed    bool
}

// take copies what is there.
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

// left reports whether there is more than was taken.
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

// Close lets go of the body, and ends a Read that is blocked.
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
