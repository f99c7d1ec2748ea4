// Package network creates the base of a chain, an *[http.Transport].
//
// For most uses call [New], which returns a transport with safe timeouts and the proxy
// of the environment. To change options of an existing transport, call [Clone]. For an
// explicit proxy, pass a [Proxy] to [WithProxy].
//
// The transports can be used with any http.Client. This package does not import the
// chain or any middleware.
package network

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"
)

const (
	defaultDialTimeout            = 10 * time.Second
	defaultKeepAlive              = 30 * time.Second
	defaultTLSHandshakeTimeout    = 10 * time.Second
	defaultIdleConnTimeout        = 90 * time.Second
	defaultExpectContinueTimeout  = time.Second
	defaultPingAfter              = 30 * time.Second
	defaultPingTimeout            = 15 * time.Second
	defaultConcurrency            = 64
	idlePerCall, defaultIdleConns = 2, 512 // see WithConcurrency
	defaultHeaderBytes            = 1 << 20
)

// An Option configures [New] and [Clone]. To keep a default, leave its option out;
// passing zero does not select it. If two options set the same property, the last one applies. An
// Option may be used for several transports.
type Option func(*config)

// config is a transport that is being built. The fields hold settings that build must
// combine, because they depend on each other.
type config struct {
	transport   *http.Transport
	dial        dialFunc
	dialTimeout *time.Duration
	keepAlive   *time.Duration
	tls         tlsSettings
	http2       *bool
	proxied     bool // an option has set the proxy
	secureProxy bool // the connection to the proxy uses TLS
	faults      []error
}

func (c *config) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

// New returns a transport for the base of a chain. Without options it has
//
//   - 10s to dial and 10s for the TLS handshake,
//   - no limit on the wait for response headers; use the context's deadline or
//     [WithResponseHeaderTimeout],
//   - a pool for 64 concurrent requests to each host, with at most 512 idle
//     connections in total, which are closed after 90s,
//   - HTTP/2, and TLS 1.2 or later,
//   - the proxy of the environment (see [ProxyFromEnvironment]),
//   - response headers of up to 1 MiB.
//
// If options are invalid, New returns one error that lists all problems. The transport
// is safe for concurrent use. The caller should close its idle connections when done.
func New(opts ...Option) (*http.Transport, error) {
	c := &config{
		transport: &http.Transport{
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    defaultTLSHandshakeTimeout,
			IdleConnTimeout:        defaultIdleConnTimeout,
			ExpectContinueTimeout:  defaultExpectContinueTimeout,
			MaxIdleConnsPerHost:    idlePerCall * defaultConcurrency,
			MaxIdleConns:           defaultIdleConns,
			MaxResponseHeaderBytes: defaultHeaderBytes,
			HTTP2:                  &http.HTTP2Config{SendPingTimeout: defaultPingAfter, PingTimeout: defaultPingTimeout},
		},
		dialTimeout: new(defaultDialTimeout),
		http2:       new(true),
	}
	c.apply(opts)
	if !c.proxied {
		WithProxyFromEnvironment()(c)
	}
	return c.build("build base")
}

// Clone returns a copy of rt with opts applied. rt must be an *http.Transport, or nil
// for [http.DefaultTransport]; for any other round tripper Clone returns an error.
//
// The copy keeps everything that [http.Transport.Clone] copies, and only opts change it:
// the defaults of New do not apply. It shares no connections with rt, which remains
// usable. Note that [http.Transport.Clone] does not copy protocols added by
// RegisterProtocol, and sets up rt's HTTP/2 as its first request would have done.
//
// Clone returns an error for options that the copy would ignore:
//
//   - for TLS and dialing, if rt has a DialTLSContext;
//   - for dialing, if rt has the deprecated Dial;
//   - for TLS, dialing and the proxy, if rt has an HTTP/2 implementation in
//     TLSNextProto, which would share rt's connections. [WithHTTP2] replaces it.
func Clone(rt http.RoundTripper, opts ...Option) (*http.Transport, error) {
	rt = cmp.Or(rt, http.DefaultTransport)
	t, ok := rt.(*http.Transport)
	var fault error
	switch {
	case !ok:
		fault = fmt.Errorf("connection options apply to an *http.Transport, not to a %T: set them on the transport below it", rt)
	case t == nil:
		fault = errors.New("the *http.Transport is nil")
	}
	if fault != nil {
		return nil, fmt.Errorf("network: clone base: %w", fault)
	}
	clone := t.Clone()
	cfg := clone.TLSClientConfig
	if clone.TLSNextProto == nil && clone.Protocols == nil && cfg != nil && slices.Contains(cfg.NextProtos, "h2") {
		// rt uses HTTP/2 because it had no TLS settings. The copy has the settings
		// that HTTP/2 added, so it would offer h2 but not use it.
		clone.ForceAttemptHTTP2 = true
	}
	c := &config{transport: clone}
	c.apply(opts)
	return c.build("clone base")
}

