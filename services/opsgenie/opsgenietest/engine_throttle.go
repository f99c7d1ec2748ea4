package opsgenietest

import (
	"net/http"
	"time"
)

// limit is the setting of a token bucket.
type limit struct {
	perSecond float64
	burst     int
}

// A bucket holds the tokens of one domain.
type bucket struct {
	limit
	tokens float64
	filled time.Time
}

func newBucket(l limit, now Time) *bucket {
	return &bucket{limit: l, tokens: float64(l.burst), filled: now.Time}
}

// take takes a token, if there is one.
func (b *bucket) take(now time.Time) bool {
	if passed := now.Sub(b.filled).Seconds(); passed > 0 {
		b.tokens = min(float64(b.burst), b.tokens+passed*b.perSecond)
		b.filled = now
	}
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// period names the window that was exhausted, as the service does.
func (b *bucket) period() string {
	if b.perSecond >= 1 {
		return "1"
	}
	return "60"
}

// pace takes the request's token from the bucket of its domain.
func (s *Server) pace(c *call) error {
	b := s.buckets[c.route.domain]
	if b == nil || b.take(s.cfg.clock()) {
		return nil
	}
	return throttled(b.period())
}

// throttled is the service's answer to a request too many.
func throttled(period string) *refusal {
	return &refusal{
		status:  http.StatusTooManyRequests,
		message: "You are making too many requests!",
		header: http.Header{
			"X-Ratelimit-State":         {"THROTTLED"},
			"X-Ratelimit-Reason":        {"ACCOUNT"},
			"X-Ratelimit-Period-In-Sec": {period},
		},
	}
}

// Throttle answers the next n requests of a domain with 429 and the headers of
// the service: X-RateLimit-State THROTTLED, -Reason ACCOUNT, -Period-In-Sec 1.
// It is a fault like any other, see [Server.Inject]; n must be positive.
func (s *Server) Throttle(domain Domain, n int) *Injected {
	no := throttled("1")
	f := Fault{Kind: Status, Status: no.status, Header: no.header, Domain: domain, Times: n}
	if n < 1 || domain == "" {
		f.Times = -2 // Inject says no, and so does every answer: a test must not pass for want of a fault
	}
	return s.Inject(f)
}
