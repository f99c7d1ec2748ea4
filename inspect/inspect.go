// Package inspect shows what the calls of a program are doing and what became of them: as
// text, as a curl command, as a HAR file, and on a web page of live calls.
//
// For most uses create an [Inspector] with [New], give its two layers to the client, and
// mount its page:
//
//	in := inspect.New()
//	client, err := tripware.New(tripware.WithTracing(in.Calls()), tripware.PerAttempt(in.Attempts()))
//	mux.Handle("/debug/calls/", in.Handler())
//
// [Timeline], [Curl] and [WriteHAR] describe one call by its record, which
// transport.CallOf and transport.CallOfError return. For a call that did not go through the
// layers they show what the record has: its first method and URL, its attempts and waits,
// but no headers and no phases.
//
// Secrets are masked as package redact does it; in a curl command $TOKEN stands for them.
// Importing the package registers nothing.
package inspect

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// MaxBody is the most that is kept of a body, in bytes: see [WithBodies].
const MaxBody = 64 << 10

// An Inspector knows the calls that are running, and keeps the recent, the failed and the
// slow ones of those that have ended. Several clients may share one. It starts no goroutine
// and is safe for concurrent use.
//
// The memory of calls that have ended is bounded: see [WithKept] and [WithMemory]. A running
// call takes about 1 KiB.
type Inspector struct {
	config

	instance string // tells the calls of one process from those of another

	mu      sync.Mutex
	begun   uint64 // number of calls that have begun
	ended   uint64 // number of the last call that was kept
	running list   // RoundTrip has not returned
	reading list   // the response's body has not ended
	recent  ring
	failed  ring
	slow    ring
	used    int // bytes of what is kept, with bodies of running calls
	streams int

	closed chan struct{}
	once   sync.Once
}

type config struct {
	phases   bool
	bodies   int
	keeps    [3]int
	slowFrom time.Duration
	memory   int
	headers  map[string]bool // whose values are kept besides the common ones
	limiters []namedLimiter
	budgets  []namedBudget
	keyed    []namedKeys
	allow    func(*http.Request) bool
	fault    error
}

type namedLimiter struct {
	name string
	*ratelimit.Limiter
}

type namedBudget struct {
	name string
	*layer.Budget
}

type namedKeys struct {
	name string
	Keyed
}

// A Keyed is a part of a client that has keys, such as a bulkhead.Bulkhead or the Breaker
// of contrib/breaker. Its method returns up to most of them, the most important first. It must
// be safe for concurrent use and return quickly.
type Keyed interface {
	KeyStatuses(most int) []transport.KeyStatus
}

// An Option configures [New]. To keep a default, leave its option out.
type Option func(*config)

// WithPhases measures the phases of each attempt (see [Phases]) by net/http/httptrace. It
// costs a call about eight allocations. The default is off.
func WithPhases() Option { return func(c *config) { c.phases = true } }

// WithBodies keeps the first bytes of the bodies of requests and responses, up to limit, which
// must be at most [MaxBody]; their true size is always known. Only bodies of a text type that
// are not compressed are shown. Secrets in them are masked, also a credential of the request
// that the server repeats. They count towards [WithMemory]. The default is 0, which keeps none.
func WithBodies(limit int) Option { return func(c *config) { c.bodies = limit } }

// WithKept sets how many calls are kept: the most recent ones, and besides those that failed
// and those that were slow (see [WithSlow]). The default is 200, 50 and 50. Zero keeps none.
func WithKept(recent, failed, slow int) Option {
	return func(c *config) { c.keeps = [3]int{recent, failed, slow} }
}

// WithSlow sets from which time to the response's headers a call is slow. The default is 1s.
// Zero means that no call is.
func WithSlow(d time.Duration) Option { return func(c *config) { c.slowFrom = d } }

// WithMemory sets how many bytes the calls that have ended and all bodies may take. If there
// are more, the oldest calls are dropped, and bodies of running calls are cut. The default is
// 2 MiB. Zero keeps nothing.
func WithMemory(bytes int) Option { return func(c *config) { c.memory = bytes } }

// WithHeaders adds names to the headers whose values are kept, of requests and responses. The
// defaults are common ones that describe a body or a limit. Of all other headers of a request
// only the name is kept. A header that holds a credential is invalid here, and a value that a
// layer below the retry loop has added is not kept, since it may be one.
func WithHeaders(names ...string) Option {
	return func(c *config) {
		for _, name := range names {
			if secretHeader(name) {
				c.fault = errors.Join(c.fault, fmt.Errorf("inspect: the values of header %q cannot be shown: it holds a credential", name))
			}
			if key := http.CanonicalHeaderKey(name); !isCommon(key) {
				c.headers[key] = true
			}
		}
	}
}

