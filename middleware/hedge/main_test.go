package hedge_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// A server answers each request, counted from 1, as its script says.
type server struct {
	script func(n int, req *http.Request) (*http.Response, error)

	mu   sync.Mutex
	sent []*http.Request
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.sent = append(s.sent, req)
	n, script := len(s.sent), s.script
	s.mu.Unlock()
	defer func() {
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_ = req.Body.Close()
		}
	}()
	return script(n, req)
}

// play changes the script.
func (s *server) play(script func(n int, req *http.Request) (*http.Response, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = script
}

func (s *server) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request(nil), s.sent...)
}

// after returns a response after d, unless the request is canceled before.
func after(req *http.Request, d time.Duration, status int) (*http.Response, error) {
	if err := sleep(req.Context(), d); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader("hello")), ContentLength: 5,
	}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// times returns a script in which request n has a 200 after the n-th time, and later ones
// after the last.
func times(all ...time.Duration) func(int, *http.Request) (*http.Response, error) {
	return func(n int, req *http.Request) (*http.Response, error) {
		return after(req, all[min(n, len(all))-1], http.StatusOK)
	}
}

func get(tb testing.TB, ctx context.Context) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/things", http.NoBody)
	require.NoError(tb, err)
	return req
}

// A passage is how a call ended, and when.
type passage struct {
	resp *http.Response
	err  error
	took time.Duration
	body string
}

// send makes a call and reads the response.
func send(t *testing.T, rt http.RoundTripper, req *http.Request) (p passage) {
	t.Helper()
	begun := time.Now()
	p.resp, p.err = rt.RoundTrip(req)
	p.took = time.Since(begun)
	if p.resp != nil {
		all, err := io.ReadAll(p.resp.Body)
		require.NoError(t, err)
		require.NoError(t, p.resp.Body.Close())
		p.body = string(all)
	}
	return p
}

func chain(base http.RoundTripper, layers ...transport.Middleware) http.RoundTripper {
	return transport.Chain(base, layers...)
}
