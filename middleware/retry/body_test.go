package retry_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/faults"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// soon is much longer than any of these calls takes, unless it hangs.
const soon = 30 * time.Second

// http2Server serves HTTP/2 on loopback; its client's transport is the base.
func http2Server(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(handle)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // it reports each client that disconnects
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(func() {
		srv.Client().CloseIdleConnections()
		srv.CloseClientConnections()
		srv.Close()
	})
	return srv
}

// baseOf returns a new transport that uses HTTP/2 or HTTP/1.1 for srv.
func baseOf(srv *httptest.Server, http2 bool) *http.Transport {
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: http2}
}

func atOnce(opts ...retry.Option) transport.Middleware {
	return retry.New(append([]retry.Option{retry.WithBaseDelay(0), retry.WithoutBudget()}, opts...)...)
}

// failsOnce is a body whose Read fails once and then returns io.EOF, as many do.
type failsOnce struct {
	n   int
	err error
}

func (f *failsOnce) Read(p []byte) (int, error) {
	switch f.n++; f.n {
	case 1:
		return copy(p, "first half,"), nil
	case 2:
		return 0, f.err
	}
	return 0, io.EOF
}
func (f *failsOnce) Close() error { return nil }

// R8, R10: an error of the caller's body is final, over HTTP/1 and HTTP/2. No attempt sends
// a part of the body as if it were complete.
func TestAFaultOfTheCallersBodyIsFinal(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk: I/O error")
	for name, row := range map[string]struct {
		body   func() io.Reader // each protocol has its own
		length int64
		is     error
		sent   int // attempts
	}{
		"a Read that fails":                  {func() io.Reader { return &failsOnce{err: broken} }, -1, broken, 1},
		"a Read that fails, of known length": {func() io.Reader { return &failsOnce{err: broken} }, 22, broken, 1},
		"shorter than announced":             {func() io.Reader { return iotest.HalfReader(strings.NewReader("abc")) }, 10, nil, 1},
		"longer than announced":              {func() io.Reader { return iotest.HalfReader(strings.NewReader("abcdefghijkl")) }, 3, nil, 1},
		"in memory, shorter":                 {func() io.Reader { return strings.NewReader("abc") }, 10, nil, 0},
		"in memory, longer":                  {func() io.Reader { return strings.NewReader("abcdefghijkl") }, 3, nil, 0},
	} {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
			t.Run(name+", "+protocol, func(t *testing.T) {
				t.Parallel()
				whole := make(chan string, 8)
				srv := http2Server(t, func(_ http.ResponseWriter, r *http.Request) {
					text, err := io.ReadAll(r.Body)
					if err == nil && strings.HasPrefix(name, "longer") { // the server got the announced length
						<-r.Context().Done()
					} else if err == nil {
						whole <- string(text)
					}
				})
				base := baseOf(srv, protocol == "HTTP/2.0")
				defer base.CloseIdleConnections()
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, srv.URL, row.body())
				require.NoError(t, err)
				req.ContentLength = row.length
				ctx, record := transport.Begin(t.Context())
				_, err = transport.Chain(base, atOnce()).RoundTrip(req.WithContext(ctx))
				fault, ok := errors.AsType[*layer.BodyError](err)
				require.True(t, ok, "%v", err)
				assert.True(t, row.is == nil || errors.Is(fault, row.is))
				assert.Equal(t, row.sent, record.AttemptCount())
				if row.sent > 0 {
					assert.Equal(t, retry.ReasonBody, record.Reason())
				}
				assert.Empty(t, whole)
			})
		}
	}
}

// R10: a 200 after the request body failed is an error, since the server cannot have all of
// the body.
func TestASuccessOfABodyThatFailedIsNone(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk: I/O error")
	for status, fails := range map[int]bool{200: true, 204: true, 400: false, 503: false} {
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			_, _ = io.Copy(io.Discard, req.Body)
			return okStatus(req, status), req.Body.Close()
		})
		req := postIt(t.Context())
		req.Method, req.Body, req.GetBody, req.ContentLength = http.MethodPut, &failsOnce{err: broken}, nil, -1
		resp, err := atOnce()(base).RoundTrip(req)
		if fails {
			require.ErrorIs(t, err, broken)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, status, resp.StatusCode)
		require.NoError(t, resp.Body.Close())
	}
}

