package rttest_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/measure"
	"github.com/tripware/tripware/rttest"
)

// A fault is a decorator that breaks one check.
type fault struct {
	check   string // the check that must fail
	wrap    func(http.RoundTripper) http.RoundTripper
	options []rttest.Option
	also    []string // checks that may also fail
	races   bool     // the race detector sees it too, and would fail this test
}

func faults() []fault {
	return slices.Concat(requestFaults(), bodyFaults(), answerFaults(), responseFaults(), connectionFaults(), guardFaults(),
		stallFaults(), cacheFaults(), retryFaults(), credentialFaults(), logFaults(), limitFaults(), hedgeFaults())
}

func TestEachCheckFindsItsFaultAndNoOther(t *testing.T) {
	t.Parallel()
	for _, f := range faults() {
		t.Run(f.check, func(t *testing.T) {
			t.Parallel()
			if f.races && measure.Racing {
				t.Skip("this decorator has a data race on purpose, which fails any test under the race detector; it is checked without")
			}
			find(t, f)
		})
	}
}

func find(t *testing.T, f fault) {
	t.Helper()
	options := append(slices.Clone(f.options), rttest.WithPatience(30*time.Second))
	for _, slow := range []string{"concurrent-http1", "concurrent-http2", "same-request-twice", "goroutines-end"} {
		if measure.Racing && f.check != slow {
			options = append(options, rttest.Skip(slow, "checked without the race detector, which makes it slow"))
		}
	}
	found := false
	for _, finding := range rttest.Report(t, f.wrap, options...) {
		if finding.Outcome != rttest.Failed {
			assert.NotEqual(t, f.check, finding.Check.Name, "it did not fail: %v %s", finding.Outcome, finding.Detail)
			continue
		}
		assert.NotEmpty(t, finding.Detail)
		if finding.Check.Name == f.check {
			found = true
			t.Logf("%s", finding.Detail)
			continue
		}
		assert.Contains(t, f.also, finding.Check.Name, "it failed as well: %s", finding.Detail)
	}
	require.True(t, found)
}

// Each check can fail: a check that always passes would prove nothing.
func TestEachCheckHasAFault(t *testing.T) {
	t.Parallel()
	tried := []string{"defaults-untouched"} // in a test of its own, since it breaks them for all
	for _, f := range faults() {
		assert.NotContains(t, tried, f.check)
		tried = append(tried, f.check)
	}
	for _, c := range rttest.Checks() {
		assert.Contains(t, tried, c.Name)
		assert.NotEmpty(t, c.Promise, c.Name)
		assert.NotEmpty(t, c.Sentence, c.Name)
		assert.NotEmpty(t, c.Why, c.Name)
		assert.NotEmpty(t, c.Claim, c.Name)
	}
	assert.Len(t, rttest.Checks(), len(tried))
}

// Not parallel, since it changes the defaults that other tests use.
func TestFindsWhoChangesTheDefaults(t *testing.T) {
	transport, ok := http.DefaultTransport.(*http.Transport)
	require.True(t, ok)
	was := transport.MaxIdleConnsPerHost
	t.Cleanup(func() { transport.MaxIdleConnsPerHost = was })
	find(t, fault{check: "defaults-untouched", wrap: func(base http.RoundTripper) http.RoundTripper {
		transport.MaxIdleConnsPerHost++
		return pass(base)
	}})
}

// doing returns a decorator that forwards CloseIdleConnections and calls f.
func doing(f func(req *http.Request, base http.RoundTripper) (*http.Response, error)) func(http.RoundTripper) http.RoundTripper {
	return func(base http.RoundTripper) http.RoundTripper { return &acting{passing{base}, f} }
}

type acting struct {
	passing

	do func(req *http.Request, base http.RoundTripper) (*http.Response, error)
}

func (a *acting) RoundTrip(req *http.Request) (*http.Response, error) { return a.do(req, a.base) }
