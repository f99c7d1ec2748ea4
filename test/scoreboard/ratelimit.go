package scoreboard

import (
	"net/http"
	"time"

	"github.com/gofri/go-github-ratelimit/v2/github_ratelimit"
	"github.com/gofri/go-github-ratelimit/v2/github_ratelimit/github_secondary_ratelimit"
)

// It recognizes a limit by GitHub's own headers and bodies, which rttest does not send,
// so no limits are claimed. A single sleep is bounded to a few seconds.
func githubLimit() Peer {
	return Peer{
		Name: "go-github-ratelimit", Module: "github.com/gofri/go-github-ratelimit/v2", Kind: KindOther,
		Settings: "Primary and secondary limiter; WithSingleSleepLimit.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return github_ratelimit.New(base, github_secondary_ratelimit.WithSingleSleepLimit(5*time.Second, nil))
		},
	}
}