func (c *config) apply(opts []Option) {
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
}

// build combines the settings in the fields.
func (c *config) build(doing string) (*http.Transport, error) {
	c.buildTLS()
	c.buildDial()
	c.buildHTTP2()
	if cfg := c.transport.TLSClientConfig; c.secureProxy && cfg != nil && cfg.ServerName != "" {
		c.fault("server name %q would hold for the https proxy too: leave it out, or use an http proxy", cfg.ServerName)
	}
	if len(c.faults) > 0 {
		return nil, fmt.Errorf("network: %s: %w", doing, errors.Join(c.faults...))
	}
	c.transport.OnProxyConnectResponse = refusal(c.transport.OnProxyConnectResponse)
	return c.transport, nil
}

// bounded returns an option that sets a number, which must be at least least.
func bounded[N int | int64 | time.Duration](what string, n, least N, set func(*config)) Option {
	return func(c *config) {
		if n < least {
			c.fault("%s %v is too small: the minimum is %v", what, n, least)
			return
		}
		set(c)
	}
}

// WithTLSHandshakeTimeout limits the time for the TLS handshake. The default is 10s; 0
// means no limit.
func WithTLSHandshakeTimeout(d time.Duration) Option {
	return bounded("TLS handshake timeout", d, 0, func(c *config) { c.transport.TLSHandshakeTimeout = d })
}

// WithResponseHeaderTimeout limits the wait for response headers after the request and
// its body have been written. The default is 0, which means no limit.
func WithResponseHeaderTimeout(d time.Duration) Option {
	return bounded("response header timeout", d, 0, func(c *config) { c.transport.ResponseHeaderTimeout = d })
}

// WithIdleConnTimeout closes connections that have been idle for d. It should be less
// than the server's own limit. The default is 90s; 0 means that they are not closed.
func WithIdleConnTimeout(d time.Duration) Option {
	return bounded("idle connection timeout", d, 0, func(c *config) { c.transport.IdleConnTimeout = d })
}

// WithExpectContinueTimeout limits the wait for a 100 Continue if the request has
// "Expect: 100-continue" (RFC 9110 §10.1.1). After that the body is sent anyway. The
// default is 1s; 0 sends the body at once.
func WithExpectContinueTimeout(d time.Duration) Option {
	return bounded("expect-continue timeout", d, 0, func(c *config) { c.transport.ExpectContinueTimeout = d })
}

// WithConcurrency sizes the pool for n concurrent requests to each host. The default is
// 64; n must be at least 1.
//
// The pool keeps up to 2n idle connections for each host, because net/http may dial a
// connection although another becomes idle first. In total it keeps 512, or 2n if that
// is more.
func WithConcurrency(n int) Option {
	idle := idlePerCall * min(n, math.MaxInt/idlePerCall)
	return bounded("concurrency", n, 1, func(c *config) {
		c.transport.MaxIdleConnsPerHost, c.transport.MaxIdleConns = idle, max(idle, defaultIdleConns)
	})
}

// WithMaxConnsPerHost limits the number of connections to each host, including those
// being dialed and idle ones. Further requests wait for a connection. The default is 0,
// which means no limit.
func WithMaxConnsPerHost(n int) Option {
	return bounded("connections per host", n, 0, func(c *config) { c.transport.MaxConnsPerHost = n })
}

// WithMaxResponseHeaderBytes limits the size of a response's headers, in bytes. The
// default is 1 MiB. Values below 1 are refused, because net/http always has a limit.
func WithMaxResponseHeaderBytes(n int64) Option {
	return bounded("response header bytes", n, 1, func(c *config) { c.transport.MaxResponseHeaderBytes = n })
}
