package sim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Settings are what every simulated API can be configured to do. Its methods check what
// an option sets and collect errors.
type Settings struct {
	name      string // of the package, for errors
	domains   []Domain
	Seed      uint64
	clock     func() time.Time
	polls     int // -1 if writes wait for the clock
	delay     time.Duration
	limits    map[Domain]Limit
	faultRate float64
	log       int
	maxBody   int64
	errs      []error
}

// NewSettings returns the defaults for the package name, whose API has the domains.
func NewSettings(name string, domains ...Domain) Settings {
	return Settings{
		name:    name,
		domains: domains,
		Seed:    1,
		clock:   time.Now,
		polls:   -1,
		limits:  map[Domain]Limit{},
		log:     1000,
		maxBody: 32 << 20,
	}
}

// Err completes the settings and returns all errors.
func (s *Settings) Err() error {
	switch {
	case s.polls >= 0 && s.delay > 0:
		s.Refuse("processing: WithProcessingPolls and WithProcessingDelay cannot be combined")
	case s.polls < 0 && s.delay == 0:
		s.polls = 2
	}
	return errors.Join(s.errs...)
}

// Refuse adds an error about an option.
func (s *Settings) Refuse(format string, args ...any) {
	s.errs = append(s.errs, fmt.Errorf(s.name+": "+format, args...))
}

// SetClock sets the clock, which must not be nil.
func (s *Settings) SetClock(now func() time.Time) {
	if now == nil {
		s.Refuse("clock: the function is nil")
		return
	}
	s.clock = now
}

// SetPolls sets after how many requests a write takes effect; 0 is at once.
func (s *Settings) SetPolls(n int) {
	if n < 0 {
		s.Refuse("processing polls: %d is negative", n)
	}
	s.polls = n
}

// SetDelay sets after how long a write takes effect, which must be positive.
func (s *Settings) SetDelay(d time.Duration) {
	if d <= 0 {
		s.Refuse("processing delay: %v is not positive; use WithProcessingPolls(0) for none", d)
	}
	s.delay = d
}

// SetLimit limits the requests of a domain by a token bucket.
func (s *Settings) SetLimit(domain Domain, perSecond float64, burst int) {
	if !slices.Contains(s.domains, domain) {
		s.Refuse("rate limit: unknown domain %q", domain)
	}
	if !(perSecond > 0) || math.IsInf(perSecond, 0) || burst < 1 {
		s.Refuse("rate limit of %s: %v requests per second with a burst of %d never let a request pass", domain, perSecond, burst)
	}
	s.limits[domain] = Limit{PerSecond: perSecond, Burst: burst}
}

// SetFaultRate sets the probability of a fault, from 0 to 1.
func (s *Settings) SetFaultRate(p float64) {
	if !(p >= 0 && p <= 1) {
		s.Refuse("fault rate: %v is not between 0 and 1", p)
	}
	s.faultRate = p
}

// SetLog sets how many requests the journal records; 0 is none.
func (s *Settings) SetLog(n int) {
	if n < 0 {
		s.Refuse("request log: %d is negative", n)
	}
	s.log = n
}

// SetMaxBody sets the maximum size of a request body in bytes.
func (s *Settings) SetMaxBody(n int64) {
	if n < 1 {
		s.Refuse("max body: %d is not positive", n)
	}
	s.maxBody = n
}
