package bench

import (
	"context"
	"net/http"
	"time"

	azpolicy "github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/google/uuid"
)

// azcorePipeline signs and meters by policies. It reads each response into memory
// and follows Retry-After. Its telemetry is off: a policy writes the user agent.
func azcorePipeline() contestant {
	return contestant{
		name: "azcore", module: "github.com/Azure/azure-sdk-for-go/sdk/azcore",
		setup: "runtime.NewPipeline with RetryOptions, telemetry off; full: a policy per call and one per retry",
		retry: func(base http.RoundTripper, p policy) (client, error) {
			return azure(runtime.NewPipeline("bench", "1", runtime.PipelineOptions{}, azureOptions(base, p))), nil
		},
		full: func(base http.RoundTripper, p policy) (client, error) {
			return azure(runtime.NewPipeline("bench", "1", runtime.PipelineOptions{
				PerCall:  []azpolicy.Policy{azureIdentity{}},
				PerRetry: []azpolicy.Policy{azureAttempt{newMeter()}},
			}, azureOptions(base, p))), nil
		},
		shipped: func(string) (client, error) {
			return azure(runtime.NewPipeline("bench", "1", runtime.PipelineOptions{}, nil)), nil
		},
	}
}

func azureOptions(base http.RoundTripper, p policy) *azpolicy.ClientOptions {
	first, most := p.first, p.most
	if first == 0 {
		first, most = 1, 1 // one nanosecond: zero means the default, and a negative time the longest wait
	}
	return &azpolicy.ClientOptions{
		Transport: &http.Client{Transport: base},
		Telemetry: azpolicy.TelemetryOptions{Disabled: true},
		Retry:     azpolicy.RetryOptions{MaxRetries: int32(p.max), RetryDelay: first, MaxRetryDelay: most},
	}
}

type azureIdentity struct{}

func (azureIdentity) Do(req *azpolicy.Request) (*http.Response, error) {
	req.Raw().Header.Set(headerAgent, userAgent)
	req.Raw().Header.Set(headerTransaction, uuid.NewString())
	return req.Next()
}

type azureAttempt struct{ meter *meter }

func (a azureAttempt) Do(req *azpolicy.Request) (*http.Response, error) {
	req.Raw().Header.Set(headerAuth, signature)
	begun := time.Now()
	resp, err := req.Next()
	a.meter.attempt(req.Raw().Context(), begun, resp)
	return resp, err
}

func azure(pipeline runtime.Pipeline) client {
	return client{
		get: func(ctx context.Context, url string) (int, error) {
			req, err := runtime.NewRequest(ctx, http.MethodGet, url)
			if err != nil {
				return 0, err
			}
			return finish(pipeline.Do(req))
		},
		send: func(ctx context.Context, method, url string, b body) (int, error) {
			req, err := runtime.NewRequest(ctx, method, url)
			if err != nil {
				return 0, err
			}
			if err := req.SetBody(streaming.NopCloser(b.open()), "application/octet-stream"); err != nil {
				return 0, err
			}
			return finish(pipeline.Do(req))
		},
	}
}
