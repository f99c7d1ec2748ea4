package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// weather starts a loopback server whose first responses fail, and returns a client for it.
func weather(failures int64) (client *http.Client, url string) {
	var calls atomic.Int64
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) <= failures {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		text := "sunny"
		if r.Header.Get("Authorization") == "Bearer t0ken" {
			text += ", with a token"
		}
		_, _ = io.WriteString(w, text)
	}))
	return api.Client(), api.URL
}
