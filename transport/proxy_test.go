package transport_test

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/proxy"
	"github.com/tripware/tripware/transport"
)

// P1: a chain names the proxy of any transport below it, and only if the proxy could not be
// reached.
func TestAChainNamesTheProxyOfAnyTransport(t *testing.T) {
	t.Parallel()
	cut := errors.New("cut")
	toProxy := &net.OpError{Op: "proxyconnect", Net: "tcp", Err: cut}
	via := http.ProxyURL(&url.URL{Scheme: "http", User: url.UserPassword("u", "canary"), Host: "proxy.test"})
	none := func(*http.Request) (*url.URL, error) { return nil, nil }
	told := &proxy.Error{Status: 502, Err: toProxy}
	for name, row := range map[string]struct {
		via   func(*http.Request) (*url.URL, error)
		err   error
		named bool
	}{
		"the way to a proxy":                {via, toProxy, true},
		"the way to a socks proxy":          {via, &net.OpError{Op: "socks connect", Err: cut}, true},
		"the way to a server":               {via, &net.OpError{Op: "dial", Err: cut}, false},
		"named already":                     {via, told, false},
		"no proxy now":                      {none, toProxy, false},
		"a proxy that cannot be chosen now": {func(*http.Request) (*url.URL, error) { return nil, cut }, toProxy, false},
		"a transport without a proxy":       {nil, toProxy, false},
	} {
		base := &failing{Transport: &http.Transport{Proxy: row.via}, err: row.err}
		_, err := transport.Chain(base).RoundTrip(get(t, t.Context()))
		require.ErrorIs(t, err, row.err, name)
		failed, ok := errors.AsType[*proxy.Error](err)
		if !row.named {
			assert.True(t, !ok || failed == told, "%s: %v", name, failed)
			continue
		}
		require.True(t, ok, name)
		assert.Equal(t, &proxy.Error{Proxy: "http://proxy.test:80", Target: "api.example.com:80", Err: row.err}, failed, name)
	}
}

// failing is a layer above a transport that returns an error instead of calling it.
type failing struct {
	*http.Transport

	err error
}

func (f *failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }
func (f *failing) Unwrap() http.RoundTripper                       { return f.Transport }
