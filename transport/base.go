package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"slices"
	"time"
)

const (
	baseDialTimeout            = 10 * time.Second
	baseKeepAlive              = 30 * time.Second
	baseTLSHandshakeTimeout    = 10 * time.Second
	baseIdleConnTimeout        = 90 * time.Second
	baseExpectContinueTimeout  = time.Second
	basePingAfter              = 30 * time.Second
	basePingTimeout            = 15 * time.Second
	baseConcurrency            = 64
	idlePerCall, baseIdleConns = 2, 512 // see WithConcurrency
	baseHeaderBytes            = 1 << 20
)

// A BaseOption sets one property of a base transport; see [NewBase] and
// [CloneBase]. Of two that set the same property the last counts. An option
// may be used for several transports.
type BaseOption func(*baseConfig)

// A baseDialFunc opens a connection, like [net.Dialer.DialContext].
type baseDialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// baseConfig is a transport that is being built. What the options cannot set
// on it one by one, because parts depend on each other, waits in the fields.
type baseConfig struct {
	transport   *http.Transport
	dial        baseDialFunc
	dialTimeout *time.Duration
	keepAlive   *time.Duration
	tls         baseTLS
	http2       *bool
	proxied     bool // an option said how to reach a proxy
	secureProxy bool // ... which is itself reached over TLS
	faults      []error
}

func (c *baseConfig) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

// NewBase returns a transport for the bottom of a chain, with a bound on every
// step that could hang and a pool that keeps as many connections as calls run at
// once. Without options: 10s to dial and 10s for the TLS handshake, no bound on
// the wait for response headers (set a deadline on the request's context, or
// [WithResponseHeaderTimeout]), connections of 64 calls at once per host kept for
// 90s and at most 512 in all, HTTP/2, TLS 1.2 or later, the proxy of the
// environment (see [ProxyFromEnvironment]), response headers up to 1 MiB.
//
// All faults of the options are joined in one error. The transport is safe for
// concurrent use; whoever builds it closes its idle connections.
func NewBase(opts ...BaseOption) (*http.Transport, error) {
	c := &baseConfig{
		transport: &http.Transport{
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    baseTLSHandshakeTimeout,
			IdleConnTimeout:        baseIdleConnTimeout,
			ExpectContinueTimeout:  baseExpectContinueTimeout,
			MaxIdleConnsPerHost:    idlePerCall * baseConcurrency,
			MaxIdleConns:           baseIdleConns,
			MaxResponseHeaderBytes: baseHeaderBytes,
			HTTP2:                  &http.HTTP2Config{SendPingTimeout: basePingAfter, PingTimeout: basePingTimeout},
		},
		dialTimeout: new(baseDialTimeout),
		http2:       new(true),
	}
	c.apply(opts)
	if !c.proxied {
		WithProxyFromEnvironment()(c)
	}
	return c.build("build base")
}

// CloneBase returns a copy of rt, which must be an *http.Transport, with opts
// applied to the copy. Everything that [http.Transport.Clone] copies is kept
// (dial functions, proxy, TLS settings, limits, hooks), and nothing but opts is
// changed: the defaults of NewBase do not apply. A nil rt means
// [http.DefaultTransport]. Anything that is not an *http.Transport is refused,
// since no option could reach what it does.
//
// rt goes on as it was and shares no connection with the copy. Two things Clone
// itself does are worth knowing: protocols added by RegisterProtocol are not
// copied, and rt's own HTTP/2 is set up as its first request would have done.
//
// Options that rt would ignore are refused: those for TLS and dialling where it
// has a DialTLSContext, those for dialling beside the deprecated Dial, and those
// for TLS, dialling or proxy where an HTTP/2 implementation is installed in its
// TLSNextProto, as that would go on sharing rt's connections; [WithHTTP2]
// replaces it.
func CloneBase(rt http.RoundTripper, opts ...BaseOption) (*http.Transport, error) {
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
		return nil, fmt.Errorf("transport: clone base: %w", fault)
	}
	clone := t.Clone()
	cfg := clone.TLSClientConfig
	if clone.TLSNextProto == nil && clone.Protocols == nil && cfg != nil && slices.Contains(cfg.NextProtos, "h2") {
		// The original speaks HTTP/2 because it had no TLS settings. Its copy has
		// those that HTTP/2 put there: it would offer h2, but not speak it.
		clone.ForceAttemptHTTP2 = true
	}
	c := &baseConfig{transport: clone}
	c.apply(opts)
	return c.build("clone base")
}

