package network_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

const secretCanary = "tr1pw1re"

// proxyPassword holds what a URL, a header or a shell would trip over.
const proxyPassword = `s:@/ %ü?#&=+"\'` + "\t"

// proxyAt returns a Proxy of the test's server, with odd credentials.
func proxyAt(t *testing.T, protocol, addr string) network.Proxy {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	return network.Proxy{Protocol: protocol, Host: host, Port: n, Username: "üser@/ %", Password: redact.NewSecret(proxyPassword)}
}

const proxyUser = "üser@/ %:" + proxyPassword

// P1: http and https proxies, credentials of any characters, tunnels and forwarding.
func TestRequestsGoThroughAnHTTPProxy(t *testing.T) {
	t.Parallel()
	plain, secure := startServer(t, false), startServer(t, true)
	for _, protocol := range []string{"http", "HTTPS"} {
		server, seen := startProxy(t, protocol == "HTTPS", proxyUser)
		base, err := network.New(
			network.WithProxy(proxyAt(t, protocol, server.Listener.Addr().String())),
			network.WithRootCAs(poolOf(secure.Certificate())),
		)
		require.NoError(t, err)
		got, err := fetch(t, base, secure.URL)
		require.NoError(t, err, protocol)
		assert.Equal(t, "HTTP/2.0", got, "HTTP/2 within the tunnel")
		got, err = fetch(t, base, plain.URL+"/path")
		require.NoError(t, err, protocol)
		assert.Equal(t, "HTTP/1.1", got)
		assert.Equal(t, []string{"CONNECT " + secure.Listener.Addr().String(), "GET " + plain.URL + "/path"}, seen.asked)
		assert.Equal(t, []string{proxyUser, proxyUser}, seen.clients)
	}
}

// P1: socks5 and socks5h, the name resolved by the proxy.
func TestRequestsGoThroughASocksProxy(t *testing.T) {
	t.Parallel()
	server := startServer(t, true)
	for _, protocol := range []string{"socks5", "Socks5H"} {
		addr, seen := startSocks(t, proxyUser, server.Listener.Addr().String())
		base, err := network.New(network.WithProxy(proxyAt(t, protocol, addr)), network.WithRootCAs(poolOf(server.Certificate())))
		require.NoError(t, err)
		got, err := fetch(t, base, "https://example.com:8443/")
		require.NoError(t, err, protocol)
		assert.Equal(t, "HTTP/2.0", got)
		assert.Equal(t, []string{"SOCKS example.com:8443"}, seen.asked)

		wrong := proxyAt(t, protocol, addr)
		wrong.Password = redact.NewSecret(secretCanary)
		base, err = network.New(network.WithProxy(wrong))
		require.NoError(t, err)
		_, err = fetch(t, base, server.URL)
		require.ErrorContains(t, err, "authentication failed")
		assert.NotContains(t, err.Error(), secretCanary)
	}
}

// R8, A3: a 407 is typed and shows no credentials, even if the proxy repeats them.
func TestARefusedTunnelIsATypedError(t *testing.T) {
	t.Parallel()
	server, _ := startProxy(t, false, "other:other")
	addr := server.Listener.Addr().String()
	proxy := proxyAt(t, "http", addr)
	proxy.Password = redact.NewSecret(secretCanary)
	base, err := network.New(network.WithProxy(proxy))
	require.NoError(t, err)

	_, err = fetch(t, base, "https://api.example.com/")
	refused, ok := errors.AsType[*network.ProxyError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, &network.ProxyError{Status: 407, Proxy: "http://" + addr, Target: "api.example.com:443"}, refused)
	assert.EqualError(t, refused, "network: proxy http://"+addr+" refused CONNECT api.example.com:443: "+
		"407 Proxy Authentication Required (check its username and password)")
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, refused, refused), secretCanary)

	plain := startServer(t, false)
	status, err := fetch(t, base, plain.URL)
	require.NoError(t, err, "to an http host the proxy's answer is a response")
	assert.Equal(t, "Proxy Authentication Required", status)
}

// P1: the hook of a cloned transport is called, and what it says is kept.
func TestAClonesOwnConnectHookHasItsSay(t *testing.T) {
	t.Parallel()
	server, _ := startProxy(t, false, "other:other")
	said := errors.New("counted")
	calls := 0
	own := &http.Transport{
		Proxy: http.ProxyURL(mustParse(server.URL)),
		OnProxyConnectResponse: func(context.Context, *url.URL, *http.Request, *http.Response) error {
			calls++
			return said
		},
	}
	clone, err := network.Clone(own)
	require.NoError(t, err)
	again, err := network.Clone(clone)
	require.NoError(t, err)
	for n, rt := range []*http.Transport{clone, again} {
		_, err = fetch(t, rt, "https://api.example.com/")
		refused, ok := errors.AsType[*network.ProxyError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, said, refused.Err)
		require.ErrorIs(t, err, said)
		assert.True(t, strings.HasSuffix(err.Error(), "(check its username and password): counted"), "%v", err)
		assert.Equal(t, n+1, calls)
	}
	assert.Equal(t, "network: proxy p:1 refused CONNECT h:443: 599", (&network.ProxyError{Status: 599, Proxy: "p:1", Target: "h:443"}).Error())
}

