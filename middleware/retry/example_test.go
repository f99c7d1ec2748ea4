package retry_test

import (
	"fmt"
	"net/http"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

func ExampleNew() {
	answers := []int{503, 429, 200}
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		code := answers[0]
		answers = answers[1:]
		return &http.Response{StatusCode: code, Body: http.NoBody, Request: req}, nil
	})
	client := &http.Client{Transport: transport.Chain(server, retry.New(retry.WithBaseDelay(0)))}
	resp, err := client.Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, "after", len(transport.CallOf(resp).Attempts()), "attempts")
	// Output: 200 after 3 attempts
}

func ExampleWithCodes() {
	fine := retry.New(retry.WithCodes("429", "5xx", "404-329"))
	fmt.Println(transport.Chain(http.DefaultTransport, fine))
	wrong := retry.New(retry.WithCodes("429", "5x"))
	fmt.Println(transport.Check(wrong(http.DefaultTransport)))
	// Output:
	// retry(5, 429,5xx,329-404) > *http.Transport
	// retry: parse codes: "5x" is not a code (429), class (5xx) or range (502-599)
}
