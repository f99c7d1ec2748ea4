package transport

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/record"
)

// A writer is a [Call] as the layers of this module write to it: see
// [record.Writer].
type writer Call

var _ record.Writer = (*writer)(nil)

func (w *writer) SetReason(reason string) {
	c := (*Call)(w)
	c.write(func() { c.others().reason = Reason(reason) })
}

func (w *writer) SetRateLimit(r record.RateLimit) { w.setRateLimit((*RateLimit)(&r)) }

// ReadRateLimit does what SetRateLimit does with [ParseRateLimit], less its copies.
func (w *writer) ReadRateLimit(header http.Header) {
	var r RateLimit
	r.parse(header, time.Time{})
	w.setRateLimit(&r)
}

func (w *writer) setRateLimit(r *RateLimit) {
	if *r == (RateLimit{}) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.sealed {
		w.rate, w.quota = keep(r)
	}
}
