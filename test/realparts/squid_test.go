//go:build realparts && linux

package realparts_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/transport/network"
)

// squidConfig takes the folder, the http_port line, and the https_port line or none.
// It logs a request when it is done, a tunnel when it is closed.
const squidConfig = `
%[2]s
%[3]s
visible_hostname proxy.parts.test
hosts_file %[1]s/hosts
auth_param basic program /usr/lib/squid/basic_ncsa_auth %[1]s/users
auth_param basic children 2 startup=1
auth_param basic realm parts
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
cache deny all
cache_mem 8 MB
max_filedescriptors 1024
logformat seen %%>Hs %%rm %%ru user=%%un dept=%%{X-Dept}>h key=%%{Authorization}>h
access_log stdio:%[1]s/access.log seen
cache_log %[1]s/cache.log
coredump_dir %[1]s
pid_filename none
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
`

func squidScenarios() []scenario {
	scenarios := httpProxyScenarios(startSquid, special())
	return append(scenarios,
		scenario{"sees the headers of CONNECT, and not those of the request", squidSeesConnectHeaders},
		scenario{"is found in the environment, and resolves names itself", squidFromEnvironment},
		scenario{"is reached over TLS, with a tunnel inside", squidOverTLS},
	)
}

func startSquid(t *testing.T, l login) *gateway {
	t.Helper()
	g, _ := launchSquid(t, l, nil)
	return g
}

// launchSquid starts squid, with a second port that speaks TLS if there is an authority.
func launchSquid(t *testing.T, l login, ca *authority) (g *gateway, secure string) {
	t.Helper()
	f, plain := newFolder(t), freeAddr(t)
	addrs, https := []string{plain}, ""
	if ca != nil {
		secure = freeAddr(t)
		addrs = append(addrs, secure)
		cert, key := pair(t, ca.issue(t, "127.0.0.1"))
		https = fmt.Sprintf("https_port %s tls-cert=%s tls-key=%s", secure, f.write(t, "cert.pem", cert), f.write(t, "key.pem", key))
	}
	f.write(t, "users", l.user+":"+hashed(t, l.password)+"\n")
	f.write(t, "hosts", "127.0.0.1 localhost target.parts.test\n")
	conf := f.write(t, "squid.conf", fmt.Sprintf(squidConfig, f.dir, "http_port "+plain, https))
	p := f.start(t, addrs, "squid", "-N", "-f", conf)
	proxy := network.Proxy{Protocol: "http", Host: "127.0.0.1", Port: portOf(t, plain)}
	return &gateway{process: p, proxy: l.into(proxy), login: l, refusal: http.StatusProxyAuthRequired}, secure
}

// hashed returns a password as htpasswd would store it.
func hashed(t *testing.T, password string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "openssl", "passwd", "-apr1", "-stdin")
	cmd.Stdin = strings.NewReader(password + "\n")
	hash, err := cmd.Output()
	require.NoError(t, err)
	return string(bytes.TrimSpace(hash))
}

// squidLog returns the lines of the access log once there are n, without that of
// the dial which asked whether squid is ready.
func squidLog(t *testing.T, g *gateway, n int) []string {
	t.Helper()
	var lines []string
	require.Eventually(t, func() bool {
		lines = strings.FieldsFunc(g.folder.read(t, "access.log"), func(r rune) bool { return r == '\n' })
		lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "0 - error:") })
		return len(lines) >= n
	}, startWithin, pollEach)
	return lines
}

