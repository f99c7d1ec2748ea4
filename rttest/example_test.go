package rttest_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/tripware/tripware/rttest"
)

// userAgent is a typical small decorator.
type userAgent struct {
	base  http.RoundTripper
	agent string
}

func (u *userAgent) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := *req
	sent.Header = maps.Clone(req.Header)
	if sent.Header != nil {
		sent.Header["User-Agent"] = []string{u.agent}
	}
	return u.base.RoundTrip(&sent)
}

func (u *userAgent) CloseIdleConnections() { (&http.Client{Transport: u.base}).CloseIdleConnections() }

// These lines test it.
func TestUserAgent(t *testing.T) {
	t.Parallel()
	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
		return &userAgent{base: base, agent: "example/1.0"}
	})
}

func ExampleChecks() {
	for _, check := range rttest.Checks()[:3] {
		fmt.Printf("%s %s: %s\n", check.Promise, check.Name, check.Sentence)
	}
	// Output:
	// C1 request-untouched: the caller's request is the same before, during and after the call
	// C1 request-arrays-untouched: nothing is appended in the backing arrays of the caller's header values
	// C1 request-kept-after: a request is not modified after it was passed to the base, and the caller's request is never modified
}
