package hashicorp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	vault "github.com/hashicorp/vault/api"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/test/clients"
	"github.com/tripware/tripware/transport"
)

func vaultAPI() clients.Client {
	return clients.Client{
		Name: "vault api", Module: "github.com/hashicorp/vault/api",
		Before: func(ctx context.Context, s clients.Site) clients.Outcome {
			config := vault.DefaultConfig()
			config.HttpClient.Transport = s.Chain()
			config.MinRetryWait, config.MaxRetryWait = short, short
			return vaultWrite(ctx, config, s.URL)
		},
		After: func(ctx context.Context, s clients.Site) clients.Outcome {
			rt := s.Chain()
			// line:
			config := vault.DefaultConfig() // any ConfigureTLS comes before the next line
			config.HttpClient.Transport = rt
			config.MaxRetries = 0
			// end
			return vaultWrite(ctx, config, s.URL)
		},
		Own:    "2",
		Record: "`transport.Begin`",
		Off:    "`MaxRetries = 0`; the default is 2, or `VAULT_MAX_RETRIES`",
		On:     "its TLS settings and those of the environment: call `ConfigureTLS` first, and make the chain on the `config.HttpClient.Transport` that it leaves",
		Cannot: "`config.Timeout`, 60 s by default, bounds all attempts of a call together. " +
			"After the chain is set, `ConfigureTLS` returns an error, and `SetMaxIdleConnections`, `SetDisableKeepAlives` and `OutputCurlString` panic. " +
			"A 412, with which a standby says that it lags behind, is retried only with `retry.WithCodes`. Writes are PUT requests, which are retried, " +
			"as vault does itself: pass `retry.WithPolicy(ctx, retry.Off())` to one that must not be sent twice, such as the issue of a certificate",
		Answer: func(w http.ResponseWriter, _ *http.Request, status int) {
			write(w, status, `{"data":{"version":1}}`)
		},
	}
}

func vaultWrite(ctx context.Context, config *vault.Config, url string) clients.Outcome {
	config.Address = url
	client, err := vault.NewClient(config)
	if err != nil {
		return clients.Outcome{Err: err}
	}
	ctx, call := transport.Begin(ctx)
	defer call.End()
	_, err = client.Logical().WriteWithContext(ctx, "secret/data/one", map[string]any{"data": map[string]any{"name": "one"}})
	return clients.Outcome{Err: err, Record: call}
}

// What must be done before the chain is set, and what fails or panics afterwards.
func TestVaultIsConfiguredBeforeTheChain(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, `{"data":{"name":"one"}}`) }))
	defer server.Close()

	config := vault.DefaultConfig()
	require.NoError(t, config.ConfigureTLS(&vault.TLSConfig{Insecure: true}))
	config.HttpClient.Transport = transport.Chain(config.HttpClient.Transport, retry.New())
	defer config.HttpClient.CloseIdleConnections()
	config.Address = server.URL
	client, err := vault.NewClient(config)
	require.NoError(t, err)
	secret, err := client.Logical().ReadWithContext(t.Context(), "kv/one")
	require.NoError(t, err, "the settings that were made before count")
	assert.Equal(t, "one", secret.Data["name"])

	require.ErrorContains(t, config.ConfigureTLS(&vault.TLSConfig{Insecure: true}), "unsupported HTTPClient transport type")
	assert.Panics(t, func() { client.SetMaxIdleConnections(1) })
	assert.Panics(t, func() { client.SetDisableKeepAlives(true) })
}

// Vault's own policy also retries 412. The chain does if it is told to.
func TestAStandbyThatIsBehindIsAskedAgain(t *testing.T) {
	t.Parallel()
	read := func(opts ...retry.Option) (requests int, err error) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			status := http.StatusOK
			if requests++; requests == 1 {
				status = http.StatusPreconditionFailed
			}
			write(w, status, `{"data":{}}`)
		}))
		defer server.Close()
		config := vault.DefaultConfig()
		base := &http.Transport{DisableKeepAlives: true}
		config.HttpClient.Transport = transport.Chain(base, retry.New(append(opts, retry.WithBaseDelay(0))...))
		config.MaxRetries, config.Address = 0, server.URL
		client, err := vault.NewClient(config)
		require.NoError(t, err)
		_, err = client.Logical().ReadWithContext(t.Context(), "kv/one")
		return requests, err
	}
	requests, err := read()
	require.Error(t, err)
	assert.Equal(t, 1, requests)
	requests, err = read(retry.WithCodes("412", "429", "500", "502-599"))
	require.NoError(t, err)
	assert.Equal(t, 2, requests)
}

// The timeout of vault ends a call while the chain still has retries.
func TestVaultsTimeoutBoundsAllAttempts(t *testing.T) {
	t.Parallel()
	requests := 0
	base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		requests++
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody, Request: req}, nil
	})
	config := vault.DefaultConfig()
	config.Timeout = 50 * time.Millisecond
	config.HttpClient.Transport = transport.Chain(base, retry.New(retry.WithBaseDelay(config.Timeout/2), retry.WithBackoff(retry.Constant)))
	config.MaxRetries = 0
	client, err := vault.NewClient(config)
	require.NoError(t, err)
	_, err = client.Logical().ReadWithContext(t.Context(), "kv/one")
	require.Error(t, err)
	assert.LessOrEqual(t, requests, 2, "the third attempt would begin after the timeout")
}
