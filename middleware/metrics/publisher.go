package metrics

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// An Observer receives events. Notify is called in the goroutine of the call, after other
// observers and without locks held, so it should return quickly. Concurrent calls call it
// concurrently. ctx is the call's context without its record, so requests that an
// observer makes with it are separate calls.
type Observer interface {
	Notify(ctx context.Context, e Event)
}

// An ObserverFunc is a function that is an [Observer]. Functions cannot be compared, so
// end its subscription with the function that [Publisher.Subscribe] returned.
type ObserverFunc func(ctx context.Context, e Event)

// Notify calls f.
func (f ObserverFunc) Notify(ctx context.Context, e Event) { f(ctx, e) }

// On returns an observer that calls f for events of type E and ignores others.
// Each call returns a new observer.
func On[E Event](f func(ctx context.Context, e E)) Observer { return &typed[E]{notify: f} }

type typed[E Event] struct{ notify func(context.Context, E) }

func (*typed[E]) takes(e Event) bool {
	_, ok := e.(E)
	return ok
}

func (t *typed[E]) Notify(ctx context.Context, e Event) {
	if wanted, ok := e.(E); ok {
		t.notify(ctx, wanted)
	}
}

// Publishers holds a publisher for each channel. Clients that share a Publishers share
// its observers.
type Publishers struct {
	API, HTTP, SDK, Call *Publisher
}

// An Option configures [NewPublishers]. To keep the default, leave its option out;
// passing nil does not select it.
type Option func(*Publisher)

// WithPanicReport sets a function that is called when an observer panics for the first
// time on a channel. By default the panic is logged as an error to [slog.Default]; nil
// reports nothing. report must be safe for concurrent use.
func WithPanicReport(report func(channel Channel, recovered any)) Option {
	return func(p *Publisher) { p.report = report }
}

// NewPublishers returns the four publishers of a client, without observers.
func NewPublishers(opts ...Option) *Publishers {
	open := func(channel Channel) *Publisher {
		p := &Publisher{report: logPanic}
		p.channel = channel
		for _, opt := range opts {
			if opt != nil {
				opt(p)
			}
		}
		return p
	}
	return &Publishers{API: open(ChannelAPI), HTTP: open(ChannelHTTP), SDK: open(ChannelSDK), Call: open(ChannelCall)}
}

func logPanic(channel Channel, recovered any) {
	slog.Default().Error("metrics: an observer panicked; further panics of it on this channel are not reported",
		slog.String("channel", string(channel)), slog.String("panic", redact.Cut(fmt.Sprint(recovered), redact.MaxError)))
}

// A Publisher passes the events of one channel to its observers. Use [NewPublishers] to
// create one. All methods are safe for concurrent use, and an observer may call them from
// Notify. A nil Publisher has no observers.
type Publisher struct {
	channel Channel
	report  func(Channel, any)

	mu     sync.Mutex // held to replace the roster
	roster atomic.Pointer[roster]
}

// A roster is immutable.
type roster struct {
	subscriptions []*subscription
	bodies        int // the largest of the subscriptions' limits
	wish          wish
}

// A wish says which events of the call channel an observer may want.
type wish struct{ calls, bodies bool }

func wishOf(o Observer) wish {
	if t, ok := o.(interface{ takes(e Event) bool }); ok {
		return wish{calls: t.takes(CallEvent{}), bodies: t.takes(BodyEvent{})}
	}
	return wish{calls: true, bodies: true}
}

type subscription struct {
	observer Observer
	bodies   int // 0 for none
	panicked atomic.Bool
}

// Channel returns the channel of p.
func (p *Publisher) Channel() Channel {
	if p == nil {
		return ""
	}
	return p.channel
}

// A SubscribeOption configures a subscription. To keep a default, leave its option out.
type SubscribeOption func(*subscription)

// WithBodies passes up to this many bytes of each response body to the observer. The
// default is 0, which means none, as does a negative number. Only events of the API and SDK
// channels have bodies.
func WithBodies(bytes int) SubscribeOption {
	return func(s *subscription) { s.bodies = max(bytes, 0) }
}

