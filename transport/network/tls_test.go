package network_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/network"
)

func writePEM(t *testing.T, name, kind string, der ...[]byte) string {
	t.Helper()
	var out bytes.Buffer
	for _, d := range der {
		require.NoError(t, pem.Encode(&out, &pem.Block{Type: kind, Bytes: d}))
	}
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o600))
	return path
}

func caFile(t *testing.T, server *httptest.Server) string {
	t.Helper()
	return writePEM(t, "ca.pem", "CERTIFICATE", server.Certificate().Raw)
}

func poolOf(certs ...*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, cert := range certs {
		pool.AddCert(cert)
	}
	return pool
}

// issue makes a self-signed certificate that may serve as client and server.
func issue(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func keyFile(t *testing.T, key crypto.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return writePEM(t, "key.pem", "PRIVATE KEY", der)
}

func TestSettingsThatContradictEachOtherAreRefused(t *testing.T) {
	t.Parallel()
	secure := network.WithProxy(network.Proxy{Protocol: "HTTPS", Host: "proxy.example.com"})
	_, err := network.New(network.WithServerName("api.example.com"), secure)
	require.ErrorContains(t, err, `server name "api.example.com" would hold for the https proxy too`)

	pair := issue(t, "client")
	_, err = network.New(network.WithClientCertificate(pair), network.WithTLSConfig(&tls.Config{
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return nil, nil },
	}))
	require.ErrorContains(t, err, "GetClientCertificate of the TLS configuration would override the client certificate")

	_, err = network.New(network.WithTLSConfig(&tls.Config{MaxVersion: tls.VersionTLS12}), network.WithMinTLSVersion(tls.VersionTLS13))
	require.ErrorContains(t, err, "minimum version TLS 1.3 is above maximum version TLS 1.2")
}

func TestHTTP2IsSpokenUnlessSwitchedOff(t *testing.T) {
	t.Parallel()
	server := startServer(t, true)
	ca := network.WithRootCAFile(caFile(t, server))
	for _, row := range []struct {
		name string
		opts []network.Option
		want string
	}{
		{"by default", nil, "HTTP/2.0"},
		{"with a configuration of one's own", []network.Option{network.WithTLSConfig(&tls.Config{})}, "HTTP/2.0"},
		{"with a dial function", []network.Option{network.WithDialContext(new(net.Dialer).DialContext)}, "HTTP/2.0"},
		{"off", []network.Option{network.WithHTTP2(false)}, "HTTP/1.1"},
		{"off though it stands in NextProtos", []network.Option{
			network.WithHTTP2(false), network.WithTLSConfig(&tls.Config{NextProtos: []string{"h2", "http/1.1"}}),
		}, "HTTP/1.1"},
	} {
		base, err := network.New(append(row.opts, ca)...)
		require.NoError(t, err, row.name)
		got, err := fetch(t, base, server.URL)
		require.NoError(t, err, row.name)
		assert.Equal(t, row.want, got, row.name)
	}
}

func TestRootsDecideWhichServersAreTrusted(t *testing.T) {
	t.Parallel()
	server, stranger := startServer(t, true), issue(t, "stranger")
	file := caFile(t, server)
	other := poolOf(stranger.Leaf)
	for _, row := range []struct {
		name    string
		opts    []network.Option
		trusted bool
	}{
		{"system only", nil, false},
		{"file", []network.Option{network.WithRootCAFile(file)}, true},
		{"pool", []network.Option{network.WithRootCAs(poolOf(server.Certificate()))}, true},
		{"another pool", []network.Option{network.WithRootCAs(other)}, false},
		{"file beside another pool", []network.Option{network.WithRootCAFile(file), network.WithRootCAs(other)}, true},
		{"file over a configuration", []network.Option{network.WithRootCAFile(file), network.WithTLSConfig(&tls.Config{RootCAs: other})}, true},
		{"another name demanded", []network.Option{network.WithRootCAFile(file), network.WithServerName("other.test")}, false},
		{"the certificate's name demanded", []network.Option{network.WithRootCAFile(file), network.WithServerName("example.com")}, true},
		{"not verified", []network.Option{network.WithInsecureSkipTLSVerify()}, true},
	} {
		base, err := network.New(row.opts...)
		require.NoError(t, err, row.name)
		_, err = fetch(t, base, server.URL)
		if row.trusted {
			require.NoError(t, err, row.name)
			continue
		}
		_, refused := errors.AsType[*tls.CertificateVerificationError](err)
		assert.True(t, refused, "%s: %v", row.name, err)
	}
	assert.True(t, other.Equal(poolOf(stranger.Leaf)), "the caller's pool was written to")
}