func (c *baseConfig) apply(opts []BaseOption) {
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
}

// build puts together what the options left in the fields.
func (c *baseConfig) build(doing string) (*http.Transport, error) {
	c.buildTLS()
	c.buildDial()
	c.buildHTTP2()
	if cfg := c.transport.TLSClientConfig; c.secureProxy && cfg != nil && cfg.ServerName != "" {
		c.fault("server name %q would hold for the https proxy too: leave it out, or use an http proxy", cfg.ServerName)
	}
	if len(c.faults) > 0 {
		return nil, fmt.Errorf("transport: %s: %w", doing, errors.Join(c.faults...))
	}
	c.transport.OnProxyConnectResponse = proxyRefusal(c.transport.OnProxyConnectResponse)
	return c.transport, nil
}

// buildDial chooses the dial function and lays the time limit around it.
func (c *baseConfig) buildDial() {
	t := c.transport
	if c.dial == nil && c.dialTimeout == nil && c.keepAlive == nil {
		return
	}
	if t.DialTLSContext != nil || t.DialTLS != nil {
		c.fault("dial settings would have no effect on a transport with its own DialTLSContext or DialTLS: remove that")
		return
	}
	if c.dial == nil && t.DialContext == nil && t.Dial != nil {
		c.fault("dial settings would have no effect on a transport with its own Dial: set its DialContext instead")
		return
	}
	dial := c.dial
	if dial == nil {
		dial = t.DialContext
	}
	if dial != nil {
		t.DialContext = (&baseDialer{dial: dial, timeout: c.dialTimeout, keepAlive: c.keepAlive}).dialContext
		return
	}
	d := &net.Dialer{KeepAlive: baseKeepAlive}
	if c.dialTimeout != nil {
		d.Timeout = *c.dialTimeout
	}
	if c.keepAlive != nil {
		d.KeepAlive = cmp.Or(*c.keepAlive, -1) // to net.Dialer, negative is off
	}
	t.DialContext = d.DialContext
}

// baseDialer bounds a dial function that is not ours.
type baseDialer struct {
	dial      baseDialFunc
	timeout   *time.Duration
	keepAlive *time.Duration
}

func (d *baseDialer) dialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	bounded := ctx
	if d.timeout != nil && *d.timeout > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, *d.timeout)
		defer cancel()
	}
	conn, err := d.dial(bounded, network, addr)
	switch {
	case err == nil:
		return d.probed(conn)
	case ctx.Err() == nil && bounded.Err() != nil:
		// Our clock, not the caller's: a dial that timed out may be tried again.
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.ErrDeadlineExceeded}
	}
	return nil, err
}

// probed sets the probes of a TCP connection; others have none.
func (d *baseDialer) probed(conn net.Conn) (net.Conn, error) {
	tcp, ok := conn.(interface {
		SetKeepAliveConfig(net.KeepAliveConfig) error
	})
	if d.keepAlive == nil || !ok {
		return conn, nil
	}
	probe := net.KeepAliveConfig{Enable: *d.keepAlive > 0, Idle: *d.keepAlive, Interval: *d.keepAlive}
	if err := tcp.SetKeepAliveConfig(probe); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("transport: dial: set keep-alive: %w", err)
	}
	return conn, nil
}

// baseBound is an option that sets a number which must not be below least.
func baseBound[N int | int64 | time.Duration](what string, n, least N, set func(*baseConfig)) BaseOption {
	return func(c *baseConfig) {
		if n < least {
			c.fault("%s %v is too small: the least is %v", what, n, least)
			return
		}
		set(c)
	}
}

