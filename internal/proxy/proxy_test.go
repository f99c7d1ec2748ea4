package proxy_test

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/proxy"
)

// R8: a refusal below 500 is final, and so is what the cause calls final. Nothing was sent.
func TestAnErrorSaysWhetherItMayPass(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err       proxy.Error
		retryable bool
	}{
		{proxy.Error{Err: errors.New("connection refused")}, true},
		{proxy.Error{Status: 407}, false},
		{proxy.Error{Status: 499}, false},
		{proxy.Error{Status: 500}, true},
		{proxy.Error{Status: 502, Err: errors.New("counted")}, true},
		{proxy.Error{Status: 502, Err: fmt.Errorf("counted: %w", settled(false))}, false},
		{proxy.Error{Status: 407, Err: settled(true)}, false},
	} {
		assert.Equal(t, row.retryable, row.err.Retryable(), "%v", &row.err)
		assert.True(t, row.err.NotSent())
		assert.Equal(t, row.err.Err, errors.Unwrap(&row.err))
	}
}

// settled is an error that knows whether a repeat may succeed.
type settled bool

func (s settled) Error() string   { return "settled" }
func (s settled) Retryable() bool { return bool(s) }

// A3: a proxy is named with its port, and without its credentials.
func TestAProxyIsNamedWithoutItsCredentials(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"http://u:canary@p":       "http://p:80",
		"https://u:canary@p":      "https://p:443",
		"socks5://u:canary@[::1]": "socks5://[::1]:1080",
		"socks5h://p:9":           "socks5h://p:9",
		"other://p":               "other://p",
	} {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		assert.Equal(t, want, proxy.Name(u))
	}
}

// P1: only what failed on the way to a proxy is blamed on it.
func TestOnlyTheWayToAProxyIsItsOwn(t *testing.T) {
	t.Parallel()
	for op, want := range map[string]bool{"proxyconnect": true, "socks connect": true, "dial": false, "read": false} {
		assert.Equal(t, want, proxy.Unreached(fmt.Errorf("get: %w", &net.OpError{Op: op, Err: errors.New("cut")})), op)
	}
	assert.False(t, proxy.Unreached(errors.New("cut")))
}
