package network_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/network"
)

func mustParse(raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err)
	}
	return u
}

// startServer starts a server that answers with the protocol it was asked in.
func startServer(t *testing.T, secure bool, change ...func(*httptest.Server)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	server.EnableHTTP2 = secure
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	for _, f := range change {
		f(server)
	}
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server
}

// fetch returns the body of a GET through rt, which it leaves without connections.
func fetch(t *testing.T, rt *http.Transport, target string) (string, error) {
	t.Helper()
	t.Cleanup(rt.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: rt}).Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answer(resp.StatusCode, body), nil
}

func answer(status int, body []byte) string {
	if status != http.StatusOK {
		return http.StatusText(status)
	}
	return string(body)
}

func TestABaseHasABoundOnEachStepByDefault(t *testing.T) {
	t.Parallel()
	base, err := network.New(network.WithoutProxy(), nil)
	require.NoError(t, err)
	assert.Equal(t, 10*time.Second, base.TLSHandshakeTimeout)
	assert.Zero(t, base.ResponseHeaderTimeout)
	assert.Equal(t, 90*time.Second, base.IdleConnTimeout)
	assert.Equal(t, time.Second, base.ExpectContinueTimeout)
	assert.Equal(t, 128, base.MaxIdleConnsPerHost)
	assert.Equal(t, 512, base.MaxIdleConns)
	assert.Zero(t, base.MaxConnsPerHost)
	assert.EqualValues(t, 1<<20, base.MaxResponseHeaderBytes)
	assert.EqualValues(t, tls.VersionTLS12, base.TLSClientConfig.MinVersion)
	assert.Equal(t, &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second}, base.HTTP2)
	assert.Nil(t, base.Proxy)
	assert.NotNil(t, base.DialContext)
}

func TestEachOptionSetsItsProperty(t *testing.T) {
	t.Parallel()
	base, err := network.New(
		network.WithTLSHandshakeTimeout(1), network.WithResponseHeaderTimeout(2), network.WithIdleConnTimeout(3),
		network.WithExpectContinueTimeout(4), network.WithConcurrency(5), network.WithMaxConnsPerHost(6),
		network.WithMaxResponseHeaderBytes(7), network.WithHTTP2Ping(8, 9), network.WithoutProxy(),
		network.WithMinTLSVersion(tls.VersionTLS13), network.WithServerName("name.example.com"), network.WithInsecureSkipTLSVerify(),
	)
	require.NoError(t, err)
	got := []int64{
		int64(base.TLSHandshakeTimeout), int64(base.ResponseHeaderTimeout), int64(base.IdleConnTimeout),
		int64(base.ExpectContinueTimeout), int64(base.MaxIdleConnsPerHost), int64(base.MaxConnsPerHost),
		base.MaxResponseHeaderBytes, int64(base.HTTP2.SendPingTimeout), int64(base.HTTP2.PingTimeout),
	}
	assert.Equal(t, []int64{1, 2, 3, 4, 10, 6, 7, 8, 9}, got)
	assert.EqualValues(t, tls.VersionTLS13, base.TLSClientConfig.MinVersion)
	assert.Equal(t, "name.example.com", base.TLSClientConfig.ServerName)
	assert.True(t, base.TLSClientConfig.InsecureSkipVerify)

	// C10: zero is no bound, and no probes.
	off, err := network.New(
		network.WithDialTimeout(0), network.WithKeepAlive(0), network.WithTLSHandshakeTimeout(0), network.WithIdleConnTimeout(0),
		network.WithExpectContinueTimeout(0), network.WithHTTP2Ping(0, 0), network.WithoutProxy(),
	)
	require.NoError(t, err)
	assert.Zero(t, off.TLSHandshakeTimeout+off.IdleConnTimeout+off.ExpectContinueTimeout+off.HTTP2.SendPingTimeout)
}

