package rttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

var (
	errClosed  = errors.New("rttest: read of a closed body")
	errRewound = errors.New("rttest: seek of a closed body")
)

// A payload is a request or response body that counts how it is used.
type payload struct {
	source io.Reader
	length int64           // -1 if unknown
	until  context.Context // ends reads, as in net/http; nil for never

	mu     sync.Mutex
	reads  int
	bytes  int64
	closes int
	late   int // reads after the first close
	done   chan struct{}
}

func text(s string) *payload { return newPayload(strings.NewReader(s), int64(len(s))) }

func newPayload(source io.Reader, length int64) *payload {
	return &payload{source: source, length: length, done: make(chan struct{})}
}

func (p *payload) Read(b []byte) (int, error) {
	p.mu.Lock()
	p.reads++
	closed := p.closes > 0
	if closed {
		p.late++
	}
	p.mu.Unlock()
	if closed {
		return 0, errClosed
	}
	if p.until != nil && p.until.Err() != nil {
		return 0, p.until.Err()
	}
	n, err := p.source.Read(b)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += int64(n)
	return n, err
}

func (p *payload) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closes++; p.closes == 1 {
		close(p.done)
	}
	return nil
}

func (p *payload) closed() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closes
}

func (p *payload) readCount() (reads int, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reads, p.bytes
}

// A seekable payload can be rewound while it is open.
type seekable struct{ *payload }

func (s *seekable) Seek(offset int64, whence int) (int64, error) {
	if s.closed() > 0 {
		return 0, errRewound
	}
	seeker, ok := s.source.(io.Seeker)
	if !ok {
		return 0, errRewound
	}
	return seeker.Seek(offset, whence)
}

// closedOnce waits for p to be closed, and fails unless it is closed exactly once.
func (s *scene) closedOnce(what string, p *payload) {
	s.settle(func() bool { return p.closed() > 0 })
	switch n := p.closed(); {
	case n == 0:
		s.failf("%s was never closed", what)
	case n > 1:
		s.failf("%s was closed %d times", what, n)
	}
}

// A trickle is an endless reader that returns a byte after each pace. Without a pace it
// returns as much as is asked for at once, and with stall it returns nothing.
type trickle struct {
	pace  time.Duration
	stall bool
	until []<-chan struct{} // reads end when one of them is closed
	most  int64             // reads fail after this many bytes

	given int64
}

var errEnough = errors.New("rttest: too much of an endless body was read")

func (t *trickle) Read(b []byte) (int, error) {
	if t.given >= t.most {
		return 0, errEnough
	}
	n := len(b)
	if t.pace > 0 || t.stall {
		n = 1
		pause := t.pace
		if t.stall {
			pause = 1000 * time.Hour
		}
		if !t.sleep(pause) {
			return 0, errClosed
		}
	}
	fill(b[:n])
	t.given += int64(n)
	return n, nil
}

func (t *trickle) sleep(pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-t.until[0]:
	case <-t.until[1]:
	}
	return false
}

// fill writes all of b. A reused buffer may hold another check's secret, which would
// otherwise be taken as part of the body.
func fill(b []byte) {
	for i := range b {
		b[i] = '.'
	}
}

// A meter measures how far the reading of a body runs ahead of its sending.
type meter struct {
	mu       sync.Mutex
	left     int64
	produced int64
	consumed int64
	ahead    int64
}

func (m *meter) Read(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(b)), m.left)
	fill(b[:n])
	m.left -= n
	m.produced += n
	m.ahead = max(m.ahead, m.produced-m.consumed)
	return int(n), nil
}

func (m *meter) sent(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.consumed += int64(n)
}

func (m *meter) furthest() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ahead
}

// read returns the rest of r as text, with the error that ended it if there was one.
func read(r io.Reader) string {
	b, err := io.ReadAll(r)
	if err != nil {
		return fmt.Sprintf("%s (and then %v)", b, err)
	}
	return string(b)
}