// WithLimiter shows the keys of l on the page, with their pace and queue. name tells it from
// other limiters. It may be given several times.
func WithLimiter(name string, l *ratelimit.Limiter) Option {
	return func(c *config) {
		if l == nil {
			c.fault = errors.Join(c.fault, fmt.Errorf("inspect: limiter %q is nil: leave WithLimiter out", name))
			return
		}
		c.limiters = append(c.limiters, namedLimiter{name, l})
	}
}

// WithBudget shows how many retries b has left. name tells it from other budgets. It may be
// given several times.
func WithBudget(name string, b *layer.Budget) Option {
	return func(c *config) {
		if b == nil {
			c.fault = errors.Join(c.fault, fmt.Errorf("inspect: budget %q is nil: leave WithBudget out", name))
			return
		}
		c.budgets = append(c.budgets, namedBudget{name, b})
	}
}

// WithKeys shows the keys of a bulkhead, of a circuit breaker, or of a part of your own. name
// tells them from others, and should say what they are. It may be given several times.
func WithKeys(name string, keys Keyed) Option {
	return func(c *config) {
		if keys == nil {
			c.fault = errors.Join(c.fault, fmt.Errorf("inspect: keys %q are nil: leave WithKeys out", name))
			return
		}
		c.keyed = append(c.keyed, namedKeys{name, keys})
	}
}

// WithAllow replaces all three checks by which [Inspector.Handler] decides who may see the
// page, which are then not made at all: that the peer's address is a loopback address, that
// the Host is a loopback name, and that no proxy has forwarded the request. allow must
// authenticate the request itself; if it returns false, the response is 403. It must be safe
// for concurrent use. A nil allow is invalid.
func WithAllow(allow func(*http.Request) bool) Option {
	return func(c *config) {
		if c.allow = allow; allow == nil {
			c.fault = errors.Join(c.fault, errors.New("inspect: allow is nil: leave WithAllow out to admit only loopback"))
		}
	}
}

// New returns an Inspector. If options are invalid, its layers refuse every call with one
// error that lists all problems, which transport.Check and tripware.New report, and its page
// shows it.
func New(opts ...Option) *Inspector {
	c := config{keeps: [3]int{200, 50, 50}, slowFrom: time.Second, memory: 2 << 20, headers: map[string]bool{}, allow: local}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	c.check()
	in := &Inspector{config: c, instance: strconv.FormatUint(rand.Uint64(), 36), closed: make(chan struct{})}
	in.recent.most, in.failed.most, in.slow.most = c.keeps[0], c.keeps[1], c.keeps[2]
	return in
}

func (c *config) check() {
	for _, number := range []struct {
		name  string
		value int
	}{{"bodies", c.bodies}, {"kept recent", c.keeps[0]}, {"kept failed", c.keeps[1]}, {"kept slow", c.keeps[2]}, {"memory", c.memory}} {
		if number.value < 0 {
			c.fault = errors.Join(c.fault, fmt.Errorf("inspect: %s %d is negative", number.name, number.value))
		}
	}
	if c.bodies > MaxBody {
		c.fault = errors.Join(c.fault, fmt.Errorf("inspect: bodies %d is more than MaxBody, %d", c.bodies, MaxBody))
	}
	if c.slowFrom < 0 {
		c.fault = errors.Join(c.fault, fmt.Errorf("inspect: slow %s is negative", c.slowFrom))
	}
}

// Close ends the streams of events that the page reads. Call it when the server shuts down,
// such as by [http.Server.RegisterOnShutdown]; otherwise Shutdown waits for open pages. The
// page tries to connect again. Close may be called several times.
func (i *Inspector) Close() { i.once.Do(func() { close(i.closed) }) }

// A Summary tells a call of an [Inspector] in short, for the filter of [Inspector.WriteHAR].
type Summary struct {
	TransactionID string
	Route         transport.Route // empty if there is none
	Method        string
	Host          string               // of the URL, with the port if it has one
	Outcome       string               // success, expected, failure or canceled
	StatusCode    int                  // 0 if there is no response
	ErrorClass    transport.ErrorClass // empty if there is a response
	Attempts      int
	Begun         time.Time
	Elapsed       time.Duration // until the response's headers or the error
}

// secretHeader reports whether the value of a header must not be shown.
func secretHeader(name string) bool { return redact.CredentialHeader(name) || redact.SecretName(name) }
