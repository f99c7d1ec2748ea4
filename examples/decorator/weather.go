package main

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// weather starts a loopback server whose first two responses fail, and returns a client
// for it.
func weather() (client *http.Client, url string) {
	var calls atomic.Int64
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) <= 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	return api.Client(), api.URL
}