// P1: fixed and computed headers reach the proxy, and only with a CONNECT.
func TestConnectHeadersReachTheProxy(t *testing.T) {
	t.Parallel()
	plain, secure := startServer(t, false), startServer(t, true)
	server, seen := startProxy(t, false, "")
	proxy := proxyAt(t, "http", server.Listener.Addr().String())
	fixed := http.Header{"X-Fixed": {"1"}, "X-Both": {"fixed"}}
	proxy.ConnectHeader = fixed
	var asked []string
	proxy.ConnectHeaderFunc = func(_ context.Context, proxyURL *url.URL, target string) (http.Header, error) {
		asked = append(asked, proxyURL.String(), target)
		return http.Header{"X-Computed": {"2"}, "x-both": {"computed"}}, nil
	}
	base, err := network.New(network.WithProxy(proxy), network.WithRootCAs(poolOf(secure.Certificate())))
	require.NoError(t, err)
	fixed.Set("X-Fixed", "changed later")
	for _, target := range []string{secure.URL, plain.URL} {
		_, err = fetch(t, base, target)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{server.URL, secure.Listener.Addr().String()}, asked, "the proxy's URL without credentials")
	require.Len(t, seen.headers, 2)
	connect := seen.headers[0]
	assert.Equal(t, []string{"1", "2", "computed"}, []string{connect.Get("X-Fixed"), connect.Get("X-Computed"), connect.Get("X-Both")})
	assert.Empty(t, seen.headers[1].Get("X-Fixed")+seen.headers[1].Get("X-Computed"))
	assert.Equal(t, []string{proxyUser, proxyUser}, seen.clients)

	proxy.ConnectHeaderFunc, proxy.Username, proxy.Password = nil, "", redact.Secret{}
	proxy.ConnectHeader = http.Header{"Proxy-Authorization": {"Bearer token"}}
	base, err = network.New(network.WithProxy(proxy), network.WithRootCAs(poolOf(secure.Certificate())))
	require.NoError(t, err)
	_, err = fetch(t, base, secure.URL)
	require.NoError(t, err)
	assert.Equal(t, "Bearer token", seen.headers[2].Get("Proxy-Authorization"))
}

func TestComputedConnectHeadersThatCannotBeSentFailTheRequest(t *testing.T) {
	t.Parallel()
	server, seen := startProxy(t, false, "")
	said := errors.New("no token")
	for _, row := range []struct {
		header http.Header
		err    error
		want   string
	}{
		{nil, said, "network: compute CONNECT headers: no token"},
		{http.Header{"X-A": {"a\r\nB: c"}}, nil, "network: compute CONNECT headers: CONNECT header X-A contains a control character"},
		{http.Header{"X A": {""}}, nil, "a CONNECT header has an invalid name"},
		{http.Header{"proxy-authorization": {"Bearer x"}}, nil, "CONNECT header Proxy-Authorization and a username are both set"},
	} {
		proxy := proxyAt(t, "http", server.Listener.Addr().String())
		proxy.ConnectHeaderFunc = func(context.Context, *url.URL, string) (http.Header, error) { return row.header, row.err }
		base, err := network.New(network.WithProxy(proxy))
		require.NoError(t, err)
		_, err = fetch(t, base, "https://api.example.com/")
		require.ErrorContains(t, err, row.want)
		if row.err != nil {
			assert.ErrorIs(t, err, row.err)
		}
	}
	assert.Empty(t, seen.asked)
}

// The headers of a cloned transport were meant for its own proxy.
func TestAnotherProxyDoesNotGetTheHeadersOfTheFirst(t *testing.T) {
	t.Parallel()
	own := &http.Transport{
		ProxyConnectHeader:    http.Header{"Proxy-Authorization": {"Bearer first"}},
		GetProxyConnectHeader: func(context.Context, *url.URL, string) (http.Header, error) { return nil, nil },
	}
	for _, opt := range []network.Option{
		network.WithProxy(network.Proxy{Protocol: "http", Host: "second.example.com"}), network.WithoutProxy(),
	} {
		clone, err := network.Clone(own, opt)
		require.NoError(t, err)
		assert.Nil(t, clone.ProxyConnectHeader)
		assert.Nil(t, clone.GetProxyConnectHeader)
	}
	clone, err := network.Clone(own, network.WithIdleConnTimeout(1))
	require.NoError(t, err)
	assert.NotNil(t, clone.GetProxyConnectHeader)
}

