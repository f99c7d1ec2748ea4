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
		return answer(http.StatusOK, "X-RateLimit-State", "OK", "X-RateLimit-Period-In-Sec", "60"), nil
	})
	client := &http.Client{Transport: transport.Chain(server, ratelimit.New(ratelimit.NewLimiter()))}
	resp, err := client.Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	said := transport.CallOf(resp).RateLimit()
	fmt.Println(said.State, said.Period)
	// Output: OK 1m0s
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
