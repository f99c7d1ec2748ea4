package transport

import (
	"math"
	"time"
)

// kept is what headers in general use said of rate limits. Its flags are kept beside
// those of the record: see the allocation layout.
type kept struct {
	retryAfter, reset time.Duration
	most, remaining   int32
}

type quotaFlags struct{ has, hasRetryAfter bool }

// vendorLimit is the rest of a [RateLimit]: what only a reader finds.
type vendorLimit struct {
	state, reason        string
	requestID            string
	period, responseTime time.Duration
	near, throttled      bool
}

// keepLimit replaces what the record knows of rate limits.
func (c *Call) keepLimit(r *RateLimit) {
	c.rate = kept{
		retryAfter: r.RetryAfter, reset: r.Reset, most: count(r.Limit), remaining: count(r.Remaining),
	}
	c.quota = quotaFlags{has: r.HasQuota, hasRetryAfter: r.HasRetryAfter}
	vendor := vendorLimit{
		state: r.State, reason: r.Reason, requestID: r.RequestID,
		period: r.Period, responseTime: r.ResponseTime, near: r.NearLimit, throttled: r.Throttled,
	}
	if c.rest != nil || vendor != (vendorLimit{}) {
		c.others().vendor = vendor
	}
}

// count returns n as a record keeps it: [ParseRateLimit] gives no larger number.
func count(n int) int32 { return int32(max(0, min(n, math.MaxInt32))) }

// limit returns what the record knows of rate limits.
func (c *Call) limit() RateLimit {
	r := RateLimit{
		RetryAfter: c.rate.retryAfter, Reset: c.rate.reset,
		Limit: int(c.rate.most), Remaining: int(c.rate.remaining),
		HasQuota: c.quota.has, HasRetryAfter: c.quota.hasRetryAfter,
	}
	if c.rest != nil {
		v := &c.rest.vendor
		r.State, r.Reason, r.RequestID, r.Period, r.ResponseTime = v.state, v.reason, v.requestID, v.period, v.responseTime
		r.NearLimit, r.Throttled = v.near, v.throttled
	}
	return r
}
