package rttest

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
)

func informational(s *scene) {
	n := s.network(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusOK)
	}))
	var mu sync.Mutex
	var seen []int
	ctx := httptrace.WithClientTrace(s.ctx, &httptrace.ClientTrace{Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, code)
		return nil
	}})
	s.finish(s.send(s.wrap(n.transport), s.requestWith(ctx, http.MethodGet, s.origin()+"/", nil)))
	s.skipAside(n)
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(seen, []int{http.StatusEarlyHints}) {
		s.failf("the hook saw %v, not one 103", seen)
	}
}

// A conn is the body of a 101 response.
type conn struct {
	*payload

	written strings.Builder
}

func (c *conn) Write(b []byte) (int, error) { return c.written.Write(b) }

func upgradeWritable(s *scene) {
	body := &conn{payload: text("hello")}
	body.length = -1
	base := s.base(func(a *attempt) (*http.Response, error) {
		resp := respondWith(a, http.StatusSwitchingProtocols, body.payload, "Upgrade", "rttest", "Connection", "Upgrade")
		resp.Body = body
		return resp, nil
	})
	req := s.request(http.MethodGet, "/", nil)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "rttest")
	resp := s.answer(s.wrap(base), req)
	if s.aside(base) {
		closeBody(resp.Body)
		s.skipAside(base)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		s.failf("the 101 became %d", resp.StatusCode)
	}
	if reads, _ := body.readCount(); reads > 0 {
		s.failf("the connection was read before RoundTrip returned")
	}
	stream, ok := resp.Body.(io.ReadWriteCloser)
	if !ok {
		closeBody(resp.Body)
		s.fatalf("the body, a %T, cannot be written", resp.Body)
	}
	if _, err := io.WriteString(stream, "ping"); err != nil || body.written.String() != "ping" {
		s.failf("writing to the body: %q arrived, error %v", body.written.String(), err)
	}
	if got := read(stream); got != "hello" {
		s.failf("the connection reads %q, not %q", got, "hello")
	}
	closeBody(stream)
	s.closedOnce("the connection", body.payload)
}
