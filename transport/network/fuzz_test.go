package network_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/network"
)

// P1: a pattern is refused, or decides the same for a host however it is
// written; one that is a plain host lets that host and what is below it through.
func FuzzNoProxyPattern(f *testing.F) {
	for _, seed := range [][2]string{
		{"*", "example.com"}, {".example.com", "a.example.com"}, {"*.example.com:80", "example.com"}, {"10.0.0.0/8", "10.1.2.3"},
		{"::1", "[::1]:80"}, {"[fe80::1%eth0]:443", "[fe80::1]"}, {"::ffff:10.0.0.0/104", "10.0.0.1"}, {"b\u00fccher.example", "B\u00dcCHER.example"},
		{"example.com.", "example.com"}, {" a , b ", "a"}, {"a:99999", "a"}, {"**", "a"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, host string) {
		p := network.Proxy{Protocol: "http", Host: "proxy.example.com", NoProxy: []string{pattern}}
		base, err := network.New(network.WithProxy(p))
		require.Equal(t, p.Validate() == nil, err == nil)
		if err != nil {
			return
		}
		direct := func(host string) bool {
			via, err := base.Proxy(&http.Request{URL: &url.URL{Scheme: "http", Host: host}})
			require.NoError(t, err)
			return via == nil
		}
		if ascii(host) && !strings.Contains(host, "%") {
			assert.Equal(t, direct(host), direct(strings.ToUpper(host)), "case")
			assert.Equal(t, direct(host), direct(strings.ToLower(host)), "case")
		}
		if plain := strings.ToLower(strings.TrimSpace(pattern)); plainHost.MatchString(plain) {
			assert.True(t, direct(plain))
			assert.True(t, direct("below."+plain))
			assert.False(t, direct("x"+plain), "another name that ends alike")
		}
		if strings.TrimSpace(pattern) == "*" {
			assert.True(t, direct(host))
		}
	})
}

var plainHost = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$`)

func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > '~' })
}

// P1, A3: the environment is refused without being shown, or every request gets
// a proxy that can be dialled, or none, and loopback gets none.
func FuzzProxyFromEnvironment(f *testing.F) {
	f.Add("user", "proxy.example.com:3128", "example.com,10.0.0.0/8", "https://api.example.com")
	f.Add("a%40b", "[::1]:1", "* .x", "http://localhost:8080/")
	f.Add("", "", ",, ,", "//")
	f.Fuzz(func(t *testing.T, user, rest, list, target string) {
		if strings.Contains(user+rest+list, "\x00") || strings.Contains(user+rest, secretCanary) {
			t.Skip("no value of a variable, or the secret itself")
		}
		for name, value := range map[string]string{
			"HTTP_PROXY": "http://" + user + ":" + secretCanary + "@" + rest, "HTTPS_PROXY": user + ":" + secretCanary + "@" + rest,
			"NO_PROXY": list, "no_proxy": "", "REQUEST_METHOD": "",
		} {
			t.Setenv(name, value)
		}
		route, err := network.ProxyFromEnvironment()
		if err != nil {
			require.ErrorContains(t, err, "_PROXY")
			require.NotContains(t, err.Error(), secretCanary)
			return
		}
		u, err := url.Parse(target)
		if err != nil {
			return
		}
		via, err := route(&http.Request{URL: u})
		require.NoError(t, err)
		if via != nil {
			require.NotEqual(t, "localhost", strings.ToLower(u.Hostname()))
			require.NotEmpty(t, via.Port())
			p, err := network.ProxyFromURL(via.String())
			require.NoError(t, err)
			again, err := p.URL()
			require.NoError(t, err)
			require.Equal(t, via.String(), again.String())
		}
	})
}
