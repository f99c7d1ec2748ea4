package bench

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	hashicorp "github.com/hashicorp/go-retryablehttp"
)

// retryableClient is used by its own request type, as its documentation has it;
// its StandardClient would cost a client more. Its request hook writes on the
// caller's request. Its backoff follows Retry-After.
func retryableClient() Contestant {
	return Contestant{
		Name: "go-retryablehttp", Module: "github.com/hashicorp/go-retryablehttp",
		Setup: "NewClient with DefaultBackoff and no logger; full: its request and response hooks, which write on the caller's request",
		Retry: func(base http.RoundTripper, p Policy) (Client, error) {
			return retryable(newRetryable(base, p)), nil
		},
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			client, meter := newRetryable(base, p), newMeter()
			client.RequestLogHook = func(_ hashicorp.Logger, req *http.Request, _ int) {
				sign(req.Header, uuid.NewString())
				*req = *req.WithContext(context.WithValue(req.Context(), begunKey{}, time.Now()))
			}
			client.ResponseLogHook = func(_ hashicorp.Logger, resp *http.Response) {
				ctx := resp.Request.Context()
				begun, _ := ctx.Value(begunKey{}).(time.Time)
				meter.answered(ctx, begun, resp)
			}
			return retryable(client), nil
		},
		Shipped: func(string) (Client, error) {
			client := hashicorp.NewClient()
			client.Logger = nil
			return retryable(client), nil
		},
	}
}

func newRetryable(base http.RoundTripper, p Policy) *hashicorp.Client {
	client := hashicorp.NewClient()
	client.HTTPClient = &http.Client{Transport: base}
	client.Logger = nil
	client.RetryMax, client.RetryWaitMin, client.RetryWaitMax = p.Max, p.First, p.Most
	client.ErrorHandler = hashicorp.PassthroughErrorHandler
	return client
}

func retryable(client *hashicorp.Client) Client {
	send := func(ctx context.Context, method, url string, body any) (int, error) {
		req, err := hashicorp.NewRequestWithContext(ctx, method, url, body)
		if err != nil {
			return 0, err
		}
		return finish(client.Do(req))
	}
	return Client{
		Get: func(ctx context.Context, url string) (int, error) { return send(ctx, http.MethodGet, url, nil) },
		Put: func(ctx context.Context, url string, body Upload) (int, error) {
			if body.Again { // what stands for GetBody here
				return send(ctx, http.MethodPut, url, hashicorp.ReaderFunc(func() (io.Reader, error) { return body.open(), nil }))
			}
			return send(ctx, http.MethodPut, url, body.open())
		},
	}
}
