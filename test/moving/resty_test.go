package moving_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/transport/redact"
)

// A thing is what the API of this example returns.
type thing struct {
	Name string `json:"name"`
}

func restyBefore(ctx context.Context, url string) (thing, error) {
	client := resty.New().
		SetBaseURL(url).
		SetAuthToken("t0ken").
		SetTimeout(10 * time.Second). // of each attempt
		SetRetryCount(3).
		SetRetryWaitTime(firstWait).
		SetRetryMaxWaitTime(2 * time.Second).
		AddRetryCondition(func(r *resty.Response, err error) bool {
			return err != nil || r.StatusCode() == http.StatusTooManyRequests || r.StatusCode() >= 500
		})
	var got thing
	resp, err := client.R().SetContext(ctx).SetPathParam("id", "7").SetResult(&got).Get("/things/{id}")
	if err != nil {
		return thing{}, err
	}
	if resp.IsError() {
		return thing{}, fmt.Errorf("get thing: %s", resp.Status())
	}
	return got, nil
}

// getThing is the request for a thing.
type getThing struct {
	ID string `path:"id"`
}

func restyAfter(ctx context.Context, url string) (thing, error) {
	client, err := tripware.New(
		tripware.WithAuth(url, auth.Bearer(redact.NewSecret("t0ken"))),
		tripware.WithRetry(
			retry.WithAttemptTimeout(10*time.Second),
			retry.WithMaxRetries(3),
			retry.WithBaseDelay(firstWait),
			retry.WithMaxDelay(2*time.Second),
		),
	)
	if err != nil {
		return thing{}, err
	}
	defer client.CloseIdleConnections() // a program makes the client once
	api, err := services.New(client, url, services.JSON{})
	if err != nil {
		return thing{}, err
	}
	got, err := services.Do[thing](ctx, api, "GET /things/{id}", getThing{"7"}, services.ByMethod)
	if err != nil {
		return thing{}, err // also for a status that is not a success, with the server's message
	}
	return got.Value, nil
}
