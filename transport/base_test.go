package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
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
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

func mustParse(raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil {
		panic(err)
	}
	return u
}

// baseServer starts a server that answers with the protocol it was asked in.
func baseServer(t *testing.T, secure bool, change ...func(*httptest.Server)) *httptest.Server {
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

// baseGet returns the body of a GET through rt, which it leaves without connections.
func baseGet(t *testing.T, rt *http.Transport, target string) (string, error) {
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
	return baseAnswer(resp.StatusCode, body), nil
}

func baseAnswer(status int, body []byte) string {
	if status != http.StatusOK {
		return http.StatusText(status)
	}
	return string(body)
}

func TestABaseHasABoundOnEachStepByDefault(t *testing.T) {
	t.Parallel()
	base, err := transport.NewBase(transport.WithoutProxy(), nil)
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
	base, err := transport.NewBase(
		transport.WithTLSHandshakeTimeout(1), transport.WithResponseHeaderTimeout(2), transport.WithIdleConnTimeout(3),
		transport.WithExpectContinueTimeout(4), transport.WithConcurrency(5), transport.WithMaxConnsPerHost(6),
		transport.WithMaxResponseHeaderBytes(7), transport.WithHTTP2Ping(8, 9), transport.WithoutProxy(),
		transport.WithMinTLSVersion(tls.VersionTLS13), transport.WithServerName("name.example.com"), transport.WithInsecureSkipTLSVerify(),
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

	off, err := transport.NewBase(
		transport.WithDialTimeout(0), transport.WithKeepAlive(0), transport.WithTLSHandshakeTimeout(0), transport.WithIdleConnTimeout(0),
		transport.WithExpectContinueTimeout(0), transport.WithMaxResponseHeaderBytes(0), transport.WithHTTP2Ping(0, 0), transport.WithoutProxy(),
	)
	require.NoError(t, err)
	assert.Zero(t, off.TLSHandshakeTimeout+off.IdleConnTimeout+off.ExpectContinueTimeout+off.HTTP2.SendPingTimeout)
	assert.Zero(t, off.MaxResponseHeaderBytes)
}

// C10: every fault at once, and nothing built.
func TestImpossibleSettingsAreAllRefused(t *testing.T) {
	t.Parallel()
	pair, stranger := baseIssue(t, "client"), baseIssue(t, "stranger")
	certFile := basePEM(t, "cert.pem", "CERTIFICATE", pair.Certificate[0])
	notPEM := filepath.Join(t.TempDir(), "not.pem")
	require.NoError(t, os.WriteFile(notPEM, []byte("no certificate"), 0o600))
	faults := []struct {
		opt  transport.BaseOption
		want string
	}{
		{transport.WithDialTimeout(-1), "dial timeout -1ns is too small: the least is 0s"},
		{transport.WithKeepAlive(-1), "keep-alive -1ns is too small: the least is 0s"},
		{transport.WithTLSHandshakeTimeout(-1), "TLS handshake timeout -1ns is too small: the least is 0s"},
		{transport.WithResponseHeaderTimeout(-1), "response header timeout -1ns is too small: the least is 0s"},
		{transport.WithIdleConnTimeout(-1), "idle connection timeout -1ns is too small: the least is 0s"},
		{transport.WithExpectContinueTimeout(-1), "expect-continue timeout -1ns is too small: the least is 0s"},
		{transport.WithConcurrency(0), "concurrency 0 is too small: the least is 1"},
		{transport.WithMaxConnsPerHost(-1), "connections per host -1 is too small: the least is 0"},
		{transport.WithMaxResponseHeaderBytes(-1), "response header bytes -1 is too small: the least is 0"},
		{transport.WithHTTP2Ping(-1, 1), "HTTP/2 ping after -1ns with timeout 1ns: neither may be negative"},
		{transport.WithHTTP2Ping(1, 0), "HTTP/2 ping after 1ns with timeout 0s: neither may be negative, and the timeout must be above 0"},
		{transport.WithDialContext(nil), "dial function is nil"},
		{transport.WithRootCAFile(), "root certificates: no file is named"},
		{transport.WithRootCAFile("/nonexistent/ca.pem"), "root certificates: open /nonexistent/ca.pem: no such file or directory"},
		{transport.WithRootCAFile(notPEM), "root certificates: no PEM certificate in "},
		{transport.WithRootCAFile(basePEM(t, "broken.pem", "CERTIFICATE", pair.Certificate[0], []byte("x"))), "broken.pem: x509: malformed certificate"},
		{transport.WithRootCAs(nil), "root certificates: the pool is empty"},
		{transport.WithRootCAs(x509.NewCertPool()), "root certificates: the pool is empty"},
		{transport.WithClientCertificateFile(certFile, baseKeyFile(t, stranger.PrivateKey)), "client certificate: tls: private key does not match public key"},
		{transport.WithClientCertificateFile(certFile, "/nonexistent/key.pem"), "client certificate: open /nonexistent/key.pem: no such file or directory"},
		{transport.WithClientCertificate(tls.Certificate{}), "client certificate: the chain is empty"},
		{transport.WithClientCertificate(tls.Certificate{Certificate: [][]byte{{1}}}), "client certificate: x509: malformed certificate"},
		{transport.WithClientCertificate(tls.Certificate{Certificate: pair.Certificate}), "client certificate: private key of type <nil> cannot sign"},
		{transport.WithClientCertificate(tls.Certificate{Certificate: pair.Certificate, PrivateKey: stranger.PrivateKey}), "client certificate: private key does not belong to the certificate"},
		{transport.WithMinTLSVersion(tls.VersionTLS11), "minimum version TLS 1.1 is neither TLS 1.2 nor TLS 1.3"},
		{transport.WithMinTLSVersion(0), "minimum version 0x0000 is neither TLS 1.2 nor TLS 1.3"},
		{transport.WithServerName(""), "server name is empty"},
		{transport.WithServerName("a:443"), "server name has a colon in it"},
		{transport.WithTLSConfig(nil), "TLS configuration is nil"},
		{transport.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS10}), "minimum version TLS 1.0 is below TLS 1.2"},
		{transport.WithTLSConfig(&tls.Config{MaxVersion: tls.VersionTLS11}), "minimum version TLS 1.2 (the default) is above maximum version TLS 1.1"},
		{transport.WithTLSConfig(&tls.Config{InsecureSkipVerify: true}), "clear it, or add WithInsecureSkipTLSVerify if this is meant"},
		{transport.WithProxy(transport.Proxy{}), "proxy: protocol is not one of http, https, socks5, socks5h\nproxy: host is empty"},
	}
	var all []transport.BaseOption
	for _, row := range faults {
		base, err := transport.NewBase(row.opt)
		require.ErrorContains(t, err, row.want)
		assert.ErrorContains(t, err, "transport: build base: ")
		assert.Nil(t, base)
		if !strings.Contains(row.want, "TLS 1.1") && !strings.Contains(row.want, "verifies") { // found where all is put together
			all = append(all, row.opt)
		}
	}
	base, err := transport.NewBase(all...)
	assert.Nil(t, base)
	assert.Len(t, strings.Split(err.Error(), "\n"), len(all)+1, "one line a fault, two of the proxy: %v", err)
	clone, err := transport.CloneBase(nil, all...)
	assert.Nil(t, clone)
	assert.ErrorContains(t, err, "transport: clone base: dial timeout")
}

