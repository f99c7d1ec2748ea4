package opsgenietest

import "net/http"

// pace takes a token for the request from the bucket of its domain, or returns 429. The
// period in it is the length of the exhausted window in seconds, as the service tells it.
func (s *Server) pace(c *call) error {
	limit, left := s.engine.Take(c.Call)
	switch {
	case limit == nil, left >= 0:
		return nil
	case limit.PerSecond >= 1:
		return throttled("1")
	default:
		return throttled("60")
	}
}

// throttled returns the service's response to a request above a limit.
func throttled(period string) *refusal {
	return &refusal{
		Status:  http.StatusTooManyRequests,
		Message: "You are making too many requests!",
		Header: http.Header{
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
func (s *Server) Throttle(domain Domain, n int) *Injected { return s.engine.Throttle(domain, n) }
