package prometheus_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// A program that makes a call and serves its metrics.
func Example() {
	c, handler, err := monitored()
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", handler)
	server := httptest.NewServer(mux)
	defer server.Close()

	for range 2 { // the second scrape has the call of the first
		resp, err := c.Get(server.URL + "/metrics")
		if err != nil {
			panic(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			panic(err)
		}
		_ = resp.Body.Close()
		fmt.Println(resp.StatusCode, strings.Contains(string(text), "\ntripware_calls_total{"))
	}
	// Output:
	// 200 false
	// 200 true
}
