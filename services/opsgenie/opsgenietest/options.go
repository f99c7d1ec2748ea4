package opsgenietest

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"
)

// DefaultKey is the API key that a server accepts unless [WithKey] names
// another. It is no real key.
const DefaultKey = "00000000-fake-fake-fake-000000000000"

// An Option changes how a server behaves. Impossible settings are reported
// together by [Start], and fail the test in [New].
type Option func(*config)

type config struct {
	seed      uint64
	key       string
	readOnly  []string
	plan      string
	prefix    string
	linkBase  string
	clock     func() time.Time
	polls     int
	delay     time.Duration
	limits    map[Domain]limit
	faultRate float64
	log       int
	maxBody   int64
	faults    []error
}

func newConfig(opts []Option) (*config, error) {
	c := &config{
		seed:    1,
		key:     DefaultKey,
		plan:    "Enterprise",
		clock:   time.Now,
		polls:   -1,
		limits:  map[Domain]limit{},
		log:     1000,
		maxBody: 32 << 20,
	}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	switch {
	case c.polls >= 0 && c.delay > 0:
		c.refuse("processing: polls and a delay exclude each other")
	case c.polls < 0 && c.delay == 0:
		c.polls = 2
	}
	return c, errors.Join(c.faults...)
}

func (c *config) refuse(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("opsgenietest: "+format, args...))
}

// WithSeed sets what ids and faults of chance are drawn from. The default is 1.
// Servers with equal seeds hand out equal ids.
func WithSeed(seed uint64) Option { return func(c *config) { c.seed = seed } }

// WithKey sets the API key that may do everything. The default is [DefaultKey].
func WithKey(key string) Option {
	return func(c *config) {
		if !isKey(key) {
			c.refuse("key: empty, or not visible ASCII")
		}
		c.key = key
	}
}

// WithReadOnlyKey adds a key that may only read: every other method is answered
// 403 with code 40301, but for the ping of a heartbeat. There is none by default.
func WithReadOnlyKey(key string) Option {
	return func(c *config) {
		if !isKey(key) {
			c.refuse("read-only key: empty, or not visible ASCII")
		}
		c.readOnly = append(c.readOnly, key)
	}
}

func isKey(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
}

// WithPlan sets the account's plan, which [Account] shows: "Free" and
// "Essentials" answer 402 to incidents, "Standard" and "Enterprise" (the
// default) include them.
func WithPlan(name string) Option {
	return func(c *config) {
		if !slices.Contains([]string{"Free", "Essentials", "Standard", "Enterprise"}, name) {
			c.refuse("plan: %q is not one of Free, Essentials, Standard, Enterprise", name)
		}
		c.plan = name
	}
}

// WithPathPrefix serves the API below a path, such as "/jsm/ops/integration",
// which [Server.URL] then ends with. Requests outside of it are answered 404.
func WithPathPrefix(prefix string) Option {
	return func(c *config) {
		u, err := url.Parse(prefix)
		if err != nil || !strings.HasPrefix(prefix, "/") || u.Host != "" || u.EscapedPath() != prefix {
			c.refuse("path prefix: %q is not an escaped path that begins with a slash", prefix)
		}
		c.prefix = strings.TrimRight(prefix, "/")
	}
}

// WithLinkBase sets scheme and host of the links in paged answers, such as
// "https://api.opsgenie.com": what a client sees that reaches the API through a
// tunnel, or that is led astray. By default links name the host that was asked.
func WithLinkBase(base string) Option {
	return func(c *config) {
		u, err := url.Parse(base)
		if err != nil || u.Scheme == "" || u.Host == "" {
			c.refuse("link base: %q has no scheme or no host", base)
		}
		c.linkBase = strings.TrimRight(base, "/")
	}
}

// WithClock sets where the server takes the time from, for the times in its
// answers, for rate limits and for [WithProcessingDelay]. The default is
// time.Now. [Fault.Latency] is real time always. The function is called from
// several goroutines.
func WithClock(now func() time.Time) Option {
	return func(c *config) {
		if now == nil {
			c.refuse("clock: nil")
			return
		}
		c.clock = now
	}
}

// WithProcessingPolls sets how many questions for the status of an asynchronous
// request are answered 404 RequestNotProcessed before its outcome, and how many
// requests a write waits for before it takes effect: see the package comment.
// The default is 2; 0 processes writes at once.
func WithProcessingPolls(n int) Option {
	return func(c *config) {
		if n < 0 {
			c.refuse("processing polls: %d is negative", n)
		}
		c.polls = n
	}
}

// WithProcessingDelay lets an asynchronous request be processed once d has
// passed on the server's clock, instead of counting requests.
func WithProcessingDelay(d time.Duration) Option {
	return func(c *config) {
		if d <= 0 {
			c.refuse("processing delay: %v is not positive; use WithProcessingPolls(0) for none", d)
		}
		c.delay = d
	}
}

// WithRateLimit gives a domain a token bucket that holds burst tokens and gains
// perSecond. A request that finds it empty is answered 429 with the headers of
// the service, the period being 1 if perSecond is at least 1, else 60. Domains
// have no limit by default. See https://docs.opsgenie.com/docs/api-rate-limiting.
func WithRateLimit(domain Domain, perSecond float64, burst int) Option {
	return func(c *config) {
		if !domain.known() {
			c.refuse("rate limit: unknown domain %q", domain)
		}
		if !(perSecond > 0) || math.IsInf(perSecond, 0) || burst < 1 {
			c.refuse("rate limit of %s: %v per second and a burst of %d cannot pass a request", domain, perSecond, burst)
		}
		c.limits[domain] = limit{perSecond: perSecond, burst: burst}
	}
}

// WithFaultRate strikes each request with probability p, from the start, by one
// fault of a mixture: see [Server.Storm]. The default is 0.
func WithFaultRate(p float64) Option {
	return func(c *config) {
		if !(p >= 0 && p <= 1) {
			c.refuse("fault rate: %v is not within 0 and 1", p)
		}
		c.faultRate = p
	}
}

// WithRequestLog sets how many of the last requests [Server.Requests] returns.
// The default is 1000; 0 keeps none.
func WithRequestLog(n int) Option {
	return func(c *config) {
		if n < 0 {
			c.refuse("request log: %d is negative", n)
		}
		c.log = n
	}
}

// WithMaxBody sets how many bytes the body of a request may have; a longer one
// is answered 413. The default is 32 MiB. It bounds an attachment, all of which
// are kept in memory.
func WithMaxBody(n int64) Option {
	return func(c *config) {
		if n < 1 {
			c.refuse("max body: %d is not positive", n)
		}
		c.maxBody = n
	}
}
