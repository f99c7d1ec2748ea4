package prometheus

import (
	"net"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tripware/tripware/contrib/prometheus/internal/metric"
	"github.com/tripware/tripware/transport/redact"
)

// A quota limits how many series a collector has. All families share it.
type quota struct {
	mu   sync.Mutex
	max  int // 0 for no limit
	used int
}

// take takes n series, and reports false if fewer than spare would be left.
func (q *quota) take(n, spare int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.max > 0 && q.used+n > q.max-spare {
		return false
	}
	q.used += n
	return true
}

func (q *quota) giveBack(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.used -= n
}

// spare returns how many series are kept for label sets whose open labels are folded, so
// that outcomes and causes can still be told apart when the quota is spent.
func (q *quota) spare() int { return q.max / 4 }

// A vocabulary bounds how many values a label has: the first ones keep their names, and
// later ones become [metric.Other].
type vocabulary struct {
	max    int
	folded prometheus.Counter

	mu    sync.RWMutex
	known map[word]string
}

// A word is a value of a label before it is bounded: a text, or a host with its port.
type word struct {
	text string
	port int // 0 for none
}

func newVocabulary(limit int, folded prometheus.Counter) *vocabulary {
	return &vocabulary{max: limit, folded: folded, known: map[word]string{}}
}

// label returns the value of the label for w. The empty text needs no room.
func (v *vocabulary) label(w word) string {
	if w == (word{}) {
		return ""
	}
	v.mu.RLock()
	text, found := v.known[w]
	v.mu.RUnlock()
	if found {
		return text
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if text, found = v.known[w]; found {
		return text
	}
	if len(v.known) >= v.max || !presentable(w.text) {
		v.folded.Inc()
		return metric.Other
	}
	w.text = strings.Clone(w.text) // a short text must not keep a long one in memory
	v.known[w] = w.label()
	return v.known[w]
}

func (w word) label() string {
	if w.port == 0 {
		return redact.Text(w.text)
	}
	return redact.Text(net.JoinHostPort(w.text, strconv.Itoa(w.port)))
}

// maxLabel is the length in bytes of the longest value that is not folded.
const maxLabel = 256

func presentable(text string) bool { return len(text) <= maxLabel && utf8.ValidString(text) }

// maxLabels is the largest number of labels of a family.
const maxLabels = 6

type values [maxLabels]string

// A family is a metric whose label sets are bounded, and found without an allocation.
type family[M any] struct {
	labels int // how many there are
	open   int // number of leading labels that are folded when the quota is used up
	cost   int // series of each label set
	with   func(values ...string) M
	quota  *quota
	folded prometheus.Counter

	mu    sync.RWMutex
	known map[values]M
}

func newFamily[M any](m metric.Metric, cost int, with func(...string) M, q *quota, folded prometheus.Counter) *family[M] {
	q.used += cost // for the label set of which all values are folded
	return &family[M]{
		labels: len(m.Open) + len(m.Closed), open: len(m.Open), cost: cost,
		with: with, quota: q, folded: folded, known: map[values]M{},
	}
}

// of returns the metric for a label set. If the quota is used up, it returns the metric whose
// open labels are folded, and if that one does not fit either, the metric with all labels folded.
func (f *family[M]) of(v values) M {
	f.mu.RLock()
	m, found := f.known[v]
	f.mu.RUnlock()
	if found {
		return m
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if m, found = f.admit(v, f.quota.spare()); found {
		return m
	}
	f.folded.Inc()
	fold(v[:f.open])
	if m, found = f.admit(v, 0); found {
		return m
	}
	fold(v[:f.labels])
	return f.create(v)
}

// admit returns the metric with these values, and creates it if there is room.
func (f *family[M]) admit(v values, spare int) (m M, found bool) {
	if m, found = f.known[v]; found {
		return m, true
	}
	if !f.quota.take(f.cost, spare) {
		return m, false
	}
	return f.create(v), true
}

// create returns the metric with these values, which has its place in the quota.
func (f *family[M]) create(v values) M {
	m, found := f.known[v]
	if !found {
		m = f.with(v[:f.labels]...)
		f.known[v] = m
	}
	return m
}

func fold(v []string) {
	for i := range v {
		v[i] = metric.Other
	}
}