func TestEveryFaultOfAProxyIsNamed(t *testing.T) {
	t.Parallel()
	secret := redact.NewSecret(secretCanary)
	long := strings.Repeat("x", 256)
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	for _, row := range []struct {
		proxy network.Proxy
		want  string
	}{
		{network.Proxy{Protocol: "ftp", Host: "h"}, "protocol is not one of http, https, socks5, socks5h"},
		{network.Proxy{Protocol: "http"}, "host is empty"},
		{network.Proxy{Protocol: "http", Host: "http://u:" + secretCanary + "@h"}, "host contains a scheme: write only the name"},
		{network.Proxy{Protocol: "http", Host: "u:" + secretCanary + "@h"}, "host contains a colon: write it without a port"},
		{network.Proxy{Protocol: "http", Host: "h\x00"}, "host contains invalid characters"},
		{network.Proxy{Protocol: "http", Host: "h\u00a0x"}, "host contains invalid characters"},
		{network.Proxy{Protocol: "http", Host: "h\xff"}, "host contains invalid characters"},
		{network.Proxy{Protocol: "http", Host: secretCanary + "@h"}, "host contains invalid characters"},
		{network.Proxy{Protocol: "http", Host: "h", Port: -1}, "port -1 is not in the range 1 to 65535"},
		{network.Proxy{Protocol: "http", Host: "h", Port: 65536}, "port 65536 is not in the range 1 to 65535"},
		{network.Proxy{Protocol: "http", Host: "h", Password: secret}, "password without username"},
		{network.Proxy{Protocol: "http", Host: "h", Username: "a:b"}, "username contains a colon"},
		{network.Proxy{Protocol: "http", Host: "h", Username: "a\n"}, "username contains NUL, CR or LF"},
		{network.Proxy{Protocol: "http", Host: "h", Username: "a", Password: redact.NewSecret(secretCanary + "\x00")}, "password contains NUL, CR or LF"},
		{network.Proxy{Protocol: "socks5", Host: "h", Username: long}, "username is longer than 255 bytes"},
		{network.Proxy{Protocol: "socks5h", Host: "h", Username: "a", Password: redact.NewSecret(long)}, "password is longer than 255 bytes"},
		{network.Proxy{Protocol: "http", Host: "h", NoProxy: []string{"ok", ""}}, "no-proxy pattern 2 is empty"},
		{network.Proxy{Protocol: "http", Host: "h", NoProxy: []string{"http://x"}}, "no-proxy pattern 1 contains a scheme"},
		{network.Proxy{Protocol: "http", Host: "h", NoProxy: []string{"10.0.0.0/33"}}, "no-proxy pattern 1 contains invalid characters"},
		{network.Proxy{Protocol: "http", Host: "h", NoProxy: []string{"x:0"}}, "no-proxy pattern 1 has a port that is not in the range 1 to 65535"},
		{network.Proxy{Protocol: "http", Host: "h", NoProxy: []string{"x.*.com"}}, "no-proxy pattern 1 contains a * that"},
		{network.Proxy{Protocol: "http", Host: "h", NoProxy: []string{"*x.com"}}, "no-proxy pattern 1 contains a * that"},
		{network.Proxy{Protocol: "http", Host: "h", NoProxy: []string{"*:80"}}, "no-proxy pattern 1 contains a * that"},
		{network.Proxy{Protocol: "http", Host: "h", NoProxy: []string{"."}}, "no-proxy pattern 1 is empty"},
		{network.Proxy{Protocol: "http", Host: "h", NoProxy: []string{"a b"}}, "no-proxy pattern 1 contains invalid characters"},
		{network.Proxy{Protocol: "socks5", Host: "h", ConnectHeader: header("X", "y")}, "CONNECT headers are never sent to a socks proxy"},
		{network.Proxy{Protocol: "http", Host: "h", ConnectHeader: header("X Y", "y")}, "a CONNECT header has an invalid name"},
		{network.Proxy{Protocol: "http", Host: "h", ConnectHeader: header("", "y")}, "a CONNECT header has an invalid name"},
		{network.Proxy{Protocol: "http", Host: "h", ConnectHeader: header("X", "y\n")}, "CONNECT header X contains a control character"},
		{network.Proxy{Protocol: "http", Host: "h", ConnectHeader: header("host", "y")}, "CONNECT header Host cannot be set"},
		{network.Proxy{Protocol: "http", Host: "h", Username: "u", ConnectHeader: header("Proxy-Authorization", "y")}, "CONNECT header Proxy-Authorization and a username are both set"},
	} {
		err := row.proxy.Validate()
		require.ErrorContains(t, err, row.want)
		assert.Contains(t, err.Error(), "network: check proxy: ")
		assert.NotContains(t, err.Error()+fmt.Sprint(row.proxy), secretCanary)
		u, err := row.proxy.URL()
		require.Error(t, err)
		assert.Nil(t, u)
	}
	err := network.Proxy{Port: -1, Username: "a:b", NoProxy: []string{""}, ConnectHeader: http.Header{"X": {"\n"}, "Host": {""}}}.Validate()
	assert.Len(t, strings.Split(err.Error(), "\n"), 7, "all at once: %v", err)
}

