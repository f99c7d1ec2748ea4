package bench

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"resty.dev/v3"
)

// restyV3 signs by client headers and a request middleware, and meters by a
// response middleware. It follows Retry-After. Without an option it retries no POST.
func restyV3() contestant {
	return contestant{
		name: "resty v3", module: "resty.dev/v3",
		setup: "NewWithClient with SetRetryCount and AddRetryConditions; full: client headers, a request and a response middleware",
		retry: func(base http.RoundTripper, p policy) (client, error) {
			return restyThree(newRestyThree(base, p)), nil
		},
		full: func(base http.RoundTripper, p policy) (client, error) {
			c, m := newRestyThree(base, p), newMeter()
			c.SetHeader(headerAuth, signature).SetHeader(headerAgent, userAgent)
			c.AddRequestMiddleware(func(_ *resty.Client, req *resty.Request) error {
				req.SetHeader(headerTransaction, uuid.NewString())
				return nil
			})
			c.AddResponseMiddleware(func(_ *resty.Client, resp *resty.Response) error {
				m.attempt(resp.Request.Context(), time.Now().Add(-resp.Duration()), resp.RawResponse)
				return nil
			})
			return restyThree(c), nil
		},
		shipped: func(string) (client, error) { return restyThree(resty.New()), nil },
	}
}

func newRestyThree(base http.RoundTripper, p policy) *resty.Client {
	return resty.NewWithClient(&http.Client{Transport: base}).
		SetRetryCount(p.max).SetRetryWaitTime(p.first).SetRetryMaxWaitTime(p.most).
		SetRetryAllowNonIdempotent(true).
		AddRetryConditions(func(resp *resty.Response, err error) bool { return err != nil || retryable(resp.StatusCode()) })
}

func restyThree(c *resty.Client) client {
	status := func(resp *resty.Response, err error) (int, error) {
		if err != nil {
			return 0, err
		}
		_ = resp.String() // a caller who needs only the status must read the body nevertheless
		return resp.StatusCode(), nil
	}
	return client{
		get: func(ctx context.Context, url string) (int, error) {
			return status(c.R().SetContext(ctx).Get(url))
		},
		send: func(ctx context.Context, method, url string, b body) (int, error) {
			req := c.R().SetContext(ctx)
			if b.bytes != nil {
				return status(req.SetBody(b.bytes).Execute(method, url))
			}
			return status(req.SetBody(b.open()).Execute(method, url))
		},
	}
}
