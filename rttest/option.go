package rttest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"
)

type config struct {
	patience   time.Duration
	guards     bool
	unwraps    bool
	answers    bool
	caches     bool
	retry      *Retry
	credential *Credential
	limit      *Limit
	sink       func() string
	secrets    []string
	share      func(context.Context) (context.Context, func())
	skips      map[string]string
	only       []string
}

// An Option says what a decorator claims, or how it is checked. One value may
// serve many runs, also at once.
type Option func(*config)

// Retry is what a decorator claims that repeats attempts.
type Retry struct {
	// Max is the number of retries after the first attempt, exactly. At least 1.
	Max int

	// MaxWait is the longest wait before one retry, whatever a server asks for.
	// Zero means that the decorator does not wait: then its waits are not checked.
	MaxWait time.Duration

	// Statuses are codes that are retried. The default is 503.
	Statuses []int

	// Methods are those that are retried on such a status. The default is the
	// idempotent ones of RFC 9110 section 9.2.2. A decorator that has POST here
	// is not checked for leaving POST alone.
	Methods []string

	// Errors says that a broken connection is retried, too, for GET.
	Errors bool

	// Hints says that a Retry-After of up to MaxWait is waited for.
	Hints bool

	// Key names the header that makes a POST fit to be repeated, such as
	// "Idempotency-Key". The default is none.
	Key string
}

// Retries claims that the decorator repeats attempts.
func Retries(r Retry) Option { return func(c *config) { c.retry = new(r) } }

// Credential is what a decorator claims that signs requests.
type Credential struct {
	Origin string // where it is sent: scheme, host and port of an absolute URL
	Header string // in which header; Authorization by default
	Query  string // in which query parameter, in place of a header
	Secret string // the text that must stand there, and nowhere else
}

// Carries claims that the decorator adds a credential to requests to one
// origin. The wrap function must configure it with the same origin and secret.
func Carries(credential Credential) Option {
	return func(c *config) { c.credential = new(credential) }
}

// Logs claims that the decorator logs each request. sink returns all that was
// logged so far, in whatever form; it is searched for the secrets that the
// checks send, and for those named here.
func Logs(sink func() string, secrets ...string) Option {
	return func(c *config) { c.sink, c.secrets = sink, secrets }
}

// Limit is what a decorator claims that makes requests wait for their turn.
type Limit struct {
	PerSecond float64 // the pace; 0 if it has none of its own
	Burst     int     // how many may go at once; at least 1 beside a pace
	Learns    bool    // a 429 with Retry-After makes later requests wait for it
}

// Limits claims that the decorator paces requests.
func Limits(l Limit) Option { return func(c *config) { c.limit = new(l) } }

// Unwraps claims that the decorator has a method Unwrap() http.RoundTripper that
// returns what it decorates.
func Unwraps() Option { return func(c *config) { c.unwraps = true } }

// Guards claims that the decorator holds its base to the contract: of a
// response and an error together it returns the error, of neither it makes an
// error, and it fills a response's Request and Body where they are nil.
func Guards() Option { return func(c *config) { c.guards = true } }

// Answers claims that the decorator may answer a request without asking its
// base: a cache, a stub, a circuit breaker that is open, a file transport. What
// the checks of the contract then say of the base holds for requests that reach
// it; a check that needs one that does is skipped when none did. How the others
// are answered is checked as well. A claim of retries, limits, a log or a
// credential is checked as ever, and so fails where nothing reaches the base.
func Answers() Option { return func(c *config) { c.answers = true } }

// Caches claims that the decorator keeps responses as RFC 9111 allows a private
// cache to, and answers later requests by them, in memory or elsewhere. It
// implies [Answers]. Make the cache inside the wrap function, empty; the checks
// end a response's freshness by the clock of testing/synctest.
func Caches() Option { return func(c *config) { c.answers, c.caches = true, true } }

// SharedContext sets how to derive the context that several requests of one
// check share, for a decorator that keeps something there: a record of the call,
// say, that its package begins. The check calls the function that begin returns
// when the requests have ended. The default is a plain context.
func SharedContext(begin func(context.Context) (shared context.Context, end func())) Option {
	return func(c *config) { c.share = begin }
}

// Skip leaves out the check of that name, for a reason that is shown.
func Skip(name, reason string) Option { return func(c *config) { c.skips[name] = reason } }

