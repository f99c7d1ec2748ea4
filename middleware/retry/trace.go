package retry

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// traced returns the context of the next attempt, with a trace if one is needed. It reuses
// the trace of the last attempt if that attempt can no longer write to it.
func (c *call) traced() context.Context {
	if !c.traces {
		return c.ctx
	}
	if c.trace == nil || c.failed || !c.trace.settled() {
		c.trace = newTrace(c.ctx, c.verifies())
	}
	c.trace.clear()
	return c.trace.ctx
}

// A trace records whether an attempt may have reached the server. If the base does not call
// the trace, nothing is proved.
type trace struct {
	hooks     httptrace.ClientTrace
	ctx       context.Context       // for the attempts
	asked     atomic.Int32          // connections that were requested
	had       atomic.Int32          // connections that were obtained
	refused   atomic.Pointer[error] // the error of a TLS handshake
	handshake bool                  // TLS handshakes are traced
}

func newTrace(ctx context.Context, handshakes bool) *trace {
	t := &trace{handshake: handshakes}
	t.hooks.GetConn = func(string) { t.asked.Add(1) }
	t.hooks.GotConn = func(httptrace.GotConnInfo) { t.had.Add(1) }
	if handshakes {
		t.hooks.TLSHandshakeDone = func(_ tls.ConnectionState, err error) {
			if err != nil {
				t.refused.Store(&err)
			}
		}
	}
	t.ctx = httptrace.WithClientTrace(ctx, &t.hooks)
	return t
}

// settled reports whether an attempt that returned a response can cause no more events: each
// requested connection was obtained. If handshakes are traced, one may still fail later,
// because net/http lets it continue if another connection becomes idle first.
func (t *trace) settled() bool { return !t.handshake && t.asked.Load() == t.had.Load() }

// clear resets the trace for another attempt.
func (t *trace) clear() {
	t.asked.Store(0)
	t.had.Store(0)
}

// saw reports whether the base calls the trace.
func (t *trace) saw() bool { return t != nil && t.asked.Load() > 0 }

// sent reports whether the attempt had a connection, so that the request may have been sent,
// whatever the error.
func (t *trace) sent() bool { return t != nil && t.had.Load() > 0 }

// refusedByCallback reports whether VerifyConnection or VerifyPeerCertificate, not the
// network, made the TLS handshake fail. Their errors are returned unchanged.
func (t *trace) refusedByCallback() bool {
	if t == nil {
		return false
	}
	err := t.refused.Load()
	if err == nil {
		return false
	}
	_, network := errors.AsType[net.Error](*err)
	return !network && !errors.Is(*err, io.EOF) && !errors.Is(*err, io.ErrUnexpectedEOF) &&
		!errors.Is(*err, context.Canceled) && !errors.Is(*err, net.ErrClosed)
}
