package bench

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-resty/resty/v2"
	"github.com/google/uuid"
)

// restyV2 signs by client headers and a hook before the request, and meters by
// one after the response. It reads each response into memory. A callback follows
// Retry-After, as its documentation shows.
func restyV2() contestant {
	return contestant{
		name: "resty v2", module: "github.com/go-resty/resty/v2",
		setup: "NewWithClient with SetRetryCount, AddRetryCondition and SetRetryAfter; full: client headers, OnBeforeRequest, " +
			"OnAfterResponse",
		retry: func(base http.RoundTripper, p policy) (client, error) {
			return restyTwo(newRestyTwo(base, p)), nil
		},
		full: func(base http.RoundTripper, p policy) (client, error) {
			c, m := newRestyTwo(base, p), newMeter()
			c.SetHeader(headerAuth, signature).SetHeader(headerAgent, userAgent)
			c.OnBeforeRequest(func(_ *resty.Client, req *resty.Request) error {
				req.SetHeader(headerTransaction, uuid.NewString())
				return nil
			})
			c.OnAfterResponse(func(_ *resty.Client, resp *resty.Response) error {
				m.attempt(resp.Request.Context(), resp.Request.Time, resp.RawResponse)
				return nil
			})
			return restyTwo(c), nil
		},
		shipped: func(string) (client, error) { return restyTwo(resty.New()), nil },
	}
}

func newRestyTwo(base http.RoundTripper, p policy) *resty.Client {
	return resty.NewWithClient(&http.Client{Transport: base}).
		SetRetryCount(p.max).SetRetryWaitTime(p.first).SetRetryMaxWaitTime(p.most).
		AddRetryCondition(func(resp *resty.Response, err error) bool { return err != nil || retryable(resp.StatusCode()) }).
		SetRetryAfter(func(_ *resty.Client, resp *resty.Response) (time.Duration, error) {
			seconds, _ := strconv.Atoi(resp.Header().Get("Retry-After"))
			return time.Duration(seconds) * time.Second, nil // zero means the backoff
		})
}

func restyTwo(c *resty.Client) client {
	status := func(resp *resty.Response, err error) (int, error) {
		if err != nil {
			return 0, err
		}
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
