package network_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport/network"
)

// P1: all that Clone copies is kept, and the original is not written to.
func TestACloneKeepsEveryField(t *testing.T) {
	t.Parallel()
	fail := errors.New("not called")
	own := &http.Transport{
		Proxy:                  func(*http.Request) (*url.URL, error) { return nil, fail },
		OnProxyConnectResponse: func(context.Context, *url.URL, *http.Request, *http.Response) error { return fail },
		DialContext:            func(context.Context, string, string) (net.Conn, error) { return nil, fail },
		Dial:                   func(string, string) (net.Conn, error) { return nil, fail },
		DialTLSContext:         func(context.Context, string, string) (net.Conn, error) { return nil, fail },
		DialTLS:                func(string, string) (net.Conn, error) { return nil, fail },
		TLSClientConfig:        &tls.Config{ServerName: "own.test", MinVersion: tls.VersionTLS10},
		TLSHandshakeTimeout:    1, DisableKeepAlives: true, DisableCompression: true,
		MaxIdleConns: 2, MaxIdleConnsPerHost: 3, MaxConnsPerHost: 4, IdleConnTimeout: 5, ResponseHeaderTimeout: 6, ExpectContinueTimeout: 7,
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{},
		ProxyConnectHeader:     http.Header{"X": {"y"}},
		GetProxyConnectHeader:  func(context.Context, *url.URL, string) (http.Header, error) { return nil, fail },
		MaxResponseHeaderBytes: 8, WriteBufferSize: 9, ReadBufferSize: 10, ForceAttemptHTTP2: false,
		HTTP2: &http.HTTP2Config{PingTimeout: 11}, Protocols: new(http.Protocols),
	}
	own.Protocols.SetHTTP1(true)
	clone, err := network.Clone(own)
	require.NoError(t, err)
	was, is := reflect.ValueOf(own).Elem(), reflect.ValueOf(clone).Elem()
	for i := range was.NumField() {
		field := was.Type().Field(i)
		switch {
		case !field.IsExported(), field.Name == "OnProxyConnectResponse": // wrapped: see below
		case field.Type.Kind() == reflect.Func:
			assert.Equal(t, was.Field(i).Pointer(), is.Field(i).Pointer(), field.Name)
		case field.Name == "TLSClientConfig":
			assert.Equal(t, own.TLSClientConfig.ServerName, clone.TLSClientConfig.ServerName)
			assert.Equal(t, own.TLSClientConfig.MinVersion, clone.TLSClientConfig.MinVersion)
		default:
			assert.Equal(t, was.Field(i).Interface(), is.Field(i).Interface(), field.Name)
		}
	}
	err = clone.OnProxyConnectResponse(t.Context(), mustParse("http://p"), &http.Request{}, &http.Response{StatusCode: 200})
	assert.Equal(t, fail, err)
}

// P1
func TestTheOriginalOfACloneIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	server := startServer(t, true)
	own := &http.Transport{
		TLSClientConfig:    &tls.Config{RootCAs: poolOf(server.Certificate())},
		ProxyConnectHeader: http.Header{"X": {"y"}}, HTTP2: &http.HTTP2Config{PingTimeout: 11}, Protocols: new(http.Protocols),
		MaxIdleConnsPerHost: 3,
	}
	own.Protocols.SetHTTP1(true)
	own.Protocols.SetHTTP2(true)
	before := own.Clone() // sets up own's HTTP/2, as its first request would
	_, err := network.Clone(own,
		network.WithDialTimeout(time.Second), network.WithConcurrency(9), network.WithHTTP2(false), network.WithHTTP2Ping(1, 1),
		network.WithRootCAFile(writePEM(t, "ca.pem", "CERTIFICATE", issue(t, "x").Certificate[0])), network.WithMinTLSVersion(tls.VersionTLS13),
		network.WithServerName("x.test"), network.WithClientCertificate(issue(t, "y")), network.WithInsecureSkipTLSVerify(),
		network.WithProxy(network.Proxy{Protocol: "http", Host: "p", ConnectHeader: http.Header{"Z": {"z"}}}),
	)
	require.NoError(t, err)
	after := own.Clone()
	assert.True(t, before.TLSClientConfig.RootCAs.Equal(after.TLSClientConfig.RootCAs))
	before.TLSClientConfig.RootCAs, after.TLSClientConfig.RootCAs = nil, nil
	for _, field := range reflect.VisibleFields(reflect.TypeFor[http.Transport]()) {
		if field.IsExported() {
			was, is := reflect.ValueOf(before).Elem().FieldByIndex(field.Index), reflect.ValueOf(after).Elem().FieldByIndex(field.Index)
			assert.True(t, reflect.DeepEqual(was.Interface(), is.Interface()), "%s: %v, then %v", field.Name, was, is)
		}
	}
	got, err := fetch(t, own, server.URL)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/2.0", got)
}

