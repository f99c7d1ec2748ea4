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

// traced returns the context of the next attempt, with a trace where one is needed.
// The trace of the last attempt is used again if nothing of that attempt can write to
// it any more.
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

// A trace records whether an attempt can have reached the server. A base that does not
// call the trace proves nothing.
type trace struct {
	hooks     httptrace.ClientTrace
	ctx       context.Context       // of the attempts that it is for
	asked     atomic.Int32          // connections that were asked for
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

// settled reports whether no event of an attempt that returned a response can follow:
// each connection that was asked for was obtained. If handshakes are traced, one may
// still fail later: net/http lets it run when another connection becomes idle first.
func (t *trace) settled() bool { return !t.handshake && t.asked.Load() == t.had.Load() }

// clear forgets the attempt before.
func (t *trace) clear() {
	t.asked.Store(0)
	t.had.Store(0)
}

// saw reports whether the base calls the trace.
func (t *trace) saw() bool { return t != nil && t.asked.Load() > 0 }

// sent reports whether the attempt had a connection: then the request may have been
// sent, whatever the error is.
func (t *trace) sent() bool { return t != nil && t.had.Load() > 0 }

// refusedByCallback reports whether the handshake of the attempt failed by the
// verdict of a VerifyConnection or VerifyPeerCertificate, which is returned as it
// is, and not by the network.
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
