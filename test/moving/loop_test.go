package moving_test

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/retry"
)

func loopBefore(ctx context.Context, client *http.Client, method, url, body string) (*http.Response, error) {
	for attempt := 0; ; attempt++ {
		req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		resp, err := client.Do(req)
		if err == nil && resp.StatusCode < 500 || attempt == 3 {
			return resp, err
		}
		if err == nil {
			_ = resp.Body.Close()
		}
		time.Sleep(firstWait << attempt)
	}
}

func loopAfter(ctx context.Context, client *http.Client, method, url, body string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}

// newClient makes the client once, for all requests of the program.
func newClient() (*http.Client, error) {
	return tripware.New(tripware.WithRetry(retry.WithMaxRetries(3), retry.WithBaseDelay(firstWait)))
}
