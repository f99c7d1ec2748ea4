package opentelemetry

import (
	"context"
	"net"
	"net/http/httptrace"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
)

// A peer notes where the connection of an attempt leads to. A nil peer notes nothing.
type peer struct {
	mu   sync.Mutex // the base may call got after it returned
	addr net.Addr
}

// watchPeer returns a context with which the base notes the peer.
func watchPeer(ctx context.Context) (*peer, context.Context) {
	p := &peer{}
	return p, httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: p.got})
}

func (p *peer) got(info httptrace.GotConnInfo) {
	if info.Conn == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.addr = info.Conn.RemoteAddr()
}

// appendTo appends the attributes of the peer, if there is one.
func (p *peer) appendTo(to []attribute.KeyValue) []attribute.KeyValue {
	if p == nil {
		return to
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch addr := p.addr.(type) {
	case nil:
	case *net.TCPAddr:
		to = append(to, semconv.NetworkPeerAddress(addr.IP.String()), semconv.NetworkPeerPort(addr.Port))
	default:
		to = append(to, semconv.NetworkPeerAddress(addr.String()))
	}
	return to
}
