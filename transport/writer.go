package transport

import (
	"reflect"
	"time"

	"github.com/tripware/tripware/internal/record"
)

// A writer implements [record.Writer] for a [Call].
type writer Call

var _ record.Writer = (*writer)(nil)

func (w *writer) SetReason(reason string) {
	c := (*Call)(w)
	c.write(func() { c.rarely().reason = Reason(reason) })
}

func (w *writer) SetRateLimit(r record.RateLimit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.sealed {
		(*Call)(w).keepLimit((*RateLimit)(&r))
	}
}

func (w *writer) SetLimitReader(read record.LimitReader) {
	c := (*Call)(w)
	c.write(func() { c.typed().read = read })
}

func (w *writer) LimitReader() record.LimitReader {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rest == nil || w.rest.vendor == nil {
		return nil
	}
	return w.rest.vendor.read
}

func (w *writer) AddWait(of record.Wait) (n, before int) {
	c := (*Call)(w)
	c.write(func() {
		before = c.next()
		n = c.addWait(of, before, nil)
	})
	return n, before
}

func (c *Call) addWait(of record.Wait, before int, trip *scope) (n int) {
	of.Before = before
	r := c.rarely()
	if r.waits == nil {
		r.makeRoom()
	}
	r.waits = append(r.waits, wait{Wait(of), trip})
	c.timely = false
	return len(r.waits)
}

func (w *writer) EndWait(n int, lasted time.Duration) {
	c := (*Call)(w)
	c.write(func() { c.rarely().waits[n-1].For = lasted })
}

func (w *writer) Put(fact any) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sealed {
		return false
	}
	if known := w.like(fact); known != nil {
		*known = fact
	} else {
		(*Call)(w).store(fact)
	}
	return true
}

func (w *writer) PutFirst(fact any) (known any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.putFirst(fact)
}

func (w *writer) putFirst(fact any) (known any) {
	if known := w.like(fact); known != nil {
		return *known
	}
	if !w.sealed {
		(*Call)(w).store(fact)
	}
	return nil
}

// like returns where the fact of the same type is stored, or nil.
func (w *writer) like(fact any) *any {
	if w.rest == nil {
		return nil
	}
	for i := range w.rest.facts {
		if reflect.TypeOf(w.rest.facts[i]) == reflect.TypeOf(fact) {
			return &w.rest.facts[i]
		}
	}
	return nil
}