// Only runs the checks of these names and no others.
func Only(names ...string) Option { return func(c *config) { c.only = append(c.only, names...) } }

// Patience sets the real time after which a check that hangs is given up, and
// failed. The default is a minute.
func Patience(d time.Duration) Option { return func(c *config) { c.patience = d } }

const defaultOrigin = "https://api.example.com"

func configure(options []Option) (*config, error) {
	c := &config{patience: time.Minute, skips: map[string]string{}}
	for _, option := range options {
		if option != nil {
			option(c)
		}
	}
	var faults []error
	if c.patience <= 0 {
		faults = append(faults, fmt.Errorf("rttest: patience %v is not positive", c.patience))
	}
	names := slices.Clone(c.only)
	for name, reason := range c.skips {
		names = append(names, name)
		if reason == "" {
			faults = append(faults, fmt.Errorf("rttest: skip %q: a reason is missing", name))
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.ContainsFunc(catalogue(), func(k *check) bool { return k.Name == name }) {
			faults = append(faults, fmt.Errorf("rttest: unknown check %q", name))
		}
	}
	return c, errors.Join(append(faults, c.claims()...)...)
}

// claims fills in defaults, and reports what is impossible.
func (c *config) claims() (faults []error) {
	if c.retry != nil {
		faults = append(faults, c.retry.complete())
	}
	if c.credential != nil {
		faults = append(faults, c.credential.complete())
	}
	if l := c.limit; l != nil && (l.PerSecond < 0 || l.PerSecond > 0 && l.Burst < 1 || l.PerSecond == 0 && !l.Learns) {
		faults = append(faults, fmt.Errorf("rttest: limits: %v per second in bursts of %d: both must be above 0", l.PerSecond, l.Burst))
	}
	return faults
}

func (r *Retry) complete() error {
	if len(r.Statuses) == 0 {
		r.Statuses = []int{http.StatusServiceUnavailable}
	}
	if len(r.Methods) == 0 {
		r.Methods = []string{
			http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete,
		}
	}
	if r.Max < 1 || r.MaxWait < 0 {
		return fmt.Errorf("rttest: retries: %d of them, each after at most %v, can be none", r.Max, r.MaxWait)
	}
	return nil
}

func (k *Credential) complete() error {
	var faults []error
	switch {
	case k.Header != "" && k.Query != "":
		faults = append(faults, errors.New("rttest: credential: it has both a header and a query parameter"))
	case k.Header == "" && k.Query == "":
		k.Header = "Authorization"
	}
	if u, err := url.Parse(k.Origin); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		faults = append(faults, errors.New("rttest: credential: origin is not an absolute http or https URL"))
	} else {
		k.Origin = u.Scheme + "://" + u.Host
	}
	if k.Secret == "" {
		faults = append(faults, errors.New("rttest: credential: its secret is empty"))
	}
	return errors.Join(faults...)
}

func (c *config) origin() string {
	if c.credential != nil {
		return c.credential.Origin
	}
	return defaultOrigin
}

func (c *config) selection() (selected []*check) {
	for _, k := range catalogue() {
		if len(c.only) == 0 || slices.Contains(c.only, k.Name) {
			selected = append(selected, k)
		}
	}
	return selected
}

func (c *config) claimed(claim Claim) bool {
	switch claim {
	case ClaimContract:
		return true
	case ClaimGuards:
		return c.guards
	case ClaimUnwraps:
		return c.unwraps
	case ClaimAnswers:
		return c.answers
	case ClaimCaches:
		return c.caches
	case ClaimRetries:
		return c.retry != nil
	case ClaimCredential:
		return c.credential != nil
	case ClaimLogs:
		return c.sink != nil
	case ClaimLimits:
		return c.limit != nil
	}
	return false
}

// unclaimed says why k does not concern the decorator, or nothing.
func (c *config) unclaimed(k *check) string {
	switch {
	case !c.claimed(k.Claim):
		return fmt.Sprintf("the decorator does not claim %q", k.Claim)
	case k.unless != nil:
		return k.unless(c)
	}
	return ""
}

// allSecrets are texts that a report must not show.
func (c *config) allSecrets() []string {
	secrets := slices.Clone(c.secrets)
	if c.credential != nil {
		secrets = append(secrets, c.credential.Secret)
	}
	return slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
}
