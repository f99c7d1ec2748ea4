package rttest_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A stub responds to every request without a base.
func stub(http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return &http.Response{
			Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{}, Body: http.NoBody, Request: req,
		}, nil
	})
}

// A breaker is a circuit breaker that opens for a while after three failures in a row.
type breaker struct {
	passing

	mu       sync.Mutex
	failures int
	until    time.Time
}

var errOpen = errors.New("the circuit is open")

func breaking(base http.RoundTripper) http.RoundTripper { return &breaker{passing: passing{base}} }

func (b *breaker) RoundTrip(req *http.Request) (*http.Response, error) {
	b.mu.Lock()
	open := time.Now().Before(b.until)
	b.mu.Unlock()
	if open {
		return nil, layer.Refuse(req, errOpen)
	}
	resp, err := b.base.RoundTrip(req)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil && resp != nil && resp.StatusCode < 500 {
		b.failures = 0
		return resp, nil
	}
	if b.failures++; b.failures >= 3 {
		b.failures, b.until = 0, time.Now().Add(time.Minute)
	}
	return resp, err
}

// files serves a folder like http.NewFileTransport, but keeps the contract.
func files(dir string) func(http.RoundTripper) http.RoundTripper {
	served := http.NewFileTransport(http.Dir(dir))
	return func(http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if req.URL == nil {
				return nil, layer.Refuse(req, errors.New("files: the request has no URL"))
			}
			layer.CloseBody(req.Body)
			return served.RoundTrip(req)
		})
	}
}

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "hello.txt"), []byte("hello"), 0o600))
	return dir
}

// C2 to C4: a decorator that responds without its base, and does it right, passes.
func TestWhoAnswersByItselfPasses(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"a stub": stub, "a breaker": breaking, "a file transport": files(folder(t)), "one that never does": pass,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rttest.Run(t, wrap, rttest.Answers())
		})
	}
}

// A stub that does not claim Answers fails, because it does not call its base.
func TestAnAnswerWithoutTheBaseMustBeClaimed(t *testing.T) {
	t.Parallel()
	assert.Subset(t, failing(t, stub), []string{"sent-once", "request-arrives", "error-comes-through", "status-is-no-error"})
}

// The claim Answers does not hide faults in requests that reach the base.
func TestAClaimToAnswerHidesNoFault(t *testing.T) {
	t.Parallel()
	for _, f := range faults() {
		if f.options != nil || f.races && measure.Racing {
			continue
		}
		t.Run(f.check, func(t *testing.T) {
			t.Parallel()
			f.options = []rttest.Option{rttest.Answers(), rttest.Only(f.check)}
			find(t, f)
		})
	}
}

// The findings for stubs of other modules are correct.
func TestForeignStubs(t *testing.T) {
	t.Parallel()
	unclosed := []string{
		"request-nil-header", "body-closed-on-success", "body-closed-on-error",
		"body-closed-when-cancelled-before", "body-closed-when-cancelled-meanwhile", "answer-closes-request-body",
	}
	t.Run("httpmock", func(t *testing.T) {
		t.Parallel()
		failed := failing(t, func(http.RoundTripper) http.RoundTripper {
			mock := httpmock.NewMockTransport()
			mock.RegisterNoResponder(httpmock.NewStringResponder(http.StatusOK, "hello"))
			return mock
		}, rttest.Answers())
		// Its responder gives all its responses one header map.
		assert.ElementsMatch(t, append([]string{"request-nil-url", "answer-responses-apart"}, unclosed...), failed)
	})
	t.Run("http.NewFileTransport", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		failed := failing(t, func(http.RoundTripper) http.RoundTripper { return http.NewFileTransport(http.Dir(dir)) },
			rttest.Answers(), rttest.Skip("request-nil-url", "net/http's file transport panics in a goroutine that it starts, which ends the process"))
		assert.ElementsMatch(t, unclosed, failed)
	})
}

// C5: a cache passes below a retry loop too.
func TestARetryLoopAboveACachePasses(t *testing.T) {
	t.Parallel()
	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper { return retry.New()(caches("")(base)) },
		rttest.Caches(), rttest.Unwraps(), begun, retries)
}
