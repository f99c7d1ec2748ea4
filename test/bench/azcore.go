package bench

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/google/uuid"
)

// azcorePipeline signs and meters by policies. It reads each answer into memory,
// and follows Retry-After. Its own telemetry is off: the policy writes the agent.
func azcorePipeline() Contestant {
	return Contestant{
		Name: "azcore", Module: "github.com/Azure/azure-sdk-for-go/sdk/azcore",
		Setup: "runtime.NewPipeline with RetryOptions, telemetry off; full: a policy per call and one per retry",
		Retry: func(base http.RoundTripper, p Policy) (Client, error) {
			return azure(runtime.NewPipeline("bench", "1", runtime.PipelineOptions{}, azureOptions(base, p))), nil
		},
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			return azure(runtime.NewPipeline("bench", "1", runtime.PipelineOptions{
				PerCall:  []policy.Policy{azureIdentity{}},
				PerRetry: []policy.Policy{azureAttempt{newMeter()}},
			}, azureOptions(base, p))), nil
		},
		Shipped: func(string) (Client, error) {
			return azure(runtime.NewPipeline("bench", "1", runtime.PipelineOptions{}, nil)), nil
		},
	}
}

func azureOptions(base http.RoundTripper, p Policy) *policy.ClientOptions {
	first, most := p.First, p.Most
	if first == 0 {
		first, most = 1, 1 // a nanosecond: zero is its default, and none at all is its longest
	}
	return &policy.ClientOptions{
		Transport: &http.Client{Transport: base},
		Telemetry: policy.TelemetryOptions{Disabled: true},
		Retry:     policy.RetryOptions{MaxRetries: int32(p.Max), RetryDelay: first, MaxRetryDelay: most},
	}
}

type azureIdentity struct{}

func (azureIdentity) Do(req *policy.Request) (*http.Response, error) {
	req.Raw().Header.Set(headerAgent, userAgent)
	req.Raw().Header.Set(headerTransaction, uuid.NewString())
	return req.Next()
}

type azureAttempt struct{ meter *meter }

func (a azureAttempt) Do(req *policy.Request) (*http.Response, error) {
	req.Raw().Header.Set(headerAuth, signature)
	begun := time.Now()
	resp, err := req.Next()
	a.meter.answered(req.Raw().Context(), begun, resp)
	return resp, err
}

func azure(pipeline runtime.Pipeline) Client {
	return Client{
		Get: func(ctx context.Context, url string) (int, error) {
			req, err := runtime.NewRequest(ctx, http.MethodGet, url)
			if err != nil {
				return 0, err
			}
			return finish(pipeline.Do(req))
		},
		Put: func(ctx context.Context, url string, body Upload) (int, error) {
			req, err := runtime.NewRequest(ctx, http.MethodPut, url)
			if err != nil {
				return 0, err
			}
			if err := req.SetBody(seekable{body.open()}, "application/octet-stream"); err != nil {
				return 0, err
			}
			return finish(pipeline.Do(req))
		},
	}
}

// A seekable body has nothing to close.
type seekable struct{ io.ReadSeeker }

func (seekable) Close() error { return nil }