func TestAProxyIsWrittenAsAURL(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ raw, printed, full string }{
		{"http://proxy.example.com", "http://proxy.example.com:80", ""},
		{"HTTPS://proxy.example.com/", "https://proxy.example.com:443", ""},
		{"socks5://proxy.example.com", "socks5://proxy.example.com:1080", ""},
		{"socks5h://127.0.0.1:9050", "socks5h://127.0.0.1:9050", ""},
		{"http://[::1]:3128", "http://[::1]:3128", ""},
		{"http://user@proxy.example.com", "http://user@proxy.example.com:80", "http://user:@proxy.example.com:80"},
		{"http://us%40er:p%3A%2F%20%25%C3%BC@h:1", "http://us%40er:***@h:1", "http://us%40er:p%3A%2F%20%25%C3%BC@h:1"},
	} {
		proxy, err := network.ProxyFromURL(row.raw)
		require.NoError(t, err, row.raw)
		assert.Equal(t, row.printed, proxy.String())
		assert.Equal(t, row.printed, fmt.Sprintf("%d", proxy))
		assert.Equal(t, row.printed, proxy.GoString())
		u, err := proxy.URL()
		require.NoError(t, err)
		if row.full == "" {
			row.full = row.printed
		}
		assert.Equal(t, row.full, u.String())
	}
	bracketed := network.Proxy{Protocol: "http", Host: "[::1]"}
	u, err := bracketed.URL()
	require.NoError(t, err)
	assert.Equal(t, "[::1]:80", u.Host)
}

// A3: url.Parse quotes the URL in its errors; ours must not.
func TestAURLThatIsNoProxyIsRefusedWithoutShowingIt(t *testing.T) {
	t.Parallel()
	c := secretCanary
	for _, raw := range []string{
		"", "proxy.example.com:3128", "//u:" + c + "@h", "http://", "http:u:" + c + "@h", "http://u:" + c + "@h/path", "http://u:" + c + "@h//",
		"http://u:" + c + "@h?q", "http://u:" + c + "@h?", "http://u:" + c + "@h#f", "http://u:" + c + "@h:port", "http://u:" + c + "@h:0", "http://u:" + c + "@h:65536",
		"http://u:" + c + "/x@h", "http://u:" + c + "%zz@h", "http://u:" + c + " @h", "ftp://u:" + c + "@h", "http://:" + c + "@h",
		"http://u%3Av:" + c + "@h", "http://u:" + c + "%0A@h", "http://u:" + c + "@h\x7f", "http://u:" + c + "@h:99999999999999999999",
	} {
		proxy, err := network.ProxyFromURL(raw)
		require.ErrorContains(t, err, "network: parse proxy URL: ", raw)
		assert.NotContains(t, err.Error(), c)
		assert.Equal(t, network.Proxy{}, proxy)
	}
}

func FuzzProxyFromURL(f *testing.F) {
	for _, seed := range [][3]string{
		{"http", "user", "proxy.example.com:3128"}, {"socks5h", "a%40b", "[::1]"}, {"HTTPS", "", "h/"}, {"http", "a/b?c#d", "x@y:1"},
		{"http", "%zz", "h:99999"}, {"", "", ""}, {"http", "u", "[fe80::1%25eth0]:1"}, {"http", "u", "b\u00fccher.example"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, protocol, user, rest string) {
		proxy, err := network.ProxyFromURL(protocol + "://" + user + ":" + secretCanary + "@" + rest)
		if strings.Contains(protocol+user+rest, secretCanary) {
			return
		}
		require.NotContains(t, fmt.Sprintf("%v %+v %#v %s", err, proxy, proxy, proxy), secretCanary)
		if err != nil {
			return
		}
		require.NoError(t, proxy.Validate())
		u, err := proxy.URL()
		require.NoError(t, err)
		again, err := network.ProxyFromURL(u.String())
		require.NoError(t, err, "a URL of ours is not read: %q", u.Redacted())
		twice, err := again.URL()
		require.NoError(t, err)
		require.Equal(t, u.String(), twice.String())
	})
}
