package faultsim

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/cost"
	"github.com/tripware/tripware/transport/layer"
)

// NoLimit is the number of what has no limit in an [Explanation]. It is larger than any other
// number.
const NoLimit = int(^uint(0) >> 1)

// An Explanation is the worst case of a chain, which [Explain] computes: what a call costs if
// all its attempts fail as late as possible, the server asks for the longest waits that are
// followed, and all that is drawn at random is as long as it can be. The call is one that may be
// retried, such as a GET. Attempts, waits and times hold each for itself: the longest waits may
// leave no time for the most attempts.
//
// Times are [Never] if they have no limit, and numbers are [NoLimit]. The figures do not include
// what the layers of Unknown do.
type Explanation struct {
	Layers []LayerCost // outermost first; the last is the base

	Attempts int // requests of a call to the base: for ExplainClient, those of one hop
	Renewals int // of Attempts, those that follow a 401 with a new credential
	Hops     int // requests that an http.Client makes of a call to follow redirects; 1 for Explain
	Resends  int // how often net/http can send an attempt again itself: see Explain
	Requests int // on the wire: Attempts × Hops × (1 + Resends)

	LongestWait  time.Duration // before an attempt, such as a backoff and the turn of a limiter
	Waits        time.Duration // all waits of a call together
	LongestDelay time.Duration // LongestWait if the server never asks for a wait
	Delays       time.Duration // Waits if the server never asks for a wait
	Time         time.Duration // of a call, until the header of its response, or until its error
	BodyTime     time.Duration // of a call, until the body of its response has been read

	Outage   *Load    // the load of a server that is down; nil without WithLoad
	Unknown  []string // layers of which nothing is known; they may send more requests, or wait
	Warnings []string // what [transport.Check] says, and settings that are likely to be mistakes

	perCall bool // see cost.WorstCase
}

// A LayerCost is what a layer of a chain does.
type LayerCost struct {
	Name     string         // as in a printed chain
	Does     string         // in a few words
	Known    bool           // whether the figures include what it does
	Settings []cost.Setting // that matter for the worst case
}

// An ExplainOption says more about the calls and the server than a chain can know.
type ExplainOption func(*scene)

// scene is what the options set.
type scene struct {
	hint, response, deadline time.Duration
	perSecond                float64
	clients                  int
	faults                   []error
}

// WithLoad also computes the load of a server that is down: clients programs, each of which has
// a chain with these settings, make perSecond calls a second together. Both must be above 0.
// The default is to leave it out.
func WithLoad(perSecond float64, clients int) ExplainOption {
	return func(s *scene) {
		if !(perSecond > 0) || clients < 1 {
			s.faults = append(s.faults,
				fmt.Errorf("the load of %g calls a second from %d clients: both must be above 0", perSecond, clients))
			return
		}
		s.perSecond, s.clients = perSecond, clients
	}
}

// WithHint says for how long the server asks to wait by Retry-After, at most; 0 means that it
// does not. By default it may ask for any time, and state any window in which it counts requests.
func WithHint(d time.Duration) ExplainOption {
	return func(s *scene) { s.set(&s.hint, "hint", d) }
}

// WithResponseTime says that each attempt has its response, or an error, within d. By default
// only the timeouts of the chain bound it.
func WithResponseTime(d time.Duration) ExplainOption {
	return func(s *scene) { s.set(&s.response, "response time", d) }
}

// WithDeadline says that the contexts of calls have a deadline after d. By default there is none.
func WithDeadline(d time.Duration) ExplainOption {
	return func(s *scene) { s.set(&s.deadline, "deadline", d) }
}

func (s *scene) set(to *time.Duration, what string, d time.Duration) {
	if d < 0 {
		s.faults = append(s.faults, fmt.Errorf("the %s of %v is negative", what, d))
		return
	}
	*to = d
}

// Explain returns the worst case of a call through a chain, such as the Transport of a client
// from tripware.New or the result of [transport.Chain], without sending anything. A nil chain
// is [http.DefaultTransport]. It asks each layer; a layer of yours can answer with a method of
// [cost.Explainer]. Options of retry.WithPolicy are not known, and a backoff function of yours is
// called with draws that are as long as can be.
//
// The time of a call has no limit without a timeout: see [retry.WithAttemptTimeout]. Resends of
// net/http happen if a connection that was used before breaks: with HTTP/1.1 at most once for
// each idle connection, and with HTTP/2 at most 6 times. They are [NoLimit] for a base that
// is not an *[http.Transport], since nothing is known of it, unless it is that of a simulation.
// An invalid option is one of the Warnings, and has no effect.
//
// [retry.WithAttemptTimeout]: https://pkg.go.dev/github.com/tripware/tripware/middleware/retry#WithAttemptTimeout
func Explain(chain http.RoundTripper, opts ...ExplainOption) Explanation {
	return explain(chain, 1, Never, opts)
}

// mostHops is the number of requests that an http.Client makes of a call by default.
const mostHops = 10

// ExplainClient is [Explain] for the Transport of a client, with what the client does: its
// Timeout, and up to 9 redirects, each of which is a call of the chain with retries of its
// own. If the client has a CheckRedirect, its number of redirects is not known, and [NoLimit].
func ExplainClient(client *http.Client, opts ...ExplainOption) Explanation {
	hops, timeout := mostHops, Never
	if client.CheckRedirect != nil {
		hops = NoLimit
	}
	if client.Timeout > 0 {
		timeout = client.Timeout
	}
	return explain(client.Transport, hops, timeout, opts)
}

