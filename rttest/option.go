package rttest

import (
	"context"
	"errors"
	"fmt"
	"math"
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
	hedge      *Hedge
	sink       func() string
	secrets    []string
	share      func(context.Context) (context.Context, func())
	skips      map[string]string
	only       []string
}

// An Option claims something about a decorator, or configures how it is tested. To keep a
// default, leave its option out; passing zero does not select it. The name of a claim says what
// the decorator does, as in [Retries] and [Caches]; [Only] and [Skip] choose the checks; the
// names of all others begin with With. An Option may be used in several runs, also
// concurrently.
type Option func(*config)

// Retry describes a decorator that retries requests.
type Retry struct {
	// Max is the exact number of retries after the first attempt. It must be at least 1.
	Max int

	// MaxWait is the longest wait before a retry, even if a server asks for more.
	// Zero means that the decorator does not wait; its waits are then not checked.
	MaxWait time.Duration

	// Statuses are status codes that are retried. The default is 503.
	Statuses []int

	// Methods are the methods that are retried on such a status. The default is the
	// idempotent methods of RFC 9110 section 9.2.2. If POST is listed, the checks
	// that POST is not retried are not run.
	Methods []string

	// Errors reports whether a GET is also retried after a broken connection.
	Errors bool

	// Hints reports whether the decorator waits for a Retry-After of up to MaxWait.
	Hints bool

	// Key is the header that makes a POST safe to retry, such as "Idempotency-Key".
	// Empty means that there is none.
	Key string
}

// Retries claims that the decorator retries requests as r says.
func Retries(r Retry) Option { return func(c *config) { c.retry = new(r) } }

// Credential describes a decorator that adds a credential to requests.
type Credential struct {
	Origin string // the URL of the origin that gets the credential; only scheme, host and port count
	Header string // the header that carries it; Authorization if Header and Query are empty
	Query  string // the query parameter that carries it, instead of a header
	Secret string // text that must appear in that header or parameter, and nowhere else
}

// Carries claims that the decorator adds a credential to requests to one
// origin. The wrap function must configure the decorator with the same origin and secret.
func Carries(credential Credential) Option {
	return func(c *config) { c.credential = new(credential) }
}

// Logs claims that the decorator logs each request. sink must return everything
// logged so far, in any format. The checks search it for the secrets that they send
// and for the secrets given here.
func Logs(sink func() string, secrets ...string) Option {
	return func(c *config) { c.sink, c.secrets = sink, secrets }
}

// Limit describes a decorator that limits the rate of requests.
type Limit struct {
	PerSecond float64 // requests per second; 0 if there is no fixed rate
	Burst     int     // requests that may be sent at once; at least 1 if PerSecond is set
	Learns    bool    // after a 429 with Retry-After, later requests wait that long
}

// Limits claims that the decorator limits the rate of requests.
func Limits(l Limit) Option { return func(c *config) { c.limit = new(l) } }

// Unwraps claims that the decorator has a method Unwrap() http.RoundTripper that
// returns the round tripper it decorates.
func Unwraps() Option { return func(c *config) { c.unwraps = true } }

// Guards claims that the decorator corrects a base that breaks the contract. If the
// base returns both a response and an error, the decorator returns the error; if the
// base returns neither, the decorator returns an error; and it sets a response's
// Request and Body if they are nil.
func Guards() Option { return func(c *config) { c.guards = true } }

// Answers claims that the decorator may respond to a request without calling its
// base, as a cache, a stub, an open circuit breaker or a file transport does. Checks
// that need a request to reach the base are skipped if none did, and further checks
// test the responses that the decorator makes itself. Checks for [Retries], [Limits],
// [Logs] and [Carries] are not skipped, so they fail if nothing reaches the base.
func Answers() Option { return func(c *config) { c.answers = true } }

// Caches claims that the decorator stores responses as RFC 9111 allows a private
// cache to, and reuses them for later requests. It implies [Answers]. Create an empty
// cache inside the wrap function. The checks expire responses by the virtual clock of
// testing/synctest.
func Caches() Option { return func(c *config) { c.answers, c.caches = true, true } }

