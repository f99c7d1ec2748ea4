package bulkhead_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

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

// body returns a response with a body of two bytes.
func body(req *http.Request) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("ok")), Request: req}
}

// A server counts requests, and holds each until its gate is open.
type server struct {
	calls   atomic.Int64
	running atomic.Int64
	peak    atomic.Int64
	gate    chan struct{} // nil if it is always open
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	s.calls.Add(1)
	s.note(s.running.Add(1))
	defer s.running.Add(-1)
	if s.gate != nil {
		select {
		case <-s.gate:
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	return body(req), nil
}

// note raises the peak to what is running now.
func (s *server) note(now int64) {
	for {
		peak := s.peak.Load()
		if now <= peak || s.peak.CompareAndSwap(peak, now) {
			return
		}
	}
}
