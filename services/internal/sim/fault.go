package sim

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
	Slow     Kind = iota // sends the correct response after Latency
	Status               // sends another response: Status, Header and Body
	Reset                // resets the connection (TCP RST) at the Point
	Stall                // sends nothing after the Point until the client leaves or the server closes
	Truncate             // sends the whole head and half of the body, and closes the connection
)

// String returns the name of the kind in lower case, or for example "kind 9" if it is
// unknown.
func (k Kind) String() string {
	names := []string{"slow", "status", "reset", "stall", "truncate"}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return names[k]
}

// A Point is a point in a response at which a [Reset] or a [Stall] happens.
type Point int

// The points of a response.
const (
	BeforeHead Point = iota // before the first byte of the response
	AfterHead               // after the status line and the headers
	MidBody                 // after half of the body
)

// Always is a value for [Fault.Times]: the fault happens until it is stopped.
const Always = -1

// A Fault describes an error that [Server.Inject] causes. The fields from Method to
// Match select requests; their zero values select all requests.
type Fault struct {
	Kind Kind

	Method string             // only this method
	Route  string             // only this route, written as in [Request.Route]
	Domain Domain             // only this domain
	Match  func(Request) bool // only requests for which it returns true; it must not call the server

	Skip   int     // how many selected requests pass before the first fault
	Times  int     // how many requests the fault happens to; 0 means 1, [Always] means no limit
	Chance float64 // the probability that it happens to a selected request, from the seed; 0 means 1

	Latency time.Duration // real time to wait after the request was read; Slow requires it
	Point   Point         // where Reset and Stall happen

	// AfterApplying applies the request before the response is lost, so that a client
	// that sends the request again applies it twice. Slow, Truncate, and Reset and Stall
	// at a Point other than BeforeHead always apply the request: they send a part of its
	// response.
	AfterApplying bool

	Status int         // only for kind Status: from 200 to 599
	Header http.Header // only for kind Status: replaces headers of the same name; a nil value removes one
	Body   string      // only for kind Status: empty means the API's error body; any but a JSON object is sent as text/html

	throttles bool // the response is the API's to a request above a limit
}

// An Injected is a fault that was injected into a server. It is safe for concurrent use.
type Injected struct {
	engine *Engine
	faults []Fault // one of them is drawn each time
	seen   int     // selected requests so far
	struck int
	held   int // struck and not released yet
	left   int // how often it can still happen, or Always
	err    error
}

// Inject injects a fault into the requests that f selects, from the next request on.
// If several faults select a request, the one that was injected first happens.
//
// If f is invalid, for example because its Route is unknown or because it is Slow
// without Latency, every request gets a 500 response until the fault is stopped, so
// that the test does not pass without the fault. The message of the response says
// what is wrong, and [Injected.Err] returns it.
func (e *Engine) Inject(f Fault) *Injected {
	left := f.Times
	if left == 0 {
		left = 1
	}
	return e.inject(left, f)
}

// Storm injects faults into all requests with probability p until it is stopped. Each
// time it draws one of faults with equal probability; the fields of a fault that select
// requests, and Skip, Times and Chance, do not count. Without faults there are six: a
// 429, a 500 and a 503 response, the last with an HTML body; a reset before the request
// is applied, and one after; and a truncated response.
//
// The draws are determined by the seed of the server: see the option WithSeed. A p of 0 never
// injects a fault, and a p outside of 0 to 1 is invalid, as described for
// [Server.Inject].
func (e *Engine) Storm(p float64, faults ...Fault) *Injected {
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
	return e.inject(left, all...)
}

func mixture() []Fault {
	return []Fault{
		{Kind: Status, Status: http.StatusTooManyRequests, throttles: true},
		{Kind: Status, Status: http.StatusInternalServerError},
		{Kind: Status, Status: http.StatusServiceUnavailable, Body: "<html><body><h1>503 Service Unavailable</h1></body></html>"},
		{Kind: Reset},
		{Kind: Reset, AfterApplying: true},
		{Kind: Truncate},
	}
}

func (e *Engine) inject(left int, faults ...Fault) *Injected {
	in := &Injected{engine: e, left: left}
	var all []error
	for i := range faults {
		f := &faults[i]
		f.Header = f.Header.Clone() // the caller may modify it later
		all = append(all, f.check(e)...)
	}
	in.faults, in.err = faults, errors.Join(all...)
	e.Mu.Lock()
	defer e.Mu.Unlock()
	e.injected = append(e.injected, in)
	return in
}