// C10: every fault at once, and nothing built.
func TestImpossibleSettingsAreAllRefused(t *testing.T) {
	t.Parallel()
	pair, stranger := issue(t, "client"), issue(t, "stranger")
	certFile := writePEM(t, "cert.pem", "CERTIFICATE", pair.Certificate[0])
	notPEM := filepath.Join(t.TempDir(), "not.pem")
	require.NoError(t, os.WriteFile(notPEM, []byte("no certificate"), 0o600))
	faults := []struct {
		opt  network.Option
		want string
	}{
		{network.WithDialTimeout(-1), "dial timeout -1ns is too small: the minimum is 0s"},
		{network.WithKeepAlive(-1), "keep-alive -1ns is too small: the minimum is 0s"},
		{network.WithTLSHandshakeTimeout(-1), "TLS handshake timeout -1ns is too small: the minimum is 0s"},
		{network.WithResponseHeaderTimeout(-1), "response header timeout -1ns is too small: the minimum is 0s"},
		{network.WithIdleConnTimeout(-1), "idle connection timeout -1ns is too small: the minimum is 0s"},
		{network.WithExpectContinueTimeout(-1), "expect-continue timeout -1ns is too small: the minimum is 0s"},
		{network.WithConcurrency(0), "concurrency 0 is too small: the minimum is 1"},
		{network.WithMaxConnsPerHost(-1), "connections per host -1 is too small: the minimum is 0"},
		{network.WithMaxResponseHeaderBytes(0), "response header bytes 0 is too small: the minimum is 1"},
		{network.WithHTTP2Ping(-1, 1), "HTTP/2 ping after -1ns with timeout 1ns: neither may be negative"},
		{network.WithHTTP2Ping(1, 0), "HTTP/2 ping after 1ns with timeout 0s: neither may be negative, and the timeout must be positive"},
		{network.WithDialContext(nil), "dial function is nil"},
		{network.WithRootCAFile(), "root certificates: no file given"},
		{network.WithRootCAFile("/nonexistent/ca.pem"), "root certificates: open /nonexistent/ca.pem: no such file or directory"},
		{network.WithRootCAFile(notPEM), "root certificates: no PEM certificate in "},
		{network.WithRootCAFile(writePEM(t, "broken.pem", "CERTIFICATE", pair.Certificate[0], []byte("x"))), "broken.pem: x509: malformed certificate"},
		{network.WithRootCAs(nil), "root certificates: the pool is empty"},
		{network.WithRootCAs(x509.NewCertPool()), "root certificates: the pool is empty"},
		{network.WithClientCertificateFile(certFile, keyFile(t, stranger.PrivateKey)), "client certificate: tls: private key does not match public key"},
		{network.WithClientCertificateFile(certFile, "/nonexistent/key.pem"), "client certificate: open /nonexistent/key.pem: no such file or directory"},
		{network.WithClientCertificate(tls.Certificate{}), "client certificate: the chain is empty"},
		{network.WithClientCertificate(tls.Certificate{Certificate: [][]byte{{1}}}), "client certificate: x509: malformed certificate"},
		{network.WithClientCertificate(tls.Certificate{Certificate: pair.Certificate}), "client certificate: private key of type <nil> cannot sign"},
		{network.WithClientCertificate(tls.Certificate{Certificate: pair.Certificate, PrivateKey: stranger.PrivateKey}), "client certificate: private key does not belong to the certificate"},
		{network.WithMinTLSVersion(tls.VersionTLS11), "minimum version TLS 1.1 is neither TLS 1.2 nor TLS 1.3"},
		{network.WithMinTLSVersion(0), "minimum version 0x0000 is neither TLS 1.2 nor TLS 1.3"},
		{network.WithServerName(""), "server name is empty"},
		{network.WithServerName("a:443"), "server name contains a colon"},
		{network.WithTLSConfig(nil), "TLS configuration is nil"},
		{network.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS10}), "minimum version TLS 1.0 is below TLS 1.2"},
		{network.WithTLSConfig(&tls.Config{MaxVersion: tls.VersionTLS11}), "minimum version TLS 1.2 (the default) is above maximum version TLS 1.1"},
		{network.WithTLSConfig(&tls.Config{InsecureSkipVerify: true}), "clear it, or add WithInsecureSkipTLSVerify if this is intended"},
		{network.WithProxy(network.Proxy{}), "proxy: protocol is not one of http, https, socks5, socks5h\nproxy: host is empty"},
	}
	var all []network.Option
	for _, row := range faults {
		base, err := network.New(row.opt)
		require.ErrorContains(t, err, row.want)
		assert.ErrorContains(t, err, "network: build base: ")
		assert.Nil(t, base)
		if !strings.Contains(row.want, "TLS 1.1") && !strings.Contains(row.want, "verifies") { // found where all is put together
			all = append(all, row.opt)
		}
	}
	base, err := network.New(all...)
	assert.Nil(t, base)
	assert.Len(t, strings.Split(err.Error(), "\n"), len(all)+1, "one line a fault, two of the proxy: %v", err)
	clone, err := network.Clone(nil, all...)
	assert.Nil(t, clone)
	assert.ErrorContains(t, err, "network: clone base: dial timeout")
}

// Two rounds of as many requests at once as the pool is made for.
func TestASecondRoundOfConcurrentRequestsDialsNothing(t *testing.T) {
	t.Parallel()
	const concurrency = 64
	var opened, arrived atomic.Int32
	gates := []chan struct{}{make(chan struct{}), make(chan struct{})}
	server := startServer(t, false, func(s *httptest.Server) {
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		}
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n := arrived.Add(1)
			gate := gates[(n-1)/concurrency]
			if n%concurrency == 0 {
				close(gate)
			}
			select { // all of the round hold a connection at once
			case <-gate:
			case <-r.Context().Done():
			}
			_, _ = io.WriteString(w, "ok")
		})
	})
	base, err := network.New(network.WithConcurrency(concurrency))
	require.NoError(t, err)
	defer base.CloseIdleConnections()
	for round := range gates {
		var wg sync.WaitGroup
		for range concurrency {
			wg.Go(func() {
				got, err := fetch(t, base, server.URL)
				assert.NoError(t, err)
				assert.Equal(t, "ok", got)
			})
		}
		wg.Wait()
		assert.EqualValues(t, concurrency, opened.Load(), "connections after round %d", round+1)
	}
}

func TestResponseHeadersBeyondTheBoundFail(t *testing.T) {
	t.Parallel()
	server := startServer(t, false, func(s *httptest.Server) {
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
		})
	})
	base, err := network.New()
	require.NoError(t, err)
	_, err = fetch(t, base, server.URL)
	require.ErrorContains(t, err, "server response headers exceeded 1048576 bytes")
	base, err = network.New(network.WithMaxResponseHeaderBytes(2 << 20))
	require.NoError(t, err)
	_, err = fetch(t, base, server.URL)
	require.NoError(t, err)
}
