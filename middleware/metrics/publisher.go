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

// An Observer is told of events. It is called in the goroutine of the call, one
// observer after the other, outside all locks, so it should be quick; calls that
// run at the same time call it at the same time. The ctx is that of the call, with
// its values and its cancellation but without its record: requests that an
// observer makes with it are calls of their own.
type Observer interface {
	Notify(ctx context.Context, e Event)
}

// ObserverFunc makes a function an [Observer]. Functions cannot be compared, so
// end its subscription by what [Publisher.Subscribe] returned.
type ObserverFunc func(ctx context.Context, e Event)

// Notify calls f.
func (f ObserverFunc) Notify(ctx context.Context, e Event) { f(ctx, e) }

// On returns an observer that calls f for events of type E and ignores others.
// Each call of On returns an observer of its own.
func On[E Event](f func(ctx context.Context, e E)) Observer { return &typed[E]{notify: f} }

type typed[E Event] struct{ notify func(context.Context, E) }

func (t *typed[E]) Notify(ctx context.Context, e Event) {
	if wanted, ok := e.(E); ok {
		t.notify(ctx, wanted)
	}
}

// Publishers holds the publisher of each channel. Clients that share one
// Publishers share its observers.
type Publishers struct {
	API, HTTP, SDK *Publisher
}

// An Option sets what [NewPublishers] makes. A default is had by leaving its option out.
type Option func(*Publisher)

// WithPanicReport sets what is called when an observer panics: at its first panic on
// a channel, not again. The default logs an error by [slog.Default]; nil reports
// nothing. It may be called by several goroutines at once.
func WithPanicReport(report func(channel Channel, recovered any)) Option {
	return func(p *Publisher) { p.report = report }
}

// NewPublishers returns the three publishers of a client, without observers.
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
	return &Publishers{API: open(ChannelAPI), HTTP: open(ChannelHTTP), SDK: open(ChannelSDK)}
}

func logPanic(channel Channel, recovered any) {
	slog.Default().Error("metrics: an observer panicked; further panics of it on this channel are not reported",
		slog.String("channel", string(channel)), slog.String("panic", redact.Cut(fmt.Sprint(recovered), redact.MaxError)))
}

// A Publisher hands the events of one channel to its observers. [NewPublishers]
// makes one. All methods are safe for concurrent use, also by an observer that
// is being notified; those that read or publish work on a nil Publisher, which
// has no observers.
type Publisher struct {
	channel Channel
	report  func(Channel, any)

	mu     sync.Mutex // held to replace the roster
	roster atomic.Pointer[roster]
}

// A roster is never written again once it was stored.
type roster struct {
	subscriptions []*subscription
	bodies        int // the most that one of them asked for
}

type subscription struct {
	observer Observer
	bodies   int // 0: none
	panicked atomic.Bool
}

// Channel returns the channel whose events p publishes.
func (p *Publisher) Channel() Channel {
	if p == nil {
		return ""
	}
	return p.channel
}

// A SubscribeOption sets what an observer gets. A default is had by leaving its option
// out.
type SubscribeOption func(*subscription)

// WithBodies gives this observer so many bytes of the beginning of each response
// body. The default gives it none, as do 0 and less. Only the API channel has bodies.
func WithBodies(bytes int) SubscribeOption {
	return func(s *subscription) { s.bodies = max(bytes, 0) }
}

// Subscribe has o notified of the events from now on; a call that is running may
// be the first. What it returns ends this subscription and may be called more
// than once. One observer may subscribe to several channels, and to one several
// times. A nil observer is ignored.
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

// Unsubscribe ends all subscriptions of o and reports whether there was one. It
// finds observers that can be compared, such as pointers and what [On] returns;
// a function cannot be, and is never found.
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

// replace stores what edit makes of a copy of the subscriptions. An event that is
// being delivered goes on to those that were there when it began.
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
	}
	if len(next.subscriptions) == 0 {
		p.roster.Store(nil)
		return
	}
	p.roster.Store(&next)
}

// Active reports whether anyone observes. It costs one atomic load, so ask it
// before an event is made.
func (p *Publisher) Active() bool { return p != nil && p.roster.Load() != nil }

// BodyLimit returns the largest number of bytes of a body that an observer asked
// for; 0 means that none did.
func (p *Publisher) BodyLimit() int {
	if p == nil {
		return 0
	}
	if r := p.roster.Load(); r != nil {
		return r.bodies
	}
	return 0
}

// Publish hands e to all observers, one after the other, and returns when the
// last is done. An observer that panics does no harm to the others or to the
// caller. Who asked for no bodies gets e without; who asked for less gets less.
func (p *Publisher) Publish(ctx context.Context, e Event) {
	if !p.Active() || e == nil {
		return
	}
	r := p.roster.Load()
	if r == nil { // the last observer left meanwhile
		return
	}
	ctx = layer.Detach(ctx)
	for _, s := range r.subscriptions {
		p.notify(ctx, s, s.share(e))
	}
}

// share returns as much of e as the observer asked for.
func (s *subscription) share(e Event) Event {
	api, ok := e.(APIEvent)
	if !ok || len(api.Body) <= s.bodies {
		return e
	}
	api.Body = cutText(api.Body, s.bodies)
	return api
}

// cutText returns the first limit bytes of text, less a character cut in two.
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

// tell reports a panic. The report is foreign code too: its own panic, or that of
// a value that does not like to be printed, must not reach the call.
func (p *Publisher) tell(recovered any) {
	defer func() { _ = recover() }()
	if p.report != nil {
		p.report(p.channel, recovered)
	}
}

// Typed is the fact by which a typed call tells the chain below that it publishes
// its API and SDK events itself, after decoding: lay it on the record with
// layer.Put(ctx, metrics.Typed{}), and [Calls] keeps silent.
type Typed struct{}
