package ratelimit

import (
	"net/http"
	"strings"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// host returns the normalized host of the URL: in lower case, without the scheme's default
// port and without a trailing dot.
func host(req *http.Request) string {
	if req.URL == nil {
		return ""
	}
	whole := strings.ToLower(req.URL.Host)
	name, port := whole, ""
	if i := strings.LastIndexByte(whole, ':'); i > strings.LastIndexByte(whole, ']') { // else it is part of an IPv6 address
		name, port = whole[:i], whole[i:]
	}
	bare := strings.TrimSuffix(name, ".")
	switch {
	case port == ":", port == ":80" && req.URL.Scheme == "http", port == ":443" && req.URL.Scheme == "https":
		return bare
	case len(bare) == len(name):
		return whole
	}
	return bare + port
}

// nameOf calls the key function without the record of the call: requests that
// the function sends are not attempts of the call.
func (l *Limiter) nameOf(req *http.Request) string {
	if !l.named {
		return host(req)
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
