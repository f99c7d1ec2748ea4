package network_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/network"
)

// proxyFor asks route which proxy a request to target takes.
func proxyFor(t *testing.T, route func(*http.Request) (*url.URL, error), target string) string {
	t.Helper()
	via, err := route(&http.Request{URL: mustParse(target)})
	require.NoError(t, err, target)
	if via == nil {
		return ""
	}
	return via.Redacted()
}

// P1
func TestNoProxyNamesTheHostsReachedDirectly(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		pattern         string
		direct, proxied []string
	}{
		{"*", []string{"http://a.example.com", "https://10.0.0.1:8080", "http://[::1]"}, nil},
		{"example.com",
			[]string{"http://example.com", "https://example.com:8443", "http://a.b.example.com", "http://EXAMPLE.com", "http://example.com."},
			[]string{"http://notexample.com", "http://example.com.evil.test", "http://example.co"}},
		{"Example.COM.", []string{"http://example.com"}, []string{"http://example.org"}},
		{".example.com", []string{"http://a.example.com"}, []string{"http://example.com", "http://aexample.com"}},
		{"*.example.com", []string{"http://a.example.com"}, []string{"http://example.com"}},
		{"example.com:8080", []string{"http://example.com:8080", "https://a.example.com:8080"}, []string{"http://example.com", "http://example.com:80"}},
		{"example.com:443", []string{"https://example.com"}, []string{"http://example.com"}},
		{".example.com:80", []string{"http://a.example.com"}, []string{"http://example.com", "https://a.example.com"}},
		{"10.1.2.3", []string{"http://10.1.2.3", "http://10.1.2.3:99", "http://[::ffff:10.1.2.3]"}, []string{"http://10.1.2.4", "http://a10.1.2.3"}},
		{"::ffff:10.1.2.3", []string{"http://10.1.2.3"}, []string{"http://10.1.2.4"}},
		{"fe80::2%eth0", []string{"http://[fe80::2%25eth1]"}, []string{"http://[fe80::1%25eth0]"}},
		{"10.1.2.3:99", []string{"http://10.1.2.3:99"}, []string{"http://10.1.2.3"}},
		{"10.0.0.0/8", []string{"http://10.255.0.1", "http://[::ffff:10.0.0.1]"}, []string{"http://11.0.0.1", "http://ten.example.com"}},
		{"::ffff:10.0.0.0/104", []string{"http://10.255.0.1"}, []string{"http://11.0.0.1"}},
		{"0.0.0.0/0", []string{"http://1.2.3.4"}, []string{"http://[2001:db8::1]", "http://example.com"}},
		{"2001:db8::/32", []string{"http://[2001:db8::1]"}, []string{"http://[2001:db9::1]", "http://32.1.13.184"}},
		{"2001:db8::1", []string{"http://[2001:db8::1]", "http://[2001:DB8:0::1]:99"}, []string{"http://[2001:db8::2]"}},
		{"[2001:db8::1]", []string{"http://[2001:db8::1]"}, []string{"http://[2001:db8::2]"}},
		{"[2001:db8::1]:99", []string{"http://[2001:db8::1]:99"}, []string{"http://[2001:db8::1]"}},
		{"fe80::1", []string{"http://[fe80::1%25eth0]"}, []string{"http://[fe80::2%25eth0]"}},
		{"bücher.example", []string{"http://bücher.example"}, []string{"http://xn--bcher-kva.example"}},
		{"localhost", []string{"http://localhost:8080"}, []string{"http://127.0.0.1"}},
	} {
		base, err := network.New(network.WithProxy(network.Proxy{
			Protocol: "http", Host: "proxy.test", Port: 3128, NoProxy: []string{"unrelated.test", row.pattern},
		}))
		require.NoError(t, err, row.pattern)
		for _, target := range row.direct {
			assert.Empty(t, proxyFor(t, base.Proxy, target), "%s: %s", row.pattern, target)
		}
		for _, target := range row.proxied {
			assert.Equal(t, "http://proxy.test:3128", proxyFor(t, base.Proxy, target), "%s: %s", row.pattern, target)
		}
	}
}

func TestLoopbackGoesThroughAProxyThatWasNamed(t *testing.T) {
	t.Parallel()
	base, err := network.New(network.WithProxy(network.Proxy{Protocol: "http", Host: "proxy.test"}))
	require.NoError(t, err)
	for _, target := range []string{"http://localhost", "http://127.0.0.1", "https://[::1]"} {
		assert.Equal(t, "http://proxy.test:80", proxyFor(t, base.Proxy, target))
	}
}

// setEnviron sets the variables and clears the others.
func setEnviron(t *testing.T, set map[string]string) {
	t.Helper()
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"} {
		t.Setenv(name, set[name])
	}
}