// WithDialTimeout bounds how long opening a TCP connection may take, name
// resolution included; it bounds a function given by [WithDialContext] too. The
// default is 10s; 0 leaves it to the operating system.
func WithDialTimeout(d time.Duration) BaseOption {
	return baseBound("dial timeout", d, 0, func(c *baseConfig) { c.dialTimeout = &d })
}

// WithKeepAlive sets after which silence, and how often, TCP probes its peer.
// The default is 30s, or what the function of [WithDialContext] does; 0 sends no
// probes.
func WithKeepAlive(d time.Duration) BaseOption {
	return baseBound("keep-alive", d, 0, func(c *baseConfig) { c.keepAlive = &d })
}

// WithDialContext opens connections by dial, to a proxy as well as to a host
// (see [http.Transport]'s DialContext). dial must be safe for concurrent use; nil
// is refused.
func WithDialContext(dial func(ctx context.Context, network, addr string) (net.Conn, error)) BaseOption {
	return func(c *baseConfig) {
		if dial == nil {
			c.fault("dial function is nil")
			return
		}
		c.dial = dial
	}
}

// WithTLSHandshakeTimeout bounds the TLS handshake. The default is 10s; 0 means
// no bound.
func WithTLSHandshakeTimeout(d time.Duration) BaseOption {
	return baseBound("TLS handshake timeout", d, 0, func(c *baseConfig) { c.transport.TLSHandshakeTimeout = d })
}

// WithResponseHeaderTimeout bounds the wait for response headers once the
// request is written, body included. The default, 0, means no bound.
func WithResponseHeaderTimeout(d time.Duration) BaseOption {
	return baseBound("response header timeout", d, 0, func(c *baseConfig) { c.transport.ResponseHeaderTimeout = d })
}

// WithIdleConnTimeout closes a connection that was idle for d. Keep it below the
// server's own limit. The default is 90s; 0 means that idle connections stay.
func WithIdleConnTimeout(d time.Duration) BaseOption {
	return baseBound("idle connection timeout", d, 0, func(c *baseConfig) { c.transport.IdleConnTimeout = d })
}

// WithExpectContinueTimeout bounds the wait for a 100 Continue when the request
// says "Expect: 100-continue" (RFC 9110 §10.1.1); then the body is sent anyway.
// The default is 1s; 0 sends the body at once.
func WithExpectContinueTimeout(d time.Duration) BaseOption {
	return baseBound("expect-continue timeout", d, 0, func(c *baseConfig) { c.transport.ExpectContinueTimeout = d })
}

// WithConcurrency says how many requests run at once to one host. Up to twice as
// many idle connections are kept for it, since net/http dials for a request that
// finds none idle, though the one before may come back first; for all hosts, 512
// or that number if it is more. The default is 64; below 1 is refused.
func WithConcurrency(n int) BaseOption {
	idle := idlePerCall * min(n, math.MaxInt/idlePerCall)
	return baseBound("concurrency", n, 1, func(c *baseConfig) {
		c.transport.MaxIdleConnsPerHost, c.transport.MaxIdleConns = idle, max(idle, baseIdleConns)
	})
}

// WithMaxConnsPerHost bounds the connections to one host, dialling, active and
// idle; requests beyond wait for one. The default, 0, means no limit.
func WithMaxConnsPerHost(n int) BaseOption {
	return baseBound("connections per host", n, 0, func(c *baseConfig) { c.transport.MaxConnsPerHost = n })
}

// WithMaxResponseHeaderBytes bounds the size of a response's headers, in bytes.
// The default is 1 MiB; 0 means net/http's own bound.
func WithMaxResponseHeaderBytes(n int64) BaseOption {
	return baseBound("response header bytes", n, 0, func(c *baseConfig) { c.transport.MaxResponseHeaderBytes = n })
}
