//go:build realparts && linux

package realparts_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// A visit is a request as the target saw it.
type visit struct {
	method, host, body string
	broken             bool // the body ended early
	header             http.Header
}

// A target is the server at the far end.
type target struct {
	*httptest.Server

	mu     sync.Mutex
	visits []visit
	conns  int
}

// newTarget starts a server whose answers are those of handler, "reached" if it
// is nil. With an authority it speaks TLS, and HTTP/2, with a certificate of that.
func newTarget(t *testing.T, a *authority, handler http.HandlerFunc) *target {
	t.Helper()
	if handler == nil {
		handler = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "reached") }
	}
	g := new(target)
	g.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		g.mu.Lock()
		g.visits = append(g.visits, visit{r.Method, r.Host, string(body), err != nil, r.Header.Clone()})
		g.mu.Unlock()
		handler(w, r)
	}))
	g.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.conns++
		}
	}
	if a == nil {
		g.Start()
	} else {
		g.TLS = &tls.Config{Certificates: []tls.Certificate{a.issue(t, "127.0.0.1", "localhost", "target.parts.test", "direct.parts.test")}}
		g.EnableHTTP2 = true
		g.StartTLS()
	}
	t.Cleanup(g.Close)
	return g
}

// addr is where the target listens.
func (g *target) addr() string { return g.Listener.Addr().String() }

// seen returns the requests so far.
func (g *target) seen() []visit {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]visit(nil), g.visits...)
}

func (g *target) connections() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.conns
}

// answers returns a handler that answers with these statuses in turn, for ever.
func answers(statuses ...int) http.HandlerFunc {
	var mu sync.Mutex
	next := 0
	return func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		status := statuses[next%len(statuses)]
		next++
		mu.Unlock()
		w.WriteHeader(status)
		_, _ = io.WriteString(w, http.StatusText(status))
	}
}
