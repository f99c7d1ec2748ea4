package tripware_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

func ExampleNew() {
	answers := []int{503, 429, 200}
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		code := answers[0]
		answers = answers[1:]
		return &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	client, err := tripware.New(
		tripware.WithBase(server), // for this example; leave it out to use the network
		tripware.WithAuth("https://api.example.com", auth.Bearer(redact.NewSecret("token"))),
		tripware.WithLimiter(ratelimit.NewLimiter(ratelimit.WithRate(10, 20))),
		tripware.WithRetry(retry.WithAttemptTimeout(10*time.Second),
			retry.WithBaseDelay(time.Millisecond)), // for this example; the default is 1s
	)
	if err != nil {
		panic(err)
	}
	resp, err := client.Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	call := transport.CallOf(resp)
	fmt.Println(resp.StatusCode, "after", call.AttemptCount(), "attempts")
	// Output: 200 after 3 attempts
}

func ExampleNew_faults() {
	_, err := tripware.New(tripware.WithRetry(retry.WithMaxRetries(-1), retry.WithCodes("5x")))
	fmt.Println(err)
	fault, ok := errors.AsType[*retry.CodeError](err)
	fmt.Println(ok, fault.Part)
	// Output:
	// tripware: retry: parse codes: "5x" is not a code (429), class (5xx) or range (502-599)
	// retry: max retries -1 is negative
	// true 5x
}

func ExampleNewTransport() {
	chain, err := tripware.NewTransport(tripware.WithBase(&http.Transport{}), tripware.WithRetry(retry.WithMaxRetries(2)))
	if err != nil {
		panic(err)
	}
	client := &http.Client{Transport: chain} // yours, with its jar and its redirects
	fmt.Println(client.Transport)
	// Output: identity > retry(2, 429,500,502-599) > ratelimit > *http.Transport
}

// Stamp is the decorator of docs/decorator.md: it writes the time at which a request is
// sent into a header.
func Stamp(header string) transport.Middleware {
	var fault error
	if header == "" {
		fault = errors.New("stamp: the header has no name")
	}
	return func(next http.RoundTripper) http.RoundTripper {
		return &stamp{Link: layer.NewLink("stamp", layer.Anywhere, next, fault), header: header}
	}
}

type stamp struct {
	layer.Link

	header string
}

func (s *stamp) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.Fault() != nil {
		return nil, layer.Refuse(req, s.Fault()) // also closes the body
	}
	stamped := layer.Copy(req, 1) // with room for one more header
	stamped.Header.Set(s.header, time.Now().UTC().Format(time.RFC3339))
	resp, err := s.Send(stamped)
	return layer.Restore(resp, req), err // so that resp.Request is req
}

func TestStamp(t *testing.T) {
	t.Parallel()
	rttest.Run(t, Stamp("X-Sent-At"), rttest.Unwraps(), rttest.Guards())
}

// C1 to C8: the recipe also holds below and above other layers.
func TestStampBesideOthers(t *testing.T) {
	t.Parallel()
	foreign := func(next http.RoundTripper) http.RoundTripper { return &foreign{next} }
	for name, wrap := range map[string]transport.Middleware{
		"below": func(base http.RoundTripper) http.RoundTripper { return foreign(Stamp("X-Sent-At")(base)) },
		"above": func(base http.RoundTripper) http.RoundTripper { return Stamp("X-Sent-At")(foreign(base)) },
		"in the standing chain": func(base http.RoundTripper) http.RoundTripper {
			chain, err := tripware.NewTransport(tripware.WithBase(base), tripware.WithRetry(retry.WithMaxRetries(0)),
				tripware.PerCall(Stamp("X-Called-At"), foreign), tripware.PerAttempt(Stamp("X-Sent-At"), foreign))
			if err != nil {
				panic(err)
			}
			return chain
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rttest.Run(t, wrap)
		})
	}
}

// A foreign layer sends a copy of the request, and knows nothing of ours.
type foreign struct{ next http.RoundTripper }

func (f *foreign) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := *req
	return f.next.RoundTrip(&sent)
}

func (f *foreign) CloseIdleConnections() { (&http.Client{Transport: f.next}).CloseIdleConnections() }

func ExamplePerAttempt() {
	server := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		fmt.Println("stamped:", req.Header.Get("X-Sent-At") != "")
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	client, err := tripware.New(tripware.WithBase(server), tripware.PerAttempt(Stamp("X-Sent-At")))
	if err != nil {
		panic(err)
	}
	resp, err := client.Get("https://api.example.com/")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode)
	_, err = tripware.New(tripware.PerCall(Stamp("")))
	fmt.Println(err)
	// Output:
	// stamped: true
	// 200
	// tripware: stamp: the header has no name
}
