package breaker

import (
	"container/list"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A Breaker has a circuit for each key. It starts no goroutine and is safe for concurrent use.
// Clients that share a server may share a breaker.
type Breaker struct {
	name     func(*http.Request) string
	named    bool // name was set by WithKey
	ratio    float64
	samples  int
	window   time.Duration
	open     time.Duration
	longest  time.Duration
	probes   int
	idle     time.Duration
	rule     func(Sample) Outcome
	logger   func() *slog.Logger // nil result: log nothing
	observer func(Change)
	fault    error

	mu   sync.Mutex
	keys map[string]*key
	used list.List // of *key, the most recently used first
}

// An Option configures [New] and [With]. To keep a default, leave its option out; passing zero
// does not select it.
type Option func(*Breaker)

// New returns a breaker whose circuits are all closed. If its settings are invalid,
// [Breaker.Fault] returns the error, and every call through the breaker fails.
func New(opts ...Option) *Breaker {
	b := &Breaker{
		name: transport.HostKey, ratio: 0.5, samples: 20, window: 10 * time.Second, open: 5 * time.Second, longest: time.Minute,
		probes: 3, idle: 10 * time.Minute, rule: Classify, logger: slog.Default, keys: map[string]*key{},
	}
	for _, opt := range opts {
		if opt != nil {
			opt(b)
		}
	}
	b.fault = b.check()
	return b
}

// Fault returns an error that lists all invalid settings, or nil.
func (b *Breaker) Fault() error { return b.fault }

// WithKey sets the key of an attempt. Attempts with the same key share a circuit. The default
// is the host of the URL, however it is spelled: transport.HostKey. A service whose parts fail
// separately has a key for each, such as opsgenie.Domain for Opsgenie. key must be safe for
// concurrent use, must not modify the request, and should not return a secret, since logs and
// errors have it.
func WithKey(key func(*http.Request) string) Option {
	return func(b *Breaker) { b.name, b.named = key, true }
}

// WithTrip opens a circuit if, of the attempts that ended within window, at least samples count
// and this share of them failed. The defaults are 0.5, 20 and 10s. share must be above 0 and at
// most 1, samples at least 1, and window at least 10ms.
func WithTrip(share float64, samples int, window time.Duration) Option {
	return func(b *Breaker) { b.ratio, b.samples, b.window = share, samples, window }
}

// WithOpen sets how long a circuit is open: d, or, if the server asks for a time by Retry-After,
// that time, but at least a second (or d, if that is shorter) and at most longest. The defaults
// are 5s and 1 minute. d must be above 0. A longest of 0 means no limit; otherwise it must not be
// below d.
//
// A probe that has no response after longest counts as a failure, so that one that hangs does
// not keep the circuit half-open.
func WithOpen(d, longest time.Duration) Option {
	return func(b *Breaker) { b.open, b.longest = d, longest }
}

// WithProbes sets how many attempts are sent at the same time while a circuit is half-open, all
// of which must succeed to close it. The default is 3; n must be at least 1.
func WithProbes(n int) Option { return func(b *Breaker) { b.probes = n } }

// WithIdleKeys drops a key and its circuit after d without an attempt. Keys are dropped a few at
// a time, when other keys are used. A key with a running attempt, or whose circuit is open, is
// kept. The default is 10 minutes; 0 keeps all keys.
func WithIdleKeys(d time.Duration) Option { return func(b *Breaker) { b.idle = d } }

// WithRule sets what attempts say about their server, instead of [Classify]. rule must be safe
// for concurrent use and not nil, and must not read the body. If it panics, the attempt is
// ignored.
func WithRule(rule func(Sample) Outcome) Option { return func(b *Breaker) { b.rule = rule } }

// WithLogger sets the logger for changes of state: a circuit that opens is a warning, one that
// closes an information, and failed probes are on the level debug. The default is [slog.Default];
// nil logs nothing.
func WithLogger(l *slog.Logger) Option {
	return func(b *Breaker) { b.logger = func() *slog.Logger { return l } }
}

// WithObserver calls f for each change of state, for each key in order. f must return quickly and
// must be safe for concurrent use; a panic in it is recovered and has no effect. The default is
// nil, which observes nothing.
func WithObserver(f func(Change)) Option { return func(b *Breaker) { b.observer = f } }

// least is the shortest time that a hint can open a circuit for, unless WithOpen is shorter.
const least = time.Second

// buckets is the number of parts that the window has, one of which is dropped at a time.
const buckets = 10

func (b *Breaker) check() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("breaker: "+format, args...))
		}
	}
	fault(b.name == nil, "key function is nil: leave WithKey out for one key per host")
	fault(!(b.ratio > 0 && b.ratio <= 1), "share %g is not above 0 and at most 1", b.ratio)
	fault(b.samples < 1 || b.samples > math.MaxInt32, "%d samples are not between 1 and %d", b.samples, math.MaxInt32)
	fault(b.window < buckets*time.Millisecond, "window %s is below 10ms", b.window)
	fault(b.open <= 0, "open time %s is not above 0: to refuse nothing, leave the breaker out", b.open)
	fault(b.longest < 0, "longest open time %s is negative: 0 means no bound", b.longest)
	fault(b.longest > 0 && b.longest < b.open, "longest open time %s is below the open time %s", b.longest, b.open)
	fault(b.probes < 1 || b.probes > math.MaxInt32, "%d probes are not between 1 and %d", b.probes, math.MaxInt32)
	fault(b.idle < 0, "idle time of keys %s is negative: 0 keeps all", b.idle)
	fault(b.rule == nil, "rule is nil: leave WithRule out for Classify")
	return errors.Join(faults...)
}

// nameOf calls the key function without the record of the call: requests that the function
// sends are not attempts of the call.
func (b *Breaker) nameOf(req *http.Request) string {
	if !b.named {
		return transport.HostKey(req)
	}
	if ctx := req.Context(); transport.CallFrom(ctx) != nil {
		req = req.WithContext(layer.Detach(ctx))
	}
	return b.name(req)
}

// sweep is how many keys one attempt checks in order to drop idle ones.
const sweep = 2

// key returns the key with this name and claims it, so that it is kept until the attempt ends.
func (b *Breaker) key(name string) *key {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := b.keys[name]
	if k == nil {
		k = newKey(b, name)
		k.used = b.used.PushFront(k)
		b.keys[name] = k
	}
	b.used.MoveToFront(k.used)
	k.claim()
	if b.idle > 0 {
		b.dropIdle(time.Now())
	}
	return k
}

// dropIdle drops the least recently used keys if they are idle. A busy key moves to the front,
// so that an attempt that hangs does not keep idle keys.
func (b *Breaker) dropIdle(now time.Time) {
	for range sweep {
		last := b.used.Back()
		oldest := last.Value.(*key) //nolint:errcheck,forcetypeassert // the list holds nothing else
		busy, since := oldest.usage(now)
		switch {
		case busy:
			b.used.MoveToFront(last)
		case now.Sub(since) < b.idle:
			return
		default:
			delete(b.keys, oldest.name)
			b.used.Remove(last)
		}
	}
}
