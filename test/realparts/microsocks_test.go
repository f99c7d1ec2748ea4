//go:build realparts && linux

package realparts_test

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/transport/network"
)

func microsocksScenarios() []scenario {
	return []scenario{
		{"carries http and https with the password", microsocksCarries},
		{"resolves names itself, with socks5 as with socks5h", microsocksResolves},
		{"refuses a wrong password without showing it", microsocksRefuses},
		{"that refuses has had nothing of a POST", microsocksPost},
		{"is passed by for a host of NO_PROXY", func(t *testing.T) { isPassedBy(t, startMicrosocks(t, special())) }},
		{"opens one tunnel for a call with retries", func(t *testing.T) { keepsTunnel(t, startMicrosocks(t, special())) }},
	}
}

func startMicrosocks(t *testing.T, l login) *gateway {
	t.Helper()
	addr := freeAddr(t)
	port := portOf(t, addr)
	p := newFolder(t).start(t, []string{addr}, "microsocks", "-i", "127.0.0.1", "-p", strconv.Itoa(port), "-u", l.user, "-P", l.password)
	return &gateway{process: p, proxy: l.into(network.Proxy{Protocol: "socks5", Host: "127.0.0.1", Port: port}), login: l}
}

// Promises P1 and A3.
func microsocksCarries(t *testing.T) {
	g, ca := startMicrosocks(t, special()), newAuthority(t)
	plain, secure := newTarget(t, nil, nil), newTarget(t, ca, nil)
	c := newClient(t, tripware.WithProxy(g.proxy), tripware.WithConnection(network.WithRootCAFile(ca.file(t))))
	requireReached(t, c.get(t, plain.URL), 1)
	requireReached(t, c.get(t, secure.URL), 1)
	requireReached(t, c.post(t, secure.URL, "body"), 1)
	g.login.requireUnsaid(t, "log", c.logs.String())
	g.requireSaid(t, "connected to "+secure.addr(), 1)
}

// Promise P1 (RFC 1928): the client dials the proxy and nothing else, by its address.
func microsocksResolves(t *testing.T) {
	g, ca := startMicrosocks(t, special()), newAuthority(t)
	far := newTarget(t, ca, nil)
	var mu sync.Mutex
	var dialled []string
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		mu.Lock()
		dialled = append(dialled, addr)
		mu.Unlock()
		var d net.Dialer
		return d.DialContext(ctx, network, addr)
	}
	name := "localhost:" + strconv.Itoa(portOf(t, far.addr()))
	for _, protocol := range []string{"socks5", "socks5h"} {
		proxy := g.proxy
		proxy.Protocol = protocol
		c := newClient(t, tripware.WithProxy(proxy), tripware.WithConnection(
			network.WithRootCAFile(ca.file(t)), network.WithDialContext(dial)))
		requireReached(t, c.get(t, "https://"+name), 1)
	}
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(g.proxy.Port))
	assert.Equal(t, []string{at, at}, dialled)
	g.requireSaid(t, "connected to "+name, 2)
}

// Promises R8 and A3.
func microsocksRefuses(t *testing.T) {
	g, far := startMicrosocks(t, special()), newTarget(t, nil, nil)
	bent, wrong := g.wrong()
	c := newClient(t, tripware.WithProxy(bent))
	a := c.get(t, far.URL)
	require.Error(t, a.err)
	assert.Contains(t, a.err.Error(), "authentication failed")
	wrong.requireUnsaidBy(t, a.err)
	wrong.requireUnsaid(t, "log", c.logs.String())
	assert.Empty(t, far.seen())
	t.Logf("%d attempts: %v", a.record.AttemptCount(), a.err)
}

// Promise R7: a POST that ended at the proxy may be tried again, and does no harm.
func microsocksPost(t *testing.T) {
	g, far := startMicrosocks(t, special()), newTarget(t, nil, nil)
	a := newClient(t, tripware.WithProxy(g.proxy)).do(t.Context(), http.MethodPost, "http://127.0.0.1:1/", "body", nil)
	require.Error(t, a.err, "nobody listens there")
	assert.Equal(t, 4, a.record.AttemptCount())
	assert.Empty(t, far.seen())
}
