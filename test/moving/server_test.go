package moving_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// firstWait is the first wait of all clients. Programs should leave it at about a second.
const firstWait = 10 * time.Millisecond

// A step is how the server responds to one request.
type step struct {
	status     int // 0 breaks the connection
	retryAfter string
	exhausted  bool // the quota, for half an hour
	body       string
}

// A seen request is one that reached the server.
type seen struct {
	method, path, auth, body string
	at                       time.Time
}

// A server responds by its steps, the last of which is repeated.
type server struct {
	*httptest.Server

	mu    sync.Mutex
	steps []step
	seen  []seen
}

func serve(t *testing.T, steps ...step) *server {
	t.Helper()
	s := &server{steps: steps}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		now := s.next(seen{r.Method, r.URL.Path, r.Header.Get("Authorization"), string(body), time.Now()})
		if now.status == 0 {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		if now.retryAfter != "" {
			w.Header().Set("Retry-After", now.retryAfter)
		}
		if now.exhausted {
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Add(30*time.Minute).Unix(), 10))
		}
		w.WriteHeader(now.status)
		_, _ = io.WriteString(w, now.body)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) next(got seen) step {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.steps[min(len(s.seen), len(s.steps)-1)]
	s.seen = append(s.seen, got)
	return now
}

// bodies returns the bodies of all requests.
func (s *server) bodies() (bodies []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, got := range s.seen {
		bodies = append(bodies, got.body)
	}
	return bodies
}

// gap returns the time between the first two requests.
func (s *server) gap() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[1].at.Sub(s.seen[0].at)
}
