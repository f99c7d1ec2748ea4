package jsmtest

import (
	"slices"
	"strings"
	"time"

	"github.com/tripware/tripware/services/internal/sim"
)

// The credentials that a server accepts. They are not real.
const (
	DefaultEmail = "ada@example.com"
	DefaultToken = "fake-api-token-0000"                  //nolint:gosec // it opens nothing
	DefaultKey   = "00000000-fake-fake-fake-000000000000" // of an integration
)

// cloudID is the cloud id of every server.
const cloudID = "0c10d1d0-0000-4000-8000-000000000001"

// An Option configures [New] and [Start]. To keep a default, leave its option out;
// passing zero does not select it. Start returns an error that names all invalid options;
// New fails the test.
type Option func(*config)

type config struct {
	sim.Settings

	bearers  map[string][]string // scopes by token
	plan     string
	variants []Variant
}

func newConfig(opts []Option) (*config, error) {
	c := &config{
		Settings: sim.NewSettings("jsmtest", DomainAlert, DomainConfig, DomainEvents),
		bearers:  map[string][]string{},
		plan:     "Enterprise",
	}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	return c, c.Err()
}

func (c *config) varies(v Variant) bool { return slices.Contains(c.variants, v) }

// WithBearer adds an OAuth token that has only the given scopes, such as
// "read:ops-alert:jira-service-management"; without scopes it has all of them. A request
// that needs another scope gets a 401 response whose message says "scope does not match".
// Several options add several tokens. By default only [Server.Email] with [Server.Token]
// is accepted.
func WithBearer(token string, scopes ...string) Option {
	return func(c *config) {
		if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			c.Refuse("bearer: the token must be one or more visible ASCII characters")
		}
		c.bearers[token] = scopes
	}
}

// WithPlan sets the plan of the site: Standard, Premium or Enterprise, which is the
// default. On Standard, heartbeats get a 402 and attachments a 403 response, and a
// request to assign or snooze an alert, or to execute an action, is accepted and then
// fails in its status.
func WithPlan(name string) Option {
	return func(c *config) {
		if !slices.Contains([]string{"Standard", "Premium", "Enterprise"}, name) {
			c.Refuse("plan: unknown plan %q; use Standard, Premium or Enterprise", name)
		}
		c.plan = name
	}
}

// A Variant is a form of responses in which sources about the service disagree.
type Variant int

// The variants.
const (
	// AbsoluteLinks makes links to the next page absolute URLs of the host of the request.
	// By default they start with /v1, without the prefix of the request.
	AbsoluteLinks Variant = iota

	// UnversionedLinks leaves out /v1 as well, as an example of the audit log does.
	UnversionedLinks

	// BareTeams makes the list of teams an array. By default it is in an object.
	BareTeams

	// OtherWords writes words of enumerations as other sources saw them: the unit of a
	// heartbeat in lower case, and what a routing rule notifies in upper case.
	OtherWords

	// OtherNames calls the time at which an alert last occurred lastOccurredAt. By default
	// it is lastOccuredAt, with one r.
	OtherNames

	// BareThrottling makes 429 responses those of the gateway, without Retry-After and
	// RateLimit-Reason, but with X-RateLimit-Reset and X-Failure-Category.
	BareThrottling
)

// WithVariants selects variants. By default there are none.
func WithVariants(variants ...Variant) Option {
	return func(c *config) {
		for _, v := range variants {
			if v < AbsoluteLinks || v > BareThrottling {
				c.Refuse("variants: unknown variant %d", int(v))
			}
		}
		c.variants = append(c.variants, variants...)
	}
}

// WithSeed sets the seed from which ids and random faults are derived. Servers with
// the same seed issue the same ids. The default is 1; 0 is a seed like any other.
func WithSeed(seed uint64) Option { return func(c *config) { c.Seed = seed } }

// WithClock sets the server's clock, which determines the times in responses, who is on
// call, rate limits and [WithProcessingDelay]. The server calls now from several
// goroutines at once. The default is time.Now. The latency of a [Fault] always uses real
// time.
func WithClock(now func() time.Time) Option { return func(c *config) { c.SetClock(now) } }

// WithProcessingPolls sets how many requests for the status of an asynchronous write
// get a 404 response before the outcome, and how many requests must follow a write
// before it takes effect: see the package comment. The default is 2; 0 processes writes
// at once.
func WithProcessingPolls(n int) Option { return func(c *config) { c.SetPolls(n) } }

// WithProcessingDelay processes an asynchronous write when d has passed on the
// server's clock, instead of counting requests. d must be positive. By default the
// server counts requests: see [WithProcessingPolls], with which it cannot be combined.
func WithProcessingDelay(d time.Duration) Option { return func(c *config) { c.SetDelay(d) } }

// WithRateLimit limits the requests of a domain by a token bucket that holds burst
// tokens and gains perSecond tokens a second. If the bucket is empty, a request gets a
// 429 response, as described for [Server.Throttle]. All responses of the domain state the
// limit and what is left of it, and those with less than a fifth left have
// X-RateLimit-NearLimit. By default there are no limits.
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
