package tripware_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// C10, P1: a fault is named once, with the package that it belongs to and no other.
func TestFaultsReadWithoutAPileOfPrefixes(t *testing.T) {
	t.Parallel()
	nothing := func(http.RoundTripper) http.RoundTripper { return (*http.Transport)(nil) }
	pass := func(next http.RoundTripper) http.RoundTripper { return next }
	also := pass
	for want, opts := range map[string][]tripware.Option{
		"retry: max delay 30s (the default) is below base delay 1m0s: set WithMaxDelay": {tripware.WithRetry(retry.WithBaseDelay(time.Minute))},
		"dial timeout -1ns is too small: the minimum is 0s":                             {tripware.WithConnection(network.WithDialTimeout(-1))},
		"proxy: host is empty": {tripware.WithProxy(network.Proxy{Protocol: "http"})},
		"connection options apply to an *http.Transport, not to a transport.RoundTripperFunc: set them on the transport below it": {
			tripware.WithBase(instant), tripware.WithConnection(network.WithoutProxy()),
		},
		"base: it is nil: leave WithBase out, or give it one that is not nil":                   {tripware.WithBase(nil)},
		"base: it is a nil *http.Transport: leave WithBase out, or give it one that is not nil": {tripware.WithBase((*http.Transport)(nil))},
		"PerCall: layer 2 of 3 returned no RoundTripper":                                        {tripware.PerCall(pass, nothing, also)},
		"PerAttempt: layer 3 of 3 returned no RoundTripper":                                     {tripware.PerAttempt(nil, pass, nothing)},
		`logging: headers: "Authorization" is not logged: it holds a secret`: { // once, though two layers log
			tripware.WithLogger(slog.New(slog.DiscardHandler), logging.WithHeaders("Authorization")),
		},
	} {
		_, err := tripware.New(opts...)
		require.EqualError(t, err, "tripware: "+want)
	}
	_, err := tripware.New(tripware.PerCall(nil, pass), tripware.PerAttempt(nil))
	require.NoError(t, err, "nil layers are skipped")
}

// P1, A3: the log and the error name a proxy that cannot be reached, without its credentials.
func TestTheLogNamesAProxyThatFailed(t *testing.T) {
	t.Parallel()
	const user, password = "canary-user", "canary-password"
	for _, protocol := range []string{"http", "https", "socks5"} {
		var log bytes.Buffer
		client, err := tripware.New(
			tripware.WithProxy(network.Proxy{Protocol: protocol, Host: "127.0.0.1", Port: 1, Username: user, Password: redact.NewSecret(password)}),
			tripware.WithLogger(slog.New(slog.NewTextHandler(&log, nil))), tripware.WithRetry(retry.Off()),
		)
		require.NoError(t, err)
		_, err = client.Get("http://api.example.com/")
		failed, ok := errors.AsType[*network.ProxyError](err)
		require.True(t, ok, "%v", err)
		name := protocol + "://127.0.0.1:1"
		assert.Equal(t, name, failed.Proxy)
		assert.Contains(t, log.String(), name+": ")
		assert.Contains(t, err.Error(), name+": ")
		assert.NotContains(t, log.String()+err.Error(), "canary")
	}
}

// C10: an option made of several applies them in order, and may itself be part of another.
func TestOptionsApplyInOrder(t *testing.T) {
	t.Parallel()
	var order []string
	note := func(name string) transport.Middleware {
		return func(next http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				order = append(order, name)
				return next.RoundTrip(req)
			})
		}
	}
	client, err := tripware.New(tripware.Options(
		tripware.WithBase(nil), nil,
		tripware.Options(tripware.WithBase(instant), tripware.PerCall(note("first"))),
		tripware.PerCall(note("second")),
	))
	require.NoError(t, err, "the later base counts")
	resp, err := client.Get("https://api.example.com/")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, []string{"first", "second"}, order)
	_, err = tripware.New(tripware.Options())
	require.NoError(t, err)
}
