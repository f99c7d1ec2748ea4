package hashicorp_test

import (
	"context"
	"net/http"
	"testing"

	consul "github.com/hashicorp/consul/api"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func consulAPI() clients.Client {
	return clients.Client{
		Name: "consul api", Module: "github.com/hashicorp/consul/api",
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt := s.Chain()
			// line:
			config := consul.DefaultConfig()
			config.HttpClient = &http.Client{Transport: rt}
			// end
			config.Address = s.URL
			client, err := consul.NewClient(config)
			if err != nil {
				return clients.Outcome{Err: err}
			}
			ctx, call := transport.Begin(ctx)
			defer call.End()
			_, err = client.KV().Put(&consul.KVPair{Key: "one", Value: []byte("1")}, (&consul.WriteOptions{}).WithContext(ctx))
			return clients.Outcome{Err: err, Record: call}
		},
		Answer: func(w http.ResponseWriter, _ *http.Request, status int) { write(w, status, "true") },
		Record: "`transport.Begin`",
		Off:    "nothing, it has no retries of its own",
		On:     "its TLS settings, if the chain is made on the `Transport` of `consul.NewHttpClient(config.Transport, config.TLSConfig)`: with `HttpClient` they are not used otherwise",
		Cannot: "an address `unix://…` replaces `HttpClient`, so that the chain is not used. An attempt's timeout must be longer than the `WaitTime` of blocking queries",
	}
}

// The TLS settings of a config do not reach a client that has an HttpClient, and a socket
// replaces it. Both go unnoticed.
func TestConsulDropsSettings(t *testing.T) {
	t.Parallel()
	calls := 0
	rt := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		calls++
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})
	config := consul.DefaultConfig()
	config.HttpClient = &http.Client{Transport: transport.Chain(rt, retry.New())}
	config.Address = "unix:///nowhere.sock"
	client, err := consul.NewClient(config)
	require.NoError(t, err)
	_, err = client.KV().Put(&consul.KVPair{Key: "one"}, (&consul.WriteOptions{}).WithContext(t.Context()))
	require.Error(t, err)
	assert.Zero(t, calls)

	config = consul.DefaultConfig()
	config.TLSConfig.CAFile = "missing.pem"
	_, err = consul.NewHttpClient(config.Transport, config.TLSConfig)
	require.Error(t, err, "the file is read here")
	config.HttpClient = &http.Client{Transport: transport.Chain(rt, retry.New())}
	_, err = consul.NewClient(config)
	require.NoError(t, err, "and not here")
}
