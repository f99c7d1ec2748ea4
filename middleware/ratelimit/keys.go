package ratelimit

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// nameOf calls the key function without the record of the call: requests that
// the function sends are not attempts of the call.
func (l *Limiter) nameOf(req *http.Request) string {
	if !l.named {
		return transport.HostKey(req)
	}
	if ctx := req.Context(); transport.CallFrom(ctx) != nil {
		req = req.WithContext(layer.Detach(ctx))
	}
	return l.name(req)
}

// sweep is how many keys one attempt checks in order to drop idle ones.
const sweep = 2

// key returns the key with this name and claims it, so that the limiter keeps it until the
// attempt ends.
func (l *Limiter) key(name string, now time.Time) *key {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.keys[name]
	if k == nil {
		k = &key{name: name}
		if l.store != nil {
			k.shared = &shared{limiter: l, key: k, name: l.storeKey(name), wake: make(chan struct{}, 1)}
		} else {
			k.own = newBuckets(l.rates)
		}
		k.used = l.used.PushFront(k)
		l.keys[name] = k
	}
	l.used.MoveToFront(k.used)
	k.claim(now)
	if l.idle > 0 {
		l.dropIdle(now)
	}
	return k
}

// dropIdle drops the least recently used keys if they are idle. A busy key counts as used
// now and moves to the front, so that an attempt that hangs does not keep idle keys alive.
func (l *Limiter) dropIdle(now time.Time) {
	for range sweep {
		last := l.used.Back()
		oldest := last.Value.(*key) //nolint:errcheck,forcetypeassert // the list holds nothing else
		switch oldest.usage(now, l.idle) {
		case recent:
			return
		case busy:
			l.used.MoveToFront(last)
		case idle:
			delete(l.keys, oldest.name)
			l.used.Remove(last)
		}
	}
}
