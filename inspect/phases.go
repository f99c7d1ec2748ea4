package inspect

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/transport"
)

// Phases says where the time of an attempt went. Their sum is the time from sending the
// request to the response's headers or the error. A phase that did not happen is zero, such
// as DNS, Connect and TLS on a connection that was used before. If an attempt fails, the
// phase in which it failed is the last one.
type Phases struct {
	Blocked time.Duration // until a connection was dialed or found, such as waiting for the pool
	DNS     time.Duration // resolving the name
	Connect time.Duration // dialing, with a proxy's tunnel
	TLS     time.Duration // the handshake
	Send    time.Duration // writing the request
	Wait    time.Duration // until the first byte of the response
	Head    time.Duration // from the first byte to the end of the headers
	Reused  bool          // the connection was used before
	Resent  int           // how often net/http itself sent the request again, after a reused connection broke; part of Blocked
}

// PhasesOf returns the phases of attempt n of a call, counted from 1. It reports false if
// they were not measured: without [WithPhases], or if the base does not support httptrace.
func PhasesOf(call *transport.Call, n int) (Phases, bool) {
	known, _ := transport.Fact[*facts](call)
	for _, t := range known.all() {
		t.mu.Lock()
		for _, a := range t.attempts {
			if int(a.number) == n && a.phased {
				t.mu.Unlock()
				return *a.phases, true
			}
		}
		t.mu.Unlock()
	}
	return Phases{}, false
}

// A probe measures the phases of one attempt. net/http calls its hooks from several
// goroutines, and from a dial also after the attempt has ended.
type probe struct {
	base  time.Time
	dials bool // the base is net/http's

	// When a phase began, in nanoseconds since base, plus 1; 0 if it has not begun.
	// What ends a phase is the beginning of another, so that fewer hooks are needed: each
	// costs an allocation.
	dns, connect, tls, got, wrote, first atomic.Int64

	reused atomic.Bool
	resent atomic.Int32
	hooks  httptrace.ClientTrace
}

// trace returns a context for the attempt.
func (p *probe) trace(ctx context.Context) context.Context {
	step := p.step
	p.hooks = httptrace.ClientTrace{
		DNSStart:             p.resolving,
		ConnectStart:         p.connecting,
		GotConn:              p.gotConn,
		WroteRequest:         p.wroteAll,
		TLSHandshakeStart:    step,
		GotFirstResponseByte: step,
	}
	return httptrace.WithClientTrace(ctx, &p.hooks)
}

func (p *probe) mark(m *atomic.Int64) { m.CompareAndSwap(0, int64(time.Since(p.base))+1) }

func (p *probe) resolving(httptrace.DNSStartInfo)         { p.mark(&p.dns) }
func (p *probe) connecting(string, string)                { p.mark(&p.connect) } // several times, for several addresses
func (p *probe) wroteAll(info httptrace.WroteRequestInfo) { p.wroteIf(info.Err == nil) }

// step is the beginning of the TLS handshake if there is no connection yet, and else the first
// byte of the response. If a dial goes on although another connection was found, its handshake
// may be taken for the first byte, until that arrives.
func (p *probe) step() {
	if p.got.Load() == 0 {
		p.mark(&p.tls)
		return
	}
	p.first.Store(int64(time.Since(p.base)) + 1)
}

func (p *probe) wroteIf(ok bool) {
	if ok {
		p.mark(&p.wrote)
	}
}

// gotConn is called again if net/http replaces a connection that was closed, after or before the
// request was sent on it.
func (p *probe) gotConn(info httptrace.GotConnInfo) {
	if p.wrote.Load() > 0 {
		p.resent.Add(1)
	}
	p.reused.Store(info.Reused)
	p.got.Store(0)
	p.wrote.Store(0)
	p.first.Store(0)
	p.mark(&p.got)
}

// phases returns the phases of an attempt that took so long. It reports false if the base
// called no hook.
func (p *probe) phases(took time.Duration) (Phases, bool) {
	at := func(m *atomic.Int64) time.Duration { return min(time.Duration(m.Load()-1), took) } // negative if it did not happen
	dns, connect, tls, got, wrote, first := at(&p.dns), at(&p.connect), at(&p.tls), at(&p.got), at(&p.wrote), at(&p.first)
	if max(dns, connect, tls, got, first) < 0 {
		return Phases{}, false
	}
	f := Phases{Reused: p.reused.Load(), Resent: int(p.resent.Load())}
	if f.Reused { // a dial that began was for another attempt in the end
		dns, connect, tls = -1, -1, -1
	}
	// Each phase lasts until the next one that happened. marks is in the order in which they happen.
	marks := [...]struct {
		from time.Duration
		is   *time.Duration
	}{{dns, &f.DNS}, {connect, &f.Connect}, {tls, &f.TLS}, {got, &f.Send}, {wrote, &f.Wait}, {first, &f.Head}}
	last, phase := time.Duration(0), &f.Blocked
	for _, m := range marks {
		if m.from >= 0 {
			from := max(last, m.from)
			*phase += from - last
			last, phase = from, m.is
		}
	}
	*phase += took - last
	return f, true
}

// stage returns the phase in which a running attempt is.
func (p *probe) stage() string {
	switch {
	case p == nil, p.wrote.Load() > 0, p.first.Load() > 0:
		return stageHead
	case p.got.Load() > 0:
		return "send"
	case p.tls.Load() > 0:
		return "tls"
	case p.connect.Load() > 0:
		return "connect"
	case p.dns.Load() > 0:
		return "dns"
	case p.dials:
		return "connection"
	}
	return stageHead
}

// What a running call waits for, besides the causes of waits and the phases of a probe.
const (
	stageHead  = "head"  // the response's headers
	stageBody  = "body"  // the reader of the response's body, or the server that sends it
	stageLayer = "layer" // a layer of this client, such as one that fetches a token
)
