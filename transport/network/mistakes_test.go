package network_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// P1: a proxy's URL that is written in another form is refused with its cure.
func TestAProxyURLIsRefusedWithItsCure(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"proxy:3128":                          "it has no scheme: write http://proxy:3128",
		"proxy.example.com":                   "it has no scheme: write http://proxy.example.com",
		"127.0.0.1:3128":                      "it has no scheme: write http://127.0.0.1:3128",
		"*.*.*.*:7890":                        "it is malformed: percent-encode reserved characters in user and password",
		"http://*.*.*.*:7890":                 "host contains a *: it must be a single host",
		"http://pro xy:3128":                  "it contains a space or line end: percent-encode it if it belongs to a password, else remove it",
		"http://proxy:3128\n":                 "it contains a space or line end: percent-encode it if it belongs to a password, else remove it",
		"http://proxy:3128/path":              "it has a path, query or fragment: end it after the port",
		"u:" + secretCanary + "@proxy:3128":   "it is not of the form protocol://host:port",
		"ftp://u:" + secretCanary + "@proxy":  "protocol is not one of http, https, socks5, socks5h",
		"http://u:" + secretCanary + "/@p:80": "it is malformed: percent-encode reserved characters in user and password",
	} {
		_, err := network.ProxyFromURL(raw)
		assert.EqualError(t, err, "network: parse proxy URL: "+want, raw)
	}
}

// P1: blanks within a proxy of the environment are an error, and around it none.
func TestBlanksWithinAProxyOfTheEnvironmentAreRefused(t *testing.T) {
	for value, want := range map[string]string{
		" proxy:3128\r\n":  "",
		"\nhttp://proxy\t": "",
		"pro xy:3128":      "it contains a space or line end",
		"http://a\nb:80":   "it contains a space or line end",
	} {
		setEnviron(t, map[string]string{"HTTPS_PROXY": value, "NO_PROXY": " direct.test \r\n"})
		_, err := network.ProxyFromEnvironment()
		if want == "" {
			require.NoError(t, err, "%q", value)
			continue
		}
		require.ErrorContains(t, err, "network: read proxy from environment: HTTPS_PROXY: "+want, "%q", value)
	}
}

// P1, A3: a proxy that cannot be reached, or refuses, is named without its credentials.
func TestAFailedProxyIsNamedWithoutItsCredentials(t *testing.T) {
	t.Parallel()
	refusing, _ := startProxy(t, false, "other:other")
	untrusted, _ := startProxy(t, true, "")
	socks, _ := startSocks(t, "other:other", "127.0.0.1:1")
	unknown := network.WithDialContext(func(_ context.Context, protocol, addr string) (net.Conn, error) {
		host, _, _ := strings.Cut(addr, ":")
		return nil, &net.OpError{Op: "dial", Net: protocol, Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	})
	const closed = "127.0.0.1:1" // where nothing listens
	const plain, secure = "http://api.example.com/", "https://api.example.com/"
	for _, row := range []struct {
		name, protocol, addr, target string
		opts                         []network.Option
		status                       int
		cause                        string
	}{
		{"refused, to an http host", "http", closed, plain, nil, 0, "connection refused"},
		{"refused, to an https host", "http", closed, secure, nil, 0, "connection refused"},
		{"refused, over TLS", "https", closed, secure, nil, 0, "connection refused"},
		{"refused, of socks", "socks5", closed, secure, nil, 0, "connection refused"},
		{"no such host", "http", "proxy.example.com:3128", secure, []network.Option{unknown}, 0, "no such host"},
		{"a certificate that is not trusted", "https", untrusted.Listener.Addr().String(), secure, nil, 0, "certificate"},
		{"no TLS at all", "https", refusing.Listener.Addr().String(), plain, nil, 0, "tls"},
		{"wrong credentials", "http", refusing.Listener.Addr().String(), secure, nil, 407, "check its username and password"},
		{"wrong credentials of socks", "socks5", socks, secure, nil, 0, "authentication failed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			proxy := proxyAt(t, row.protocol, row.addr)
			proxy.Username, proxy.Password = "user-"+secretCanary, redact.NewSecret(secretCanary)
			base, err := network.New(append(row.opts, network.WithProxy(proxy))...)
			require.NoError(t, err)
			defer base.CloseIdleConnections()
			_, err = transport.Chain(base).RoundTrip(request(t, row.target))
			failed, ok := errors.AsType[*network.ProxyError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, row.status, failed.Status)
			assert.Equal(t, row.protocol+"://"+row.addr, failed.Proxy)
			assert.Equal(t, map[string]string{plain: "api.example.com:80", secure: "api.example.com:443"}[row.target], failed.Target)
			require.ErrorContains(t, err, "proxy "+failed.Proxy)
			require.ErrorContains(t, err, failed.Target)
			require.ErrorContains(t, err, row.cause)
			assert.Equal(t, 0, strings.Count(err.Error(), "proxyconnect"))
			assert.NotContains(t, fmt.Sprintf("%v %+v", err, failed), secretCanary)
		})
	}
}

// P1: what fails behind a proxy, or without one, is not blamed on a proxy.
func TestAServersFailureIsNotTheProxys(t *testing.T) {
	t.Parallel()
	broken := &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
	_, err := transport.Chain(transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, broken })).RoundTrip(request(t, "http://api.example.com/"))
	require.ErrorIs(t, err, broken)
	_, blamed := errors.AsType[*network.ProxyError](err)
	assert.False(t, blamed)

	server, _ := startProxy(t, false, "")
	secure := startServer(t, true)
	proxy := proxyAt(t, "http", server.Listener.Addr().String())
	base, err := network.New(network.WithProxy(proxy))
	require.NoError(t, err)
	defer base.CloseIdleConnections()
	_, err = transport.Chain(base).RoundTrip(request(t, secure.URL))
	require.ErrorContains(t, err, "certificate")
	_, blamed = errors.AsType[*network.ProxyError](err)
	assert.False(t, blamed, "%v", err)
}

func request(t *testing.T, target string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	require.NoError(t, err)
	return req
}
