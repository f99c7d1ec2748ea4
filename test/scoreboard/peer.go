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
	Name     string // of the package, and of its decorator if there are several
	Module   string // path of the module that the version is read from
	Kind     Kind
	Settings string // the settings, in a sentence or two

	// Wrap returns the decorator with base below it. Each check calls it at least once.
	Wrap func(base http.RoundTripper) http.RoundTripper

	// Claims are the decorator's claims beyond the contract.
	Claims []rttest.Option

	// Apart says that each check runs in a separate process, because all decorators
	// of this kind share goroutines or timers.
	Apart bool
}

// All returns the peers in the order of the scoreboard.
func All() []Peer {
	return []Peer{
		tripwareRetry(), tripwareLimit(), tripwareHedge(), tripwareBulkhead(), tripwareChain(),
		failsafe(), retryablehttp(), kiota(), oras(), rehttpPeer(),
		hedged(), failsafeHedge(),
		oauth(), kubernetesBearer(),
		requestsLog(), httprettyPeer(), otel(), prometheus(),
		githubLimit(), cache(), failsafeBreaker(), requestsAgent(),
	}
}

// Settings of all retriers, as far as they have options for them. Waits are virtual,
// and long enough for a Retry-After of a few seconds.
const (
	maxRetries = 2
	firstWait  = 100 * time.Millisecond
	maxWait    = 4 * time.Second
)

// The setting of all hedges, which send one further request.
const hedgeDelay = 100 * time.Millisecond

// Settings of all peers that add a credential.
const (
	origin = "https://api.example.com"
	secret = "peers-canary-5d1c6a" //nolint:gosec // not a real credential
)

// idempotent returns the methods of RFC 9110 section 9.2.2.
func idempotent() []string {
	return []string{
		http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete,
	}
}

// anyMethod returns all methods, for a retrier that has no option for methods. It is
// not checked for retrying POST.
func anyMethod() []string { return append(idempotent(), http.MethodPost, http.MethodPatch) }
