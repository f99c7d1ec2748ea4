package opsgenietest

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

// DefaultKey is the API key that a server accepts unless [WithKey] sets another.
// It is not a real key.
const DefaultKey = "00000000-fake-fake-fake-000000000000"

// An Option configures [New] and [Start]. To keep a default, leave its option out;
// passing zero does not select it. Start returns an error that names all invalid options;
// New fails the test.
type Option func(*config)

type config struct {
	sim.Settings

	key      string
	readOnly []string
	plan     string
	prefix   string
	linkBase string
}

func newConfig(opts []Option) (*config, error) {
	c := &config{Settings: sim.NewSettings("opsgenietest", allDomains()...), key: DefaultKey, plan: "Enterprise"}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	return c, c.Err()
}

// WithSeed sets the seed from which ids and random faults are derived. Servers with
// the same seed issue the same ids. The default is 1; 0 is a seed like any other.
func WithSeed(seed uint64) Option { return func(c *config) { c.Seed = seed } }

// WithKey sets the API key that has all rights. It must consist of visible ASCII
// characters. The default is [DefaultKey].
func WithKey(key string) Option {
	return func(c *config) {
		if !isKey(key) {
			c.Refuse("key: must be one or more visible ASCII characters")
		}
		c.key = key
	}
}

// WithReadOnlyKey adds an API key that may only read and ping heartbeats. All other
// requests with it get a 403 response with code 40301. By default there is no such
// key; several options add several keys.
func WithReadOnlyKey(key string) Option {
	return func(c *config) {
		if !isKey(key) {
			c.Refuse("read-only key: must be one or more visible ASCII characters")
		}
		c.readOnly = append(c.readOnly, key)
	}
}

func isKey(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
}

// WithPlan sets the account's plan, which [Account] contains. With "Free" and
// "Essentials", requests for incidents get a 402 response; "Standard" and
// "Enterprise" include incidents, and Enterprise also log files. The default is
// Enterprise.
func WithPlan(name string) Option {
	return func(c *config) {
		if !slices.Contains([]string{"Free", "Essentials", "Standard", "Enterprise"}, name) {
			c.Refuse("plan: unknown plan %q; use Free, Essentials, Standard or Enterprise", name)
		}
		c.plan = name
	}
}

// WithPathPrefix serves the API below a path such as "/jsm/ops/integration".
// [Server.URL] ends with that path, and requests outside of it get a 404 response.
// By default there is no prefix.
func WithPathPrefix(prefix string) Option {
	return func(c *config) {
		u, err := url.Parse(prefix)
		if err != nil || !strings.HasPrefix(prefix, "/") || u.Host != "" || u.EscapedPath() != prefix {
			c.Refuse("path prefix: %q is not an escaped path that starts with a slash", prefix)
		}
		c.prefix = strings.TrimRight(prefix, "/")
	}
}

// WithLinkBase sets the scheme and host of paging links, such as
// "https://api.opsgenie.com". Use it to test how a client treats links to another
// origin than the one it calls, as it sees them behind a tunnel or from a hostile
// server. By default links have the host of the request.
func WithLinkBase(base string) Option {
	return func(c *config) {
		u, err := url.Parse(base)
		if err != nil || u.Scheme == "" || u.Host == "" {
			c.Refuse("link base: %q has no scheme or no host; use a URL such as https://api.opsgenie.com", base)
		}
		c.linkBase = strings.TrimRight(base, "/")
	}
}

// WithClock sets the server's clock, which determines the times in responses, rate
// limits and [WithProcessingDelay]. The server calls now from several goroutines at
// once. The default is time.Now. [Fault.Latency] always uses real time.
func WithClock(now func() time.Time) Option { return func(c *config) { c.SetClock(now) } }

// WithProcessingPolls sets how many requests for the status of an asynchronous write
// get a 404 RequestNotProcessed response before the outcome, and how many requests
// must follow a write before it takes effect: see the package comment. The default
// is 2; 0 processes writes at once.
func WithProcessingPolls(n int) Option { return func(c *config) { c.SetPolls(n) } }

// WithProcessingDelay processes an asynchronous write when d has passed on the
// server's clock, instead of counting requests. d must be positive. By default the
// server counts requests: see [WithProcessingPolls], with which it cannot be combined.
func WithProcessingDelay(d time.Duration) Option { return func(c *config) { c.SetDelay(d) } }

// WithRateLimit limits the requests of a domain by a token bucket that holds burst
// tokens and gains perSecond tokens a second. If the bucket is empty, a request gets a
// 429 response with the headers of the service; the period in them is 1 if perSecond
// is at least 1, and 60 otherwise. By default there are no limits.
//
// API: https://docs.opsgenie.com/docs/api-rate-limiting
func WithRateLimit(domain Domain, perSecond float64, burst int) Option {
	return func(c *config) { c.SetLimit(domain, perSecond, burst) }
}

// WithFaultRate injects one fault of a mixture into each request with probability p,
// as [Server.Storm] does, from the first request on. The default is 0: no faults.
func WithFaultRate(p float64) Option { return func(c *config) { c.SetFaultRate(p) } }

// WithRequestLog sets how many of the last requests the server records for
// [Server.Requests]. The default is 1000; 0 records none.
func WithRequestLog(n int) Option { return func(c *config) { c.SetLog(n) } }

// WithMaxBody sets the maximum size of a request body in bytes. A request with a
// longer body gets a 413 response. It also limits the size of an attachment; the server
// keeps all attachments in memory. The default is 32 MiB.
func WithMaxBody(n int64) Option { return func(c *config) { c.SetMaxBody(n) } }