// R5, R10: over HTTP/2, a response that arrives while the upload stalls is returned, and its
// Close does not wait for the upload.
func TestAnEarlyResponseIsReturned(t *testing.T) {
	t.Parallel()
	for name, length := range map[string]int64{"unknown length": -1, "known length": 100} {
		for status, attempts := range map[int]int{503: 4, 413: 1} {
			t.Run(name+", "+http.StatusText(status), func(t *testing.T) {
				t.Parallel()
				srv := http2Server(t, func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(status)
					_, _ = io.WriteString(w, "overloaded")
				})
				client := &http.Client{Transport: transport.Chain(srv.Client().Transport, atOnce(retry.WithMaxRetries(3)))}
				pr, pw := io.Pipe()
				go func() { _, _ = io.WriteString(pw, "the head of a long upload") }() // and then the writer stalls
				ctx, cancel := context.WithTimeout(t.Context(), soon)
				defer cancel()
				req, err := http.NewRequestWithContext(ctx, http.MethodPut, srv.URL, pr)
				require.NoError(t, err)
				req.ContentLength = length
				resp, err := client.Do(req)
				require.NoError(t, err)
				assert.Equal(t, status, resp.StatusCode)
				assert.Equal(t, attempts, transport.CallOf(resp).AttemptCount())
				require.NoError(t, resp.Body.Close())
				require.NoError(t, ctx.Err(), "it hung until the deadline")
				for err == nil {
					_, err = io.WriteString(pw, "more")
				}
				require.ErrorIs(t, err, io.ErrClosedPipe, "C2: the body is closed")
			})
		}
	}
}

// R10: a body whose writer stalls does not prolong a call beyond any of its timeouts.
func TestAStalledBodyObeysTheClocks(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		opts []retry.Option
		ctx  time.Duration
		is   error
	}{
		"the caller's deadline": {nil, 50 * time.Millisecond, context.DeadlineExceeded},
		"the call's timeout":    {[]retry.Option{retry.WithCallTimeout(50 * time.Millisecond)}, soon, retry.ErrCallTimeout},
		"the attempt's timeout": {[]retry.Option{retry.WithAttemptTimeout(20 * time.Millisecond), retry.WithMaxRetries(2)}, soon, retry.ErrAttemptTimeout},
	} {
		for _, http2 := range []bool{false, true} {
			for _, length := range []int64{10, -1} {
				srv := http2Server(t, func(_ http.ResponseWriter, r *http.Request) {
					if _, err := io.Copy(io.Discard, r.Body); err != nil {
						panic(http.ErrAbortHandler) // otherwise its response might still arrive
					}
				})
				base := baseOf(srv, http2)
				pr, pw := io.Pipe()
				ctx, cancel := context.WithTimeout(t.Context(), row.ctx)
				req, err := http.NewRequestWithContext(ctx, http.MethodPut, srv.URL, pr)
				require.NoError(t, err)
				req.ContentLength = length
				begun := time.Now()
				_, err = transport.Chain(base, atOnce(row.opts...)).RoundTrip(req)
				require.ErrorIs(t, err, row.is, "%s, HTTP/2 %v, length %d", name, http2, length)
				assert.Less(t, time.Since(begun), soon, name)
				cancel()
				require.NoError(t, pw.Close())
				base.CloseIdleConnections()
			}
		}
	}
}

