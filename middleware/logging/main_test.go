package logging_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A sink is a log that can be read back while it is written.
type sink struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

// records returns what was logged, one map per line, of one message if it is not empty.
func (s *sink) records(t *testing.T, message string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for line := range strings.Lines(s.String()) {
		record := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(line), &record), line)
		if message == "" || record["msg"] == message {
			found = append(found, record)
		}
	}
	return found
}

func newLog(level slog.Level) (*sink, *slog.Logger) {
	s := &sink{}
	return s, slog.New(slog.NewJSONHandler(s, &slog.HandlerOptions{Level: level}))
}

// answering is a base that reads what it is sent and answers the same each time.
func answering(status int, header http.Header, body string) transport.RoundTripperFunc {
	return func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
			_ = req.Body.Close()
		}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func failing(err error) transport.RoundTripperFunc {
	return func(req *http.Request) (*http.Response, error) { return nil, layer.Refuse(req, err) }
}

func chain(base http.RoundTripper, logger *slog.Logger, opts ...logging.Option) http.RoundTripper {
	return transport.Chain(base, transport.Identity(), logging.Calls(logger, opts...), logging.Attempts(logger, opts...))
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	return req
}

// finish reads the answer as a caller would.
func finish(t *testing.T, resp *http.Response, err error) string {
	t.Helper()
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return string(body)
}