func TestFilesAreAddedToTheSystemsRoots(t *testing.T) {
	t.Parallel()
	system, err := x509.SystemCertPool()
	require.NoError(t, err)
	extra := issue(t, "extra")
	base, err := network.New(network.WithRootCAFile(writePEM(t, "ca.pem", "CERTIFICATE", extra.Certificate[0])))
	require.NoError(t, err)
	system.AddCert(extra.Leaf)
	assert.True(t, base.TLSClientConfig.RootCAs.Equal(system))
}

func TestTheClientShowsItsCertificate(t *testing.T) {
	t.Parallel()
	pair := issue(t, "client.example.com")
	server := startServer(t, true, func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: poolOf(pair.Leaf)}
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
		})
	})
	ca := network.WithRootCAFile(caFile(t, server))
	certFile := writePEM(t, "cert.pem", "CERTIFICATE", pair.Certificate[0])
	for _, opt := range []network.Option{
		network.WithClientCertificate(pair), network.WithClientCertificateFile(certFile, keyFile(t, pair.PrivateKey)),
	} {
		base, err := network.New(ca, opt)
		require.NoError(t, err)
		got, err := fetch(t, base, server.URL)
		require.NoError(t, err)
		assert.Equal(t, "client.example.com", got)
	}
	base, err := network.New(ca)
	require.NoError(t, err)
	_, err = fetch(t, base, server.URL)
	assert.Error(t, err, "a client without a certificate got in")
}

func TestAServerBelowTheMinimumVersionIsRefused(t *testing.T) {
	t.Parallel()
	server := startServer(t, true, func(s *httptest.Server) { s.TLS = &tls.Config{MaxVersion: tls.VersionTLS12} })
	ca := network.WithRootCAFile(caFile(t, server))
	base, err := network.New(ca)
	require.NoError(t, err)
	_, err = fetch(t, base, server.URL)
	require.NoError(t, err)
	base, err = network.New(ca, network.WithMinTLSVersion(tls.VersionTLS13))
	require.NoError(t, err)
	_, err = fetch(t, base, server.URL)
	require.ErrorContains(t, err, "protocol version")
}

func TestTheCallersTLSConfigurationIsCopied(t *testing.T) {
	t.Parallel()
	first, second := issue(t, "first"), issue(t, "second")
	cfg := &tls.Config{Certificates: append(make([]tls.Certificate, 0, 4), first)}
	opts := []network.Option{network.WithTLSConfig(cfg), network.WithClientCertificate(second), network.WithServerName("x.test"), network.WithoutProxy()}
	for range 2 { // options may be used again
		base, err := network.New(opts...)
		require.NoError(t, err)
		assert.Len(t, base.TLSClientConfig.Certificates, 2)
		assert.EqualValues(t, tls.VersionTLS12, base.TLSClientConfig.MinVersion)
	}
	assert.Empty(t, cfg.ServerName)
	assert.Len(t, cfg.Certificates, 1)
	assert.True(t, slices.ContainsFunc(cfg.Certificates[:2], func(c tls.Certificate) bool { return c.Leaf == nil }), "written behind the slice's end")
}
