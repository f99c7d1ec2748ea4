package faultsim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Script says how a server behaves over time. The zero Script is a server without faults.
// See the package comment for the language. A Script is immutable.
type Script struct{ phases []phase }

// A phase is a part of a script.
type phase struct {
	lasts  time.Duration // 0: until the end
	faults []fault       // at least one; each has a share of the requests
}

// A kind is what a fault does to a request.
type kind int

const (
	kindOK      kind = iota
	kindStatus       // responds with the status
	kindSlow         // responds as ok does, but later
	kindCut          // the body of the response breaks off
	kindReset        // the connection breaks before the response
	kindRefused      // nothing listens
	kindDNS          // the name of the host cannot be resolved
	kindTimeout      // no response
)

// word returns the name of the kind in a script. That of a status is its number.
func (k kind) word() string {
	return [...]string{
		kindOK: "ok", kindStatus: "", kindSlow: "slow", kindCut: "cut", kindReset: "reset",
		kindRefused: "refused", kindDNS: "dns", kindTimeout: "timeout",
	}[k]
}

// kindOf returns the kind with a name, unless it is that of a status.
func kindOf(word string) (k kind, ok bool) {
	for k = kindOK; k <= kindTimeout; k++ {
		if k.word() == word && k != kindStatus {
			return k, true
		}
	}
	return kindOK, false
}

// responds reports whether a request gets a response, which then may have headers.
func (k kind) responds() bool { return k < kindReset }

// A fault is what happens to a share of the requests in a phase.
type fault struct {
	kind    kind
	status  int           // of kindStatus
	slow    time.Duration // of kindSlow
	cut     int           // bytes after which kindCut breaks off; -1 for half of the body
	share   float64       // of the requests
	open    bool          // the share is what the faults before it left
	headers []pair
}

// A pair is a header of a response.
type pair struct{ name, value string }

// none returns what happens to a request if a script says nothing.
func none() *fault { return &fault{share: 1, open: true, cut: -1} }

// String returns the script in its normal form, which [Parse] reads again.
func (s Script) String() string {
	texts := make([]string, len(s.phases))
	for i, p := range s.phases {
		texts[i] = p.text()
		if p.lasts > 0 {
			texts[i] = short(p.lasts) + " " + texts[i]
		}
	}
	return strings.Join(texts, "; ")
}

// text returns the phase without its duration.
func (p phase) text() string {
	texts := make([]string, len(p.faults))
	for i, f := range p.faults {
		texts[i] = f.text()
	}
	return strings.Join(texts, ", ")
}

func (f fault) text() string {
	words := []string{f.label()}
	if !f.open {
		words = append(words, "p="+strconv.FormatFloat(f.share, 'g', -1, 64))
	}
	for _, h := range f.headers {
		words = append(words, h.name+"="+h.value)
	}
	return strings.Join(words, " ")
}

// label names what the fault does, without its share and headers.
func (f fault) label() string {
	switch {
	case f.kind == kindStatus:
		return strconv.Itoa(f.status)
	case f.kind == kindSlow:
		return f.kind.word() + "=" + short(f.slow)
	case f.kind == kindCut && f.cut >= 0:
		return f.kind.word() + "=" + strconv.Itoa(f.cut)
	}
	return f.kind.word()
}

// short is the text of a duration without the parts that are zero, as in 2m instead of 2m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// at returns the phase in which the script is after elapsed. After the last one the server
// has no faults.
func (s Script) at(elapsed time.Duration) phase {
	for _, p := range s.phases {
		if p.lasts == 0 || elapsed < p.lasts {
			return p
		}
		elapsed -= p.lasts
	}
	return phase{faults: []fault{*none()}}
}

// A span is a part of the simulated time. Its end is not included.
type span struct{ from, to time.Duration }

// spans returns the phases, and what follows the last one, up to end.
func (s Script) spans(end time.Duration) (spans []span) {
	var from time.Duration
	for _, p := range s.phases {
		to := end
		if p.lasts > 0 {
			to = min(end, from+p.lasts)
		}
		if from < to {
			spans = append(spans, span{from, to})
		}
		from = to
	}
	if from < end {
		spans = append(spans, span{from, end})
	}
	return spans
}

// outages returns the parts of the time up to end in which there are faults. Phases with
// faults that follow each other are one outage.
func (s Script) outages(end time.Duration) (found []span) {
	for _, at := range s.spans(end) {
		if s.at(at.from).healthy() {
			continue
		}
		if n := len(found); n > 0 && found[n-1].to == at.from {
			found[n-1].to = at.to
		} else {
			found = append(found, at)
		}
	}
	return found
}

func (p phase) healthy() bool {
	return !slices.ContainsFunc(p.faults, func(f fault) bool { return f.kind != kindOK })
}

// pick returns the fault of a request. u is uniformly distributed in [0, 1).
func (p phase) pick(u float64) *fault {
	for i := range p.faults {
		if u -= p.faults[i].share; u < 0 {
			return &p.faults[i]
		}
	}
	return none()
}

// mayRefuse reports whether a connection can fail to open.
func (p phase) mayRefuse() bool {
	return slices.ContainsFunc(p.faults, func(f fault) bool { return f.kind == kindRefused || f.kind == kindDNS })
}

func addPairs(to http.Header, pairs []pair) {
	for _, p := range pairs {
		to.Set(p.name, p.value)
	}
}
