package scoreboard

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
)

// A sink collects log output.
type sink struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// made returns rt, or a round tripper that fails with err if err is not nil.
func made(rt http.RoundTripper, err error) http.RoundTripper {
	if err != nil {
		return unmade{err}
	}
	return rt
}

type unmade struct{ err error }

func (u unmade) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, fmt.Errorf("scoreboard: make the decorator: %w", u.err)
}
