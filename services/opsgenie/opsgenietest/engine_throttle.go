package opsgenietest

import (
	"net/http"
	"time"
)

// A limit configures a token bucket.
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

// take removes a token and reports whether there was one.
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

// period returns the length of the exhausted window in seconds, as the service does.
func (b *bucket) period() string {
	if b.perSecond >= 1 {
		return "1"
	}
	return "60"
}

// pace takes a token for the request from the bucket of its domain, or returns 429.
func (s *Server) pace(c *call) error {
	b := s.buckets[c.route.domain]
	if b == nil || b.take(s.cfg.clock()) {
		return nil
	}
	return throttled(b.period())
}

// throttled returns the service's response to a request above a limit.
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

// Throttle makes the server send 429 responses to the next n requests of a domain,
// with the headers of the service: X-RateLimit-State THROTTLED, X-RateLimit-Reason
// ACCOUNT and X-RateLimit-Period-In-Sec 1. n must be positive. Throttle injects a
// [Fault]; an invalid one is treated as described for [Server.Inject].
func (s *Server) Throttle(domain Domain, n int) *Injected {
	no := throttled("1")
	f := Fault{Kind: Status, Status: no.status, Header: no.header, Domain: domain, Times: n}
	if n < 1 || domain == "" {
		f.Times = -2 // invalid, so that Inject reports it
	}
	return s.Inject(f)
}
