package scoreboard

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/rttest"
)

// A Kind groups peers by what they add to a request.
type Kind string

// The kinds, in the order of the scoreboard.
const (
	KindOurs       Kind = "Tripware"
	KindRetry      Kind = "retries"
	KindHedge      Kind = "hedging"
	KindCredential Kind = "credentials"
	KindObserver   Kind = "logs, metrics and traces"
	KindOther      Kind = "caches, limits and headers"
)

// Kinds returns the kinds in the order of the scoreboard.
func Kinds() []Kind {
	return []Kind{KindOurs, KindRetry, KindHedge, KindCredential, KindObserver, KindOther}
}

// A Peer is a decorator under test.
type Peer struct {
	Name     string // of the package, with what of it is used where there is a choice
	Module   string // where its version is read from
	Kind     Kind
	Settings string // a sentence or two: what was set, and why

	// Wrap puts the decorator on base. It is called once or more for each check.
	Wrap func(base http.RoundTripper) http.RoundTripper

	// Claims are what the decorator promises besides the contract.
	Claims []rttest.Option

	// Apart runs each check in a process of its own: for a decorator that shares
	// goroutines or timers between all that are made of it.
	Apart bool
}

// All returns the peers in the order of the scoreboard.
func All() []Peer {
	return []Peer{
		tripwareRetry(), tripwareLimit(), tripwareChain(),
		failsafe(), retryablehttp(), kiota(), oras(), rehttpPeer(),
		hedged(),
		oauth(), kubernetesBearer(),
		requestsLog(), httprettyPeer(), otel(), prometheus(),
		githubLimit(), cache(), failsafeBreaker(), requestsAgent(),
	}
}

// What all retriers are set to, as far as their options go: waits are virtual,
// and long enough for a Retry-After of some seconds to be followed.
const (
	maxRetries = 2
	firstWait  = 100 * time.Millisecond
	maxWait    = 4 * time.Second
)

// What all that carry a credential are set to.
const (
	origin = "https://api.example.com"
	secret = "peers-canary-5d1c6a" //nolint:gosec // no credential of anything
)

// idempotent are the methods of RFC 9110 section 9.2.2.
func idempotent() []string {
	return []string{
		http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete,
	}
}

// anyMethod is for a retrier that has no option for methods: it is not checked
// for leaving POST alone.
func anyMethod() []string { return append(idempotent(), http.MethodPost, http.MethodPatch) }
