// Package tuning has the settings that docs/tuning.md recommends, and measures in virtual
// time what they do. With -v its tests print the tables of that page.
package tuning_test

import (
	"net/http"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// webRequest is for calls that a user waits for.
func webRequest() tripware.Option {
	return tripware.WithRetry(
		retry.WithMaxRetries(2), retry.WithBaseDelay(100*time.Millisecond),
		retry.WithAttemptTimeout(time.Second), retry.WithCallTimeout(3*time.Second),
	)
}

// worker is for a job that is taken from a queue, and returns to it if it fails.
func worker() tripware.Option {
	return tripware.WithRetry(retry.WithAttemptTimeout(10*time.Second), retry.WithCallTimeout(90*time.Second))
}

// batchJob is for a job that may take hours, and should not fail because of a restart.
func batchJob() tripware.Option {
	return tripware.WithRetry(
		retry.WithMaxRetries(20), retry.WithMaxElapsed(15*time.Minute), retry.WithMaxHint(5*time.Minute),
		retry.WithAttemptTimeout(time.Minute), retry.WithWholeBody(10<<20),
	)
}

// healthCheck is for a question about this moment.
func healthCheck() tripware.Option {
	return tripware.WithRetry(retry.WithMaxRetries(0), retry.WithCallTimeout(2*time.Second))
}

// steady lets 20 calls a second outlast an interruption of five seconds.
func steady() retry.Option { return retry.WithBudget(layer.NewBudget(0.2, 300, 10)) }

// perAccount returns a client for each account's key. The clients share connections and
// nothing else.
func perAccount(origin string, keys map[string]redact.Secret) (map[string]*http.Client, error) {
	base, err := network.New(network.WithConcurrency(128))
	if err != nil {
		return nil, err
	}
	clients := make(map[string]*http.Client)
	for account, key := range keys {
		limiter := ratelimit.NewLimiter() // each key has its own quota
		clients[account], err = tripware.New(worker(), tripware.WithBase(base),
			tripware.WithAuth(origin, auth.Bearer(key)), tripware.WithLimiter(limiter))
		if err != nil {
			return nil, err
		}
	}
	return clients, nil
}

// readAndWrite returns two clients with one key, and so with one quota and one budget.
func readAndWrite(origin string, key redact.Secret) (reader, writer *http.Client, err error) {
	limiter, budget := ratelimit.NewLimiter(), layer.DefaultBudget()
	shared := tripware.Options(tripware.WithLimiter(limiter), tripware.WithRetry(retry.WithBudget(budget)),
		tripware.WithAuth(origin, auth.Bearer(key)))
	if reader, err = tripware.New(shared, webRequest()); err != nil {
		return nil, nil, err
	}
	writer, err = tripware.New(shared, batchJob())
	return reader, writer, err
}