// Two rounds of as many requests at once as the pool is made for.
func TestASecondRoundOfConcurrentRequestsDialsNothing(t *testing.T) {
	t.Parallel()
	const concurrency = 64
	var opened, arrived atomic.Int32
	gates := []chan struct{}{make(chan struct{}), make(chan struct{})}
	server := baseServer(t, false, func(s *httptest.Server) {
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
	base, err := transport.NewBase(transport.WithConcurrency(concurrency))
	require.NoError(t, err)
	defer base.CloseIdleConnections()
	for round := range gates {
		var wg sync.WaitGroup
		for range concurrency {
			wg.Go(func() {
				got, err := baseGet(t, base, server.URL)
				assert.NoError(t, err)
				assert.Equal(t, "ok", got)
			})
		}
		wg.Wait()
		assert.EqualValues(t, concurrency, opened.Load(), "connections after round %d", round+1)
	}
}

func TestADialThatHangsIsCutByItsOwnClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		for _, row := range []struct {
			opts []transport.BaseOption
			want time.Duration
		}{
			{nil, 10 * time.Second},
			{[]transport.BaseOption{transport.WithDialTimeout(3 * time.Second)}, 3 * time.Second},
		} {
			base, err := transport.NewBase(append(row.opts, transport.WithDialContext(hang), transport.WithoutProxy())...)
			require.NoError(t, err)
			began := time.Now()
			_, err = baseGet(t, base, "http://host.test/")
			assert.Equal(t, row.want, time.Since(began))
			op, ok := errors.AsType[*net.OpError](err)
			require.True(t, ok, "%v", err)
			assert.True(t, op.Op == "dial" && op.Timeout())
			assert.NotErrorIs(t, err, context.DeadlineExceeded, "this is not the caller's deadline")
		}
	})
}