// P1: golang's Clone of a transport that speaks HTTP/2 for want of TLS settings
// has TLS settings, and would offer HTTP/2 without speaking it.
func TestACloneSpeaksWhatItsOriginalSpoke(t *testing.T) {
	t.Parallel()
	server := startServer(t, true)
	ca := network.WithRootCAFile(caFile(t, server))
	pool := poolOf(server.Certificate())
	http1, both := new(http.Protocols), new(http.Protocols)
	http1.SetHTTP1(true)
	both.SetHTTP1(true)
	both.SetHTTP2(true)
	for _, row := range []struct {
		name string
		own  http.RoundTripper
		opts []network.Option
		want string
	}{
		{"the default transport", nil, []network.Option{ca}, "HTTP/2.0"},
		{"the zero transport", &http.Transport{}, []network.Option{ca}, "HTTP/2.0"},
		{"the zero transport, dialled otherwise", &http.Transport{}, []network.Option{ca, network.WithDialTimeout(time.Minute)}, "HTTP/2.0"},
		{"TLS settings without ForceAttemptHTTP2", &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, nil, "HTTP/1.1"},
		{"and made to", &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, []network.Option{network.WithHTTP2(true)}, "HTTP/2.0"},
		{"ForceAttemptHTTP2", &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}, nil, "HTTP/2.0"},
		{"protocols", &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, Protocols: both}, nil, "HTTP/2.0"},
		{"protocols without HTTP/2", &http.Transport{Protocols: http1}, []network.Option{ca}, "HTTP/1.1"},
		{"an empty TLSNextProto", &http.Transport{TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}}, []network.Option{ca}, "HTTP/1.1"},
		{"the default transport, switched off", nil, []network.Option{ca, network.WithHTTP2(false)}, "HTTP/1.1"},
	} {
		clone, err := network.Clone(row.own, row.opts...)
		require.NoError(t, err, row.name)
		got, err := fetch(t, clone, server.URL)
		require.NoError(t, err, row.name)
		assert.Equal(t, row.want, got, row.name)
	}
}

func TestHTTP2OfACloneIsSwitchedWithinItsProtocols(t *testing.T) {
	t.Parallel()
	own := &http.Transport{Protocols: new(http.Protocols)}
	own.Protocols.SetHTTP1(true)
	own.Protocols.SetUnencryptedHTTP2(true)
	for on, want := range map[bool]string{true: "{HTTP1,HTTP2,UnencryptedHTTP2}", false: "{HTTP1}"} {
		clone, err := network.Clone(own, network.WithHTTP2(on))
		require.NoError(t, err)
		assert.Equal(t, want, clone.Protocols.String())
	}
	assert.False(t, own.Protocols.HTTP2())
}

