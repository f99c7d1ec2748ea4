package azure_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"go.uber.org/goleak"

	"github.com/tripware/tripware/contrib/azcore"
	"github.com/tripware/tripware/test/clients"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestClients(t *testing.T) { clients.Run(t, []clients.Client{azureSDK()}) }

func azureSDK() clients.Client {
	return clients.Client{
		Name: "azcore", Module: "github.com/Azure/azure-sdk-for-go/sdk/azcore",
		// It gets an item: what it puts may be cut off, because azcore's GetBody returns the same
		// reader for each attempt, from which net/http may read again after the response.
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			return send(ctx, s, http.MethodGet, policy.ClientOptions{
				Transport: &http.Client{Transport: s.Chain()},
				Retry:     policy.RetryOptions{MaxRetryDelay: time.Nanosecond},
			})
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt := s.Chain()
			// line:
			options, err := azcore.ClientOptions(rt) // of contrib/azcore; pass it to the constructor of a client
			// end
			if err != nil {
				return clients.Outcome{Err: err}
			}
			return send(ctx, s, http.MethodPut, options)
		},
		Own:    "3",
		Record: "`transport.CallOf(resp)`, with the response of `policy.WithCaptureResponse`, or `azcore.CallOfError(err)`",
		Off: "`azcore.ClientOptions` does that, also for calls with `policy.WithRetryOptions`, for which `MaxRetries: -1` does not. " +
			"The option `azcore.KeepRetries` keeps azcore's retries above a chain that has none",
		On: "bearer tokens and claims challenges, telemetry, pollers and pagers, and the options of credentials (azidentity)",
		Cannot: "a chain that is set as `Transport` without contrib/azcore may send a part of a body, because azcore's `GetBody` " +
			"returns the same reader for each attempt. A POST is retried only after a 429 or with `retry.Safe`, and a 408 only with `retry.WithCodes`; azcore retries both",
	}
}

// send makes a call as the clients of the SDK do, which pass their options to a pipeline.
func send(ctx context.Context, s clients.Site, method string, options policy.ClientOptions) clients.Outcome {
	var resp *http.Response
	req, err := runtime.NewRequest(policy.WithCaptureResponse(ctx, &resp), method, s.URL+"/items/1")
	if err == nil && method == http.MethodPut {
		err = req.SetBody(streaming.NopCloser(strings.NewReader(`{"name":"one"}`)), "application/json")
	}
	if err != nil {
		return clients.Outcome{Err: err}
	}
	last, err := runtime.NewPipeline("items", "v1.0.0", runtime.PipelineOptions{}, &options).Do(req)
	if err == nil && !runtime.HasStatusCode(last, http.StatusOK) {
		err = runtime.NewResponseError(last)
	}
	return clients.Outcome{Response: resp, Err: err}
}
