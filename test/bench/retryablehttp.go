package bench

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	hashicorp "github.com/hashicorp/go-retryablehttp"
)

// retryableClient uses the module's request type, as its documentation shows; its
// StandardClient would cost another client. Its request hook writes on the
// caller's request. Its backoff follows Retry-After.
func retryableClient() contestant {
	return contestant{
		name: "go-retryablehttp", module: "github.com/hashicorp/go-retryablehttp",
		setup: "NewClient with DefaultBackoff and no logger; full: its request and response hooks, which write on the caller's request",
		retry: func(base http.RoundTripper, p policy) (client, error) {
			return hashi(newRetryable(base, p)), nil
		},
		full: func(base http.RoundTripper, p policy) (client, error) {
			c, m := newRetryable(base, p), newMeter()
			c.RequestLogHook = func(_ hashicorp.Logger, req *http.Request, _ int) {
				sign(req.Header, uuid.NewString())
				*req = *req.WithContext(context.WithValue(req.Context(), beginKey{}, time.Now()))
			}
			c.ResponseLogHook = func(_ hashicorp.Logger, resp *http.Response) {
				ctx := resp.Request.Context()
				begin, _ := ctx.Value(beginKey{}).(time.Time)
				m.attempt(ctx, begin, resp)
			}
			return hashi(c), nil
		},
		shipped: func(string) (client, error) {
			c := hashicorp.NewClient()
			c.Logger = nil
			return hashi(c), nil
		},
	}
}

func newRetryable(base http.RoundTripper, p policy) *hashicorp.Client {
	c := hashicorp.NewClient()
	c.HTTPClient = &http.Client{Transport: base}
	c.Logger = nil
	c.RetryMax, c.RetryWaitMin, c.RetryWaitMax = p.max, p.first, p.most
	c.ErrorHandler = hashicorp.PassthroughErrorHandler
	return c
}

func hashi(c *hashicorp.Client) client {
	do := func(ctx context.Context, method, url string, raw any) (int, error) {
		req, err := hashicorp.NewRequestWithContext(ctx, method, url, raw)
		if err != nil {
			return 0, err
		}
		return finish(c.Do(req))
	}
	return client{
		get: func(ctx context.Context, url string) (int, error) { return do(ctx, http.MethodGet, url, nil) },
		send: func(ctx context.Context, method, url string, b body) (int, error) {
			switch {
			case b.bytes != nil:
				return do(ctx, method, url, b.bytes)
			case b.seekable:
				return do(ctx, method, url, b.open())
			}
			// Its counterpart of GetBody.
			return do(ctx, method, url, hashicorp.ReaderFunc(func() (io.Reader, error) { return b.open(), nil }))
		},
	}
}
