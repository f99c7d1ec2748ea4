package prometheus_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	client "github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/prometheus"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// golden compares text with the file of testdata with this name, or writes it with -update.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if flag.Lookup("update").Value.String() == "true" {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), text)
}

var _ = flag.Bool("update", false, "write the golden files")

// A script is a base that gives these answers in turn, and the last one again and again.
type script struct {
	mu      sync.Mutex
	answers []answer
}

type answer struct {
	status int // or err
	header http.Header
	err    error
	breaks bool // the body
}

func answers(list ...answer) *script { return &script{answers: list} }

func statuses(list ...int) *script {
	s := &script{}
	for _, status := range list {
		s.answers = append(s.answers, answer{status: status})
	}
	return s
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	a := s.answers[0]
	if len(s.answers) > 1 {
		s.answers = s.answers[1:]
	}
	s.mu.Unlock()
	if req.Body != nil {
		_ = req.Body.Close()
	}
	if a.err != nil {
		return nil, a.err
	}
	header := a.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	body := io.Reader(strings.NewReader("{}"))
	if a.breaks {
		body = io.MultiReader(strings.NewReader("{"), iotest.ErrReader(io.ErrUnexpectedEOF))
	}
	return &http.Response{
		StatusCode: a.status, Header: header, ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Body: io.NopCloser(body), ContentLength: 2,
	}, nil
}

// A scene is a client whose events a collector counts.
type scene struct {
	*http.Client

	collector *prometheus.Collector
	registry  *client.Registry
}

func newScene(t *testing.T, collector *prometheus.Collector, opts ...tripware.Option) *scene {
	t.Helper()
	publishers := metrics.NewPublishers(metrics.WithPanicReport(func(_ metrics.Channel, recovered any) { t.Error("the collector panicked:", recovered) }))
	collector.Subscribe(publishers)
	c, err := tripware.New(append(opts, tripware.WithMetrics(publishers))...)
	require.NoError(t, err)
	return &scene{c, collector, register(t, collector)}
}

func register(t *testing.T, collector client.Collector) *client.Registry {
	t.Helper()
	registry := client.NewPedanticRegistry()
	require.NoError(t, registry.Register(collector))
	return registry
}

// get sends one request, reads its response and returns the error.
func (s *scene) get(ctx context.Context, route, url string) error {
	return s.send(ctx, http.MethodGet, route, url)
}

func (s *scene) send(ctx context.Context, method, route, url string) error {
	if route != "" {
		ctx = transport.WithRoute(ctx, route)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := s.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
