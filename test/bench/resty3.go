package bench

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"resty.dev/v3"
)

// restyV3 signs by client headers and a request middleware, and meters by a
// response middleware. It follows Retry-After.
func restyV3() Contestant {
	return Contestant{
		Name: "resty v3", Module: "resty.dev/v3",
		Setup: "NewWithClient with SetRetryCount and AddRetryConditions; full: client headers, a request and a response middleware",
		Retry: func(base http.RoundTripper, p Policy) (Client, error) {
			return restyThree(newRestyThree(base, p)), nil
		},
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			client, meter := newRestyThree(base, p), newMeter()
			client.SetHeader(headerAuth, signature).SetHeader(headerAgent, userAgent)
			client.AddRequestMiddleware(func(_ *resty.Client, req *resty.Request) error {
				req.SetHeader(headerTransaction, uuid.NewString())
				return nil
			})
			client.AddResponseMiddleware(func(_ *resty.Client, resp *resty.Response) error {
				meter.answered(resp.Request.Context(), time.Now().Add(-resp.Duration()), resp.RawResponse)
				return nil
			})
			return restyThree(client), nil
		},
		Shipped: func(string) (Client, error) { return restyThree(resty.New()), nil },
	}
}

func newRestyThree(base http.RoundTripper, p Policy) *resty.Client {
	return resty.NewWithClient(&http.Client{Transport: base}).
		SetRetryCount(p.Max).SetRetryWaitTime(p.First).SetRetryMaxWaitTime(p.Most).
		AddRetryConditions(func(resp *resty.Response, err error) bool { return err != nil || refused(resp.StatusCode()) })
}

func restyThree(client *resty.Client) Client {
	answered := func(resp *resty.Response, err error) (int, error) {
		if err != nil {
			return 0, err
		}
		_ = resp.String() // a user who wants the status alone reads the body nevertheless
		return resp.StatusCode(), nil
	}
	return Client{
		Get: func(ctx context.Context, url string) (int, error) {
			return answered(client.R().SetContext(ctx).Get(url))
		},
		Put: func(ctx context.Context, url string, body Upload) (int, error) {
			return answered(client.R().SetContext(ctx).SetBody(body.open()).Put(url))
		},
	}
}