// P1: a dial function of the caller's still dials, under our time limit.
func TestACloneDialsAsItsOriginal(t *testing.T) {
	t.Parallel()
	server := startServer(t, false)
	var dialled []string
	own := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		_, bounded := ctx.Deadline()
		dialled = append(dialled, addr, map[bool]string{true: "bounded", false: "unbounded"}[bounded])
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}}
	for _, opts := range [][]network.Option{nil, {network.WithDialTimeout(time.Minute)}, {network.WithKeepAlive(time.Minute)}} {
		clone, err := network.Clone(own, opts...)
		require.NoError(t, err)
		_, err = fetch(t, clone, "http://host.test/")
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"host.test:80", "unbounded", "host.test:80", "bounded", "host.test:80", "unbounded"}, dialled)
}

type notATransport struct{ _ []func() }

func (notATransport) RoundTrip(*http.Request) (*http.Response, error) { panic("not called") }

// P1
func TestOnlyATransportIsCloned(t *testing.T) {
	t.Parallel()
	_, err := network.Clone(notATransport{}, network.WithConcurrency(1))
	require.EqualError(t, err, "network: clone base: connection options apply to an *http.Transport, not to a network_test.notATransport: "+
		"set them on the transport below it")
	_, err = network.Clone((*http.Transport)(nil))
	require.EqualError(t, err, "network: clone base: the *http.Transport is nil")
	clone, err := network.Clone(nil)
	require.NoError(t, err)
	assert.NotSame(t, http.DefaultTransport, clone)
}

// P1: an option that could have no effect is refused.
func TestOptionsThatACloneWouldIgnoreAreRefused(t *testing.T) {
	t.Parallel()
	dialTLS := func(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }
	foreign := func() *http.Transport {
		return &http.Transport{TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{
			"h2": func(string, *tls.Conn) http.RoundTripper { return notATransport{} },
		}}
	}
	for _, row := range []struct {
		own  *http.Transport
		opt  network.Option
		want string
	}{
		{&http.Transport{DialTLSContext: dialTLS}, network.WithMinTLSVersion(tls.VersionTLS13), "TLS settings would have no effect"},
		{&http.Transport{DialTLSContext: dialTLS}, network.WithDialTimeout(1), "dial settings would have no effect"},
		{&http.Transport{DialTLSContext: dialTLS}, network.WithIdleConnTimeout(1), ""},
		{&http.Transport{Dial: net.Dial}, network.WithDialTimeout(1), "dial settings would have no effect"},
		{&http.Transport{Dial: net.Dial}, network.WithDialContext(dialTLS), ""},
		{foreign(), network.WithInsecureSkipTLSVerify(), "own HTTP/2 implementation"},
		{foreign(), network.WithDialContext(dialTLS), "own HTTP/2 implementation"},
		{foreign(), network.WithoutProxy(), "own HTTP/2 implementation"},
		{foreign(), network.WithIdleConnTimeout(1), ""},
	} {
		_, err := network.Clone(row.own, row.opt)
		if row.want == "" {
			assert.NoError(t, err)
			continue
		}
		assert.ErrorContains(t, err, row.want)
	}

	server := startServer(t, true)
	clone, err := network.Clone(foreign(), network.WithHTTP2(true), network.WithRootCAs(poolOf(server.Certificate())))
	require.NoError(t, err)
	got, err := fetch(t, clone, server.URL)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/2.0", got, "net/http's own implementation speaks instead")
}

// A session cache that came along holds sessions begun under other roots.
func TestACloneWithOtherRootsResumesNoSession(t *testing.T) {
	t.Parallel()
	server := startServer(t, true)
	own := &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: poolOf(server.Certificate()), ClientSessionCache: tls.NewLRUClientSessionCache(8),
	}}
	_, err := fetch(t, own, server.URL)
	require.NoError(t, err)
	clone, err := network.Clone(own, network.WithRootCAs(poolOf(issue(t, "stranger").Leaf)))
	require.NoError(t, err)
	assert.NotSame(t, own.TLSClientConfig.ClientSessionCache, clone.TLSClientConfig.ClientSessionCache)
	_, err = fetch(t, clone, server.URL)
	_, refused := errors.AsType[*tls.CertificateVerificationError](err)
	assert.True(t, refused, "%v", err)
}
