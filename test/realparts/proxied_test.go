//go:build realparts && linux

package realparts_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

// A starter starts a proxy that lets only this user through.
type starter func(t *testing.T, l login) *gateway

// A gateway is a proxy that runs.
type gateway struct {
	*process

	proxy   network.Proxy // how to reach it, with the right credentials
	login   login
	refusal int // its status for a wrong password; 0 where it has none
}

// wrong returns the way to the proxy with a password that differs in its last character.
func (g *gateway) wrong() (network.Proxy, login) {
	l := login{g.login.user, g.login.password[:len(g.login.password)-1] + "!"}
	return l.into(g.proxy), l
}

// httpProxyScenarios are those of every proxy that speaks HTTP. user is what its
// configuration can say; a password that it cannot is wrong, and travels all the same.
func httpProxyScenarios(start starter, user login) []scenario {
	with := func(f func(t *testing.T, g *gateway)) func(t *testing.T) {
		return func(t *testing.T) { f(t, start(t, user)) }
	}
	return []scenario{
		{"forwards to an http host with the password", with(forwards)},
		{"opens a tunnel to an https host with the password", with(tunnels)},
		{"refuses a tunnel for a wrong password, once and by type", with(refusesTunnel)},
		{"answers 407 without a password, once", with(wantsPassword)},
		{"answers a wrong password for an http host, once", with(refusesForward)},
		{"is passed by for a host of NO_PROXY", with(isPassedBy)},
		{"opens one tunnel for a call with retries", with(keepsTunnel)},
	}
}

// Promises P1 and A3: the proxy has the password, and the target does not.
func forwards(t *testing.T, g *gateway) {
	far := newTarget(t, nil, nil)
	c := newClient(t, tripware.WithProxy(g.proxy))
	a := c.get(t, far.URL+"/path?q=1")
	requireReached(t, a, 1)
	require.Len(t, far.seen(), 1)
	assert.NotEmpty(t, far.seen()[0].header.Get("Via"), "a proxy says that it was there")
	assert.Empty(t, far.seen()[0].header.Get("Proxy-Authorization"))
	g.login.requireUnsaid(t, "log", c.logs.String())
}

// Promises P1 and A3: also when the proxy is given as a URL. HTTP/2 is spoken through the tunnel.
func tunnels(t *testing.T, g *gateway) {
	ca := newAuthority(t)
	far := newTarget(t, ca, nil)
	address, err := g.proxy.URL()
	require.NoError(t, err)
	fromURL, err := network.ProxyFromURL(address.String())
	require.NoError(t, err)
	for name, proxy := range map[string]network.Proxy{"as fields": g.proxy, "as a URL": fromURL} {
		c := newClient(t, tripware.WithProxy(proxy), tripware.WithConnection(network.WithRootCAFile(ca.file(t))))
		a := c.get(t, far.URL)
		requireReached(t, a, 1)
		assert.Equal(t, "HTTP/2.0", a.proto, name)
		g.login.requireUnsaid(t, "log", c.logs.String())
	}
	for _, v := range far.seen() {
		assert.Empty(t, v.header.Get("Proxy-Authorization"))
	}
	assert.Len(t, far.seen(), 2)
}

// Promises P1, R8 and A3.
func refusesTunnel(t *testing.T, g *gateway) {
	far := newTarget(t, newAuthority(t), nil)
	bent, wrong := g.wrong()
	for _, l := range []login{wrong, {g.login.user, special().password + "?"}} {
		c := newClient(t, tripware.WithProxy(l.into(bent)))
		a := c.get(t, far.URL)
		refusal, ok := a.proxyError()
		require.Truef(t, ok, "%v", a.err)
		assert.Equal(t, g.refusal, refusal.Status)
		assert.Equal(t, far.addr(), refusal.Target)
		assert.Contains(t, a.err.Error(), fmt.Sprintf("%d %s", g.refusal, http.StatusText(g.refusal)))
		assert.Equal(t, 1, a.record.AttemptCount(), "a wrong password is not tried again")
		l.requireUnsaidBy(t, a.err)
		l.requireUnsaid(t, "log", c.logs.String())
	}
	assert.Empty(t, far.seen())
}

// Promise R8: no credentials at all.
func wantsPassword(t *testing.T, g *gateway) {
	plain, secure := newTarget(t, nil, nil), newTarget(t, newAuthority(t), nil)
	nameless := g.proxy
	nameless.Username, nameless.Password = "", redact.Secret{}
	c := newClient(t, tripware.WithProxy(nameless))
	a := c.get(t, secure.URL)
	refusal, ok := a.proxyError()
	require.Truef(t, ok, "%v", a.err)
	assert.Equal(t, http.StatusProxyAuthRequired, refusal.Status)
	assert.Equal(t, 1, a.record.AttemptCount())

	a = c.get(t, plain.URL)
	require.NoError(t, a.err)
	assert.Equal(t, http.StatusProxyAuthRequired, a.status)
	assert.Contains(t, a.header.Get("Proxy-Authenticate"), "Basic")
	assert.Equal(t, 1, a.record.AttemptCount())
	assert.Empty(t, append(plain.seen(), secure.seen()...))
}

// Promises R8 and A3: what a proxy answers to a request for an http host is a response.
func refusesForward(t *testing.T, g *gateway) {
	far := newTarget(t, nil, nil)
	bent, wrong := g.wrong()
	c := newClient(t, tripware.WithProxy(bent))
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		a := c.do(t.Context(), method, far.URL, "", nil)
		require.NoError(t, a.err)
		assert.Equal(t, g.refusal, a.status)
		assert.Equal(t, 1, a.record.AttemptCount())
	}
	assert.Empty(t, far.seen())
	wrong.requireUnsaid(t, "log", c.logs.String())
}

// Promise P1: with a wrong password only a host that is reached directly answers.
func isPassedBy(t *testing.T, g *gateway) {
	ca := newAuthority(t)
	plain, secure := newTarget(t, nil, nil), newTarget(t, ca, nil)
	for _, pattern := range []string{"127.0.0.1", "127.0.0.0/8", "*", plain.addr() + " " + secure.addr()} {
		proxy, _ := g.wrong()
		proxy.NoProxy = strings.Fields(pattern)
		c := newClient(t, tripware.WithProxy(proxy), tripware.WithConnection(network.WithRootCAFile(ca.file(t))))
		requireReached(t, c.get(t, plain.URL), 1)
		requireReached(t, c.get(t, secure.URL), 1)
	}
	for _, v := range append(plain.seen(), secure.seen()...) {
		assert.Empty(t, v.header.Get("Via"))
	}
}

// Promise R5: a retry goes through the tunnel that is there, and sends the body again (R10).
func keepsTunnel(t *testing.T, g *gateway) {
	ca := newAuthority(t)
	far := newTarget(t, ca, answers(http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusOK))
	c := newClient(t, tripware.WithProxy(g.proxy), tripware.WithConnection(network.WithRootCAFile(ca.file(t))))
	for range 5 {
		header := http.Header{"Idempotency-Key": {time.Now().String()}}
		requireReached(t, c.do(t.Context(), http.MethodPost, far.URL, "the body", header), 3)
	}
	require.Len(t, far.seen(), 15)
	for _, v := range far.seen() {
		assert.Equal(t, "the body", v.body)
	}
	assert.Equal(t, 1, far.connections())
}
