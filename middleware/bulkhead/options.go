package bulkhead

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// An Option configures [NewBulkhead]. To keep a default, leave its option out; passing zero
// does not select it.
type Option func(*Bulkhead)

// WithKey sets the key of an attempt. Attempts with the same key share permits. The default is
// the host of the URL, however it is spelled: transport.HostKey. key must be safe for
// concurrent use, must not modify the request, and should not return a secret, since logs and
// errors have it.
func WithKey(key func(*http.Request) string) Option {
	return func(b *Bulkhead) { b.name, b.named = key, true }
}

// WithMaxQueue lets at most n attempts of a key wait at the same time. Further attempts are
// refused at once. The default is 100; 0 means no limit. To let none wait, use [WithoutQueue].
func WithMaxQueue(n int) Option {
	return func(b *Bulkhead) { b.maxQueue, b.noQueue = n, false }
}

// WithoutQueue refuses an attempt at once if all permits of its key are taken.
func WithoutQueue() Option { return func(b *Bulkhead) { b.noQueue = true } }

// WithMaxWait refuses an attempt that has waited for d. The default is 10s; 0 means no limit
// except the context's deadline and the time limit for retries.
func WithMaxWait(d time.Duration) Option { return func(b *Bulkhead) { b.maxWait = d } }

// WithMaxHold reports a permit that is held for longer than d: once, while it is held, to the
// log (see [WithLogger]) and the observer. The attempt keeps its permit, because otherwise
// more attempts could run than there are permits. Such a hold usually means that the program does not close the body
// of a response, or that an attempt has no timeout. The default is 1 minute; 0 reports none.
func WithMaxHold(d time.Duration) Option { return func(b *Bulkhead) { b.maxHold = d } }

// WithIdleKeys drops a key after d without an attempt. Keys are dropped a few at a time, when
// other keys are used. A key with a waiting or running attempt is kept. The default is 10
// minutes; 0 keeps all keys.
func WithIdleKeys(d time.Duration) Option { return func(b *Bulkhead) { b.idle = d } }

// WithLogger sets the logger for permits that are held for too long (see [WithMaxHold]). The
// default is [slog.Default]; nil logs nothing.
func WithLogger(l *slog.Logger) Option {
	return func(b *Bulkhead) { b.logger = func() *slog.Logger { return l } }
}

// WithObserver calls f for each refusal, for each permit that was taken after a wait, and for
// each one that is held for too long. f must return quickly and must be safe for concurrent
// use; a panic in it is recovered and has no effect. The default is nil, which observes
// nothing.
func WithObserver(f func(Event)) Option { return func(b *Bulkhead) { b.observer = f } }

func (b *Bulkhead) check() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("bulkhead: "+format, args...))
		}
	}
	fault(b.permits < 1, "%d permits are below 1, so that nothing could be sent: to set no limit, leave the bulkhead out", b.permits)
	fault(b.name == nil, "key function is nil: leave WithKey out for one key per host")
	fault(b.maxQueue < 0, "max queue %d is negative: 0 means no bound, and WithoutQueue lets none wait", b.maxQueue)
	fault(b.maxWait < 0, "max wait %s is negative: 0 means no bound", b.maxWait)
	fault(b.maxHold < 0, "max hold %s is negative: 0 reports none", b.maxHold)
	fault(b.idle < 0, "idle time of keys %s is negative: 0 keeps all", b.idle)
	return errors.Join(faults...)
}
