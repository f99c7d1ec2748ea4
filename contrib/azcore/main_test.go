package azcore_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A service answers requests in turn, and the last way again and again. It keeps what it got.
type service struct {
	*httptest.Server

	mu       sync.Mutex
	answers  []http.HandlerFunc
	requests []request
}

type request struct {
	line, body string
	header     http.Header
}

func serve(t *testing.T, answers ...http.HandlerFunc) *service {
	t.Helper()
	s := &service{answers: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	s.mu.Lock()
	answer := s.answers[min(len(s.requests), len(s.answers)-1)]
	s.requests = append(s.requests, request{req.Method + " " + req.URL.Path, string(body), req.Header})
	s.mu.Unlock()
	answer(w, req)
}

func (s *service) got() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *service) bodies() (all []string) {
	for _, r := range s.got() {
		all = append(all, r.body)
	}
	return all
}

// status answers with a status and pairs of header names and values.
func status(code int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
	}
}

// chain returns a chain above the service that retries three times without backoff.
func (s *service) chain(t *testing.T, opts ...tripware.Option) http.RoundTripper {
	t.Helper()
	rt, err := tripware.NewTransport(append([]tripware.Option{
		tripware.WithBase(s.Client().Transport),
		tripware.WithRetry(retry.WithMaxRetries(3), retry.WithBaseDelay(0)),
	}, opts...)...)
	require.NoError(t, err)
	return rt
}

// send sends a request through a pipeline with options, as the clients of the SDK do.
func send(ctx context.Context, options policy.ClientOptions, method, url string, body io.ReadSeekCloser) (*http.Response, error) {
	req, err := runtime.NewRequest(ctx, method, url)
	if err != nil {
		return nil, err
	}
	if body != nil {
		if err := req.SetBody(body, "application/octet-stream"); err != nil {
			return nil, err
		}
	}
	resp, err := runtime.NewPipeline("test", "v1.0.0", runtime.PipelineOptions{}, &options).Do(req)
	if err == nil && !runtime.HasStatusCode(resp, http.StatusOK, http.StatusCreated) {
		err = runtime.NewResponseError(resp)
	}
	return resp, err
}
