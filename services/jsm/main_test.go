package jsm_test

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

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/services/jsm"
	"github.com/tripware/tripware/transport/redact"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	cloudID = "cccccccc-0000-4000-8000-000000000001"
	direct  = "/jsm/ops/api/" + cloudID
)

// A reply is one response of a server, after a time.
type reply struct {
	status int
	header http.Header
	body   string
	after  time.Duration
}

// A seen is a request that a server got.
type seen struct{ method, url, authorization, body string }

// A server answers by method and URL with one reply after the other, the last one for ever. It
// answers 404 to everything else.
type server struct {
	replies map[string][]reply

	mu   sync.Mutex
	seen []seen
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	r := s.next(req)
	if r.after > 0 {
		select {
		case <-time.After(r.after):
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
	if r.header == nil {
		r.header = http.Header{"Content-Type": {"application/json"}}
	}
	return &http.Response{StatusCode: r.status, Header: r.header, Body: io.NopCloser(strings.NewReader(r.body)), Request: req}, nil
}

func (s *server) next(req *http.Request) reply {
	var body string
	if req.Body != nil {
		text, _ := io.ReadAll(req.Body)
		_ = req.Body.Close()
		body = string(text)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, seen{req.Method, req.URL.String(), req.Header.Get("Authorization"), body})
	left := s.replies[req.Method+" "+req.URL.String()]
	switch len(left) {
	case 0:
		return reply{status: http.StatusNotFound, body: `{"errors":[{"title":"No such route"}]}`}
	case 1:
		return left[0]
	}
	s.replies[req.Method+" "+req.URL.String()] = left[1:]
	return left[0]
}

// count returns how many requests had a method and URL.
func (s *server) count(request string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.seen {
		if r.method+" "+r.url == request {
			n++
		}
	}
	return n
}

func basic() auth.Source { return auth.Basic("me@example.com", redact.NewSecret("t0k3n")) }

func above(tb testing.TB, s http.RoundTripper, at jsm.Tenant, source auth.Source, opts ...jsm.Option) *jsm.Client {
	tb.Helper()
	c, err := jsm.New(at, source, append([]jsm.Option{jsm.WithBase(s)}, opts...)...)
	require.NoError(tb, err)
	return c
}
