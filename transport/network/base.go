// Package network builds the base of a chain: an *[http.Transport] with a bound on
// every step that could hang ([New]), or a changed copy of one that exists
// ([Clone]). Options set its timeouts, its pool, TLS, HTTP/2 and the way it dials
// out; a [Proxy] is named, read from a URL, or taken from the environment.
//
// The transports that it builds are those of net/http, and serve any client. It
// imports no other package of this module but redact and internal ones.
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

// An Option sets one property of a base transport; see [New] and [Clone]. Of two
// that set the same property the last counts. A default is had by leaving its option
// out: zero never means it. An option may be used for several transports.
type Option func(*config)

// config is a transport that is being built. What the options cannot set on it
// one by one, because parts depend on each other, waits in the fields.
type config struct {
	transport   *http.Transport
	dial        dialFunc
	dialTimeout *time.Duration
	keepAlive   *time.Duration
	tls         tlsSettings
	http2       *bool
	proxied     bool // an option said how to reach a proxy
	secureProxy bool // ... which is itself reached over TLS
	faults      []error
}

func (c *config) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

// New returns a transport for the bottom of a chain, with a bound on every step
// that could hang and a pool that keeps as many connections as calls run at once.
// Without options: 10s to dial and 10s for the TLS handshake, no bound on the wait
// for response headers (set a deadline on the request's context, or
// [WithResponseHeaderTimeout]), connections of 64 calls at once per host kept for
// 90s and at most 512 in all, HTTP/2, TLS 1.2 or later, the proxy of the
// environment (see [ProxyFromEnvironment]), response headers up to 1 MiB.
//
// All faults of the options are joined in one error. The transport is safe for
// concurrent use; whoever builds it closes its idle connections.
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

// Clone returns a copy of rt, which must be an *http.Transport, with opts applied
// to the copy. Everything that [http.Transport.Clone] copies is kept (dial
// functions, proxy, TLS settings, limits, hooks), and nothing but opts is changed:
// the defaults of New do not apply. A nil rt means [http.DefaultTransport].
// Anything that is not an *http.Transport is refused, since no option could reach
// what it does.
//
// rt goes on as it was and shares no connection with the copy. Two things that
// [http.Transport.Clone] does are worth knowing: protocols added by
// RegisterProtocol are not copied, and rt's own HTTP/2 is set up as its first
// request would have done.
//
// Options that rt would ignore are refused: those for TLS and dialling where it
// has a DialTLSContext, those for dialling beside the deprecated Dial, and those
// for TLS, dialling or proxy where an HTTP/2 implementation is installed in its
// TLSNextProto, as that would go on sharing rt's connections; [WithHTTP2]
// replaces it.
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
		// The original speaks HTTP/2 because it had no TLS settings. Its copy has
		// those that HTTP/2 put there: it would offer h2, but not speak it.
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

// build puts together what the options left in the fields.
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

// bounded is an option that sets a number which must not be below least.
func bounded[N int | int64 | time.Duration](what string, n, least N, set func(*config)) Option {
	return func(c *config) {
		if n < least {
			c.fault("%s %v is too small: the least is %v", what, n, least)
			return
		}
		set(c)
	}
}

// WithTLSHandshakeTimeout bounds the TLS handshake. The default is 10s; 0 means
// no bound.
func WithTLSHandshakeTimeout(d time.Duration) Option {
	return bounded("TLS handshake timeout", d, 0, func(c *config) { c.transport.TLSHandshakeTimeout = d })
}

// WithResponseHeaderTimeout bounds the wait for response headers once the
// request is written, body included. The default is no bound, which 0 means too.
func WithResponseHeaderTimeout(d time.Duration) Option {
	return bounded("response header timeout", d, 0, func(c *config) { c.transport.ResponseHeaderTimeout = d })
}

// WithIdleConnTimeout closes a connection that was idle for d. Keep it below the
// server's own limit. The default is 90s; 0 means no bound.
func WithIdleConnTimeout(d time.Duration) Option {
	return bounded("idle connection timeout", d, 0, func(c *config) { c.transport.IdleConnTimeout = d })
}

// WithExpectContinueTimeout sets how long a request that says "Expect: 100-continue"
// waits for a 100 Continue (RFC 9110 §10.1.1); then the body is sent anyway. The
// default is 1s; with 0 it does not wait.
func WithExpectContinueTimeout(d time.Duration) Option {
	return bounded("expect-continue timeout", d, 0, func(c *config) { c.transport.ExpectContinueTimeout = d })
}

// WithConcurrency says how many requests run at once to one host. Up to twice as
// many idle connections are kept for it, since net/http dials for a request that
// finds none idle, though the one before may come back first; for all hosts, 512
// or that number if it is more. The default is 64; below 1 is refused.
func WithConcurrency(n int) Option {
	idle := idlePerCall * min(n, math.MaxInt/idlePerCall)
	return bounded("concurrency", n, 1, func(c *config) {
		c.transport.MaxIdleConnsPerHost, c.transport.MaxIdleConns = idle, max(idle, defaultIdleConns)
	})
}

// WithMaxConnsPerHost bounds the connections to one host, dialling, active and
// idle; requests beyond wait for one. The default is no bound, which 0 means too.
func WithMaxConnsPerHost(n int) Option {
	return bounded("connections per host", n, 0, func(c *config) { c.transport.MaxConnsPerHost = n })
}

// WithMaxResponseHeaderBytes bounds the size of a response's headers, in bytes.
// The default is 1 MiB; below 1 is refused, as net/http always has a bound.
func WithMaxResponseHeaderBytes(n int64) Option {
	return bounded("response header bytes", n, 1, func(c *config) { c.transport.MaxResponseHeaderBytes = n })
}
