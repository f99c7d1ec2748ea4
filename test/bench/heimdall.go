package bench

import (
	"context"
	"net/http"
	"time"

	"github.com/gojek/heimdall/v7"
	"github.com/gojek/heimdall/v7/httpclient"
	"github.com/google/uuid"
)

// heimdallClient signs and meters by a plugin, which writes on the caller's
// request instead of a copy. It retries statuses of 500 and above, and no 429.
func heimdallClient() contestant {
	return contestant{
		name: "heimdall v7", module: "github.com/gojek/heimdall/v7", no429: true,
		setup: "httpclient.NewClient with WithRetryCount and a backoff; full: a plugin, which writes on the caller's request",
		retry: func(base http.RoundTripper, p policy) (client, error) {
			return standard(newHeimdall(base, p)), nil
		},
		full: func(base http.RoundTripper, p policy) (client, error) {
			own := newHeimdall(base, p)
			own.AddPlugin(&heimdallPlugin{meter: newMeter()})
			return standard(own), nil
		},
		shipped: func(string) (client, error) { return standard(httpclient.NewClient()), nil },
	}
}

func newHeimdall(base http.RoundTripper, p policy) *httpclient.Client {
	const factor = 2
	return httpclient.NewClient(
		httpclient.WithHTTPClient(&http.Client{Transport: base}),
		httpclient.WithRetryCount(p.max),
		httpclient.WithRetrier(heimdall.NewRetrier(heimdall.NewExponentialBackoff(p.first, p.most, factor, p.first/2))),
	)
}

type heimdallPlugin struct{ meter *meter }

// beginKey is the context key under which the plugin stores when an attempt began.
type beginKey struct{}

func (*heimdallPlugin) OnRequestStart(req *http.Request) {
	sign(req.Header, uuid.NewString())
	*req = *req.WithContext(context.WithValue(req.Context(), beginKey{}, time.Now()))
}

func (h *heimdallPlugin) OnRequestEnd(req *http.Request, resp *http.Response) {
	begin, _ := req.Context().Value(beginKey{}).(time.Time)
	h.meter.attempt(req.Context(), begin, resp)
}

func (h *heimdallPlugin) OnError(req *http.Request, _ error) { h.OnRequestEnd(req, nil) }