func explain(chain http.RoundTripper, hops int, timeout time.Duration, opts []ExplainOption) Explanation {
	s := scene{hint: Never, response: Never, deadline: Never}
	for _, opt := range opts {
		if opt != nil {
			opt(&s)
		}
	}
	if chain == nil {
		chain = http.DefaultTransport
	}
	layers := transport.Layers(chain)
	e, w := fold(layers, s)
	s.hint = 0
	_, plain := fold(layers, s)

	limit := min(s.deadline, timeout)
	e.Attempts, e.Renewals, e.Hops = cost.Sum(w.Requests, w.Renewed), w.Renewed, hops
	e.Requests = cost.Times(cost.Times(e.Attempts, hops), cost.Sum(e.Resends, 1))
	e.LongestWait, e.Waits = waits(&w, hops, limit)
	e.LongestDelay, e.Delays = waits(&plain, hops, limit)
	e.Time = min(cost.Times(w.Time(), hops), limit)
	e.BodyTime = min(cost.Times(w.Body, hops), limit)
	e.perCall = w.PerCall
	if s.perSecond > 0 {
		e.Outage = newLoad(&w, s)
	}
	e.warn(chain, &w, s)
	return e
}

// waits returns the longest wait, and all waits of a call.
func waits(w *cost.WorstCase, hops int, limit time.Duration) (longest, total time.Duration) {
	return min(max(w.Pause, cost.Sum(w.Turn, w.Held)), limit), min(cost.Times(w.Waits(), hops), limit)
}

// fold asks the layers, from the base to the outermost.
func fold(layers []http.RoundTripper, s scene) (e Explanation, w cost.WorstCase) {
	w = cost.WorstCase{
		Hint: s.hint, Requests: 1, Multiplied: 1, Send: s.response, Within: cost.Forever, Body: cost.Forever,
	}
	for i, rt := range slices.Backward(layers) {
		w.Does, w.Settings = "", nil
		entry := LayerCost{Name: nameOf(rt), Known: true}
		by, explains := rt.(cost.Explainer)
		switch {
		case explains:
			by.Explain(&w)
		case i == len(layers)-1:
			entry.Known, e.Resends = explainBase(rt, &w)
		default:
			w.Does, entry.Known = passive(rt)
		}
		entry.Does, entry.Settings = w.Does, w.Settings
		if !entry.Known {
			e.Unknown = append(e.Unknown, entry.Name)
		}
		e.Layers = append(e.Layers, entry)
	}
	w.SettleOwn()
	slices.Reverse(e.Layers)
	slices.Reverse(e.Unknown)
	return e, w
}

// explainBase says what is known of a base, and how often it can send a request again.
func explainBase(rt http.RoundTripper, w *cost.WorstCase) (known bool, resends int) {
	switch base := rt.(type) {
	case simulated:
		w.Does = "is that of a simulation"
		return true, 0
	case *http.Transport:
		w.Does = "sends requests with net/http"
		idle := base.MaxIdleConnsPerHost
		switch {
		case base.DisableKeepAlives:
			return true, 0
		case idle == 0:
			idle = http.DefaultMaxIdleConnsPerHost
		case idle < 0:
			idle = 0
		}
		w.Set("idle connections of a host", idle)
		if base.ResponseHeaderTimeout > 0 {
			w.Set("response header timeout", base.ResponseHeaderTimeout)
		}
		return true, max(idle, mostHTTP2)
	}
	w.Does = "is unknown: it may send a request several times"
	return false, NoLimit
}

// mostHTTP2 is how often net/http sends a request again that an HTTP/2 server refused.
const mostHTTP2 = 6

// simulated is a base of this package, below which nothing sends a request again.
type simulated interface{ simulated() }

func (b *base) simulated() {}

// passive says what a layer does that only observes, or adds headers, by its place.
func passive(rt http.RoundTripper) (does string, known bool) {
	if p, ok := rt.(interface{ Place() layer.Place }); ok {
		switch p.Place() {
		case layer.AtIdentity:
			return "adds a transaction id and default headers", true
		case layer.AtTrace, layer.AtCall:
			return "observes calls", true
		case layer.AtAttempt, layer.AtBase:
			return "observes attempts", true
		case layer.AtCache:
			return "is a cache; the worst case is that it has no response", true
		case layer.Anywhere, layer.AtRetry, layer.AtHedge, layer.AtBreaker, layer.AtBulkhead, layer.AtLimit,
			layer.AtCredential, layer.AtSignature:
		}
	}
	return "is unknown: it may send more requests, and wait", false
}

func nameOf(rt http.RoundTripper) string {
	if l, ok := rt.(interface{ Layer() string }); ok {
		return l.Layer()
	}
	return fmt.Sprintf("%T", rt)
}

// warn collects the warnings.
func (e *Explanation) warn(chain http.RoundTripper, w *cost.WorstCase, s scene) {
	for _, fault := range s.faults {
		e.Warnings = append(e.Warnings, "faultsim: explain: "+fault.Error())
	}
	if err := transport.Check(chain); err != nil {
		e.Warnings = append(e.Warnings, lines(err)...)
	}
	e.Warnings = append(e.Warnings, w.Warnings...)
	if e.Time == Never {
		e.Warnings = append(e.Warnings, "a call may never end: no timeout is set")
	} else if e.BodyTime == Never {
		e.Warnings = append(e.Warnings, "reading a body may never end: no timeout of the call is set, nor a deadline")
	}
	if e.Outage != nil && len(w.Draws) > 0 && e.Outage.Steady > e.Outage.Calls && e.Outage.Steady >= e.Outage.Throttled {
		e.Warnings = append(e.Warnings, "the budget has no effect at this load: "+
			"its reserve refills faster, in all clients together, than retries use it")
	}
}

// lines returns the texts of the errors that were joined in err.
func lines(err error) (texts []string) {
	if joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err); ok {
		for _, one := range joined.Unwrap() {
			texts = append(texts, one.Error())
		}
		return texts
	}
	return []string{err.Error()}
}
