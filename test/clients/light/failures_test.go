package light_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	resty "github.com/go-resty/resty/v2"
	"github.com/google/go-github/v74/github"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	restyv3 "resty.dev/v3"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

// A client that hands out the response returns an error that has the record if no response
// came.
func TestTheRecordWithoutAResponse(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path != "/token" {
			return nil, lost
		}
		w := httptest.NewRecorder()
		write(w, http.StatusOK, `{"access_token":"token","token_type":"Bearer"}`)
		return w.Result(), nil
	})
	for _, c := range table() {
		if !strings.Contains(c.Record, "CallOf(") {
			continue
		}
		o := c.After(t.Context(), clients.Site{URL: "https://api.example.com", Base: base})
		require.ErrorIs(t, o.Err, lost, c.Name)
		assert.Nil(t, o.Response, c.Name)
		assert.Contains(t, c.Record, "CallOfError(err)", c.Name)
		assert.Equal(t, 4, transport.CallOfError(o.Err).AttemptCount(), c.Name)
	}
}

// After the deadline of the caller, go-github returns the error of the context.
func TestGitHubDropsTheErrorAfterADeadline(t *testing.T) {
	t.Parallel()
	stuck := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, context.Cause(req.Context())
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	ctx, call := transport.Begin(ctx)
	defer call.End()
	o := githubPut(ctx, github.NewClient(&http.Client{Transport: transport.Chain(stuck, retry.New())}), "http://api.example.com")
	require.ErrorIs(t, o.Err, context.DeadlineExceeded)
	assert.Nil(t, o.Response)
	assert.Nil(t, transport.CallOfError(o.Err))
	assert.Equal(t, 1, call.AttemptCount())
}

// WithAuthToken puts a layer above the chain that transport.Check cannot see through.
func TestGitHubsTokenHidesTheChain(t *testing.T) {
	t.Parallel()
	rt := transport.Chain(http.DefaultTransport, retry.New(), retry.New(retry.WithMaxRetries(1))) // a mistake
	client := github.NewClient(&http.Client{Transport: rt})
	require.Error(t, transport.Check(client.Client().Transport))
	assert.NoError(t, transport.Check(client.WithAuthToken("token").Client().Transport))
}

// The timeout of resty ends a call while the chain still has retries.
func TestRestysTimeoutBoundsAllAttempts(t *testing.T) {
	t.Parallel()
	const timeout = 50 * time.Millisecond
	for name, put := range map[string]func(rt http.RoundTripper, url string){
		"v2": func(rt http.RoundTripper, url string) {
			restyPut(t.Context(), resty.New().SetTransport(rt).SetTimeout(timeout), url)
		},
		"v3": func(rt http.RoundTripper, url string) {
			resty3Put(t.Context(), restyv3.New().SetTransport(rt).SetTimeout(timeout), url)
		},
	} {
		var requests atomic.Int32
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			write(w, http.StatusServiceUnavailable, `{}`)
		}))
		slow := retry.New(retry.WithBaseDelay(timeout/2), retry.WithBackoff(retry.Constant))
		put(transport.Chain(&http.Transport{DisableKeepAlives: true}, slow), site.URL)
		site.Close()
		assert.LessOrEqual(t, requests.Load(), int32(2), "%s: the third attempt would begin after the timeout", name)
	}
}
