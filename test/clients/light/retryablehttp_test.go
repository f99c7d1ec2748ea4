package light_test

import (
	"context"
	"net/http"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/tripware/tripware/test/clients"
)

func retryableHTTP() clients.Client {
	return clients.Client{
		Name: "go-retryablehttp", Module: "github.com/hashicorp/go-retryablehttp",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			client := retryablehttp.NewClient()
			client.HTTPClient.Transport = s.Chain()
			client.RetryWaitMin, client.Logger = short, nil
			return retryableHTTPPut(ctx, client, s.URL)
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt := s.Chain()
			// line:
			client := retryablehttp.NewClient()
			client.HTTPClient.Transport = rt
			client.RetryMax = 0
			client.ErrorHandler = retryablehttp.PassthroughErrorHandler // else the response of a 503 is lost
			// end
			client.Logger = nil
			return retryableHTTPPut(ctx, client, s.URL)
		},
		Own:    "4",
		Record: "with this `ErrorHandler`, `transport.CallOf(resp)`, or `transport.CallOfError(err)` if no response came",
		Off:    "`RetryMax = 0`, and the `Timeout` of the `HTTPClient` if there is one",
		On:     "an `ErrorHandler` such as `PassthroughErrorHandler`, which returns the last response instead of an error",
	}
}

func retryableHTTPPut(ctx context.Context, client *retryablehttp.Client, url string) clients.Outcome {
	req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPut, url+"/items/1", []byte(`{"name":"one"}`))
	if err != nil {
		return clients.Outcome{Err: err}
	}
	resp, err := client.Do(req)
	if err != nil {
		return clients.Outcome{Err: err}
	}
	return clients.Outcome{Response: resp, Err: resp.Body.Close()}
}
