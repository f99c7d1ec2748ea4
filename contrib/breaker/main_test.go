package breaker_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const host = "api.example.com"

func get(tb testing.TB, ctx context.Context, target string) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		tb.Error(err)
	}
	return req
}

// An answer is what the server does with a request.
type answer struct {
	status int
	hint   int // seconds of Retry-After
	millis int // of Retry-After-Ms
	err    error
	wait   time.Duration
}

// A server answers every request in the same way, until that is changed.
type server struct {
	mu     sync.Mutex
	answer answer
	calls  int
}

func (s *server) set(a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = a
}

// sent returns the number of requests since it was last asked.
func (s *server) sent() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, s.calls = s.calls, 0
	return n
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.calls++
	a := s.answer
	s.mu.Unlock()
	if req.Body != nil {
		_ = req.Body.Close()
	}
	if a.wait > 0 {
		timer := time.NewTimer(a.wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	resp := &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("ok")), Request: req}
	if a.millis > 0 {
		resp.Header.Set("Retry-After-Ms", strconv.Itoa(a.millis))
	}
	if a.hint > 0 {
		resp.Header.Set("Retry-After", strconv.Itoa(a.hint))
	}
	return resp, nil
}