// Hedge describes a decorator that sends a request again while the first one runs, and returns
// the response that comes first.
type Hedge struct {
	After time.Duration // how long it waits for a response before each further request; must be positive
	Max   int           // the exact number of further requests if no response comes; at least 1
}

// Hedges claims that the decorator hedges requests that are idempotent and whose body, if there
// is one, can be read again by GetBody. It must not limit how many of them it hedges.
func Hedges(h Hedge) Option { return func(c *config) { c.hedge = new(h) } }

// WithSharedContext sets how to derive a context that several requests of one check
// share. Use it for a decorator that stores something in the context of a call, such
// as a record. The check calls end when the requests have ended. By default the
// requests share a plain context. Most users will not need it.
func WithSharedContext(begin func(context.Context) (shared context.Context, end func())) Option {
	return func(c *config) { c.share = begin }
}

// Skip leaves out the check called name. The reason is shown in the test's output and
// must not be empty.
func Skip(name, reason string) Option { return func(c *config) { c.skips[name] = reason } }

// Only runs only the checks with these names.
func Only(names ...string) Option { return func(c *config) { c.only = append(c.only, names...) } }

// WithPatience sets the real time after which a check that hangs fails. The default is
// one minute; 0 means no bound but the timeout of go test.
func WithPatience(d time.Duration) Option { return func(c *config) { c.patience = d } }

const defaultOrigin = "https://api.example.com"

func configure(options []Option) (*config, error) {
	c := &config{patience: time.Minute, skips: map[string]string{}}
	for _, option := range options {
		if option != nil {
			option(c)
		}
	}
	var faults []error
	switch {
	case c.patience < 0:
		faults = append(faults, fmt.Errorf("rttest: patience %v is negative: 0 means no bound", c.patience))
	case c.patience == 0:
		c.patience = math.MaxInt64
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

// claims fills in the defaults and returns an error for each invalid claim.
func (c *config) claims() (faults []error) {
	if c.retry != nil {
		faults = append(faults, c.retry.complete())
	}
	if c.credential != nil {
		faults = append(faults, c.credential.complete())
	}
	if l := c.limit; l != nil && (l.PerSecond < 0 || l.PerSecond > 0 && l.Burst < 1 || l.PerSecond == 0 && !l.Learns) {
		faults = append(faults, fmt.Errorf("rttest: limits: PerSecond is %v and Burst is %d: "+
			"both must be positive, unless Learns is set and PerSecond is 0", l.PerSecond, l.Burst))
	}
	if h := c.hedge; h != nil && (h.After <= 0 || h.Max < 1) {
		faults = append(faults, fmt.Errorf("rttest: hedges: After is %v, must be positive; Max is %d, must be at least 1", h.After, h.Max))
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
		return fmt.Errorf("rttest: retries: Max is %d, must be at least 1; MaxWait is %v, must not be negative", r.Max, r.MaxWait)
	}
	return nil
}

func (k *Credential) complete() error {
	var faults []error
	switch {
	case k.Header != "" && k.Query != "":
		faults = append(faults, errors.New("rttest: credential: both Header and Query are set"))
	case k.Header == "" && k.Query == "":
		k.Header = "Authorization"
	}
	if u, err := url.Parse(k.Origin); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		faults = append(faults, errors.New("rttest: credential: Origin is not an absolute http or https URL"))
	} else {
		k.Origin = u.Scheme + "://" + u.Host
	}
	if k.Secret == "" {
		faults = append(faults, errors.New("rttest: credential: Secret is empty"))
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
	case ClaimHedges:
		return c.hedge != nil
	}
	return false
}

// unclaimed returns the reason why k does not apply to the decorator, or "".
func (c *config) unclaimed(k *check) string {
	switch {
	case !c.claimed(k.Claim):
		return fmt.Sprintf("the decorator does not claim %q", k.Claim)
	case k.unless != nil:
		return k.unless(c)
	}
	return ""
}

// allSecrets returns the secrets that a report must not show.
func (c *config) allSecrets() []string {
	secrets := slices.Clone(c.secrets)
	if c.credential != nil {
		secrets = append(secrets, c.credential.Secret)
	}
	return slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
}
