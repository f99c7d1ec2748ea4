package layer

import (
	"context"
	"io"
	"time"
)

// Peek reads up to limit bytes of a response body, for at most the time within, and
// returns them with a body that reads as if nothing had been read. If a Read takes
// longer, it continues in a goroutine until it returns or the body is closed.
func Peek(body io.ReadCloser, limit int, within time.Duration) (prefix []byte, same io.ReadCloser) {
	s := &source{body: body, length: -1, raw: true, ceiling: int64(limit) + chunk}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	first, err := s.open(ctx)
	if err != nil {
		return nil, body
	}
	prefix = make([]byte, limit)
	n, _ := io.ReadFull(first, prefix)
	same, err = s.open(context.Background())
	if err != nil {
		return prefix[:n], first
	}
	s.finish()
	return prefix[:n], same
}
