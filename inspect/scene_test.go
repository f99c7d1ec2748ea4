package inspect_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/retry"
)

// A step is one attempt as a scripted base makes it, in virtual time.
type step struct {
	dns, connect, tls, wait, head time.Duration
	reused                        bool
	status                        int
	err                           error
	header                        http.Header
	body                          io.ReadCloser
}

// script is a base that makes the steps, the last of them again and again, and calls the hooks
// of httptrace as net/http does.
func script(steps ...step) roundTripper {
	next := 0
	return func(req *http.Request) (*http.Response, error) {
		s := steps[min(next, len(steps)-1)]
		next++
		return s.run(req)
	}
}

func (s *step) run(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	trace := hooks(req.Context())
	for _, phase := range []struct {
		took  time.Duration
		begin func()
	}{
		{s.dns, func() { trace.DNSStart(httptrace.DNSStartInfo{}) }},
		{s.connect, func() { trace.ConnectStart("tcp", "192.0.2.1:443") }},
		{s.tls, trace.TLSHandshakeStart},
	} {
		if phase.took > 0 {
			phase.begin()
			time.Sleep(phase.took)
		}
	}
	if s.err != nil && s.wait == 0 {
		return nil, s.err
	}
	trace.GotConn(httptrace.GotConnInfo{Reused: s.reused})
	trace.WroteRequest(httptrace.WroteRequestInfo{})
	if err := sleep(req.Context(), s.wait); err != nil {
		return nil, err
	}
	if s.err != nil {
		return nil, s.err
	}
	trace.GotFirstResponseByte()
	time.Sleep(s.head)
	resp := &http.Response{StatusCode: s.status, ProtoMajor: 1, ProtoMinor: 1, Header: s.header.Clone(), Body: s.body, ContentLength: -1, Request: req}
	if resp.Header == nil {
		resp.Header = http.Header{"Content-Type": {"application/json"}}
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	return resp, nil
}

// hooks returns the hooks of a context, with ones that do nothing for those that are missing.
func hooks(ctx context.Context) *httptrace.ClientTrace {
	all := httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) {}, ConnectStart: func(string, string) {}, TLSHandshakeStart: func() {},
		GotConn: func(httptrace.GotConnInfo) {}, WroteRequest: func(httptrace.WroteRequestInfo) {}, GotFirstResponseByte: func() {},
	}
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil {
		return &all
	}
	return httptrace.ContextClientTrace(httptrace.WithClientTrace(httptrace.WithClientTrace(context.Background(), trace), &all))
}

func sleep(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// brief is a body that takes time to read.
type brief struct {
	io.Reader

	took time.Duration
	err  error
}

func (b *brief) Read(p []byte) (int, error) {
	time.Sleep(b.took)
	b.took = 0
	n, err := b.Reader.Read(p)
	if err != nil && b.err != nil {
		err = b.err
	}
	return n, err
}

func (b *brief) Close() error { return nil }

func body(text string, took time.Duration) io.ReadCloser {
	return &brief{Reader: strings.NewReader(text), took: took}
}

var errReset = fmt.Errorf("read tcp 192.0.2.1:443: %w", syscall.ECONNRESET)

// client returns a client with the layers of in, which waits one second between attempts.
func client(tb testing.TB, in *inspect.Inspector, base http.RoundTripper, opts ...tripware.Option) *http.Client {
	tb.Helper()
	opts = append([]tripware.Option{
		tripware.WithBase(base), tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts()),
		tripware.WithRetry(retry.WithBackoff(retry.Constant)),
	}, opts...)
	c, err := tripware.New(opts...)
	require.NoError(tb, err)
	return c
}

func request(tb testing.TB, method, url string, body io.Reader) *http.Request {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), method, url, body)
	require.NoError(tb, err)
	return req
}

// send makes a call and reads its response.
func send(tb testing.TB, c *http.Client, req *http.Request) (*http.Response, string) {
	tb.Helper()
	resp, err := c.Do(req)
	require.NoError(tb, err)
	text, err := io.ReadAll(resp.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		require.NoError(tb, err)
	}
	require.NoError(tb, resp.Body.Close())
	return resp, string(text)
}

// attend makes a call in another goroutine than the test's, and reads its response.
func attend(tb testing.TB, c *http.Client, req *http.Request) (resp *http.Response) {
	tb.Helper()
	resp, err := c.Do(req)
	if assert.NoError(tb, err) {
		_, _ = io.Copy(io.Discard, resp.Body)
		assert.NoError(tb, resp.Body.Close())
	}
	return resp
}

// ask asks the page for a file of its own, as a browser does.
func ask(tb testing.TB, in *inspect.Inspector, name string) *httptest.ResponseRecorder {
	tb.Helper()
	w := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "http://localhost/debug/calls/"+name, nil)
	req.RemoteAddr = "127.0.0.1:1234"
	req.Header.Set("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
	in.Handler().ServeHTTP(w, req)
	return w
}

// event is what a stream begins with.
type event struct {
	Running []struct {
		For     string
		Why     string
		Since   float64 `json:"since_ms"`
		Planned float64 `json:"planned_ms"`
		URL     string
		Made    int
		Serial  uint64
	}
	Count    int
	Limiters []struct {
		Limiter, Key     string
		Rate             *float64
		Waiting, Running int
		Paused           float64 `json:"paused_ms"`
		Fleet            *struct {
			Down float64 `json:"down_ms"`
		} `json:"fleet"`
	}
	Budgets []struct {
		Name string
		Left float64
	}
	Keys []struct {
		Layer, Key, State, Detail string
		Since                     float64 `json:"since_ms"`
		Until                     float64 `json:"until_ms"`
	}
	Memory int
	All    bool
	Calls  []struct {
		Serial  uint64
		Route   string
		Outcome string
		Status  int
		Class   string
		Made    int
		Body    *struct {
			Read     int64
			Complete bool
			Ended    bool
			Error    string
		}
	}
}

// stream returns the first events of a stream, which it then leaves.
func stream(tb testing.TB, in *inspect.Inspector) string {
	tb.Helper()
	ctx, cancel := context.WithCancel(tb.Context())
	cancel()
	w := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/debug/calls/events", nil)
	req.RemoteAddr = "[::1]:1234"
	in.Handler().ServeHTTP(w, req)
	assert.Equal(tb, http.StatusOK, w.Code)
	return w.Body.String()
}

// snapshot returns the first events of a stream as values.
func snapshot(tb testing.TB, in *inspect.Inspector) (live, calls event) {
	tb.Helper()
	for block := range strings.SplitSeq(stream(tb, in), "\n\n") {
		name, data, _ := strings.Cut(block, "\ndata: ")
		switch {
		case strings.HasPrefix(name, "event: live"):
			require.NoError(tb, json.Unmarshal([]byte(data), &live))
		case strings.HasPrefix(name, "event: calls"):
			require.NoError(tb, json.Unmarshal([]byte(data), &calls))
		}
	}
	return live, calls
}
