package transport

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// The bounds of a drain unless the caller names others: enough for an error
// page, so that its connection can be used again, and no more.
const (
	DrainBytes = 64 << 10
	DrainTime  = 100 * time.Millisecond
)

// CloseBody closes body, which may be nil. The error of a close that nobody
// waits for says nothing that a caller could act on.
func CloseBody(body io.ReadCloser) {
	if body != nil {
		_ = body.Close()
	}
}

// Drain reads what is left of a response body that is dropped, so that its
// connection can be used again, and closes it. It stops after limit bytes or
// after the time given, whichever comes first: an endless or stalled body costs
// its connection and nothing more. The body's Close must end a blocked Read, as
// that of net/http's bodies does.
func Drain(body io.ReadCloser, limit int64, within time.Duration) {
	if body == nil || body == http.NoBody || limit <= 0 || within <= 0 {
		CloseBody(body)
		return
	}
	var once sync.Once
	shut := func() { once.Do(func() { CloseBody(body) }) }
	defer shut()
	timer := time.AfterFunc(within, shut)
	defer timer.Stop()
	deadline := time.Now().Add(within)
	var buf [4 << 10]byte
	for limit > 0 && time.Now().Before(deadline) {
		n, err := body.Read(buf[:min(limit, int64(len(buf)))])
		limit -= int64(n)
		if err != nil {
			return
		}
	}
}
