//go:build realparts && linux

package realparts_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/transport/network"
)

const stunnelConfig = `
foreground = yes
pid =
socket = l:TCP_NODELAY=1
[parts]
accept = %s
connect = %s
cert = %s
key = %s
%s
`

func stunnelScenarios() []scenario {
	return []scenario{
		{"is trusted by the file of a private CA", stunnelPrivateCA},
		{"of another CA, or another name, is refused once", stunnelUntrusted},
		{"is asked for the name that was set", stunnelServerName},
		{"that demands a client certificate gets it", stunnelClientCertificate},
		{"that demands a client certificate refuses a client without, or of another CA", stunnelNoClientCertificate},
		{"that speaks an older TLS than the least is refused", stunnelOldTLS},
	}
}

// startStunnel starts a TLS server in front of connect and returns its address.
func startStunnel(t *testing.T, c tls.Certificate, connect, more string) string {
	t.Helper()
	f, addr := newFolder(t), freeAddr(t)
	cert, key := pair(t, c)
	conf := f.write(t, "stunnel.conf", fmt.Sprintf(stunnelConfig, addr, connect,
		f.write(t, "cert.pem", cert), f.write(t, "key.pem", key), more))
	f.start(t, []string{addr}, "stunnel4", conf)
	return addr
}

// requireUntrusted demands that a certificate was refused, and not asked for again.
func requireUntrusted(t *testing.T, a answer) {
	t.Helper()
	_, ok := errors.AsType[*tls.CertificateVerificationError](a.err)
	require.Truef(t, ok, "%v", a.err)
	assert.Equal(t, 1, a.record.AttemptCount())
}

func stunnelPrivateCA(t *testing.T) {
	ca, far := newAuthority(t), newTarget(t, nil, nil)
	addr := startStunnel(t, ca.issue(t, "127.0.0.1"), far.addr(), "")
	c := newClient(t, tripware.WithConnection(network.WithoutProxy(), network.WithRootCAFile(ca.file(t))))
	for range 3 {
		requireReached(t, c.get(t, "https://"+addr), 1)
	}
	assert.Equal(t, 1, far.connections())
}

// Promise R8: a GET, which would be repeated after any other error, and a POST.
func stunnelUntrusted(t *testing.T) {
	ca, far := newAuthority(t), newTarget(t, nil, nil)
	c := newClient(t, tripware.WithConnection(network.WithoutProxy(), network.WithRootCAFile(ca.file(t))))
	stranger := startStunnel(t, newAuthority(t).issue(t, "127.0.0.1"), far.addr(), "")
	misnamed := startStunnel(t, ca.issue(t, "elsewhere.test"), far.addr(), "")
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		a := c.do(t.Context(), method, "https://"+stranger, "", nil)
		requireUntrusted(t, a)
		_, ok := errors.AsType[x509.UnknownAuthorityError](a.err)
		assert.Truef(t, ok, "%v", a.err)

		a = c.do(t.Context(), method, "https://"+misnamed, "", nil)
		requireUntrusted(t, a)
		_, ok = errors.AsType[x509.HostnameError](a.err)
		assert.Truef(t, ok, "%v", a.err)
	}
	assert.Empty(t, far.seen())
}

func stunnelServerName(t *testing.T) {
	ca, far := newAuthority(t), newTarget(t, nil, nil)
	addr := startStunnel(t, ca.issue(t, "elsewhere.test"), far.addr(), "")
	c := newClient(t, tripware.WithConnection(
		network.WithoutProxy(), network.WithRootCAFile(ca.file(t)), network.WithServerName("elsewhere.test")))
	requireReached(t, c.get(t, "https://"+addr), 1)
}

// demanding starts a server that lets in only clients of an authority.
func demanding(t *testing.T, server, clients *authority, far *target) string {
	t.Helper()
	f := newFolder(t)
	roots := f.write(t, "clients.pem", clients.pem())
	return startStunnel(t, server.issue(t, "127.0.0.1"), far.addr(), "requireCert = yes\nverifyChain = yes\nCAfile = "+roots)
}

func stunnelClientCertificate(t *testing.T) {
	server, clients, far := newAuthority(t), newAuthority(t), newTarget(t, nil, nil)
	addr := demanding(t, server, clients, far)
	cert, key := pair(t, clients.issue(t, "client"))
	c := newClient(t, tripware.WithConnection(network.WithoutProxy(), network.WithRootCAFile(server.file(t)),
		network.WithClientCertificateFile(ownFile(t, "cert.pem", cert), ownFile(t, "key.pem", key))))
	requireReached(t, c.get(t, "https://"+addr), 1)
	requireReached(t, c.post(t, "https://"+addr, "body"), 1)
}

func stunnelNoClientCertificate(t *testing.T) {
	server, clients, far := newAuthority(t), newAuthority(t), newTarget(t, nil, nil)
	addr := demanding(t, server, clients, far)
	stranger := network.WithClientCertificate(newAuthority(t).issue(t, "client"))
	for name, shown := range map[string]network.Option{"without": nil, "of another CA": stranger} {
		c := newClient(t, tripware.WithConnection(network.WithoutProxy(), network.WithRootCAFile(server.file(t)), shown))
		a := c.get(t, "https://"+addr)
		require.Error(t, a.err, name)
		assert.Equal(t, 1, a.record.AttemptCount(), "%s: %v", name, a.err) // R8
	}
	assert.Empty(t, far.seen())
}

func stunnelOldTLS(t *testing.T) {
	ca, far := newAuthority(t), newTarget(t, nil, nil)
	addr := startStunnel(t, ca.issue(t, "127.0.0.1"), far.addr(), "sslVersionMax = TLSv1.2")
	least := func(version uint16) *client {
		return newClient(t, tripware.WithConnection(
			network.WithoutProxy(), network.WithRootCAFile(ca.file(t)), network.WithMinTLSVersion(version)))
	}
	requireReached(t, least(tls.VersionTLS12).get(t, "https://"+addr), 1)
	a := least(tls.VersionTLS13).get(t, "https://"+addr)
	require.Error(t, a.err)
	assert.Equal(t, 1, a.record.AttemptCount(), "%v", a.err) // R8
	assert.Len(t, far.seen(), 1)
}
