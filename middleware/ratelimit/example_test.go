package ratelimit_test

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

func ExampleNew() {
	server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return answer(http.StatusOK, "X-RateLimit-Limit", "60", "X-RateLimit-Remaining", "59"), nil
	})
	client := &http.Client{Transport: transport.Chain(server, ratelimit.New(ratelimit.NewLimiter()))}
	resp, err := client.Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	said := transport.CallOf(resp).RateLimit()
	fmt.Println(said.Remaining, "of", said.Limit)
	// Output: 59 of 60
}

func ExampleWithReader() {
	// A server that says in a header of its own that it is overloaded.
	load := func(header http.Header, said transport.RateLimit) transport.RateLimit {
		said.State = header.Get("Example-Load")
		said.Throttled = said.State == "high"
		return said
	}
	server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
		return answer(http.StatusOK, "Example-Load", "high", "Retry-After", "2"), nil
	})
	limiter := ratelimit.NewLimiter()
	client := &http.Client{Transport: transport.Chain(server, ratelimit.New(limiter, ratelimit.WithReader(load)))}
	resp, err := client.Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	state, _ := limiter.Snapshot("api.example.com")
	fmt.Println(transport.CallOf(resp).RateLimit().State, state.PausedUntil.IsZero())
	// Output: high false
}

func ExampleNewLimiter() {
	limiter := ratelimit.NewLimiter(
		ratelimit.WithRate(1, 1), // one a second
		ratelimit.WithMaxWait(500*time.Millisecond),
	)
	server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return answer(http.StatusOK), nil })
	client := &http.Client{Transport: ratelimit.New(limiter)(server)}
	for range 2 {
		resp, err := client.Get("https://api.example.com/")
		if errors.Is(err, ratelimit.ErrLimited) {
			fmt.Println("not sent")
			continue
		}
		fmt.Println(resp.StatusCode)
		_ = resp.Body.Close()
	}
	// Output:
	// 200
	// not sent
}
