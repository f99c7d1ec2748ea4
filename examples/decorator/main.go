// Decorator puts one decorator, retries, under a client that exists, and uses
// nothing of this module but transport and middleware/retry.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func main() {
	api := httptest.NewServer(flaky(2)) // somebody else's API, which fails twice
	defer api.Close()

	client := api.Client() // the client you already have
	client.Transport = transport.Chain(client.Transport, retry.New(retry.WithBaseDelay(0)))

	resp, err := client.Get(api.URL + "/weather")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	for _, attempt := range transport.CallOf(resp).Attempts() {
		fmt.Println("attempt", attempt.Number, "answered", attempt.Status)
	}
}

func flaky(failures int64) http.HandlerFunc {
	var calls atomic.Int64
	return func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) <= failures {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
}
