package layer

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of a drain unless the caller names others: enough for an error
// page, so that its connection can be used again, and no more.
const (
	DrainBytes = 64 << 10
	DrainTime  = 100 * time.Millisecond
)

// CloseBody closes body, which may be nil, and drops the error: a caller that no longer
// reads the body cannot act on it.
func CloseBody(body io.ReadCloser) {
	if body != nil {
		_ = body.Close()
	}
}

// Drain reads what is left of the body of a response that is not returned, so that
// its connection can be used again, and closes it. It stops after limit bytes or
// after the time within, whichever comes first: an endless or stalled body costs
// its connection and nothing more. The body's Close must end a blocked Read, as
// that of net/http's bodies does. With a limit or a time of 0 Drain closes the body
// at once. Where Close itself may block, use [DrainAside].
func Drain(body io.ReadCloser, limit int64, within time.Duration) {
	if nothingToRead(body, limit, within) {
		CloseBody(body)
		return
	}
	d := &drain{body: body, left: limit}
	timer := time.AfterFunc(within, d.shut)
	defer d.shut() // also when the body panics
	defer timer.Stop()
	d.read()
}

func nothingToRead(body io.ReadCloser, limit int64, within time.Duration) bool {
	return body == nil || body == http.NoBody || limit <= 0 || within <= 0
}

// DrainAside does what [Drain] does for a body whose Close may block, as that of
// net/http's HTTP/2 does until the attempt has let go of the request's body (see
// [Replay.Held]). It drains in another goroutine, and returns after the time within
// at the latest, or after [DrainTime] if nothing is to be read; what is left to do
// then goes on in that goroutine.
func DrainAside(body io.ReadCloser, limit int64, within time.Duration) {
	if body == nil || body == http.NoBody {
		return
	}
	if limit <= 0 || within <= 0 {
		limit, within = 0, DrainTime
	}
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		Drain(body, limit, within)
	}()
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case panicked := <-done:
		if panicked != nil {
			panic(panicked) // as if the body had been read in this goroutine
		}
	case <-timer.C:
	}
}

// A drain is a dropped body up to its bounds.
type drain struct {
	body io.ReadCloser
	left int64

	mu     sync.Mutex  // held while the body is closed
	closed atomic.Bool // or about to be

	remains time.Duration // guarded by the mutex of a Drainer
}

// read reads the body by way of a buffer that io keeps for this.
func (d *drain) read() { _, _ = io.Copy(io.Discard, d) }

func (d *drain) Read(p []byte) (int, error) {
	if d.left <= 0 || d.closed.Load() {
		return 0, io.EOF
	}
	n, err := d.body.Read(p[:min(d.left, int64(len(p)))])
	d.left -= int64(n)
	return n, err
}

// shut closes the body, which ends a Read that is blocked. It is called when the
// body was read, and before that by a timer if that takes too long.
func (d *drain) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed.Swap(true) {
		CloseBody(d.body)
	}
}
