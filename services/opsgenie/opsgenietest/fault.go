package opsgenietest

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Kind is what a [Fault] does.
type Kind int

// The kinds of faults.
const (
	Slow     Kind = iota // the right answer, Latency later
	Status               // another answer: Status, Header, Body
	Reset                // the connection is reset (RST) at the Point
	Stall                // nothing comes after the Point until the client goes away or the server closes
	Truncate             // half of the promised body, then a regular end of the connection
)

// String returns the name of the kind in lower case.
func (k Kind) String() string {
	names := []string{"slow", "status", "reset", "stall", "truncate"}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return names[k]
}

// A Point is how far an answer comes before a [Reset] or a [Stall].
type Point int

// The points of an answer.
const (
	BeforeHead Point = iota // no byte of the answer
	AfterHead               // status line and headers
	MidBody                 // half of the body too
)

// Always lets a fault strike without end, as [Fault.Times].
const Always = -1

// A Fault is something that goes wrong on request. The zero values of the
// fields that choose requests choose all.
type Fault struct {
	Kind Kind

	Method string             // only this method
	Route  string             // only this route, written as in [Request.Route]
	Domain Domain             // only this domain
	Match  func(Request) bool // only what it says yes to; it must not call the server

	Skip   int     // so many of the chosen requests pass first
	Times  int     // then so many are struck: 0 means 1, [Always] has no end
	Chance float64 // probability that a chosen request is struck, under the seed; 0 means 1

	Latency time.Duration // real time to wait before anything else, once the request was read
	Point   Point         // of Reset and Stall

	// AfterApplying applies the request first and loses its answer, so that
	// a client that sends it again does it twice. Slow, Truncate and any Point
	// but BeforeHead do so in any case: they have an answer to begin with.
	AfterApplying bool

	Status int         // of kind Status: 200 to 599
	Header http.Header // of kind Status: set over the usual headers; a nil value removes one
	Body   string      // of kind Status: empty means the API's error body; no JSON makes it text/html
}

// Injected is a fault at work in a server.
type Injected struct {
	server *Server
	faults []Fault // one of them strikes
	seen   int     // chosen requests so far
	struck int
	held   int // struck, and not let go yet
	left   int // Always has no end
	err    error
}

// Inject lets something go wrong from the next request on. Of several faults
// that choose the same request the one injected first strikes.
//
// A fault that is impossible, such as one with an unknown Route or a Slow one
// without Latency, is not guessed at: every request is then answered 500 with a
// message that names what is wrong, which [Injected.Err] returns too.
func (s *Server) Inject(f Fault) *Injected {
	left := f.Times
	if left == 0 {
		left = 1
	}
	return s.inject(left, f)
}

// Storm strikes each request with probability p, under the seed, until stopped.
// Each time one of faults is drawn, of which only what they do counts, not what
// they choose. Without any there is a mixture: 429, 500, 503 with an HTML body,
// resets before and after the request was applied, and truncated answers.
func (s *Server) Storm(p float64, faults ...Fault) *Injected {
	if len(faults) == 0 {
		faults = mixture()
	}
	all := slices.Clone(faults)
	for i := range all {
		f := &all[i]
		f.Method, f.Route, f.Domain, f.Match, f.Skip, f.Times, f.Chance = "", "", "", nil, 0, Always, p
	}
	left := Always
	if p == 0 { // as a Chance it would mean 1
		left = 0
	}
	return s.inject(left, all...)
}

func mixture() []Fault {
	no := throttled("1")
	return []Fault{
		{Kind: Status, Status: no.status, Header: no.header},
		{Kind: Status, Status: http.StatusInternalServerError},
		{Kind: Status, Status: http.StatusServiceUnavailable, Body: "<html><body><h1>503 Service Unavailable</h1></body></html>"},
		{Kind: Reset},
		{Kind: Reset, AfterApplying: true},
		{Kind: Truncate},
	}
}

