package bulkhead

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// A Kind is what an [Event] reports.
type Kind string

// The kinds of events.
const (
	Admitted Kind = "admitted" // an attempt has its permit, after a wait
	Refused  Kind = "refused"  // an attempt was refused
	Overdue  Kind = "overdue"  // a permit is held for longer than [WithMaxHold]
)

// An Event reports what happened to an attempt: see [WithObserver]. It has no credentials.
type Event struct {
	Kind    Kind
	Key     string
	Bound   Bound         // why it was refused
	Waited  time.Duration // in the queue
	Held    time.Duration // how long it has had its permit
	Request Request
}

// A Request tells which attempt an [Event] is about.
type Request struct {
	Method        string
	URL           string // without user and password, and with secret query values masked
	Route         string // the name of the operation: see transport.WithRoute
	TransactionID string // of the call; empty without a record
}

func view(req *http.Request) Request {
	call := transport.CallFrom(req.Context())
	route, _ := transport.Fact[transport.Route](call)
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	return Request{
		Method: redact.Cut(method, redact.MaxValue), URL: redact.URL(req.URL), Route: string(route), TransactionID: call.TransactionID(),
	}
}

// tell calls the observer.
func (b *Bulkhead) tell(e Event) {
	if b.observer == nil {
		return
	}
	defer func() { _ = recover() }() // an observer must not change a call
	b.observer(e)
}

// refuse counts a refusal and returns its error.
func (k *key) refuse(req *http.Request, by Bound, waited time.Duration) error {
	if by == BoundMaxWait || by == BoundMaxElapsed { // else take has counted it, in the same moment
		k.mu.Lock()
		k.refused++
		k.mu.Unlock()
	}
	if k.bulkhead.observer != nil {
		k.bulkhead.tell(Event{Kind: Refused, Key: k.name, Bound: by, Waited: waited, Request: view(req)})
	}
	return &FullError{Key: k.name, Permits: k.bulkhead.permits, Bound: by, Waited: waited}
}

// watch makes the timer ring when the oldest permit that was not reported is held for too
// long. The key is locked. There is one timer for all permits of a key.
func (k *key) watch() {
	longest := k.bulkhead.maxHold
	if longest <= 0 || k.ringing {
		return
	}
	for p := k.held.first; p != nil; p = p.next {
		if p.told {
			continue
		}
		in := time.Until(p.begun.Add(longest))
		if k.ringing = true; k.timer == nil {
			k.timer = time.AfterFunc(in, k.ring)
		} else {
			k.timer.Reset(in)
		}
		return
	}
}

// ring reports the permits that are held for too long.
func (k *key) ring() {
	k.mu.Lock()
	var late []Event
	var calls []context.Context
	k.ringing = false
	for p := k.held.first; p != nil; p = p.next {
		held := time.Since(p.begun)
		if held < k.bulkhead.maxHold {
			break
		}
		if !p.told {
			p.told = true
			k.overdue++
			late = append(late, Event{Kind: Overdue, Key: k.name, Held: held, Request: view(p.req)})
			calls = append(calls, p.req.Context())
		}
	}
	k.watch()
	k.mu.Unlock()
	for i, e := range late {
		k.bulkhead.logOverdue(calls[i], e)
		k.bulkhead.tell(e)
	}
}

func (b *Bulkhead) logOverdue(ctx context.Context, e Event) {
	logger := b.logger()
	if logger == nil {
		return
	}
	defer func() { _ = recover() }() // a log handler must not end the program
	logger.LogAttrs(layer.Detach(ctx), slog.LevelWarn, "bulkhead: a permit is held for too long: is the body of the response closed?",
		slog.String("key", redact.Cut(e.Key, redact.MaxValue)),
		slog.Duration("held", e.Held), slog.Int("permits", b.permits),
		slog.String("method", e.Request.Method), slog.String("url", e.Request.URL),
		slog.String("route", e.Request.Route), slog.String("transaction_id", e.Request.TransactionID))
}
