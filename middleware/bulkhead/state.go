package bulkhead

import (
	"fmt"
	"time"

	"github.com/tripware/tripware/transport"
)

// A State is the state of a key.
type State struct {
	InUse   int           // permits that are held
	Queued  int           // attempts that wait
	Oldest  time.Duration // how long the oldest permit has been held; 0 if none is
	Refused uint64        // attempts refused since the bulkhead has the key
	Overdue uint64        // permits that were held for longer than [WithMaxHold], since then
}

// Snapshot returns the state of a key, and false if the bulkhead does not have it.
func (b *Bulkhead) Snapshot(name string) (State, bool) {
	b.mu.Lock()
	k := b.keys[name]
	b.mu.Unlock()
	if k == nil {
		return State{}, false
	}
	return k.snapshot(time.Now()), true
}

func (k *key) snapshot(now time.Time) State {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := State{InUse: k.held.count, Queued: k.queue.Len(), Refused: k.refused, Overdue: k.overdue}
	if k.held.first != nil {
		s.Oldest = now.Sub(k.held.first.begun)
	}
	return s
}

// Keys returns the names of the keys that the bulkhead stores, the most recently used first.
func (b *Bulkhead) Keys() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	names := make([]string, 0, len(b.keys))
	for at := b.used.Front(); at != nil; at = at.Next() {
		names = append(names, at.Value.(*key).name) //nolint:errcheck,forcetypeassert // the list holds nothing else
	}
	return names
}

// KeyStatuses describes up to most keys, the most recently used first, for inspect.WithKeys.
func (b *Bulkhead) KeyStatuses(most int) []transport.KeyStatus {
	names := b.Keys()
	list := make([]transport.KeyStatus, 0, min(most, len(names)))
	for _, name := range names[:min(most, len(names))] {
		s, ok := b.Snapshot(name)
		if !ok {
			continue
		}
		state := "free"
		switch {
		case s.Queued > 0:
			state = "queue"
		case s.InUse >= b.permits:
			state = "full"
		}
		detail := fmt.Sprintf("%d of %d in use, %d queued, %d refused", s.InUse, b.permits, s.Queued, s.Refused)
		if s.Oldest > 0 {
			detail += fmt.Sprintf(", oldest held for %v", s.Oldest.Round(time.Millisecond))
		}
		list = append(list, transport.KeyStatus{Key: name, State: state, Detail: detail, Refused: s.Refused})
	}
	return list
}
