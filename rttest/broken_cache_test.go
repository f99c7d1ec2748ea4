package rttest_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/rttest"
)

// C5: a private cache that follows RFC 9111 passes.
func TestACacheWithoutFlawPasses(t *testing.T) {
	t.Parallel()
	rttest.Run(t, caches(""), rttest.Caches(), rttest.Unwraps())
}

// cacheFaults holds one flaw for each check of responses without the base.
func cacheFaults() []fault {
	all := []fault{
		{check: "response-by-vary", wrap: caching("Authorization")},
		{check: "response-by-authorization", wrap: caching("Accept-Language")},
	}
	racing := map[string]bool{"answer-bodies-apart": true, "answer-responses-apart": true} // what callers share
	also := map[string][]string{"answer-bodies-apart": {"answer-concurrent"}}              // if two happen to read at once
	for _, c := range rttest.Checks() {
		if c.Claim == rttest.ClaimAnswers || c.Claim == rttest.ClaimCaches {
			all = append(all, fault{check: c.Name, wrap: caches(c.Name), options: []rttest.Option{rttest.Caches()}, races: racing[c.Name], also: also[c.Name]})
		}
	}
	return all
}

// C5: a cache that considers only the URL fails, whether it claims to be a cache or not.
func TestACacheByURLAloneIsFound(t *testing.T) {
	t.Parallel()
	for name, claims := range map[string][]rttest.Option{"as anybody": nil, "as a cache": {rttest.Caches()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := failing(t, caching(""), claims...)
			assert.Subset(t, failed, []string{"response-by-vary", "response-by-authorization"})
			if claims != nil {
				assert.Subset(t, failed, []string{"cache-vary-star", "cache-no-store", "cache-no-cache", "cache-stale", "cache-invalidated"})
			}
		})
	}
}

// failing returns the names of the checks that a decorator fails.
func failing(t *testing.T, wrap func(http.RoundTripper) http.RoundTripper, options ...rttest.Option) (names []string) {
	t.Helper()
	for _, f := range rttest.Report(t, wrap, options...) {
		if f.Outcome == rttest.Failed {
			t.Logf("%s: %s", f.Check.Name, f.Detail)
			names = append(names, f.Check.Name)
		}
	}
	return names
}

// caching stores responses that may be stored, by URL and the value of one header.
func caching(by string) func(http.RoundTripper) http.RoundTripper {
	type stored struct {
		resp http.Response
		body string
	}
	return func(base http.RoundTripper) http.RoundTripper {
		var mu sync.Mutex
		kept := map[string]stored{}
		return doing(func(req *http.Request, base http.RoundTripper) (*http.Response, error) {
			if req.URL == nil || req.Method != http.MethodGet {
				return base.RoundTrip(req)
			}
			mu.Lock()
			defer mu.Unlock()
			id := req.URL.String() + " " + req.Header.Get(by)
			if s, ok := kept[id]; ok {
				s.resp.Request, s.resp.Body = req, io.NopCloser(strings.NewReader(s.body))
				return &s.resp, nil
			}
			resp, err := base.RoundTrip(req)
			if err != nil || resp == nil || !strings.HasPrefix(resp.Header.Get("Cache-Control"), "max-age") {
				return resp, err
			}
			body, err := slurp(resp)
			if err != nil {
				return nil, err
			}
			kept[id] = stored{*resp, body}
			resp.Body = io.NopCloser(strings.NewReader(body))
			return resp, nil
		})(base)
	}
}