// Subscribe registers o, which is then notified of each event, beginning with calls that
// are already running. The returned function ends the subscription; it may be called more
// than once. An observer may subscribe to several channels, and several times to the same
// one. A nil observer is ignored.
func (p *Publisher) Subscribe(o Observer, opts ...SubscribeOption) (unsubscribe func()) {
	if p == nil || o == nil {
		return func() {}
	}
	s := &subscription{observer: o}
	for _, opt := range opts {
		if opt != nil {
			opt(s)
		}
	}
	p.replace(func(old []*subscription) []*subscription { return append(old, s) })
	return func() {
		p.replace(func(old []*subscription) []*subscription {
			return slices.DeleteFunc(old, func(other *subscription) bool { return other == s })
		})
	}
}

// Unsubscribe ends all subscriptions of o and reports whether there were any. o must be
// comparable, such as a pointer or a result of [On]. An [ObserverFunc] is not, and is
// never found.
func (p *Publisher) Unsubscribe(o Observer) (found bool) {
	if p == nil || o == nil || !reflect.ValueOf(o).Comparable() {
		return false
	}
	p.replace(func(old []*subscription) []*subscription {
		kept := slices.DeleteFunc(old, func(s *subscription) bool { return s.observer == o })
		found = len(kept) < len(old)
		return kept
	})
	return found
}

// replace calls edit with a copy of the subscriptions and stores the result. An event
// that is being published goes to the earlier subscriptions.
func (p *Publisher) replace(edit func([]*subscription) []*subscription) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var next roster
	if old := p.roster.Load(); old != nil {
		next.subscriptions = slices.Clone(old.subscriptions)
	}
	next.subscriptions = edit(next.subscriptions)
	for _, s := range next.subscriptions {
		next.bodies = max(next.bodies, s.bodies)
		more := wishOf(s.observer)
		next.wish.calls, next.wish.bodies = next.wish.calls || more.calls, next.wish.bodies || more.bodies
	}
	if len(next.subscriptions) == 0 {
		p.roster.Store(nil)
		return
	}
	p.roster.Store(&next)
}

// Active reports whether p has observers. It costs one atomic load, so call it before
// creating an event.
func (p *Publisher) Active() bool { return p != nil && p.roster.Load() != nil }

// wants returns which events of the call channel the observers may want.
func (p *Publisher) wants() wish {
	if p != nil {
		if r := p.roster.Load(); r != nil {
			return r.wish
		}
	}
	return wish{}
}

// BodyLimit returns the largest number of bytes of a body that an observer asked for, or 0
// if none did.
func (p *Publisher) BodyLimit() int {
	if p == nil {
		return 0
	}
	if r := p.roster.Load(); r != nil {
		return r.bodies
	}
	return 0
}

// Publish passes e to all observers in turn, and returns when the last one has returned.
// If an observer panics, the others and the caller are not affected. Observers receive
// the body only if they asked for it, truncated to their own limit.
func (p *Publisher) Publish(ctx context.Context, e Event) {
	if !p.Active() || e == nil {
		return
	}
	r := p.roster.Load()
	if r == nil { // the last observer has just unsubscribed
		return
	}
	ctx = layer.Detach(ctx)
	for _, s := range r.subscriptions {
		p.notify(ctx, s, s.share(e))
	}
}

// share returns as much of e as the observer asked for. The body may be longer than any
// observer wants, if one has just unsubscribed.
func (s *subscription) share(e Event) Event {
	switch own := e.(type) {
	case APIEvent:
		if len(own.Body) > s.bodies {
			own.Body = cutText(own.Body, s.bodies)
			return own
		}
	case SDKEvent:
		if result, ok := own.Result.(bodied); ok {
			own.Result = result.LimitBody(s.bodies)
			return own
		}
	}
	return e
}

// cutText returns the first limit bytes of text, without an incomplete character.
func cutText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

func (p *Publisher) notify(ctx context.Context, s *subscription, e Event) {
	defer func() {
		if r := recover(); r != nil && s.panicked.CompareAndSwap(false, true) {
			p.tell(r)
		}
	}()
	s.observer.Notify(ctx, e)
}

// tell reports a panic. The report, or printing the recovered value, may panic too, which
// must not reach the call.
func (p *Publisher) tell(recovered any) {
	defer func() { _ = recover() }()
	if p.report != nil {
		p.report(p.channel, recovered)
	}
}

// Typed marks a typed call, which publishes its API and SDK events itself after decoding.
// Store it in the record with layer.Put(ctx, metrics.Typed{}); then [Calls] does not
// publish an API event. Most users will not need it.
type Typed struct{}
