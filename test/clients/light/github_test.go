package light_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-github/v74/github"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func goGitHub() clients.Client {
	return clients.Client{
		Name: "go-github", Module: "github.com/google/go-github/v74",
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt := s.Chain()
			// line:
			client := github.NewClient(&http.Client{Transport: rt})
			// end
			return githubPut(ctx, client, s.URL)
		},
		Record: "`transport.CallOf(resp.Response)` if `resp` is not nil, else `transport.CallOfError(err)`. " +
			"If the caller's context has ended, go-github drops the chain's error, and only `transport.Begin` has the record",
		Off: "nothing, it has no retries of its own",
		On: "its check of the rate limit, which fails calls without sending them while no request remains. Such a call has no record; " +
			"`client.DisableRateLimitCheck = true` switches the check off, and the context value `github.BypassRateLimitCheck` does so for one call. " +
			"A 403 of the secondary limit is retried by the chain like a 429",
		Cannot: "`WithAuthToken` hides the chain from `transport.Check`, and its token is the same in all attempts: " +
			"check the chain before it is passed, or leave the credential to the chain, by `tripware.WithAuth` or `auth.New`",
	}
}

func githubPut(ctx context.Context, client *github.Client, url string) clients.Outcome {
	var err error
	if client.BaseURL, err = client.BaseURL.Parse(url + "/"); err != nil {
		return clients.Outcome{Err: err}
	}
	_, resp, err := client.Activity.SetRepositorySubscription(ctx, "owner", "name", &github.Subscription{Subscribed: new(true)})
	if resp == nil {
		return clients.Outcome{Err: err}
	}
	return clients.Outcome{Response: resp.Response, Err: err}
}

// After a 403 of the primary limit, go-github fails the next call without sending it, so
// that there is no record; two settings of its own switch this off.
func TestGitHubBlocksCallsAfterThePrimaryLimit(t *testing.T) {
	t.Parallel()
	requests := 0
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.Header().Set("X-Ratelimit-Limit", "60")
		w.Header().Set("X-Ratelimit-Remaining", "0")
		w.Header().Set("X-Ratelimit-Reset", strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10))
		write(w, http.StatusForbidden, `{"message":"API rate limit exceeded"}`)
	}))
	defer site.Close()
	rt := transport.Chain(&http.Transport{DisableKeepAlives: true}, retry.New())
	client := github.NewClient(&http.Client{Transport: rt})

	first := githubPut(t.Context(), client, site.URL)
	var limited *github.RateLimitError
	require.ErrorAs(t, first.Err, &limited)
	assert.Equal(t, 1, transport.CallOf(first.Response).AttemptCount())

	blocked := githubPut(t.Context(), client, site.URL)
	require.ErrorAs(t, blocked.Err, &limited)
	assert.Equal(t, 1, requests)
	assert.Nil(t, transport.CallOf(blocked.Response))

	bypassing := context.WithValue(t.Context(), github.BypassRateLimitCheck, true)
	sent := githubPut(bypassing, client, site.URL)
	assert.Equal(t, 2, requests)
	assert.NotNil(t, transport.CallOf(sent.Response))

	client.DisableRateLimitCheck = true
	sent = githubPut(t.Context(), client, site.URL)
	assert.Equal(t, 3, requests)
	assert.NotNil(t, transport.CallOf(sent.Response))
}

// A 403 of the secondary limit has a Retry-After, and is retried by the chain before
// go-github sees it.
func TestGitHubsSecondaryLimitIsRetried(t *testing.T) {
	t.Parallel()
	requests := 0
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		if requests < 3 {
			w.Header().Set("Retry-After", "1")
			write(w, http.StatusForbidden, `{"message":"You have exceeded a secondary rate limit"}`)
			return
		}
		write(w, http.StatusOK, `{}`)
	}))
	defer site.Close()
	retries := retry.New(retry.WithBaseDelay(0), retry.WithClampedHint(short))
	rt := transport.Chain(&http.Transport{DisableKeepAlives: true}, retries)
	got := githubPut(t.Context(), github.NewClient(&http.Client{Transport: rt}), site.URL)
	require.NoError(t, got.Err)
	assert.Equal(t, 3, requests)
	assert.Equal(t, 3, transport.CallOf(got.Response).AttemptCount())
}