// R10: an upload through a reverse proxy is forwarded as it arrives.
func TestAReverseProxyStreamsUploads(t *testing.T) {
	t.Parallel()
	first, last := make(chan string), make(chan string)
	upstream := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		begin := make([]byte, 5)
		_, _ = io.ReadFull(r.Body, begin)
		first <- string(begin)
		rest, _ := io.ReadAll(r.Body)
		last <- string(rest)
	}))
	defer upstream.Close()
	target, err := url.Parse(upstream.URL)
	require.NoError(t, err)
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = transport.Chain(base, retry.New())
	front := httptest.NewServer(proxy)
	defer front.Close()
	pr, pw := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, front.URL, pr)
	require.NoError(t, err)
	req.ContentLength = 10
	var client sync.WaitGroup
	client.Go(func() {
		resp, err := front.Client().Do(req)
		if assert.NoError(t, err) {
			layer.CloseBody(resp.Body)
		}
	})
	_, err = io.WriteString(pw, "01234")
	require.NoError(t, err)
	assert.Equal(t, "01234", <-first, "while the second half has not come")
	_, err = io.WriteString(pw, "56789")
	require.NoError(t, err)
	require.NoError(t, pw.Close())
	assert.Equal(t, "56789", <-last)
	client.Wait()
}

// R7: net/http can itself send again what the loop could retry: a POST that a GOAWAY
// excludes, with a body that can seek, and a PUT of unknown length.
func TestWhatAGoAwayLeavesOutIsSentAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "body")
	require.NoError(t, os.WriteFile(path, []byte("text"), 0o600))
	for name, row := range map[string]struct {
		method string
		body   func() io.Reader
	}{
		"POST, a file": {http.MethodPost, func() io.Reader {
			file, err := os.Open(path)
			require.NoError(t, err)
			return file
		}},
		"POST, in memory":          {http.MethodPost, func() io.Reader { return strings.NewReader("text") }},
		"PUT, of unknown length":   {http.MethodPut, func() io.Reader { return io.MultiReader(strings.NewReader("text")) }},
		"PUT, that seeks":          {http.MethodPut, func() io.Reader { return &seekable{Reader: bytes.NewReader([]byte("text"))} }},
		"POST marked, from a pipe": {http.MethodPost, func() io.Reader { return io.MultiReader(strings.NewReader("text")) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := faults.NewFrames(faults.Play(faults.Step{Kind: faults.GoAway}, faults.Step{}))
			defer srv.Close()
			base := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: srv.Roots}, ForceAttemptHTTP2: true}
			defer base.CloseIdleConnections()
			ctx := t.Context()
			if strings.Contains(name, "marked") {
				ctx = retry.Safe(ctx)
			}
			req, err := http.NewRequestWithContext(ctx, row.method, srv.URL, row.body())
			require.NoError(t, err)
			resp, err := transport.Chain(base, atOnce(retry.WithMaxRetries(1))).RoundTrip(req)
			require.NoError(t, err)
			layer.CloseBody(resp.Body)
			assert.Equal(t, 200, resp.StatusCode)
			assert.Equal(t, 1, transport.CallOf(resp).AttemptCount(), "net/http does it")
		})
	}
}

// R10: a body that cannot or need not be sent again is passed down untouched.
func TestABodyThatNeedNotBeReplayedGoesDownAsItCame(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]retry.Option{
		"retries off": {retry.Off()}, "no retries": {retry.WithMaxRetries(0)}, "above the ceiling": {retry.WithReplayBuffer(3)},
	} {
		for _, seeks := range []bool{false, true} {
			if seeks && name == "above the ceiling" {
				continue // it is rewound
			}
			body := io.NopCloser(io.MultiReader(strings.NewReader("text")))
			if seeks {
				body = &seekable{Reader: bytes.NewReader([]byte("text"))}
			}
			req := postIt(t.Context())
			req.Body, req.GetBody, req.ContentLength = body, nil, 4
			base := transport.RoundTripperFunc(func(got *http.Request) (*http.Response, error) {
				assert.Equal(t, body, got.Body, name)
				assert.Nil(t, got.GetBody, name)
				return okStatus(got, 503), nil
			})
			resp, err := atOnce(opts...)(base).RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
	}
}
