package workshop

import (
	"context"
	"net/http"
	"time"
)

// The settings that all peers get, as far as they have them.
const (
	maxRetries     = 5
	firstWait      = time.Second
	maxWait        = 30 * time.Second
	attemptTimeout = 15 * time.Second

	tripRatio   = 0.5
	tripSamples = 20
	tripWindow  = 10 * time.Second
	openTime    = 5 * time.Second
	probes      = 3

	hedgeDelay  = 50 * time.Millisecond
	hedgeBudget = 0.1
)

// A result is what a call returned.
type result struct {
	status int
	bytes  int64
	err    error
}

// good reports whether the caller can use it.
func (r result) good() bool { return r.err == nil && r.status < http.StatusBadRequest }

// A call gets a URL and reads the response to its end.
type call func(ctx context.Context, url string) result

// A peer is a module that is compared.
type peer struct {
	name    string
	breaker func(base http.RoundTripper, retries int) call // nil if it has none
	hedge   func(base http.RoundTripper) call
}

func peers() []peer { return []peer{none(), ours(), failsafe(), restyClient()} }
