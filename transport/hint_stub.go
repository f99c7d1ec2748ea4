package transport

import "time"

func (r RateLimit) Throttles(status int) bool {
	return status == 429 || r.Throttled() || status == 403 && (r.RetryAfter > 0 || r.HasQuota && r.Remaining == 0)
}
func (r RateLimit) Hint(status int) time.Duration {
	if r.RetryAfter > 0 || !r.Throttles(status) || !r.HasQuota || r.Remaining != 0 {
		return r.RetryAfter
	}
	return r.Reset
}