// check returns an error for each invalid field of a fault.
func (f *Fault) check(e *Engine) (all []error) {
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			all = append(all, fmt.Errorf(e.cfg.name+": inject %v: "+format, append([]any{f.Kind}, args...)...))
		}
	}
	known := f.Kind >= Slow && f.Kind <= Truncate
	refuse(!known, "unknown kind")
	refuse(f.Route != "" && e.Router.routes[f.Route] == nil, "unknown route %q", f.Route)
	refuse(f.Domain != "" && !slices.Contains(e.cfg.domains, f.Domain), "unknown domain %q", f.Domain)
	refuse(f.Skip < 0, "negative skip %d", f.Skip)
	refuse(f.Times < Always, "negative times %d", f.Times)
	refuse(!(f.Chance >= 0 && f.Chance <= 1), "chance %v is not between 0 and 1", f.Chance)
	refuse(f.Latency < 0, "negative latency %v", f.Latency)
	refuse(f.Kind == Slow && f.Latency == 0, "no latency; set Latency to a positive duration")
	refuse(f.Kind == Status && (f.Status < 200 || f.Status > 599), "status %d is not between 200 and 599", f.Status)
	refuse(f.Kind != Status && (f.Status != 0 || f.Header != nil || f.Body != ""), "Status, Header and Body are only for kind status")
	refuse(f.Point < BeforeHead || f.Point > MidBody, "unknown point %d", int(f.Point))
	refuse(f.Point != BeforeHead && f.Kind != Reset && f.Kind != Stall, "Point is only for kinds reset and stall")
	return all
}

// chooses reports whether the fault selects a request.
func (f *Fault) chooses(c *Call) bool {
	switch {
	case c.Route == nil:
		return f.Route == "" && f.Domain == "" && f.Match == nil && (f.Method == "" || f.Method == c.Method)
	case f.Method != "" && f.Method != c.Method, f.Route != "" && f.Route != c.Route.Pattern,
		f.Domain != "" && f.Domain != c.Route.Domain:
		return false
	default:
		return f.Match == nil || f.Match(c.entry.clone())
	}
}

// strike returns the fault that happens to a request, if any, and the Injected that it
// is of. If an injected fault is invalid, it returns that error.
func (e *Engine) strike(c *Call) (*Injected, *Fault, error) {
	e.Mu.Lock()
	defer e.Mu.Unlock()
	for _, in := range e.injected {
		if in.err != nil {
			return nil, nil, &Refusal{Status: http.StatusInternalServerError, Message: strings.ReplaceAll(in.err.Error(), "\n", "; ")}
		}
	}
	for _, in := range e.injected {
		first := &in.faults[0]
		if in.left == 0 || !first.chooses(c) {
			continue
		}
		in.seen++
		if in.seen <= first.Skip || first.Chance > 0 && e.dice.Float64() >= first.Chance {
			continue
		}
		in.struck++
		in.held++
		in.left = max(in.left-1, Always)
		return in, &in.faults[e.dice.IntN(len(in.faults))], nil
	}
	return nil, nil, nil
}

// Err returns an error that says what is invalid about the fault, or nil.
func (i *Injected) Err() error { return i.err }

// Struck returns the number of requests to which the fault has happened.
func (i *Injected) Struck() int {
	i.engine.Mu.Lock()
	defer i.engine.Mu.Unlock()
	return i.struck
}

// Held returns the number of requests that the fault currently delays: those that
// stall or wait for their Latency.
func (i *Injected) Held() int {
	i.engine.Mu.Lock()
	defer i.engine.Mu.Unlock()
	return i.held
}

// release records that the fault no longer delays a request.
func (i *Injected) release() {
	i.engine.Mu.Lock()
	defer i.engine.Mu.Unlock()
	i.held--
}

// Stop stops the fault from happening to further requests. It does not release requests
// that stall. Stopping a fault again does nothing.
func (i *Injected) Stop() {
	i.engine.Mu.Lock()
	defer i.engine.Mu.Unlock()
	i.engine.injected = slices.DeleteFunc(i.engine.injected, func(other *Injected) bool { return other == i })
}

// response returns the response of a fault of kind Status.
func (f *Fault) response(e *Engine, c *Call) Wire {
	no := &Refusal{Status: f.Status, Message: http.StatusText(f.Status)}
	if throttled := e.api.Throttled(); f.throttles {
		no = throttled
	} else if f.Status == throttled.Status {
		no.Message = throttled.Message
	}
	out := e.api.Refuse(c, no)
	if f.Body != "" {
		out.Body = []byte(f.Body)
		if !strings.HasPrefix(strings.TrimSpace(f.Body), "{") {
			out.Header = http.Header{"Content-Type": {"text/html"}}
		}
	}
	for name, values := range f.Header {
		if name = http.CanonicalHeaderKey(name); values == nil {
			delete(out.Header, name)
			continue
		}
		maps.Copy(out.Header, http.Header{name: values})
	}
	return out
}

// Throttle injects 429 responses to the next n requests of a domain.
func (e *Engine) Throttle(domain Domain, n int) *Injected {
	f := Fault{Kind: Status, Status: http.StatusTooManyRequests, Domain: domain, Times: n, throttles: true}
	if n < 1 || domain == "" {
		f.Times = -2 // invalid, so that Inject reports it
	}
	return e.Inject(f)
}
