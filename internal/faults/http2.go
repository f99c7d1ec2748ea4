package faults

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
)

// NewHTTP2 starts a server that speaks HTTP/2 over TLS through net/http.
func NewHTTP2(script Script) *Server {
	s := &Server{script: script, done: make(chan struct{})}
	h := httptest.NewUnstartedServer(s)
	h.EnableHTTP2 = true
	s.start(h)
	return s
}

func (s *Server) start(h *httptest.Server) {
	h.Config.ErrorLog = log.New(io.Discard, "", 0) // broken connections are intended
	h.Config.MaxHeaderBytes = 1 << 20
	h.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connected()
		}
	}
	h.StartTLS()
	s.URL, s.Roots = h.URL, x509.NewCertPool()
	s.Roots.AddCert(h.Certificate())
	s.stop = func() {
		h.CloseClientConnections()
		h.Close()
	}
}

// ServeHTTP applies a step to an HTTP/2 request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, step := s.arrive(s.script, r.Header.Get(HeaderCall), r.Method)
	if step.Kind == ResetUnread {
		panic(http.ErrAbortHandler)
	}
	if !s.take(a, step, r.Body, make([]byte, 32<<10)) {
		return
	}
	maps.Copy(w.Header(), step.Header)
	s.perform(w, r, step)
}

func (s *Server) perform(w http.ResponseWriter, r *http.Request, step Step) {
	text := []byte(step.body())
	switch step.Kind {
	case Answer:
	case CloseIdle:
		w.Header().Set("Connection", "close")
	case Early:
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
	case HugeHeader:
		w.Header()["X-Filler"] = step.filler()
	case Trailers:
		w.Header().Set(http.TrailerPrefix+"X-Sum", "done")
	case Bomb:
		text = []byte(pack(step.Size))
		w.Header().Set("Content-Encoding", "gzip")
	case ResetBefore:
		panic(http.ErrAbortHandler)
	case StallBefore:
		s.outwait(r)
		return
	case ResetInBody, StallInBody, Truncate, Dribble, Endless:
		s.part(w, r, step)
		return
	default:
		http.Error(w, fmt.Sprintf("faults: kind %d is not for HTTP/2", step.Kind), http.StatusNotImplemented)
		return
	}
	w.WriteHeader(step.status())
	_, _ = w.Write(text) //nolint:gosec // the body comes from the script, and no browser reads it
}

// part writes a response whose body comes slowly or never ends.
func (s *Server) part(w http.ResponseWriter, r *http.Request, step Step) {
	if step.Kind != Endless {
		w.Header().Set("Content-Length", strconv.Itoa(len(step.body())))
	}
	w.WriteHeader(step.status())
	switch step.Kind {
	case Endless:
		for block := bytes.Repeat([]byte("0"), 16<<10); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	case Dribble:
		for i := range len(step.body()) {
			_, _ = io.WriteString(w, step.body()[i:i+1]) //nolint:gosec // the same
			if http.NewResponseController(w).Flush() != nil || !s.pause(step.Pause) {
				return
			}
		}
		return
	default:
	}
	_, _ = io.WriteString(w, step.half()) //nolint:gosec // the same
	_ = http.NewResponseController(w).Flush()
	switch step.Kind {
	case StallInBody:
		s.outwait(r)
	case ResetInBody:
		if step.Gate != nil {
			select {
			case <-step.Gate:
			case <-s.done:
			}
		}
		panic(http.ErrAbortHandler)
	default:
	}
}

// outwait waits until the client closes the connection or the server is closed.
func (s *Server) outwait(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.done:
	}
	panic(http.ErrAbortHandler)
}