// Promises P1 and A1: fixed and computed headers reach the proxy; what is meant
// for the target does not.
func squidSeesConnectHeaders(t *testing.T) {
	g, ca := startSquid(t, special()), newAuthority(t)
	far := newTarget(t, ca, nil)
	bearer := http.Header{"Authorization": {"Bearer canary"}, "X-Dept": {"of the request"}}
	fixed, computed := g.proxy, g.proxy
	fixed.ConnectHeader = http.Header{"X-Dept": {"fixed"}}
	computed.ConnectHeader = http.Header{"X-Dept": {"overruled"}}
	computed.ConnectHeaderFunc = func(_ context.Context, proxyURL *url.URL, target string) (http.Header, error) {
		assert.Nil(t, proxyURL.User, "without credentials")
		return http.Header{"X-Dept": {"for-" + target}}, nil
	}
	for i, proxy := range []network.Proxy{fixed, computed} {
		c := newClient(t, tripware.WithProxy(proxy), tripware.WithConnection(network.WithRootCAFile(ca.file(t))))
		requireReached(t, c.do(t.Context(), http.MethodGet, far.URL, "", bearer), 1)
		c.http.CloseIdleConnections()
		squidLog(t, g, i+1)
	}
	lines := squidLog(t, g, 2)
	assert.Equal(t, []string{
		"200 CONNECT " + far.addr() + " user=parts dept=fixed key=-",
		"200 CONNECT " + far.addr() + " user=parts dept=for-" + far.addr() + " key=-",
	}, lines)
	assert.Equal(t, "Bearer canary", far.seen()[0].header.Get("Authorization"))
}

// Promise P1: HTTP_PROXY, HTTPS_PROXY and NO_PROXY. The names exist only in the
// proxy's hosts file, and for the one host that is reached directly, here.
func squidFromEnvironment(t *testing.T) {
	g, ca := startSquid(t, special()), newAuthority(t)
	plain, secure := newTarget(t, nil, nil), newTarget(t, ca, nil)
	address, err := g.proxy.URL()
	require.NoError(t, err)
	t.Setenv("HTTP_PROXY", address.String())
	t.Setenv("HTTPS_PROXY", address.String())
	t.Setenv("NO_PROXY", "elsewhere.test, direct.parts.test")
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, strings.Replace(addr, "direct.parts.test", "127.0.0.1", 1))
	}
	c := newClient(t, tripware.WithConnection(
		network.WithProxyFromEnvironment(), network.WithDialContext(dial), network.WithRootCAFile(ca.file(t))))
	at := func(far *target, host string) string { return strings.Replace(far.URL, "127.0.0.1", host, 1) }
	for _, far := range []*target{plain, secure} {
		requireReached(t, c.get(t, at(far, "direct.parts.test")), 1)
		requireReached(t, c.get(t, at(far, "target.parts.test")), 1)
	}
	c.http.CloseIdleConnections()
	assert.ElementsMatch(t, []string{
		"200 GET " + at(plain, "target.parts.test") + "/ user=parts dept=- key=-",
		"200 CONNECT " + strings.TrimPrefix(at(secure, "target.parts.test"), "https://") + " user=parts dept=- key=-",
	}, squidLog(t, g, 2))
}

// Promises P1 and R8: protocol https. A proxy with another certificate is refused, once.
func squidOverTLS(t *testing.T) {
	ca := newAuthority(t)
	g, secure := launchSquid(t, special(), ca)
	g.proxy.Protocol, g.proxy.Port = "https", portOf(t, secure)
	reachedOverTLS(t, g, ca)
}

// reachedOverTLS is the scenario of every proxy that is reached over TLS.
func reachedOverTLS(t *testing.T, g *gateway, ca *authority) {
	t.Helper()
	plain, secure := newTarget(t, nil, nil), newTarget(t, ca, nil)
	trusting := network.WithRootCAFile(ca.file(t))
	c := newClient(t, tripware.WithProxy(g.proxy), tripware.WithConnection(trusting))
	requireReached(t, c.get(t, plain.URL), 1)
	requireReached(t, c.get(t, secure.URL), 1)
	g.login.requireUnsaid(t, "log", c.logs.String())

	bent, wrong := g.wrong()
	c = newClient(t, tripware.WithProxy(bent), tripware.WithConnection(trusting))
	a := c.get(t, secure.URL)
	refusal, ok := a.proxyError()
	require.Truef(t, ok, "%v", a.err)
	assert.Equal(t, g.refusal, refusal.Status)
	wrong.requireUnsaidBy(t, a.err)

	began := time.Now()
	a = newClient(t, tripware.WithProxy(g.proxy)).get(t, secure.URL)
	requireUntrusted(t, a)
	g.login.requireUnsaidBy(t, a.err)
	assert.Less(t, time.Since(began), within)
}