func (s *Server) inject(left int, faults ...Fault) *Injected {
	in := &Injected{server: s, left: left}
	var all []error
	for i := range faults {
		f := &faults[i]
		f.Header = f.Header.Clone() // the caller may go on to write to it
		all = append(all, f.check(s.routes)...)
	}
	in.faults, in.err = faults, errors.Join(all...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.injected = append(s.injected, in)
	return in
}

// check names everything about a fault that is impossible.
func (f *Fault) check(routes *router) (all []error) {
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			all = append(all, fmt.Errorf("opsgenietest: inject %v: "+format, append([]any{f.Kind}, args...)...))
		}
	}
	known := f.Kind >= Slow && f.Kind <= Truncate
	refuse(!known, "unknown kind")
	refuse(f.Route != "" && routes.routes[f.Route] == nil, "unknown route %q", f.Route)
	refuse(f.Domain != "" && !f.Domain.known(), "unknown domain %q", f.Domain)
	refuse(f.Skip < 0, "negative skip %d", f.Skip)
	refuse(f.Times < Always, "negative times %d", f.Times)
	refuse(!(f.Chance >= 0 && f.Chance <= 1), "chance %v is not within 0 and 1", f.Chance)
	refuse(f.Latency < 0, "negative latency %v", f.Latency)
	refuse(f.Kind == Slow && f.Latency == 0, "no latency")
	refuse(f.Kind == Status && (f.Status < 200 || f.Status > 599), "status %d is not within 200 and 599", f.Status)
	refuse(f.Kind != Status && (f.Status != 0 || f.Header != nil || f.Body != ""), "status, header and body belong to kind status")
	refuse(f.Point < BeforeHead || f.Point > MidBody, "unknown point %d", int(f.Point))
	refuse(f.Point != BeforeHead && f.Kind != Reset && f.Kind != Stall, "a point belongs to reset and stall")
	return all
}

// chooses reports whether a request is one that the fault is about.
func (f *Fault) chooses(c *call) bool {
	switch {
	case c.route == nil:
		return f.Route == "" && f.Domain == "" && f.Match == nil && (f.Method == "" || f.Method == c.method)
	case f.Method != "" && f.Method != c.method, f.Route != "" && f.Route != c.route.pattern,
		f.Domain != "" && f.Domain != c.route.domain:
		return false
	default:
		return f.Match == nil || f.Match(c.entry.clone())
	}
}

// strike returns the fault that strikes a request, if any, with what it belongs
// to, or the error of one that is impossible.
func (s *Server) strike(c *call) (*Injected, *Fault, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.injected {
		if in.err != nil {
			return nil, nil, &refusal{status: http.StatusInternalServerError, message: strings.ReplaceAll(in.err.Error(), "\n", "; ")}
		}
	}
	for _, in := range s.injected {
		first := &in.faults[0]
		if in.left == 0 || !first.chooses(c) {
			continue
		}
		in.seen++
		if in.seen <= first.Skip || first.Chance > 0 && s.dice.Float64() >= first.Chance {
			continue
		}
		in.struck++
		in.held++
		in.left = max(in.left-1, Always)
		return in, &in.faults[s.dice.IntN(len(in.faults))], nil
	}
	return nil, nil, nil
}

// Err returns what is impossible about the fault, or nil.
func (i *Injected) Err() error { return i.err }

// Struck returns how many requests the fault has struck.
func (i *Injected) Struck() int {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	return i.struck
}

// Held returns how many requests the fault has struck and not let go: those that
// stall, or wait for their Latency.
func (i *Injected) Held() int {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	return i.held
}

// release notes that a request was let go.
func (i *Injected) release() {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	i.held--
}

// Stop ends the fault. Requests that it has struck are not let go. Stopping
// again does nothing.
func (i *Injected) Stop() {
	i.server.mu.Lock()
	defer i.server.mu.Unlock()
	i.server.injected = slices.DeleteFunc(i.server.injected, func(other *Injected) bool { return other == i })
}

// answer is what a fault of kind Status says.
func (f *Fault) answer(s *Server, c *call) wire {
	message := http.StatusText(f.Status)
	if f.Status == http.StatusTooManyRequests {
		message = throttled("").message
	}
	out := s.encode(c, answer{}, &refusal{status: f.Status, message: message})
	if f.Body != "" {
		out.body = []byte(f.Body)
		if !strings.HasPrefix(strings.TrimSpace(f.Body), "{") {
			out.header = http.Header{"Content-Type": {"text/html"}}
		}
	}
	for name, values := range f.Header {
		if name = http.CanonicalHeaderKey(name); values == nil {
			delete(out.header, name)
			continue
		}
		maps.Copy(out.header, http.Header{name: values})
	}
	return out
}