func TestTheCallersDeadlineStaysItsOwnDuringADial(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var dialled error
		base, err := transport.NewBase(transport.WithoutProxy(), transport.WithDialContext(func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, dialled = base.DialContext(ctx, "tcp", "host.test:80")
		assert.ErrorIs(t, dialled, context.DeadlineExceeded)
	})
}

type probedConn struct {
	net.Conn
	got    []net.KeepAliveConfig
	err    error
	closed int
}

func (c *probedConn) Close() error {
	c.closed++
	return c.Conn.Close()
}

func (c *probedConn) SetKeepAliveConfig(cfg net.KeepAliveConfig) error {
	c.got = append(c.got, cfg)
	return c.err
}

func TestKeepAliveReachesConnectionsOfAnotherDialFunction(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	conn := &probedConn{Conn: near}
	dial := transport.WithDialContext(func(context.Context, string, string) (net.Conn, error) { return conn, nil })
	for _, opts := range [][]transport.BaseOption{{dial}, {dial, transport.WithKeepAlive(0)}, {dial, transport.WithKeepAlive(time.Minute)}} {
		base, err := transport.NewBase(append(opts, transport.WithoutProxy())...)
		require.NoError(t, err)
		_, err = base.DialContext(t.Context(), "tcp", "host.test:80")
		require.NoError(t, err)
	}
	assert.Equal(t, []net.KeepAliveConfig{{}, {Enable: true, Idle: time.Minute, Interval: time.Minute}}, conn.got)

	conn.err = errors.New("no such option")
	base, err := transport.NewBase(dial, transport.WithKeepAlive(time.Minute), transport.WithoutProxy())
	require.NoError(t, err)
	got, err := base.DialContext(t.Context(), "tcp", "host.test:80")
	require.EqualError(t, err, "transport: dial: set keep-alive: no such option")
	assert.Nil(t, got)
	assert.Equal(t, 1, conn.closed)
}

func TestResponseHeadersBeyondTheBoundFail(t *testing.T) {
	t.Parallel()
	server := baseServer(t, false, func(s *httptest.Server) {
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 1<<20))
		})
	})
	base, err := transport.NewBase()
	require.NoError(t, err)
	_, err = baseGet(t, base, server.URL)
	require.ErrorContains(t, err, "server response headers exceeded 1048576 bytes")
	base, err = transport.NewBase(transport.WithMaxResponseHeaderBytes(2 << 20))
	require.NoError(t, err)
	_, err = baseGet(t, base, server.URL)
	require.NoError(t, err)
}
