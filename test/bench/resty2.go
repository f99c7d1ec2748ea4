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
// one after the response. It reads each answer into memory. Retry-After is
// followed by a callback, as its documentation shows.
func restyV2() Contestant {
	return Contestant{
		Name: "resty v2", Module: "github.com/go-resty/resty/v2",
		Setup: "NewWithClient with SetRetryCount, AddRetryCondition and SetRetryAfter; full: client headers, OnBeforeRequest, " +
			"OnAfterResponse",
		Retry: func(base http.RoundTripper, p Policy) (Client, error) {
			return restyTwo(newRestyTwo(base, p)), nil
		},
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			client, meter := newRestyTwo(base, p), newMeter()
			client.SetHeader(headerAuth, signature).SetHeader(headerAgent, userAgent)
			client.OnBeforeRequest(func(_ *resty.Client, req *resty.Request) error {
				req.SetHeader(headerTransaction, uuid.NewString())
				return nil
			})
			client.OnAfterResponse(func(_ *resty.Client, resp *resty.Response) error {
				meter.answered(resp.Request.Context(), resp.Request.Time, resp.RawResponse)
				return nil
			})
			return restyTwo(client), nil
		},
		Shipped: func(string) (Client, error) { return restyTwo(resty.New()), nil },
	}
}

func newRestyTwo(base http.RoundTripper, p Policy) *resty.Client {
	return resty.NewWithClient(&http.Client{Transport: base}).
		SetRetryCount(p.Max).SetRetryWaitTime(p.First).SetRetryMaxWaitTime(p.Most).
		AddRetryCondition(func(resp *resty.Response, err error) bool { return err != nil || refused(resp.StatusCode()) }).
		SetRetryAfter(func(_ *resty.Client, resp *resty.Response) (time.Duration, error) {
			seconds, _ := strconv.Atoi(resp.Header().Get("Retry-After"))
			return time.Duration(seconds) * time.Second, nil // zero: by the backoff
		})
}

// refused reports whether a status is one of those that are retried.
func refused(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

func restyTwo(client *resty.Client) Client {
	answered := func(resp *resty.Response, err error) (int, error) {
		if err != nil {
			return 0, err
		}
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
