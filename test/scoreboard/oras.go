package scoreboard

import (
	"net/http"

	orasretry "oras.land/oras-go/v2/registry/remote/retry"

	"github.com/tripware/tripware/rttest"
)

// Written for container registries, but usable for any server. The default predicate
// retries 408, 429, 5xx, a reset connection and timeouts. It reads Retry-After only
// with 429, so it is checked with that status.
func oras() Peer {
	return Peer{
		Name: "oras-go registry/remote/retry", Module: "oras.land/oras-go/v2", Kind: KindRetry,
		Settings: "GenericPolicy with DefaultPredicate, ExponentialBackoff with 10% of jitter and MaxWait.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			policy := &orasretry.GenericPolicy{
				Retryable: orasretry.DefaultPredicate,
				Backoff:   orasretry.ExponentialBackoff(firstWait, 2, 0.1),
				MinWait:   firstWait, MaxWait: maxWait, MaxRetry: maxRetries,
			}
			return &orasretry.Transport{Base: base, Policy: func() orasretry.Policy { return policy }}
		},
		Claims: []rttest.Option{rttest.Retries(rttest.Retry{
			Max: maxRetries, MaxWait: maxWait, Statuses: []int{http.StatusTooManyRequests},
			Methods: anyMethod(), Errors: true, Hints: true,
		})},
	}
}
