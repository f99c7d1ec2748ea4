package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// shaky starts a server on loopback, which runs until the program ends. It throttles the first
// request, breaks the connection of the second, and answers the others.
func shaky() (url string) {
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch requests.Add(1) {
		case 1:
			w.Header().Set("Connection", "close") // otherwise net/http itself would replace the broken connection
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			hangUp(w)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"things":[]}`)
		}
	}))
	return server.URL
}

// hangUp ends the connection without a response.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset
	}
	_ = conn.Close()
}

// must returns v, since an example has no better way to handle an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