func TestTheEnvironmentChoosesTheProxyByScheme(t *testing.T) {
	setEnviron(t, map[string]string{
		"HTTP_PROXY": "plain.test:3128", "http_proxy": "http://ignored.test", "https_proxy": "socks5://u:p@secure.test",
		"NO_PROXY": "direct.test, .sub.test\tnetwork.test:*,http://garbage,,10.0.0.0/8",
	})
	base, err := network.New()
	require.NoError(t, err)
	named, err := network.New(network.WithoutProxy(), network.WithProxyFromEnvironment())
	require.NoError(t, err)
	route, err := network.ProxyFromEnvironment()
	require.NoError(t, err)
	for _, route := range []func(*http.Request) (*url.URL, error){base.Proxy, named.Proxy, route} {
		for target, want := range map[string]string{
			"http://host.test":        "http://plain.test:3128",
			"https://host.test":       "socks5://u:xxxxx@secure.test:1080",
			"http://direct.test":      "",
			"https://a.sub.test":      "",
			"http://sub.test":         "http://plain.test:3128",
			"https://10.1.1.1":        "",
			"http://localhost:80":     "",
			"http://LOCALHOST":        "",
			"https://127.3.2.1":       "",
			"https://[::1]":           "",
			"http://localhost.test":   "http://plain.test:3128",
			"https://network.test:44": "socks5://u:xxxxx@secure.test:1080",
		} {
			assert.Equal(t, want, proxyFor(t, route, target), target)
		}
	}
}

func TestTheEnvironmentIsReadEachTime(t *testing.T) {
	setEnviron(t, nil)
	route, err := network.ProxyFromEnvironment()
	require.NoError(t, err)
	assert.Empty(t, proxyFor(t, route, "http://host.test"))
	t.Setenv("http_proxy", "http://late.test")
	assert.Empty(t, proxyFor(t, route, "http://host.test"))
	route, err = network.ProxyFromEnvironment()
	require.NoError(t, err)
	assert.Equal(t, "http://late.test:80", proxyFor(t, route, "http://host.test"))
}

// A3
// P1: a value that came from a file may end a line; a pattern is no proxy.
func TestBlanksAroundAProxyOfTheEnvironmentAreDropped(t *testing.T) {
	setEnviron(t, map[string]string{
		"HTTP_PROXY": " squid.infra:3128\r\n", "HTTPS_PROXY": "\thttp://squid.infra:3128\n", "https_proxy": "http://other", "NO_PROXY": "direct.test\n",
	})
	route, err := network.ProxyFromEnvironment()
	require.NoError(t, err)
	assert.Equal(t, "http://squid.infra:3128", proxyFor(t, route, "http://host.test"))
	assert.Equal(t, "http://squid.infra:3128", proxyFor(t, route, "https://host.test"))
	assert.Empty(t, proxyFor(t, route, "https://direct.test"))

	setEnviron(t, map[string]string{"HTTP_PROXY": " \n"})
	route, err = network.ProxyFromEnvironment()
	require.NoError(t, err)
	assert.Empty(t, proxyFor(t, route, "http://host.test"))

	setEnviron(t, map[string]string{"HTTPS_PROXY": "*.*.*.*:7890"})
	_, err = network.New()
	require.ErrorContains(t, err, "HTTPS_PROXY: host contains a *: it must be a single host")
}

func TestAnUnusableProxyOfTheEnvironmentIsRefusedWithoutShowingIt(t *testing.T) {
	setEnviron(t, map[string]string{"http_proxy": "u:" + secretCanary + "@h:port", "HTTPS_PROXY": "ftp://u:" + secretCanary + "@h"})
	_, err := network.ProxyFromEnvironment()
	require.ErrorContains(t, err, "network: read proxy from environment: http_proxy: ")
	require.ErrorContains(t, err, "HTTPS_PROXY: protocol is not one of")
	assert.NotContains(t, err.Error(), secretCanary)
	base, err := network.New()
	require.ErrorContains(t, err, "network: build base: proxy from environment: http_proxy: ")
	assert.Nil(t, base)
	_, err = network.New(network.WithoutProxy())
	require.NoError(t, err, "the environment is not asked")
}

func TestACGIProgramDoesNotBelieveHTTPProxy(t *testing.T) {
	setEnviron(t, map[string]string{"HTTP_PROXY": "http://evil.test", "HTTPS_PROXY": "https://good.test", "REQUEST_METHOD": "GET"})
	route, err := network.ProxyFromEnvironment()
	require.NoError(t, err)
	_, err = route(&http.Request{URL: mustParse("http://host.test")})
	require.EqualError(t, err, "network: choose proxy: HTTP_PROXY is ignored in a CGI program, where a client can set it")
	assert.Equal(t, "https://good.test:443", proxyFor(t, route, "https://host.test"))

	_, err = network.New(network.WithServerName("api.test"))
	require.ErrorContains(t, err, "would hold for the https proxy too")
}
