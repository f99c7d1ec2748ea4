package network

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

// A dialFunc opens a connection, like [net.Dialer.DialContext].
type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// buildDial sets the dial function and its time limit.
func (c *config) buildDial() {
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
		t.DialContext = (&dialer{dial: dial, timeout: c.dialTimeout, keepAlive: c.keepAlive}).dialContext
		return
	}
	d := &net.Dialer{KeepAlive: defaultKeepAlive}
	if c.dialTimeout != nil {
		d.Timeout = *c.dialTimeout
	}
	if c.keepAlive != nil {
		d.KeepAlive = cmp.Or(*c.keepAlive, -1) // net.Dialer takes a negative value as off
	}
	t.DialContext = d.DialContext
}

// A dialer applies the options to a dial function of the caller.
type dialer struct {
	dial      dialFunc
	timeout   *time.Duration
	keepAlive *time.Duration
}

func (d *dialer) dialContext(ctx context.Context, network, addr string) (net.Conn, error) {
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
		// The dial timeout, not the caller's context, ended the dial: it may be retried.
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.ErrDeadlineExceeded}
	}
	return nil, err
}

// probed sets the keep-alive of a TCP connection. Other connections have none.
func (d *dialer) probed(conn net.Conn) (net.Conn, error) {
	tcp, ok := conn.(interface {
		SetKeepAliveConfig(net.KeepAliveConfig) error
	})
	if d.keepAlive == nil || !ok {
		return conn, nil
	}
	probe := net.KeepAliveConfig{Enable: *d.keepAlive > 0, Idle: *d.keepAlive, Interval: *d.keepAlive}
	if err := tcp.SetKeepAliveConfig(probe); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("network: dial: set keep-alive: %w", err)
	}
	return conn, nil
}

// WithDialTimeout limits the time for opening a TCP connection, including name
// resolution. It also applies to the function of [WithDialContext]. The default is 10s;
// 0 means the limit of the operating system.
func WithDialTimeout(d time.Duration) Option {
	return bounded("dial timeout", d, 0, func(c *config) { c.dialTimeout = &d })
}

// WithKeepAlive sends TCP keep-alive probes after d without traffic, and then every d.
// The default is 30s, or whatever the function of [WithDialContext] sets; 0 sends none.
func WithKeepAlive(d time.Duration) Option {
	return bounded("keep-alive", d, 0, func(c *config) { c.keepAlive = &d })
}

// WithDialContext opens connections with dial, both to proxies and to hosts (see
// DialContext of [http.Transport]). dial must be safe for concurrent use and not nil.
func WithDialContext(dial func(ctx context.Context, network, addr string) (net.Conn, error)) Option {
	return func(c *config) {
		if dial == nil {
			c.fault("dial function is nil")
			return
		}
		c.dial = dial
	}
}
