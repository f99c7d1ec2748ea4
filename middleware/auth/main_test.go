package auth_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/transport/layer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const home = "https://api.example.com"

// A server answers in memory, keeps what it got, and closes request bodies as a
// base round tripper does.
type server struct {
	answer func(req *http.Request) int // nil: 200

	mu     sync.Mutex
	values []string // Authorization, in the order of arrival; "" for none
	bodies []string
	opened atomic.Int32 // response bodies that nobody closed yet
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
	}
	s.mu.Lock()
	s.values = append(s.values, strings.Join(req.Header["Authorization"], " and "))
	s.bodies = append(s.bodies, string(body))
	s.mu.Unlock()
	status := http.StatusOK
	if s.answer != nil {
		status = s.answer(req)
	}
	if status == 0 {
		return nil, errors.New("connection reset")
	}
	s.opened.Add(1)
	return &http.Response{StatusCode: status, Request: req, Body: &watchedBody{Reader: strings.NewReader("answer"), opened: &s.opened}}, nil
}

type watchedBody struct {
	io.Reader

	opened *atomic.Int32
	once   sync.Once
}

func (b *watchedBody) Close() error {
	b.once.Do(func() { b.opened.Add(-1) })
	return nil
}

// unauthorizedUnless answers 401 to any other value.
func unauthorizedUnless(value string) func(*http.Request) int {
	return func(req *http.Request) int {
		if req.Header.Get("Authorization") != value {
			return http.StatusUnauthorized
		}
		return http.StatusOK
	}
}

// A countedBody counts its closes.
type countedBody struct {
	io.Reader

	closed int
}

func (b *countedBody) Close() error { b.closed++; return nil }

func request(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	require.NoError(t, err)
	return req
}

func send(t *testing.T, rt http.RoundTripper, req *http.Request) *http.Response {
	t.Helper()
	resp, err := rt.RoundTrip(req)
	require.NoError(t, err)
	t.Cleanup(func() { layer.CloseBody(resp.Body) })
	return resp
}
