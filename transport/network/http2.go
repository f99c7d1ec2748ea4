package network

import (
	"net/http"
	"slices"
	"time"
)

// buildHTTP2 switches HTTP/2 on or off if an option says so.
func (c *config) buildHTTP2() {
	t := c.transport
	if c.http2 == nil {
		if t.TLSNextProto["h2"] != nil && (c.tls.asked() || c.dial != nil || c.proxied) {
			c.fault("the transport's own HTTP/2 implementation (TLSNextProto) would still use its old connections: add WithHTTP2")
		}
		return
	}
	delete(t.TLSNextProto, "h2")
	delete(t.TLSNextProto, "unencrypted_http2") // net/http adds it together with h2
	t.ForceAttemptHTTP2 = *c.http2
	if t.Protocols == nil || !*c.http2 {
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
	}
	t.Protocols.SetHTTP2(*c.http2)
	if !*c.http2 && t.TLSClientConfig != nil {
		// If h2 were offered, the server could choose it.
		t.TLSClientConfig.NextProtos = slices.DeleteFunc(slices.Clone(t.TLSClientConfig.NextProtos),
			func(proto string) bool { return proto == "h2" })
	}
}

// WithHTTP2 sets whether HTTP/2 is offered to https servers, in addition to HTTP/1.1.
// The default of [New] is true. With this option, [Clone] removes an HTTP/2
// implementation installed in TLSNextProto; without it, the copy keeps the original's
// setting.
func WithHTTP2(on bool) Option { return func(c *config) { c.http2 = &on } }

// WithHTTP2Ping sends a ping on an HTTP/2 connection that has received nothing for
// after, and closes the connection if there is no reply within timeout, so that requests
// are not sent on a dead connection. The defaults are 30s and 15s. If after is 0, no
// pings are sent; otherwise timeout must be positive.
func WithHTTP2Ping(after, timeout time.Duration) Option {
	return func(c *config) {
		if after < 0 || timeout < 0 || after > 0 && timeout == 0 {
			c.fault("HTTP/2 ping after %v with timeout %v: neither may be negative, and the timeout must be positive", after, timeout)
			return
		}
		if c.transport.HTTP2 == nil {
			c.transport.HTTP2 = new(http.HTTP2Config)
		}
		c.transport.HTTP2.SendPingTimeout, c.transport.HTTP2.PingTimeout = after, timeout
	}
}
