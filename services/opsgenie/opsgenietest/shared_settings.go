package opsgenietest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// settings are what every simulated API can be configured to do. Its methods check what
// an option sets and collect errors.
type settings struct {
	name      string // of the package, for errors
	domains   []Domain
	seed      uint64
	clock     func() time.Time
	polls     int // -1 if writes wait for the clock
	delay     time.Duration
	limits    map[Domain]limit
	faultRate float64
	log       int
	maxBody   int64
	errs      []error
}

func newSettings(name string, domains ...Domain) settings {
	return settings{
		name:    name,
		domains: domains,
		seed:    1,
		clock:   time.Now,
		polls:   -1,
		limits:  map[Domain]limit{},
		log:     1000,
		maxBody: 32 << 20,
	}
}

// err completes the settings and returns all errors.
func (s *settings) err() error {
	switch {
	case s.polls >= 0 && s.delay > 0:
		s.refuse("processing: WithProcessingPolls and WithProcessingDelay cannot be combined")
	case s.polls < 0 && s.delay == 0:
		s.polls = 2
	}
	return errors.Join(s.errs...)
}

func (s *settings) refuse(format string, args ...any) {
	s.errs = append(s.errs, fmt.Errorf(s.name+": "+format, args...))
}

func (s *settings) setClock(now func() time.Time) {
	if now == nil {
		s.refuse("clock: the function is nil")
		return
	}
	s.clock = now
}

func (s *settings) setPolls(n int) {
	if n < 0 {
		s.refuse("processing polls: %d is negative", n)
	}
	s.polls = n
}

func (s *settings) setDelay(d time.Duration) {
	if d <= 0 {
		s.refuse("processing delay: %v is not positive; use WithProcessingPolls(0) for none", d)
	}
	s.delay = d
}

func (s *settings) setLimit(domain Domain, perSecond float64, burst int) {
	if !slices.Contains(s.domains, domain) {
		s.refuse("rate limit: unknown domain %q", domain)
	}
	if !(perSecond > 0) || math.IsInf(perSecond, 0) || burst < 1 {
		s.refuse("rate limit of %s: %v requests per second with a burst of %d never let a request pass", domain, perSecond, burst)
	}
	s.limits[domain] = limit{perSecond: perSecond, burst: burst}
}

func (s *settings) setFaultRate(p float64) {
	if !(p >= 0 && p <= 1) {
		s.refuse("fault rate: %v is not between 0 and 1", p)
	}
	s.faultRate = p
}

func (s *settings) setLog(n int) {
	if n < 0 {
		s.refuse("request log: %d is negative", n)
	}
	s.log = n
}

func (s *settings) setMaxBody(n int64) {
	if n < 1 {
		s.refuse("max body: %d is not positive", n)
	}
	s.maxBody = n
}
