package hedge

import (
	"container/list"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tripware/tripware/transport"
)

const (
	windowSize = 256 // response times of a window
	maxWindows = 128 // windows; the least recently used is dropped
	stale      = 16  // response times after which the percentile is computed again
)

// A windowKey says which requests have similar response times.
type windowKey struct{ host, route string }

func keyOf(req *http.Request) (key windowKey) {
	if req.URL != nil {
		key.host = strings.ToLower(req.URL.Host)
	}
	route, _ := transport.Lookup[transport.Route](req.Context())
	key.route = string(route)
	return key
}

// windows holds the windows of the keys that were used most recently.
type windows struct {
	mu   sync.Mutex
	all  map[windowKey]*list.Element
	used list.List // of *window, the most recently used first
}

func (w *windows) of(key windowKey) *window {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at := w.all[key]; at != nil {
		w.used.MoveToFront(at)
		return at.Value.(*window) //nolint:errcheck,forcetypeassert // the list holds nothing else
	}
	if w.all == nil {
		w.all = map[windowKey]*list.Element{}
	}
	if len(w.all) >= maxWindows {
		last := w.used.Back()
		delete(w.all, w.used.Remove(last).(*window).key) //nolint:errcheck,forcetypeassert // see above
	}
	made := &window{key: key}
	w.all[key] = w.used.PushFront(made)
	return made
}

// A window holds the last response times of one key.
type window struct {
	key windowKey

	mu       sync.Mutex
	seen     []time.Duration // a ring once it is full
	next     int
	added    int // since the percentile was computed
	computed time.Duration
}

// add adds a response time. A nil window has none.
func (w *window) add(took time.Duration) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.added++
	if len(w.seen) < windowSize {
		w.seen = append(w.seen, took)
		return
	}
	w.seen[w.next] = took
	w.next = (w.next + 1) % windowSize
}

// delay returns the percentile of the response times, or the fallback if there are too few.
func (w *window) delay(percent float64, samples int, fallback time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seen) < samples {
		return fallback
	}
	if w.computed == 0 || w.added >= stale {
		sorted := slices.Sorted(slices.Values(w.seen))
		rank := int(math.Ceil(percent / 100 * float64(len(sorted))))
		w.computed, w.added = sorted[max(rank, 1)-1]+1, 0 // a response that takes exactly as long is not slow
	}
	return w.computed
}
