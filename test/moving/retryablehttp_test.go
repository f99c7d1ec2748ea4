package moving_test

import (
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
)

func retryableBefore() *http.Client {
	client := retryablehttp.NewClient()
	client.RetryMax = 3
	client.RetryWaitMin = firstWait
	client.RetryWaitMax = 30 * time.Second
	client.HTTPClient.Timeout = 10 * time.Second // of each attempt
	client.ErrorHandler = retryablehttp.PassthroughErrorHandler
	client.Logger = nil
	return client.StandardClient()
}

func retryableAfter() (*http.Client, error) {
	return tripware.New(tripware.WithRetry(
		retry.WithMaxRetries(3),
		retry.WithBaseDelay(firstWait),
		retry.WithMaxDelay(30*time.Second),
		retry.WithAttemptTimeout(10*time.Second),
	))
}

// retryableSame keeps what most programs should not: a POST is sent again after any failure,
// waits have no jitter, and nothing but their number bounds the retries.
func retryableSame() (*http.Client, error) {
	return tripware.New(tripware.WithRetry(
		retry.WithMaxRetries(3),
		retry.WithBaseDelay(firstWait),
		retry.WithAnyMethodOnStatus(),
		retry.WithAnyMethodOnError(),
		retry.WithBackoff(func(s retry.Step) time.Duration { return s.Ceiling }),
		retry.WithMaxElapsed(0),
		retry.WithoutBudget(),
	))
}
