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
// request: there is no copy. It retries statuses of 500 and above, and no 429.
func heimdallClient() Contestant {
	return Contestant{
		Name: "heimdall v7", Module: "github.com/gojek/heimdall/v7", Deaf: true,
		Setup: "httpclient.NewClient with WithRetryCount and an exponential backoff; full: a plugin, which writes on the caller's request",
		Retry: func(base http.RoundTripper, p Policy) (Client, error) {
			return standard(newHeimdall(base, p)), nil
		},
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			client := newHeimdall(base, p)
			client.AddPlugin(&heimdallPlugin{meter: newMeter()})
			return standard(client), nil
		},
		Shipped: func(string) (Client, error) { return standard(httpclient.NewClient()), nil },
	}
}

func newHeimdall(base http.RoundTripper, p Policy) *httpclient.Client {
	const factor = 2
	return httpclient.NewClient(
		httpclient.WithHTTPClient(&http.Client{Transport: base}),
		httpclient.WithRetryCount(p.Max),
		httpclient.WithRetrier(heimdall.NewRetrier(heimdall.NewExponentialBackoff(p.First, p.Most, factor, p.First/2))),
	)
}

type heimdallPlugin struct{ meter *meter }

// begunKey is where the plugin keeps when an attempt began.
type begunKey struct{}

func (*heimdallPlugin) OnRequestStart(req *http.Request) {
	sign(req.Header, uuid.NewString())
	*req = *req.WithContext(context.WithValue(req.Context(), begunKey{}, time.Now()))
}

func (h *heimdallPlugin) OnRequestEnd(req *http.Request, resp *http.Response) {
	begun, _ := req.Context().Value(begunKey{}).(time.Time)
	h.meter.answered(req.Context(), begun, resp)
}

func (h *heimdallPlugin) OnError(req *http.Request, _ error) { h.OnRequestEnd(req, nil) }
