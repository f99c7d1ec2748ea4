//go:build realparts && linux

package realparts_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/transport/network"
)

// Its configuration has no way to quote: a password is of letters, digits and
// "._-". What else a password may have is sent to it as a wrong one.
const tinyproxyConfig = `
Port %d
Listen 127.0.0.1
Timeout 30
MaxClients 32
LogLevel Connect
BasicAuth %s %s
`

// It logs no headers, so that those of a CONNECT cannot be seen here; squid shows them.
func tinyproxyScenarios() []scenario {
	return append(httpProxyScenarios(startTinyproxy, login{"parts", "Pass-word_1.2"}),
		scenario{"sees a CONNECT for each tunnel and a GET for each request", tinyproxySees},
		scenario{"behind stunnel is reached over TLS", tinyproxyOverTLS})
}

func startTinyproxy(t *testing.T, l login) *gateway {
	t.Helper()
	f, addr := newFolder(t), freeAddr(t)
	port := portOf(t, addr)
	conf := f.write(t, "tinyproxy.conf", fmt.Sprintf(tinyproxyConfig, port, l.user, l.password))
	p := f.start(t, []string{addr}, "tinyproxy", "-d", "-c", conf)
	// A password that is wrong, rather than missing, it answers as a server would.
	return &gateway{process: p, proxy: l.into(network.Proxy{Protocol: "http", Host: "127.0.0.1", Port: port}), login: l, refusal: http.StatusUnauthorized}
}

func tinyproxySees(t *testing.T) {
	g, ca := startTinyproxy(t, login{"parts", "only.letters-9"}), newAuthority(t)
	plain, secure := newTarget(t, nil, nil), newTarget(t, ca, nil)
	c := newClient(t, tripware.WithProxy(g.proxy), tripware.WithConnection(network.WithRootCAFile(ca.file(t))))
	for range 3 {
		requireReached(t, c.get(t, plain.URL+"/seen"), 1)
		requireReached(t, c.get(t, secure.URL), 1)
	}
	g.requireSaid(t, "GET "+plain.URL+"/seen", 3)
	g.requireSaid(t, "CONNECT "+secure.addr(), 1)
}

func tinyproxyOverTLS(t *testing.T) {
	g, ca := startTinyproxy(t, login{"parts", "only.letters-9"}), newAuthority(t)
	addr := startStunnel(t, ca.issue(t, "127.0.0.1"), fmt.Sprintf("127.0.0.1:%d", g.proxy.Port), "")
	g.proxy.Protocol, g.proxy.Port = "https", portOf(t, addr)
	reachedOverTLS(t, g, ca)
}
