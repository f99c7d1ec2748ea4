package bulkhead

import (
	"container/list"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A Bulkhead has the permits of each key. It starts no goroutine and is safe for concurrent
// use. Clients that share a server may share a bulkhead.
//
// A Bulkhead must not be used in two bubbles of testing/synctest, because its timers belong
// to one of them.
type Bulkhead struct {
	permits  int
	name     func(*http.Request) string
	named    bool // name was set by WithKey
	maxQueue int
	noQueue  bool
	maxWait  time.Duration
	maxHold  time.Duration
	idle     time.Duration
	logger   func() *slog.Logger // nil result: log nothing
	observer func(Event)
	fault    error

	mu   sync.Mutex
	keys map[string]*key
	used list.List // of *key, the most recently used first
}

// NewBulkhead returns a bulkhead with so many permits for each key. If its settings are
// invalid, such as permits below 1, [Bulkhead.Fault] returns the error, and every call through
// the bulkhead fails.
func NewBulkhead(permits int, opts ...Option) *Bulkhead {
	b := &Bulkhead{
		permits: permits, name: transport.HostKey, maxQueue: 100, maxWait: 10 * time.Second, maxHold: time.Minute, idle: 10 * time.Minute,
		logger: slog.Default, keys: map[string]*key{},
	}
	for _, opt := range opts {
		if opt != nil {
			opt(b)
		}
	}
	b.fault = b.check()
	return b
}

// Fault returns an error that lists all invalid settings, or nil. It returns nil for a nil
// bulkhead.
func (b *Bulkhead) Fault() error {
	if b == nil {
		return nil
	}
	return b.fault
}

// Permits returns how many attempts of a key may run at the same time.
func (b *Bulkhead) Permits() int { return b.permits }

// nameOf calls the key function without the record of the call: requests that the function
// sends are not attempts of the call.
func (b *Bulkhead) nameOf(req *http.Request) string {
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
func (b *Bulkhead) key(name string) *key {
	b.mu.Lock()
	defer b.mu.Unlock()
	k := b.keys[name]
	if k == nil {
		k = &key{bulkhead: b, name: name}
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
func (b *Bulkhead) dropIdle(now time.Time) {
	for range sweep {
		last := b.used.Back()
		oldest := last.Value.(*key) //nolint:errcheck,forcetypeassert // the list holds nothing else
		busy, since := oldest.usage()
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
