package network

import (
	"net/http"
	"slices"
	"time"
)

// buildHTTP2 switches HTTP/2 on or off, if that was asked for.
func (c *config) buildHTTP2() {
	t := c.transport
	if c.http2 == nil {
		if t.TLSNextProto["h2"] != nil && (c.tls.asked() || c.dial != nil || c.proxied) {
			c.fault("the transport's own HTTP/2 implementation (TLSNextProto) would go on using its connections: choose with WithHTTP2")
		}
		return
	}
	delete(t.TLSNextProto, "h2")
	delete(t.TLSNextProto, "unencrypted_http2") // net/http adds it beside h2
	t.ForceAttemptHTTP2 = *c.http2
	if t.Protocols == nil || !*c.http2 {
		t.Protocols = new(http.Protocols)
		t.Protocols.SetHTTP1(true)
	}
	t.Protocols.SetHTTP2(*c.http2)
	if !*c.http2 && t.TLSClientConfig != nil {
		// Offered, h2 would be chosen by the server and then not be spoken.
		t.TLSClientConfig.NextProtos = slices.DeleteFunc(slices.Clone(t.TLSClientConfig.NextProtos),
			func(proto string) bool { return proto == "h2" })
	}
}

// WithHTTP2 says whether HTTP/2 is offered to https servers; HTTP/1.1 always is.
// The default is true. A clone keeps what it had without this option, and loses
// an HTTP/2 implementation that was installed by hand with it.
func WithHTTP2(on bool) Option { return func(c *config) { c.http2 = &on } }

// WithHTTP2Ping probes an HTTP/2 connection that was silent for after, and closes
// it if no answer comes within timeout, so that requests do not queue on a dead
// one. The defaults are 30s and 15s; an after of 0 sends no probes, and else
// timeout must be above 0.
func WithHTTP2Ping(after, timeout time.Duration) Option {
	return func(c *config) {
		if after < 0 || timeout < 0 || after > 0 && timeout == 0 {
			c.fault("HTTP/2 ping after %v with timeout %v: neither may be negative, and the timeout must be above 0", after, timeout)
			return
		}
		if c.transport.HTTP2 == nil {
			c.transport.HTTP2 = new(http.HTTP2Config)
		}
		c.transport.HTTP2.SendPingTimeout, c.transport.HTTP2.PingTimeout = after, timeout
	}
}
