package azcore_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	azure "github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/azcore"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// A client sends its requests through a chain, whose record says what became of each call.
func ExampleClientOptions() {
	chain, err := tripware.NewTransport(
		tripware.WithBase(statuses(429, 503, 200, 404)), // only here: the default sends requests
		tripware.WithRetry(retry.WithCodes("408", "429", "500", "502-504"), retry.WithBaseDelay(0)),
		tripware.WithLimiter(ratelimit.NewLimiter(), ratelimit.WithReader(azcore.ReadLimit)),
	)
	if err != nil {
		panic(err)
	}
	options, err := azcore.ClientOptions(chain)
	if err != nil {
		panic(err)
	}
	client := newVaults(&options) // as azblob.NewClient and other constructors do

	var resp *http.Response
	err = client.get(policy.WithCaptureResponse(context.Background(), &resp), "books")
	fmt.Println(err, transport.CallOf(resp).AttemptCount())

	err = client.get(context.Background(), "films")
	answered, _ := errors.AsType[*azure.ResponseError](err)
	fmt.Println(answered.StatusCode, azcore.CallOfError(err).AttemptCount())
	// Output:
	// <nil> 3
	// 404 1
}

// A client keeps azcore's retries, and the chain only limits and observes its attempts.
func ExampleKeepRetries() {
	chain, err := tripware.NewTransport(
		tripware.WithBase(statuses(503, 200)),
		tripware.WithRetry(retry.Off()),
		tripware.WithLimiter(ratelimit.NewLimiter()),
	)
	if err != nil {
		panic(err)
	}
	options, err := azcore.ClientOptions(chain, azcore.KeepRetries())
	if err != nil {
		panic(err)
	}
	options.Retry.MaxRetryDelay = time.Nanosecond // only here: no waits
	client := newVaults(&options)

	ctx, call := transport.Begin(context.Background())
	fmt.Println(client.get(ctx, "books"), call.AttemptCount())
	// Output:
	// <nil> 2
}

// vaults is a client as the Azure SDK has them.
type vaults struct{ pipeline runtime.Pipeline }

func newVaults(options *policy.ClientOptions) *vaults {
	return &vaults{runtime.NewPipeline("vaults", "v1.0.0", runtime.PipelineOptions{}, options)}
}

func (v *vaults) get(ctx context.Context, name string) error {
	req, err := runtime.NewRequest(ctx, http.MethodGet, "https://vaults.example.com/"+name)
	if err != nil {
		return err
	}
	resp, err := v.pipeline.Do(req)
	if err != nil {
		return err
	}
	if !runtime.HasStatusCode(resp, http.StatusOK) {
		return runtime.NewResponseError(resp)
	}
	return nil
}

// statuses returns a base that answers with these statuses in turn.
func statuses(list ...int) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		code := list[0]
		list = list[1:]
		return &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
}
