package rttest_test

import (
	"strings"
	"testing"

	"github.com/tripware/tripware/rttest"
)

// A loop without a flaw passes, so the others fail because of their flaws.
func TestARetryLoopWithoutFlawPasses(t *testing.T) {
	t.Parallel()
	rttest.Run(t, retrying(""), claimRetries(), claimSharing(), rttest.Unwraps())
}

// retryFaults holds one flaw for each check of retries.
func retryFaults() (all []fault) {
	also := map[string][]string{
		"retry-no-upgrade":             {"upgrade-stays-writable"},
		"retry-body-of-known-length":   {"retry-early-response"}, // sends a closed body again
		"retry-body-of-unknown-length": {"retry-early-response"},
	}
	for _, c := range rttest.Checks() {
		if strings.HasPrefix(c.Name, "retry-") {
			all = append(all, fault{check: c.Name, wrap: retrying(c.Name), options: []rttest.Option{claimRetries(), claimSharing()}, also: also[c.Name]})
		}
	}
	return all
}

func TestASignerAndAPacerWithoutFlawPass(t *testing.T) {
	t.Parallel()
	rttest.Run(t, signing(""), carries, rttest.Unwraps())
	rttest.Run(t, pacing(""), rttest.Limits(rttest.Limit{PerSecond: 2000, Burst: 50, Learns: true}))
}
